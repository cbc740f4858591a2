"""The plugin: it collects the error codes of all apps and answers every exception."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from kernel import Layer, Plugin, Problem, Request, Response, hookimpl, hookspec
from kernel.boot.plan import Plan
from kernel.errors import BootError
from kernel.types import Application
from kernel_errors.answers import Answer, Answers
from kernel_errors.handlers import ExceptionHandlers, check
from kernel_errors.registry import ErrorRegistry
from kernel_errors.report import Owners, owners, report


@dataclass(frozen=True)
class ErrorsConfig:
    """Section [errors]."""

    format: Annotated[Literal["json", "problem"], "json, or problem for RFC 9457 application/problem+json"] = "json"


class Specs:
    """What this plugin asks others."""

    @hookspec
    def kernel_errors(self) -> Any:
        """Declare error codes: an ErrorList, or several."""


class Errors(Plugin):
    """Answer exceptions; provide "errors", the `ErrorRegistry` of the project."""

    name = "errors"
    requires = ("settings", "responses")
    specs = (Specs,)
    Config = ErrorsConfig

    def __init__(self) -> None:
        self._owners: Owners = {}

    @hookimpl
    def kernel_configure(self, kernel: Application, config: ErrorsConfig) -> None:
        """Collect the codes; every number that is claimed twice is a finding."""
        registry = ErrorRegistry(kernel.collect("kernel_errors"))
        if registry.problems:
            raise BootError(registry.problems)
        self._answers = Answers(registry, config.format)
        self._handlers = ExceptionHandlers(kernel, registry)
        kernel.provide("errors", registry)

    @hookimpl
    def kernel_layers(self) -> Iterable[Layer]:
        """Stand around the routes that have exception handlers, at each level that states some."""
        return self._handlers.layers()

    @hookimpl
    def kernel_compiled(self, plan: Plan) -> None:
        """Remember who owns which code."""
        self._owners, self._plan = owners(plan), plan

    @hookimpl
    def kernel_checks(self) -> Iterable[Problem]:
        """Report exception handlers that can never be called."""
        return check(self._plan)

    @hookimpl
    def kernel_render(self, type_: type) -> Answer | None:
        """Render errors that a handler returns."""
        return self._answers.of(type_)

    @hookimpl(trylast=True)
    def kernel_rescue(self, exc_type: type[Exception]) -> Callable[[Request, Any], Response]:
        """Answer what was raised; anything but an HTTPException is logged and stays inside."""
        answer = self._answers.of(exc_type)
        if answer is None:
            return self._unexpected
        return lambda request, error: answer(error)

    def _unexpected(self, request: Request, error: Exception) -> Response:
        report(request, error, self._owners)
        return self._answers.internal()
