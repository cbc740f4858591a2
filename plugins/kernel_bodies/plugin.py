"""The plugin: it binds the parameter of a handler that is the body."""

import inspect
import re
from collections.abc import Iterable
from typing import Any, get_origin

from kernel_requests.brief import briefness
from kernel_requests.limits import Limits
from kernel_requests.plugin import offers

from kernel import Plugin, Problem, Request, hookimpl
from kernel.layers import Route, where
from kernel.types import Application
from kernel_bodies.annotations import bare, is_form, is_model, is_record, records
from kernel_bodies.extraction import Extract, form_extractor, form_or_default, json_extractor, json_or_default
from kernel_bodies.models import ModelBody, ModelForm
from kernel_bodies.structs import StructBody, StructForm

BODILESS = {"GET", "HEAD"}
Body = StructBody | StructForm | ModelBody
Schemas = dict[Route, dict[str, dict[str, Any]]]


class Bodies(Plugin):
    """Fill the parameter whose type has named fields with the body, decoded and validated in one pass."""

    name = "bodies"
    requires = ("requests", "errors")
    after = ("params", "forms", "limits")

    def __init__(self) -> None:
        self._bodies: dict[Route, tuple[str, str, Body]] = {}
        self._problems: dict[tuple[Route, str], Problem] = {}

    @hookimpl
    def kernel_configure(self, kernel: Application) -> None:
        """Keep the limits; provide "bodies.schemas"."""
        limits = kernel.config.get("limits", {})
        self._depth, self._most = limits.get("max_json_depth", 64), limits.get("max_validation_errors", 100)
        self._brief, self._kernel = briefness(Limits.of(kernel.config)), kernel
        kernel.provide("bodies.schemas", self.schemas)

    @hookimpl
    def kernel_bind(self, parameter: inspect.Parameter, route: Route) -> Extract | None:
        """Return the extractor of the body; abstain for a parameter of any other type."""
        hint = parameter.annotation
        if not any(records(hint)) or re.search(rf"<{re.escape(parameter.name)}[:>]", route.path):
            return None
        try:
            source, body, extract = self._reading(hint, parameter, route)
        except TypeError as error:
            message, _, advice = str(error).partition("; ")
            self._problems[route, parameter.name] = problem(route, parameter, message, advice)
            return never
        self._bodies[route] = parameter.name, source, body
        return extract

    def _reading(self, hint: Any, parameter: inspect.Parameter, route: Route) -> tuple[str, Body, Extract]:
        """Return what reads the parameter; raise TypeError for one that could never be filled."""
        other = self._bodies.get(route, (parameter.name,))[0]
        if other != parameter.name:
            raise TypeError(f"it is a body, and so is '{other}'; put both into one class")
        if route.methods and BODILESS.issuperset(route.methods):
            raise TypeError("it is a body, and a GET has none; let the route take POST, PUT or PATCH")
        if not is_form(hint):
            return "json", *self._json(hint, parameter)
        if not offers(self._kernel, "form"):
            raise TypeError("it is a form, and no active plugin reads forms; activate the plugin 'forms'")
        return "form", *self._form(hint, parameter)

    def _json(self, hint: Any, parameter: inspect.Parameter) -> tuple[Body, Extract]:
        body = ModelBody(hint) if any(map(is_model, records(hint))) else StructBody(hint)
        extract = json_extractor(body, self._brief, self._depth, self._most)
        return body, extract if parameter.default is parameter.empty else json_or_default(extract, parameter.default)

    def _form(self, hint: Any, parameter: inspect.Parameter) -> tuple[Body, Extract]:
        inner = bare(hint)
        if not is_record(get_origin(inner) or inner):
            raise TypeError("a form is one object with fields")
        body = ModelForm(hint) if is_model(inner) else StructForm(hint)
        extract = form_extractor(body, self._most)
        return body, extract if parameter.default is parameter.empty else form_or_default(extract, parameter.default)

    @hookimpl
    def kernel_checks(self) -> Iterable[Problem]:
        """Report the bodies that no request could have."""
        return list(self._problems.values())

    def schemas(self) -> Schemas:
        """Return, for each route with a typed body, its JSON Schema under its source: "json" or "form"."""
        return {route: {source: body.schema()} for route, (_, source, body) in self._bodies.items()}


async def never(request: Request) -> Any:
    """Stand where a parameter cannot be filled: the kernel does not start."""


def problem(route: Route, parameter: inspect.Parameter, message: str, hint: str) -> Problem:
    """Return the problem of a parameter."""
    text = f"route '{route}': parameter '{parameter.name}': {message}"
    return Problem("bodies.parameter", "error", text, hint or "correct the type", where(route.handler))
