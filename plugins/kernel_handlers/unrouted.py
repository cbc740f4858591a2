"""What an app's own layers do for a request that no route answers: 404, 405, and what fails before a route is known.

Without a route nobody knows whose request it is; it counts as that of every app whose prefix its
path lies under. There the layers with on="always" see the response, and those with on_finish its end.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from kernel import App, Layer, Request, Response
from kernel.boot.plan import Member
from kernel.layers import Handler, Hook
from kernel_handlers.hooks import compiled


def unrouted(members: list[Member]) -> Iterator[Layer]:
    """Yield a layer of the application for each app that has such layers."""
    for member in members:
        options = getattr(member.plugin, "options", None) if isinstance(member.plugin, App) else None
        hooks = [hook for layer in options.layers for hook in endings(layer, member.name)] if options else []
        if hooks:
            hook = unmatched(member.plugin.prefix.rstrip("/"), hooks)
            hook.app = member.plugin  # type: ignore[attr-defined]  # read by `kernel explain`
            yield Layer(f"{member.name}.unrouted", after_request=hook, on="always", plugin=member.name)


def endings(layer: Layer, app: str) -> Iterator[Callable[[Handler], Handler]]:
    """Yield the wrappers of what *layer* does behind a response, whatever it is."""
    for phase in ("after_request", "after_response") if layer.on == "always" else ():
        function: Hook | None = getattr(layer, phase)
        if function:
            yield compiled(phase, function, replace(layer, plugin=app), lambda value: value)
    if layer.on_finish:
        yield finishing(compiled("on_finish", layer.on_finish, layer, lambda value: value))


def finishing(hook: Hook) -> Callable[[Handler], Handler]:
    """Return the wrapper that has *hook* called with the outcome."""

    def wrap(inner: Handler) -> Handler:
        async def call(request: Request) -> Response:
            request.finishers, request.waiting = (*request.finishers, hook), True
            return await inner(request)

        return call

    return wrap


def unmatched(prefix: str, wraps: list[Callable[[Handler], Handler]]) -> Hook:
    """Return the hook that runs *wraps*, inner ones first, on the response to a path under *prefix* without a route."""

    async def without_route(response: Response, request: Request) -> Response:
        if request.route is not None or not f"{request.scope['path']}/".startswith(f"{prefix}/"):
            return response

        async def given(request: Request) -> Response:
            return response

        call: Handler = given
        for wrap in reversed(wraps):
            call = wrap(call)
        before, first = request.finishers, len(type(request).finishers)
        changed = await call(request)
        if request.finishers is not before:  # those of an app further in were added earlier, and are called later
            added = request.finishers[len(before) :]
            request.finishers = (*before[:first], *added, *before[first:])
        return changed

    return without_route
