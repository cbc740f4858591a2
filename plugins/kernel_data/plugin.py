"""The plugin: `request.get_cleaned_data`, the checks at boot, and the schemas of all routes."""

from collections.abc import Iterable
from typing import Any

from kernel_requests.plugin import offers

from kernel import Plugin, Problem, Request, hookimpl
from kernel.boot.plan import Plan
from kernel.layers import Route
from kernel.types import Application
from kernel_data.declaration import fields_of
from kernel_data.handlers import Cleaning, Handlers, check, is_data_class
from kernel_data.invalid import MOST_ERRORS
from kernel_data.plan import plan_of
from kernel_data.schema import schema_of
from kernel_data.sources import NAMES


class DataPlugin(Plugin):
    """Clean the data of requests by the data handlers of their routes."""

    name = "data"
    requires = ("requests", "errors")
    after = ("forms", "limits")

    @hookimpl
    def kernel_configure(self, kernel: Application) -> None:
        """Provide `request.get_cleaned_data` and "data.schemas"."""
        said = kernel.config.get("limits", {}).get("max_validation_errors")
        limit = said if isinstance(said, int) else MOST_ERRORS
        handlers = Handlers()

        def cleaning(request: Request) -> Any:
            return Cleaning(request, handlers[request.route] if request.route else None, limit).cleaned

        kernel.provide("request.get_cleaned_data", cleaning)
        kernel.provide("data.schemas", lambda: schemas(route for route, _ in self._plan.routes))

    @hookimpl
    def kernel_compiled(self, plan: Plan) -> None:
        """Keep the routes for the checks and the schemas."""
        self._plan = plan

    @hookimpl
    def kernel_checks(self, kernel: Application) -> Iterable[Problem]:
        """Report data handlers that cannot work; compile those that can."""
        routes = [route for route, _ in self._plan.routes]
        problems = list(check(routes, offers(kernel, "form")))
        if not any(problem.level == "error" for problem in problems):
            for handler in filter(None, {route.effective.data_handler for route in routes}):
                plan_of(handler())
        return problems


def schemas(routes: Iterable[Route]) -> dict[Route, dict[str, dict[str, Any]]]:
    """Return, for each route with a data handler, a JSON Schema for each source that it reads.

    The sources are json, form, query, path, header and content.
    """
    found = {route: route.effective.data_handler for route in routes}
    return {route: by_source(chosen) for route, chosen in found.items() if is_data_class(chosen)}


def by_source(data_class: type) -> dict[str, dict[str, Any]]:
    """Return the JSON Schema of each source that a Data class reads."""
    used = sorted({field.type for field in fields_of(data_class).values() if field.type})
    return {
        name: schema_of(data_class, [kind for kind in used if NAMES[kind] == name])
        for name in dict.fromkeys(NAMES[kind] for kind in used)
    }
