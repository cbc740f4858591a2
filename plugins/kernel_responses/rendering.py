"""Encoders of what handlers return: the hottest lines of a project.

An encoder is chosen once for each type; the headers it answers with are made once and shared.
"""

from collections.abc import AsyncIterable, Awaitable, Callable, Collection, Iterator, Mapping
from dataclasses import is_dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import wraps
from types import NoneType
from typing import Any
from uuid import UUID

from msgspec import Struct

from kernel import Response
from kernel.response import Pair
from kernel_responses.json import encode_unchecked, refuse_nan
from kernel_responses.stream import OCTET_PAIRS, TEXT_PAIRS, Stream

Encode = Callable[[Any], Response]
JSON_PAIRS = ((b"content-type", b"application/json"),)
_new = object.__new__
Parts = tuple[bytes, int, tuple[Pair, ...]]


def rendering(parts: Callable[[Any], Parts]) -> Encode:
    """Return what makes responses of the *parts* of one: body, status and pairs; most are sent without a response."""

    @wraps(parts)
    def render(value: Any) -> Response:
        response: Response = _new(Response)  # `trusted` in place: a third of what it costs is the call
        response.body, response.status, response.pairs = parts(value)
        return response

    render.parts = parts  # type: ignore[attr-defined]  # see `kernel_render`
    return render


@rendering
def text(value: str) -> Parts:
    """Return a str as plain text."""
    return value.encode(), 200, TEXT_PAIRS


@rendering
def octets(value: bytes | bytearray | memoryview) -> Parts:
    """Return bytes as they are."""
    return bytes(value), 200, OCTET_PAIRS


@rendering
def nothing(value: None) -> Parts:
    """Return 204: there is nothing to say."""
    return b"", 204, ()


@rendering
def json(value: Any) -> Parts:
    """Return a value as JSON; raises as `kernel_responses.json.encode`."""
    body = encode_unchecked(value)
    if body.find(b"null") >= 0:  # "in" is four times slower for bytes
        refuse_nan(value)
    return body, 200, JSON_PAIRS


ENCODERS: tuple[tuple[tuple[type, ...], Encode], ...] = (
    ((str,), text),
    ((bytes, bytearray, memoryview), octets),
    ((NoneType,), nothing),
    ((dict, list, tuple, int, float, Struct, Mapping), json),
    ((date, time, timedelta, Decimal, UUID, Enum), json),
    ((AsyncIterable, Iterator), Stream),
    ((Collection,), json),
)


def encoder(kind: type) -> Encode | None:
    """Return the encoder for values of *kind*; None for a type that is not known here."""
    if issubclass(kind, Awaitable):  # a forgotten "await"; some of these are iterators as well
        return None
    if is_dataclass(kind) or hasattr(kind, "__attrs_attrs__") or hasattr(kind, "model_dump"):
        return json
    return next((encode for bases, encode in ENCODERS if issubclass(kind, bases)), None)
