"""One HTTP request: its ASGI scope, and whatever plugins add to it.

The kernel knows the scope and the message channel. Everything else a request offers comes from
plugins: `kernel.provide("request.cookies", parse)` makes `request.cookies`, computed on first use;
headers, body, JSON, query and cookies are those of the plugin "requests".
"""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from kernel.types import Application, Receive, Scope


class Context(dict[str, Any]):
    """A mapping whose keys are attributes too."""

    def __getattr__(self, name: str) -> Any:
        if name not in self:
            raise AttributeError(f"context has no '{name}'")
        return self[name]

    __setattr__ = dict.__setitem__


class Computed:
    """An attribute that is computed when it is first asked for; cached_property takes a lock in Python 3.11."""

    def __init__(self, name: str, compute: Callable[..., Any]) -> None:
        self.name, self.compute = name, compute

    def __get__(self, request: Any, owner: Any = None) -> Any:
        value = self.compute(request)
        setattr(request, self.name, value)  # not by __dict__: to make that costs more than most attributes
        return value


class Request:
    """What a handler gets. `context` is a mapping for this request only, `state` the same one.

    `url_vars` holds the variables of the path as str; `route` is None until the router matched,
    `received` until the body was, or a part of it;
    `max_body_size` is in bytes. `settlers`,
    `async (request, response) -> response`, have the last word before the first byte, the `always`
    first of them in the name of layers. When the answer is out, `after` is called, then `answered`
    unless the request was `rescued` from an exception, and `finishers` in any case.
    """

    url_vars: Mapping[str, str] = {}
    route = received = None  # type: Any
    max_body_size = 10 * 1024 * 1024
    bypassed = rescued = waiting = False
    always = 0
    settlers: tuple[Callable[..., Any], ...] = ()
    after = answered = finishers = settlers

    def __init__(self, scope: Scope, receive: Receive, app: Application) -> None:
        self.scope, self.receive, self.app = scope, receive, app

    if TYPE_CHECKING:  # what plugins provide

        def __getattr__(self, name: str) -> Any: ...

    context = Computed("context", lambda request: Context())
    state = property(lambda self: self.context)


def extended(services: Mapping[str, Any], finishers: Iterable[Any] = (), app: Any = None) -> type[Request]:
    """Return a Request class of one kernel, with an attribute for each service "request.NAME"."""
    provided: dict[str, Any] = {"app": app, "finishers": tuple(finishers), "waiting": bool(finishers)}
    provided |= {key[8:]: Computed(key[8:], value) for key, value in services.items() if key[:8] == "request."}
    return type("Request", (Request,), provided)
