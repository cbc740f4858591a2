"""ASGI's words as types (ASGI 3.0, HTTP and lifespan sub-specifications)."""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]
Many = Iterable[Any]
# The kernel as requests and hooks are given it; its own type stands above all that mention it.
Application = Any
