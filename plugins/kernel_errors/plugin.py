"""The plugin: it collects the error codes of all apps and answers every exception."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from inspect import isawaitable
from typing import Annotated, Any, Literal

from kernel_handlers.threads import awaited

from kernel import Layer, Plugin, Problem, Request, Response, hookimpl, hookspec
from kernel.boot.plan import Plan
from kernel.errors import BootError
from kernel.layers import Route
from kernel.types import Application
from kernel_errors.answers import Answer, Answers, marked
from kernel_errors.handlers import ExceptionHandler, ExceptionHandlers, check, merged, unwrapped
from kernel_errors.registry import ErrorRegistry
from kernel_errors.report import Owners, owner, owners, report


@dataclass(frozen=True)
class ErrorsConfig:
    """Section [errors]."""

    format: Annotated[Literal["json", "problem"], "json, or problem for RFC 9457 application/problem+json"] = "json"


class Specs:
    """What this plugin asks others."""

    @hookspec(since=(1, 0))
    def kernel_errors(self) -> Any:
        """Declare error codes: an ErrorList, or several."""

    @hookspec(since=(1, 0))
    def kernel_error_handlers(self) -> Any:
        """Answer what no route handles: a mapping of statuses and exceptions to `(request, error) -> value`."""

    @hookspec(since=(1, 0))
    def kernel_unexpected(self) -> Any:
        """Return `(request, error, answer) -> Response | None`, asked about every internal error.

        It was logged by then; *answer* is what the client gets otherwise. Not for users of a site:
        answers of this kind tell what happened inside.
        """


class Errors(Plugin):
    """Answer exceptions; provide "errors", the `ErrorRegistry` of the project."""

    name = "errors"
    requires = ("settings", "responses", "handlers")
    specs = (Specs,)
    Config = ErrorsConfig

    def __init__(self) -> None:
        self._owners: Owners = {}
        self._shows: list[Callable[..., Response | None]] = []

    @hookimpl
    def kernel_configure(self, kernel: Application, config: ErrorsConfig) -> None:
        """Collect the codes; every number that is claimed twice is a finding."""
        registry = ErrorRegistry(kernel.collect("kernel_errors"), kernel.plan.claims)
        if registry.problems:
            raise BootError(registry.problems)
        self._answers = Answers(registry, config.format)
        self._handlers = ExceptionHandlers(kernel, registry)
        self._project = merged(kernel.collect("kernel_error_handlers"))
        self._kernel = kernel
        kernel.provide("errors", registry)
        kernel.provide("errors.owner", lambda frame: owner(frame, self._owners))

    @hookimpl
    def kernel_layers(self) -> Iterable[Layer]:
        """Stand around the routes that have exception handlers, at each level that states some."""
        return self._handlers.layers()

    @hookimpl
    def kernel_compiled(self, plan: Plan) -> None:
        """Remember who owns which code."""
        self._owners, self._plan = owners(plan), plan
        self._handlers.compile(plan)
        self._shows = [show for _, show in self._kernel.collect("kernel_unexpected")]

    @hookimpl
    def kernel_checks(self) -> Iterable[Problem]:
        """Report exception handlers that can never be called."""
        return check(self._plan)

    @hookimpl
    def kernel_render(self, type_: type) -> Answer | None:
        """Render errors that a handler returns."""
        return self._answers.of(type_)

    @hookimpl(trylast=True)
    def kernel_rescue(self, exc_type: type[Exception], route: Route | None) -> Callable[[Request, Any], Any]:
        """Answer what was raised; anything but an HTTPException is logged and stays inside."""
        if self._handlers.wanted(route) or self._project.keys() - {Exception}:
            return self._asking
        return self._answers.rescuer(exc_type) or self._unexpected

    async def _asking(self, request: Request, error: Exception) -> Any:
        """Ask the handlers of the route, then those of the project; answer what none of them does."""
        try:
            return await self._handlers.answer(request, error)
        except Exception as unanswered:
            left = unwrapped(unanswered)
        asked = {key: handler for key, handler in self._project.items() if key is not Exception}
        handler = self._handlers.find(asked, left)
        try:
            if handler:
                return self._handlers.render(await awaited(handler)(request, left), request.route)
        except Exception as second:
            left = unwrapped(second)
        await self._handlers.observe(request, left)
        answer = self._answers.of(type(left))
        value = self._unexpected(request, left) if answer is None else answer(left)
        return await value if isawaitable(value) else value

    def _unexpected(self, request: Request, error: Exception) -> Any:
        number = report(request, error, self._owners)
        answer = self._answers.internal(number)
        for show in self._shows:
            shown = show(request, error, answer)
            if shown is not None:
                return shown
        handler = self._project.get(Exception) or self._project.get(500)
        return answer if handler is None else self._last(handler, request, error, number)

    async def _last(self, handler: ExceptionHandler, request: Request, error: Exception, number: str) -> Response:
        value = await awaited(handler)(request, error)
        response = self._handlers.render(value, request.route)
        response.headers.append(marked(number))
        return response
