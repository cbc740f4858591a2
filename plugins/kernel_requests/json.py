"""JSON from strangers: anything but plain, unambiguous JSON is refused before it can do harm.

RFC 8259 leaves open what a repeated key means and how deep values may nest; both are answered 400
here, as are NaN, infinities, integers of more than 4,300 digits, lone surrogates and other text
that is not Unicode.
"""

import re
from array import array
from itertools import accumulate
from typing import Any

from msgspec.json import decode as decode_unchecked, encode

from kernel.errors import HTTPException
from kernel_requests.media import charset_of

_media_type = re.compile(r"application/json|[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+\+json").fullmatch
STEPS = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")
OTHERS = bytes(set(range(256)) - set(b'[{]}:"'))


def check_media_type(content_type: str) -> None:
    """Raise HTTPException(415) unless a Content-Type says JSON, in UTF-8 (RFC 8259 §8.1, RFC 6839 §3.1)."""
    charset = charset_of(content_type)
    if not _media_type(content_type.partition(";")[0].strip().lower()) or charset not in (None, "utf-8", "us-ascii"):
        raise HTTPException(415, "the body has to be application/json in UTF-8")


def decode(body: bytes, depth: int) -> Any:
    """Return the value of a JSON text of at most *depth* levels.

    Raises:
        HTTPException: 400, it is malformed, ambiguous or too deep.
    """
    value = decode_ambiguous(body, depth)
    if repeats_key(body, value):
        raise HTTPException(400, "the JSON repeats a key")
    return value


def decode_ambiguous(body: bytes, depth: int) -> Any:
    """Return the same, with the last value of a key that is repeated."""
    try:
        value = decode_unchecked(body)
    except (ValueError, RecursionError) as error:
        check_depth(body, depth)
        raise HTTPException(400, f"the body is not valid JSON: {error}") from error
    if len(body) > 2 * depth:  # what is valid closes each bracket it opens
        check_depth(body, depth)
    return value


def check_depth(body: bytes, depth: int) -> None:
    """Raise HTTPException(400) for a text, valid or not, of more than *depth* levels."""
    brackets = body.count(b"{") + body.count(b"[")
    if brackets > depth and nesting(outside_strings(body)) > depth:
        raise HTTPException(400, f"the JSON nests deeper than {depth} levels")


def repeats_key(body: bytes, value: Any) -> bool:
    """Tell whether an object in *body* has a key twice; *value* is what the text was decoded to.

    Decoding keeps fewer pairs than were sent, so the value as text has fewer colons.
    """
    colons = body.count(b":")
    if colons < 2 or (value.__class__ is dict and len(value) == colons):
        return False
    again = encode(value)
    if b"\\" in body or b"\\" in again:  # a colon inside a string may be written in another way
        return outside_strings(body).count(b":") != outside_strings(again).count(b":")
    return colons != again.count(b":")


def outside_strings(text: bytes) -> bytes:
    """Return the brackets and colons of a JSON text that are not inside a string.

    Only whole-text operations, so that it is linear. Taking out two quotes side by side never
    moves anything into or out of a string.
    """
    marks = text.replace(b"\\\\", b"").replace(b'\\"', b"").translate(None, OTHERS).replace(b'""', b"")
    return b"".join(marks.split(b'"')[::2])


def nesting(marks: bytes) -> int:
    """Return the greatest depth of brackets."""
    return max(accumulate(array("b", marks.translate(STEPS, b":"))), default=0)
