"""The plugin "requests": what a request offers beyond its scope."""

from collections.abc import Callable
from typing import Any

from kernel import Plugin, Request, hookimpl
from kernel.types import Application
from kernel_requests.cookies import cookies
from kernel_requests.incoming import Incoming
from kernel_requests.limits import Limits
from kernel_requests.media import charset, content_length, content_type
from kernel_requests.query import query_reader
from kernel_requests.url import url
from kernel_requests.values import header_reader

BODY_IDLE = 30.0
"""Seconds within which a part of a body has to arrive."""


class Requests(Plugin):
    """Provide what handlers read of a request; each attribute is computed on first use.

    method, path, root_path, scheme, client, server, url, headers, cookies, query_params,
    content_type, content_length, charset, and the methods body, stream, json, text and is_disconnected.
    """

    name = "requests"

    @hookimpl
    def kernel_configure(self, kernel: Application) -> None:
        """Provide the attributes, within the limits of the configuration."""
        limits = Limits.of(kernel.config)
        idle = float(kernel.config.get("timeouts", {}).get("body_idle", BODY_IDLE))
        attributes: dict[str, Callable[[Request], Any]] = {
            "method": lambda request: request.scope["method"],
            "path": lambda request: request.scope["path"],
            "root_path": lambda request: request.scope.get("root_path") or "",
            "scheme": lambda request: request.scope.get("scheme") or "http",
            "headers": header_reader(limits),
            "cookies": lambda request: cookies(request, limits),
            "query_params": query_reader(limits),
            "url": url,
            "client": lambda request: address(request, "client", "ip"),
            "server": lambda request: address(request, "server", "host"),
            "incoming": lambda request: Incoming(request, limits, idle),
            "body": lambda request: request.incoming.body,
            "stream": lambda request: request.incoming.stream,
            "json": lambda request: request.incoming.json,
            "text": lambda request: request.incoming.text,
            "is_disconnected": lambda request: request.incoming.is_disconnected,
            "content_type": content_type,
            "content_length": content_length,
            "charset": charset,
        }
        for name, compute in attributes.items():
            kernel.provide(f"request.{name}", compute)


def address(request: Request, end: str, first: str) -> dict[str, Any] | None:
    """Return one end of the connection as {*first*, "port"}; None if the server does not say."""
    pair = request.scope.get(end)
    return {first: pair[0], "port": pair[1]} if pair else None


def offers(kernel: Application, attribute: str) -> bool:
    """Tell whether requests of a kernel have an attribute that another plugin provides, such as "form"."""
    try:
        kernel.service(f"request.{attribute}")
    except LookupError:
        return False
    return True
