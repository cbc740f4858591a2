"""A short JSON body in one message, as nearly all are: read without what remembers how far it got.

Everything else, and whatever is wrong with a body, is left to `incoming.py`.
"""

from collections.abc import Callable

from kernel import Request
from kernel.types import Message
from kernel_requests.incoming import JSON, Again
from kernel_requests.limits import Limits

DIGITS = 4
BRIEF = 10**DIGITS - 1
"""Bytes of the longest body read here: its Content-Length need not be converted to see that it is within the limits."""


def briefness(limits: Limits) -> Callable[[Request], bool]:
    """Return what tells whether the next message may be read here."""
    return is_brief if limits.max_json_size >= BRIEF else lambda request: False


def is_brief(request: Request) -> bool:
    """Tell whether the body is JSON, announced to be short, and none of it was received yet."""
    kind = length = b""
    for name, value in request.scope["headers"]:
        if name == b"content-type":
            kind = value
        elif name == b"content-length":
            length = value
    short = kind == JSON and len(length) <= DIGITS and request.max_body_size >= BRIEF
    return short and request.received is None


def whole(request: Request, message: Message) -> bytes | None:
    """Return the body if it is complete; else None, and the message is received once more."""
    body: bytes = message.get("body", b"")
    if message["type"] == "http.request" and not message.get("more_body") and len(body) <= BRIEF:
        request.received = body
        return body
    request.receive = Again(message, request)
    return None
