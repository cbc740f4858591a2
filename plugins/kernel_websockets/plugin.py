"""The plugin: it owns [websocket], serves websockets, and checks where they come from."""

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from kernel_settings import Beyond, Size

from kernel import Hooks, Layer, Plugin, Problem, Request, hookimpl
from kernel.boot.plan import Plan
from kernel.errors import HTTPException
from kernel.layers import Route, bare
from kernel.serve.wrappers import is_async
from kernel.types import Application
from kernel_websockets.origins import Origins
from kernel_websockets.serving import METHOD, Sockets
from kernel_websockets.websocket import WebSocket

MEBIBYTE = Size("1MiB")
NAMES = ("ws", "websocket", "socket")
"""What a parameter without an annotation may be called."""
ORIGINS = "[websocket] allow_origins"


@dataclass(frozen=True)
class WebSocketConfig:
    """Section [websocket]."""

    allow_origins: Annotated[
        tuple[str, ...], "further origins whose pages may connect: https://host, or * for all"
    ] = ()
    require_origin: Annotated[bool, "refuse clients that name no origin, as all but browsers do"] = False
    max_message: Annotated[
        Size,
        "most bytes of a message, for routes without max_body_size",
        Beyond(words="the socket is closed with 1009"),
    ] = MEBIBYTE

    def __post_init__(self) -> None:
        try:
            Origins(self.allow_origins)
        except ValueError as error:
            raise ValueError(f"allow_origins: {error}") from None


class WebSockets(Plugin):
    """Serve websockets; provide "websocket", which the kernel hands them to."""

    name = "websockets"
    requires = ("settings", "events", "outcomes", "requests", "responses", "router")
    after = ("params",)
    section = "websocket"
    Config = WebSocketConfig

    @hookimpl
    def kernel_configure(self, kernel: Application, config: WebSocketConfig) -> None:
        """Offer to serve; what plugins add to requests is known when the kernel is compiled."""
        self._kernel, self._config = kernel, config
        self._origins = Origins(config.allow_origins)
        self._sockets = Sockets(kernel.service("life"))
        kernel.provide("websocket", self._sockets)

    @hookimpl
    def kernel_layers(self) -> Iterable[Layer]:
        """Stand outermost around every route of a websocket: `skip=("origin",)` opens one to all pages."""
        return [Layer("origin", before_request=self._checking(), level="app", select=is_socket)]

    def _checking(self) -> Callable[[Request], None]:
        origins, required = self._origins, self._config.require_origin

        def origin(request: Request) -> None:
            if request.scope["type"] == "websocket" and not origins.allow(request, required):
                raise HTTPException(403)

        return origin

    @hookimpl
    def kernel_bind(self, parameter: inspect.Parameter, route: Route) -> Callable[[Request], Any] | None:
        """Fill the parameter of a websocket's handler that is the socket: `ws`, or the first one without a type."""
        if not is_socket(route) or parameter.annotation is not parameter.empty:
            return None
        first = next(iter(inspect.signature(route.handler).parameters))
        return (lambda request: request) if parameter.name in (*NAMES, first) else None

    @hookimpl
    def kernel_hooks(self) -> Hooks:
        """Close every socket when the kernel is about to stop."""
        hooks = Hooks()
        hooks.register("drain", self._sockets.drain)
        return hooks

    @hookimpl
    def kernel_compiled(self, plan: Plan) -> None:
        """Make the class of this kernel's websockets."""
        self._plan = plan
        depth = self._kernel.config.get("limits", {}).get("max_json_depth", WebSocket.max_json_depth)
        limits = {"max_body_size": self._config.max_message, "max_json_depth": depth}
        kind: Any = type("WebSocket", (WebSocket, self._kernel.booted.compiled[0]), limits)
        self._sockets.kind = kind

    @hookimpl
    def kernel_checks(self, deploy: bool) -> Iterable[Problem]:
        """Report handlers that cannot serve a websocket, and an open door, which is an error in production."""
        for route, _ in self._plan.routes:
            yield from check(route)
        if self._origins.everybody:
            message = f"{ORIGINS}: '*' lets every page connect with the cookies of its visitors"
            where = self._kernel.config.origin("websocket", "allow_origins")
            level: Literal["error", "warning"] = "error" if deploy else "warning"
            yield Problem("websocket.origins", level, message, "name the origins", where)


def is_socket(route: Route) -> bool:
    """Tell whether a route serves websockets."""
    return METHOD in route.methods


def check(route: Route) -> Iterable[Problem]:
    """Report what is wrong with the handler of *route*."""
    if is_socket(route) and not is_async(route.handler):
        message = f"route '{route}': the handler of a websocket awaits its messages, so it is an async function"
        yield Problem("websocket.handler", "error", message, "write async def, without yield", route.where)
    annotations = getattr(bare(route.handler), "__annotations__", {}).items() if set(route.methods) != {METHOD} else ()
    for name in [name for name, kind in annotations if name != "return" and is_websocket(kind)]:
        message = f"route '{route}': parameter '{name}' is a WebSocket, and the route answers other requests"
        yield Problem("websocket.parameter", "error", message, "declare it with routes.websocket", route.where)


def is_websocket(kind: Any) -> bool:
    """Tell whether an annotation is WebSocket, as a class or as text."""
    return kind == "WebSocket" or (isinstance(kind, type) and issubclass(kind, WebSocket))
