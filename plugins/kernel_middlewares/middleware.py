"""The class that users derive from, and one overridden method of it as the boot sees it."""

import inspect
from collections.abc import Awaitable, Callable
from typing import Any

from kernel import Request, Response
from kernel.layers import Hook, where
from kernel.serve.wrappers import is_async

METHODS = {"process_application": 1, "process_request": 1, "process_handler": 2, "process_response": 2}
"""How many arguments each method is given."""


class Middleware:
    """Override what you need; the rest costs nothing. One instance is made for each kernel.

    The methods may be static, class or instance methods, and all but the first async or not. A class
    with a `Config`, a dataclass, is given its section as one; else the keys of the section are the
    arguments of `__init__`. The section is `section`, or [middlewares.NAME] with the name of the class.
    """

    Config: type | None = None
    section: str = ""

    def __init__(self, config: Any = None) -> None:
        self.config = config

    def process_application(self, application: Any) -> Any:
        """Return *application*, the kernel, once it is configured, or an ASGI application that wraps it."""
        return application

    async def process_request(self, request: Request) -> Any:
        """Return the request for what lies inside, or (request, response) to answer directly.

        (request, None) goes on. An error that is raised or stands in place of the response is the answer.
        """
        return request, None

    async def process_handler(self, request: Request, handler: Callable[[Request], Awaitable[Any]]) -> Any:
        """Return what is called with the request in place of *handler*; only for a request with a route."""
        return handler

    async def process_response(self, request: Request, response: Response) -> Any:
        """Return the response for what lies outside; *response* may be that of an error."""
        return response


class Method:
    """An overridden method, bound and ready to be awaited; `where` is its place, `title` its name."""

    def __init__(self, owner: Middleware, name: str) -> None:
        function: Hook = getattr(owner, name)
        self.title, self.where, self.call = f"{type(owner).__qualname__}.{name}", where(function), function
        if not is_async(function):
            self.call = awaited(function)

    def wrong(self, value: Any, due: str) -> TypeError:
        """Return the error for a *value* that is not what is *due*."""
        if inspect.iscoroutine(value):
            value.close()
        return TypeError(f"middleware '{self.title}' owes {due} and returned {value!r:.100} ({self.where})")


def awaited(function: Hook) -> Hook:
    """Return a sync function as an async one; what it returns may still be awaitable."""

    async def call(*arguments: Any) -> Any:
        value = function(*arguments)
        return await value if inspect.isawaitable(value) else value

    return call


def method(owner: Middleware, name: str) -> Method | None:
    """Return the method *name* if the class overrides it."""
    own = inspect.getattr_static(type(owner), name) is not inspect.getattr_static(Middleware, name)
    return Method(owner, name) if own else None
