"""ASGI's words as types (ASGI 3.0, HTTP and lifespan sub-specifications)."""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, Protocol

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]


class Application(Protocol):
    """The kernel as plugins and requests see it: `request.app`, the `kernel` of a hook."""

    @property
    def config(self) -> Mapping[str, Mapping[str, Any]]:
        """The sections of config.ini, validated."""

    @property
    def context(self) -> "MutableMapping[str, Any]":
        """One mapping for the lifetime of the kernel."""

    def provide(self, key: str, value: Any) -> None:
        """Offer *value* to everybody under *key*; twice the same key is a boot error."""

    def service(self, key: str) -> Any:
        """Return what a plugin provided under *key*."""

    def collect(self, hook: str, **arguments: Any) -> list[tuple[str, Any]]:
        """Ask every active plugin, in order: pairs of plugin name and answer, None left out."""

    async def execute_event(self, name: str, args: Mapping[str, Any] | None = None) -> None:
        """Call the listeners of *name*, one after another."""
