"""The plugin: `request.get_cleaned_data`, checks at boot, schemas; most is imported for the first data handler."""

from collections.abc import Iterable
from typing import Any

from kernel_requests.plugin import offers

from kernel import Plugin, Problem, Request, hookimpl
from kernel.boot.plan import Plan
from kernel.layers import Route
from kernel.types import Application
from kernel_data.handlers import Cleaning, Handlers
from kernel_data.invalid import MOST_ERRORS


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
        kernel.provide("data.schemas", self._schemas)

    @hookimpl
    def kernel_compiled(self, plan: Plan) -> None:
        """Keep the routes that have a data handler, for the checks and the schemas."""
        self._routes = [route for route, _ in plan.routes if route.effective.data_handler is not None]

    @hookimpl
    def kernel_checks(self, kernel: Application) -> Iterable[Problem]:
        """Report data handlers that cannot work; compile those that can."""
        if not self._routes:
            return ()
        from kernel_data.checks import compiled

        return compiled(self._routes, offers(kernel, "form"))

    def _schemas(self) -> dict[Route, dict[str, dict[str, Any]]]:
        from kernel_data.checks import schemas

        return schemas(self._routes)
