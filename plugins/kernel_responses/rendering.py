"""Encoders of what handlers return: the hottest lines of a project.

An encoder is chosen once for each type; the headers it answers with are made once and shared.
"""

from collections.abc import AsyncIterable, Awaitable, Callable, Collection, Iterator, Mapping
from dataclasses import is_dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from types import NoneType
from typing import Any
from uuid import UUID

from msgspec import Struct

from kernel import Response
from kernel.response import Pair
from kernel_responses.json import encode
from kernel_responses.stream import OCTET_PAIRS, TEXT_PAIRS, Stream

Encode = Callable[[Any], Response]
JSON_PAIRS = ((b"content-type", b"application/json"),)
_new = object.__new__


def rendering(encode: Callable[[Any], bytes], pairs: tuple[Pair, ...]) -> Encode:
    """Return what makes responses of whole bodies; most are sent without one, see `kernel_render`."""

    def render(value: Any) -> Response:
        response: Response = _new(Response)  # `trusted` in place: a third of what it costs is the call
        response.body, response.status, response.pairs = encode(value), 200, pairs
        return response

    render.plain = encode, 200, pairs  # type: ignore[attr-defined]  # an attribute of a function
    return render


def nothing(value: None) -> Response:
    """Return 204: there is nothing to say."""
    return Response.trusted(b"", 204, ())


text, octets, json = rendering(str.encode, TEXT_PAIRS), rendering(bytes, OCTET_PAIRS), rendering(encode, JSON_PAIRS)
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
