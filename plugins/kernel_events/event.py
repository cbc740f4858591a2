"""Declared events: what an event carries, so that both its callers and its listeners can be checked."""

import sys
from collections.abc import Iterator, Mapping
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

OFFERED = ("app", "event", "request", "response")
"""What every listener may name besides the arguments of the event."""


class Event:
    """Declare an event and its arguments: `Event("user_created", username=str)`.

    Args:
        name: what listeners and `execute_event` call it.
        about: one sentence for `kernel events list`.
        payload: every argument of the event and its type. Classes and unions of them are checked
            when the event is executed, of `list[int]` the list; other annotations only tell.
    """

    wishes: tuple[str, ...] = ()
    """Keywords that its listeners may be registered with, besides before and after."""

    def __init__(self, name: str, about: str = "", /, **payload: Any) -> None:
        frame = sys._getframe(1)
        self.name, self.about, self.payload = name, about, payload
        self.where = f"{frame.f_code.co_filename}:{frame.f_lineno}"
        self._kinds = {argument: classes(kind) for argument, kind in payload.items()}

    def faults(self, arguments: Mapping[str, Any]) -> Iterator[str]:
        """Yield what is wrong with the arguments of one execution."""
        for name in self.payload.keys() - arguments.keys():
            yield f"'{name}' is missing"
        for name in arguments.keys() - self.payload.keys():
            yield f"'{name}' is not declared"
        for name, kinds in self._kinds.items():
            if name in arguments and not isinstance(arguments[name], kinds):
                yield f"'{name}' is {type(arguments[name]).__name__}"

    def __str__(self) -> str:
        arguments = (f"{name}: {getattr(kind, '__name__', kind)}" for name, kind in self.payload.items())
        return f"{self.name}({', '.join(arguments)})"


class Role(Event):
    """What a listener is, rather than an event: nobody executes it, and no pattern means it."""


def classes(kind: Any) -> tuple[type, ...]:
    """Return the classes that a value of the annotation *kind* may have; object where it cannot be told."""
    parts = get_args(kind) if isinstance(kind, UnionType) or get_origin(kind) is Union else (kind,)
    found = [NoneType if part is None else get_origin(part) or part for part in parts]
    widened = [int] if float in found else []  # as type checkers see numbers
    return tuple(one if checkable(one) else object for one in [*found, *widened])


def checkable(kind: Any) -> bool:
    """Tell whether `isinstance` takes *kind*: not Any, a TypedDict or a protocol."""
    try:
        isinstance(None, kind)
    except TypeError:
        return False
    return True


DEFAULTS = (
    Event("pre_start", "before anything is started"),
    Event("startup", "everything is started"),
    Event("post_start", "right after startup: requests are accepted"),
    Role("server", "runs for ever beside the application"),
    Event("drain", "a stop was asked for"),
    Event("pre_stop", "before anything is stopped"),
    Event("shutdown", "everything is stopped"),
    Event("request_start", "before anything looks at the request"),
    Event("success_response", "the response is final, its status below 400"),
    Event("exception_response", "the response is final, its status 400 or above"),
    Event("error", "something failed, while a request was served or behind it", error=Exception, response_started=bool),
    Event("request_end", "the request has ended, in whichever way", outcome=str),
)
"""The events of the framework, in the order of a life."""
