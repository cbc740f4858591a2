"""The kernel's questions to plugins, in the order they are asked.

Each is a plain `def`, asked once at boot and never while a request runs. What an answer *holds*
may be async. Name only the arguments you need; return None to abstain. "first" marks a question
whose first answer other than None counts, `since` the version of the hook API that has it first.
A plugin asks more questions with `specs = (MySpecs,)`. docs/hooks.md is made of this page.
"""

from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pluggy

from kernel.boot.plan import Plan
from kernel.errors import Findings, Problem
from kernel.layers import F, Handler, Hooks, Layer, Route
from kernel.request import Request
from kernel.response import Response
from kernel.types import Application

hookimpl = pluggy.HookimplMarker("kernel")


def hookspec(function: Any = None, **options: Any) -> Callable[[F], F]:
    """Mark a method of a class as the specification of a hook: `@hookspec`, or `@hookspec(since=(1, 2), ...)`.

    Args:
        function: the method.
        since: the version that has the hook first, default (1, 0): that of the hook API for the
            hooks that come with asgi-kernel, that of its own distribution for another plugin's.
        since_args: the same for arguments that came later than the hook: a mapping by name.
        options: those of pluggy: firstresult, and warn_on_impl and warn_on_impl_args for what is
            deprecated, with a `DeprecationWarning` that says what to answer instead.
    """
    if function is None:
        return lambda function: hookspec(function, **options)  # type: ignore[return-value]  # the method itself
    function.since, function.since_args = options.pop("since", (1, 0)), options.pop("since_args", {})
    return pluggy.HookspecMarker("kernel")(function, **options)  # type: ignore[no-any-return]  # the method itself


class Specs:
    """Hook specifications of the kernel; `kernel.API` is their version."""

    @hookspec(since=(1, 0), firstresult=True)
    def kernel_settings(self, config: Any, section: str, schema: type, problems: Findings) -> Any:
        """first: Return the section as an instance of *schema*; what is wrong goes to *problems*.

        The plugin "settings" answers; another one may take its place to validate in another way.
        """

    @hookspec(since=(1, 0))
    def kernel_configure(self, kernel: Application, config: Any) -> None:
        """Set yourself up; `config` is your own validated section.

        Offer things to others with `kernel.provide(key, value)`; a key like "request.session" becomes
        an attribute of every request, computed from it on first use. `kernel.collect(hook)` asks the
        questions of your own.
        """

    @hookspec(since=(1, 0))
    def kernel_hooks(self, kernel: Application) -> Hooks | None:
        """Listen to named events, the phases of the life cycle included. See docs/events.md."""

    @hookspec(since=(1, 0))
    def kernel_layers(self, kernel: Application) -> Iterable[Layer] | None:
        """Wrap handlers, or run hooks around them, at a level.

        Their order is that of `before` and `after`, ties by plugin order; `[order] layers` has the
        last word. See docs/layers.md.
        """

    @hookspec(since=(1, 0))
    def kernel_routes(self, kernel: Application) -> Iterable[Route] | None:
        """Declare routes: Route objects, or containers that iterate over them, in any depth.

        A path of a plugin stands as it is written; those of an app get its prefix.
        """

    @hookspec(since=(1, 0), firstresult=True)
    def kernel_call(self, route: Route) -> Callable[[Request], Any] | None:
        """first: Return `async (request) -> value` that calls the route's handler.

        Without an answer the handler is awaited with the request alone. An attribute `binders` of
        the callable, (parameter, plugin, extractor) each, is shown by `kernel explain`.
        """

    @hookspec(since=(1, 0), firstresult=True)
    def kernel_bind(self, parameter: Any, route: Route) -> Callable[..., Any] | None:
        """first: Return `(request) -> value`, sync or async, for one *parameter* (inspect.Parameter) of a handler.

        Its annotation is evaluated. The standard plugins answer for path variables, query
        parameters, bodies, forms, sessions and the request itself. See docs/handlers.md.
        """

    @hookspec(since=(1, 0), firstresult=True)
    def kernel_hook(self, phase: str, function: Callable[..., Any], layer: Layer, render: Callable[..., Any]) -> Any:
        """first: Return `(inner) -> Handler`, which puts one hook of a layer or an option around a handler.

        The phase is guard, before_request, after_request or after_response; for on_finish return
        the hook as it is to be called. `layer` has plugin, on and blocking; `render` makes a
        response of a value.
        """

    @hookspec(since=(1, 0), firstresult=True)
    def kernel_router(self, routes: list[tuple[Route, Handler]]) -> Callable[[Request], Handler | None] | None:
        """first: Compile all (route, compiled handler) pairs to one matcher.

        The matcher gets a request, sets `request.url_vars` and `request.route`, and returns the
        handler, or None for no match. It raises HTTPException(405) with `allow` for another method.
        """

    @hookspec(since=(1, 0))
    def kernel_compiled(self, plan: Plan) -> None:
        """Look at the finished, read-only plan.

        For what is derived from the whole: a site map, an API description, metrics.
        """

    @hookspec(since=(1, 0))
    def kernel_checks(self, kernel: Application, deploy: bool) -> Iterable[Problem] | None:
        """Report what is wrong or, with *deploy*, unfit for production.

        Asked at every boot with `deploy` False, and by `kernel check --deploy` with True. A problem of
        level "error" forbids to run.
        """

    @hookspec(since=(1, 0))
    def kernel_lifespan(self, kernel: Application) -> AbstractAsyncContextManager[Any] | None:
        """Return a context entered at start, in plugin order, and left at stop, in exact reverse.

        `App(lifespan=f)` takes a function `f(kernel)` that returns an async context manager.
        """

    @hookspec(since=(1, 0))
    def kernel_servers(self, kernel: Application) -> Iterable[Callable[[], Any]] | None:
        """Return async callables that run for ever beside the application.

        They start when everything else has started and are cancelled first. One that raises
        `ServerInterrupt` ends the process in order. See docs/agents.md.
        """

    @hookspec(since=(1, 0), firstresult=True)
    def kernel_render(self, type_: type, route: Route | None) -> Callable[[Any], Response] | None:
        """first: Return `(value) -> Response` for the values of a type that handlers return.

        Asked once for each type and route; `route` is None for what is rendered outside of one. An
        attribute `plain` of it, (encode, status, pairs), stands for it where nobody looks at the
        response: `encode(value)` is its body, the rest as for `Response.trusted`; no 1xx, 204 or 304.
        """

    @hookspec(since=(1, 0), firstresult=True)
    def kernel_rescue(self, exc_type: type[Exception], route: Route | None) -> Callable[..., Any] | None:
        """first: Return `(request, exc) -> Response`, sync or async; `route` is None without a match.

        Asked once for each type of exception and route when it first turns up; the response may be one
        for several requests. An attribute `not_found` of the answer to HTTPException without a route, a
        plain Response, stands for it where a path has no route, nobody observes errors and nothing waits
        for the end of the request. See docs/errors.md.
        """

    @hookspec(since=(1, 0))
    def kernel_commands(self, cli: Any) -> None:
        """Add commands to `cli`, a click.Group.

        Asked by the command line only; by then every plugin is configured, do not count on more.
        """

    @hookspec(since=(1, 0))
    def kernel_init_func(self) -> Callable[..., Any] | None:
        """Return `f(config)`, sync or async, run once by `kernel init`."""
