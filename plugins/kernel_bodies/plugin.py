"""The plugin: it binds the parameter of a handler that is the body."""

import inspect
import re
from collections.abc import Awaitable, Callable
from typing import Any

from kernel import Plugin, Request, hookimpl
from kernel.layers import Route
from kernel.types import Application
from kernel_bodies.annotations import records
from kernel_bodies.extraction import json_extractor, with_default
from kernel_bodies.structs import StructBody

BODILESS = ("GET", "HEAD")
Extractor = Callable[[Request], Awaitable[Any]]


class Bodies(Plugin):
    """Fill the parameter whose type has named fields with the body, decoded and validated in one pass."""

    name = "bodies"
    requires = ("requests", "errors")
    after = ("params", "forms")

    def __init__(self) -> None:
        self._bodies: dict[Route, tuple[str, StructBody]] = {}

    @hookimpl
    def kernel_configure(self, kernel: Application) -> None:
        """Keep the limits."""
        limits = kernel.config.get("limits", {})
        self._depth, self._most = limits.get("max_json_depth", 64), limits.get("max_validation_errors", 100)

    @hookimpl
    def kernel_bind(self, parameter: inspect.Parameter, route: Route) -> Extractor | None:
        """Return the extractor of the body; abstain for a parameter of any other type."""
        hint = parameter.annotation
        if not any(records(hint)) or re.search(rf"<{re.escape(parameter.name)}[:>]", route.path):
            return None
        body = StructBody(hint)
        extract = json_extractor(body, self._depth, self._most)
        return extract if parameter.default is parameter.empty else with_default(extract, parameter.default)
