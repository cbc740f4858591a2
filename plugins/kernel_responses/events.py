"""One server-sent event as it is sent (WHATWG HTML, section 9.2.6)."""

import re
from typing import Any

from kernel_responses.json import encode

_lines = re.compile(r"\r\n|\r|\n").split
_breaks = re.compile(r"[\r\n]").search


class Event:
    """One event.

    Args:
        data: str is sent as it is, line by line; any other value as JSON.
        event: its type; without one it is "message".
        id: what the client sends as Last-Event-ID when it comes back; "" forgets the last one.
        retry: milliseconds after which a client that lost the connection comes back.

    Raises:
        ValueError: a line break in `event` or `id`, NUL in `id`, or a retry that is no number from 0 on.
        TypeError: bytes, or a value that has no form in JSON.
    """

    def __init__(self, data: Any, event: str | None = None, id: str | None = None, retry: int | None = None) -> None:
        self.data, self.event, self.id, self.retry = data, event, id, retry
        self._encoded = framed(data, event, id, retry)

    def __bytes__(self) -> bytes:
        return self._encoded

    def __repr__(self) -> str:
        return f"Event({self.data!r}, event={self.event!r}, id={self.id!r}, retry={self.retry!r})"


def framed(data: Any, event: str | None = None, id_: str | None = None, retry: int | None = None) -> bytes:
    """Return an event as it is sent; raises as `Event`."""
    if isinstance(data, (bytes, bytearray, memoryview)):
        raise TypeError("an event is text: str, or a value that is sent as JSON")
    for name, value in (("event", event), ("id", id_)):
        if value is not None and (_breaks(value) or (name == "id" and "\0" in value)):
            raise ValueError(f"Event({name}={value!r}): it may hold neither line breaks nor, in an id, NUL")
    text = data if isinstance(data, str) else encode(data).decode()
    fields = [] if event is None else [("event", event)]
    fields += [] if id_ is None else [("id", id_)]
    fields += [] if retry is None else [("retry", milliseconds(retry))]
    fields += [("data", line) for line in _lines(text)]
    return "".join([*(f"{name}: {value}\n" for name, value in fields), "\n"]).encode()


def milliseconds(retry: int) -> str:
    """Return a time to wait as it is sent; raises ValueError for what is none."""
    if not isinstance(retry, int) or isinstance(retry, bool) or retry < 0:
        raise ValueError(f"retry={retry!r}: it is a number of milliseconds, from 0 on")
    return str(retry)


def as_event(item: Any) -> bytes:
    """Return an item of a stream as it is sent."""
    return bytes(item) if isinstance(item, Event) else framed(item)
