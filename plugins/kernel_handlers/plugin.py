"""The plugin: it compiles the call of every handler that is more than `async (request)`."""

import inspect
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any

from anyio.to_thread import current_default_thread_limiter

from kernel import Layer, Plugin, Problem, hookimpl
from kernel.boot.plan import Step
from kernel.errors import BootError
from kernel.layers import Hook, Route, where
from kernel.serve.wrappers import is_async
from kernel.types import Application
from kernel_handlers.calling import Binder, bound, is_plain, is_request, itself, parameters, positional
from kernel_handlers.checks import check
from kernel_handlers.hooks import Render, compiled
from kernel_handlers.unrouted import unrouted

UNNAMED = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


@dataclass(frozen=True)
class Threads:
    """Section [threads]."""

    max_workers: Annotated[
        int, "most worker threads at a time: of sync handlers and hooks, of files; what needs one more waits"
    ] = 40

    def __post_init__(self) -> None:
        if self.max_workers < 1:
            raise ValueError(f"max_workers: {self.max_workers} is less than 1")


class Handlers(Plugin):
    """Sync handlers in worker threads, async generators, and parameters filled by `kernel_bind`."""

    name = "handlers"
    section = "threads"
    Config = Threads

    @hookimpl
    def kernel_configure(self, kernel: Application, config: Threads) -> None:
        """Keep whom to ask for the parameters, and how many threads there may be."""
        self.kernel, self._config = kernel, config

    @hookimpl
    def kernel_lifespan(self) -> AbstractAsyncContextManager[None]:
        """Say how many threads the event loop may have; the latest to start has the last word."""
        return threads(self._config.max_workers)

    @hookimpl
    def kernel_checks(self, kernel: Application) -> Iterable[Problem]:
        """Report what is declared without effect."""
        return check(kernel)

    @hookimpl
    def kernel_call(self, route: Route) -> Callable[..., Any] | None:
        """Return the call of the route's handler; abstain for a plain `async (request)`."""
        if is_plain(route.handler):
            return None
        names = parameters(route.handler)
        blocking = route.effective.blocking
        if len(names) == 1 and is_request(names[0]):
            return None if is_async(route.handler) else positional(route.handler, blocking)
        return bound(route.handler, list(self.binders(route, names)), blocking, names)

    @hookimpl
    def kernel_hook(self, phase: str, function: Hook, layer: Layer, render: Render) -> Any:
        """Return what puts a hook around a handler."""
        return compiled(phase, function, layer, render)

    @hookimpl
    def kernel_layers(self, kernel: Application) -> Iterable[Layer]:
        """Have layers of apps see what no route answers, where they want to see everything."""
        return unrouted(kernel.plan.active)

    def measured(self, route: Route, name: str, plugin: str, extract: Hook) -> Hook:
        """Return *extract* as it is to be called: itself, unless somebody measures."""
        measure = self.kernel.booted.services.get("measure")
        if not measure:
            return extract
        step = Step("bind", name, plugin, "route", where(extract), is_async(extract))
        return measure[1](step, extract, route)  # type: ignore[no-any-return]  # a Hook

    def binders(self, route: Route, names: Iterable[inspect.Parameter]) -> Iterable[Binder]:
        """Yield who fills each parameter; one that nobody can fill must have a default."""
        problems = []
        for parameter in names:
            if parameter.kind in UNNAMED:
                continue
            if is_request(parameter):
                yield parameter.name, "handlers", itself
                continue
            found = len(self.kernel.problems)
            answer = self.kernel.booted.registry.first("kernel_bind", parameter=parameter, route=route)
            if answer:
                yield parameter.name, answer[0], self.measured(route, parameter.name, *answer)
            elif parameter.default is parameter.empty and len(self.kernel.problems) == found:
                message = f"route '{route}': no active plugin can fill parameter '{parameter}'"
                hint = "name it 'request', annotate it with a type that a plugin knows, or give it a default"
                problems.append(Problem("route.parameter", "error", message, hint, where(route.handler)))
        if problems:
            raise BootError(problems)


@asynccontextmanager
async def threads(most: int) -> AsyncIterator[None]:
    """Have the event loop use at most so many worker threads, AnyIO's and thereby everybody's."""
    current_default_thread_limiter().total_tokens = most
    yield
