"""The plugin: it fills the parameters of handlers that the path or the query can fill."""

import inspect
import re
from collections.abc import Callable
from typing import Any

from kernel import Plugin, Problem, Request, hookimpl
from kernel.errors import BootError, HTTPException
from kernel.layers import Route, where
from kernel_params.fields import MISSING, Take, extractor, repeated, single
from kernel_params.readers import Reader, read_int
from kernel_params.shapes import Shape, shape

Extractor = Callable[[Request], Any]
_variables = re.compile(r"(?:^|/)<([^<>():/]+)[:>]").findall


class Params(Plugin):
    """Fill typed parameters. A parameter of any other type is left to other plugins."""

    name = "params"
    requires = ("requests", "errors")

    def __init__(self) -> None:
        self._fields: dict[Route, dict[str, Take]] = {}
        self._reading: dict[tuple[str, Reader], Extractor] = {}

    @hookimpl
    def kernel_bind(self, parameter: inspect.Parameter, route: Route) -> Extractor | None:
        """Return the extractor of a path variable or of a field of the query."""
        found = _shape(parameter, route)
        if parameter.name in _variables(route.path):
            return self._from_path(parameter, found, route)
        if found is None or parameter.annotation is parameter.empty:
            return None
        default = None if found.optional else MISSING
        if parameter.default is not parameter.empty:
            default = parameter.default
        fields = self._fields.setdefault(route, {})
        take = (repeated if found.collect else single)(parameter.name, found, default)
        fields[parameter.name] = take
        return extractor(take, fields)

    def _from_path(self, parameter: inspect.Parameter, found: Shape | None, route: Route) -> Extractor | None:
        """Return the extractor of a path variable; a value that does not fit is no such path: 404.

        What the router has found to be an integer is not looked at again. Routes with equal
        variables share one extractor.
        """
        if found is None or found.collect:
            return None
        name = parameter.name
        read = int if found.read is read_int and f"<{name}:int>" in route.path else found.read
        if found.check:
            return _converting(name, read, found.check)
        if (name, read) not in self._reading:
            self._reading[name, read] = _plain(name) if read is str else _reading(name, read)
        return self._reading[name, read]


def _shape(parameter: inspect.Parameter, route: Route) -> Shape | None:
    annotation = str if parameter.annotation is parameter.empty else parameter.annotation
    try:
        return shape(annotation)
    except TypeError as error:
        message = f"route '{route}': parameter '{parameter}': {error}"
        hint = "correct its msgspec.Meta"
        raise BootError([Problem("params.constraint", "error", message, hint, where(route.handler))]) from error


def _plain(name: str) -> Extractor:
    return lambda request: request.url_vars[name]


def _reading(name: str, read: Reader) -> Extractor:
    def extract(request: Request) -> Any:
        try:
            return read(request.url_vars[name])
        except ValueError:
            raise HTTPException(404) from None

    return extract


def _converting(name: str, read: Reader, check: Callable[[Any], Any]) -> Extractor:
    def extract(request: Request) -> Any:
        try:
            return check(read(request.url_vars[name]))
        except ValueError:
            raise HTTPException(404) from None

    return extract
