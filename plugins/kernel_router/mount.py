"""Mount: hand everything below a path to another ASGI application (ASGI 3.0, HTTP and WebSocket)."""

import sys
from collections.abc import Iterable, Mapping
from typing import Any

from kernel.layers import Route
from kernel.request import Request
from kernel.response import Pair, Response
from kernel.types import ASGIApp, Message, Scope, Send

State = dict[str, Any]
STATES = "router.states"
"""Service: id of a mounted application -> the `state` that its lifespan filled."""
_adding_up = frozenset({b"set-cookie", b"vary"})


class Mount(Route):
    """Serve *path* and everything below it with *application*, whatever the method.

    Args:
        path: literal parts only; the application finds it at the end of `root_path`.
        application: any ASGI application; the limit on request bodies is its own.
        lifespan: start and stop it with the kernel; a failure of its start fails ours.
        options: see `kernel.layers.Options`; `name` makes it known to `url_for`.

    Raises:
        TypeError: the application is not callable, or an unknown option.
    """

    def __init__(self, path: str, application: ASGIApp, lifespan: bool = True, **options: Any) -> None:
        if not callable(application):
            raise TypeError(f"mount '{path}': an ASGI application is callable, {application!r} is not")

        async def serve(request: Request) -> Response | None:
            scope = child_scope(request, application)
            if scope["type"] == "websocket":  # passed on message by message, the handshake too
                await application(scope, request.connection.receive, request.connection.send)
                return None
            return Mounted(application, scope)

        serve.__qualname__ = getattr(application, "__qualname__", type(application).__qualname__)
        super().__init__(path, (), serve, **options)
        self.name = self.options.name or ""
        frame = sys._getframe(1)
        self.where = f"{frame.f_code.co_filename}:{frame.f_lineno}"
        self.application, self.lifespan = application, lifespan


class Mounted(Response):
    """The answer of a mounted application, passed on message by message.

    Headers that layers put on it replace those of the application; cookies and `vary` add up. Those that
    every answer has, the service "headers", are added where the application says nothing else.
    `status` is the application's once that has begun to answer.
    """

    streamed = True

    def __init__(self, application: ASGIApp, scope: Scope) -> None:
        super().__init__()
        self.headers.clear()
        self._application, self._scope = application, scope
        self._complete: Mapping[Any, Iterable[Pair]] | None = None

    async def prepare(self, request: Request) -> Response:
        """Note what layers said, before what every answer has is added to it."""
        self._said = {name for name, _ in self.pairs}
        self._complete = request.app.booted.services.get("headers", ("", None))[1]
        return self

    async def write(self, request: Request, send: Send) -> None:
        """Call the application with its own scope; 500 if it fails before it begins to answer."""
        begun = False

        async def forward(message: Message) -> None:
            nonlocal begun
            begun = True
            if message["type"] == "http.response.start":
                self.status = message["status"]
                message = {**message, "headers": self._merged(message.get("headers", ()))}
            await send(message)

        try:
            await self._application(self._scope, request.receive, forward)
        except Exception:
            if not begun:
                self.status = 500
                failed = Response("Internal Server Error", 500)
                failed.pairs = (*self._completed(failed.pairs),)
                await failed.write(request, send)
            raise

    def _merged(self, theirs: Any) -> list[Pair]:
        ours = self.raw_headers(None)
        if self._complete is not None:
            said = [pair for pair in ours if pair[0] in self._said]
            added = {*self._completed(said)} - {*said}
            ours = [pair for pair in ours if pair not in added]
        replaced = {name for name, _ in ours} - _adding_up
        merged = [*((name, value) for name, value in theirs if name.lower() not in replaced), *ours]
        return [*self._completed(merged)]

    def _completed(self, pairs: Iterable[Pair]) -> Iterable[Pair]:
        return pairs if self._complete is None else self._complete[tuple(pairs)]


def below(root: str, path: str) -> str:
    """Return *path* without *root* if it begins with it; older servers leave it out themselves."""
    root = root.removesuffix("/")
    if path.startswith(root) and path[len(root) : len(root) + 1] in ("", "/"):
        return path[len(root) :]
    return path


def child_scope(request: Request, application: ASGIApp) -> Scope:
    """Return the scope for a mounted application: `path` stays whole and begins with `root_path`."""
    scope = request.scope
    root = (scope.get("root_path") or "").removesuffix("/")
    path = scope["path"] if not root or below(root, scope["path"]) != scope["path"] else root + scope["path"]
    mounted = request.route.path.strip("/")
    child = {**scope, "path": path, "root_path": f"{root}/{mounted}" if mounted else root}
    state = request.app.service(STATES).get(id(application))
    if state is not None:
        child["state"] = dict(state)
    return child
