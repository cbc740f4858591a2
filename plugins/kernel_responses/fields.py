"""Header fields: those of a request joined, those of an answer looked up."""

from collections.abc import Iterable

from kernel import Request
from kernel.response import Pair


def received(request: Request, name: bytes) -> str:
    """Return the value of a request header, its lines joined (RFC 9110 §5.3); "" if absent."""
    return b", ".join([value for key, value in request.scope["headers"] if key == name]).decode("latin-1")


def value_of(headers: Iterable[Pair], name: bytes) -> str | None:
    """Return the first value of *name* among the headers of an answer."""
    return next((value.decode("latin-1") for key, value in headers if key == name), None)
