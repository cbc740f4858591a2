"""Range requests: parts of a file, one or several (RFC 9110 §14)."""

import os
import re
import sys
from collections.abc import Sequence
from itertools import pairwise

from kernel.errors import HTTPException

Segments = list[tuple[bytes, range]]
"""What a body is put together from: bytes to send, and then bytes of the file, by their numbers."""
_range = re.compile(r"([0-9]*)-([0-9]*)").fullmatch


def parts(value: str, size: int, most: int) -> list[range]:
    """Return the bytes that a Range header asks for, in its order; none is the whole.

    The whole is also the answer to what is malformed, has another unit, asks for more than *most*
    ranges or for some bytes twice. Of several ranges those beyond the end are left out.

    Args:
        size: bytes of the file.

    Raises:
        HTTPException: 416, nothing of what it asks for exists.
    """
    unit, _, specs = value.partition("=")
    matches = [_range(item) for item in map(str.strip, specs.split(",", most)) if item]
    given = [(match[1], match[2]) for match in matches if match and (match[1] or match[2])]
    if unit.lower() != "bytes" or not 0 < len(given) == len(matches) <= most:
        return []
    pieces = [
        _suffix(number(last), size) if not first else _between(number(first), last, size) for first, last in given
    ]
    if None in pieces:
        return []
    found = [piece for piece in pieces if piece]
    if not found:
        raise HTTPException(416, headers=[(b"content-range", b"bytes */%d" % size)])  # §15.5.17
    ordered = sorted(found, key=lambda piece: piece.start)
    return [] if any(a.stop > b.start for a, b in pairwise(ordered)) else found


def _suffix(length: int, size: int) -> range | None:
    """Return the last bytes; None is the whole, which an empty file is: no Content-Range describes it."""
    return range(max(0, size - length), size) if size or not length else None


def _between(first: int, digits: str, size: int) -> range | None:
    """Return the bytes between two places, none if they are beyond the end; None is a malformed range."""
    last = number(digits) if digits else sys.maxsize
    return None if last < first else range(first, min(last + 1, size))


def number(digits: str) -> int:
    """Return a number of bytes; what no file can hold counts as the largest."""
    return min(int(digits.lstrip("0")[:20] or "0"), sys.maxsize)


def content_range(piece: range, size: int) -> bytes:
    """Return the value that says which bytes of a file of *size* bytes these are (RFC 9110 §14.4)."""
    return b"bytes %d-%d/%d" % (piece.start, piece.stop - 1, size)


def multipart(pieces: Sequence[range], kind: bytes, size: int) -> tuple[bytes, Segments]:
    """Return the media type and the body of several parts, *kind* being the type of each (RFC 9110 §14.6)."""
    boundary = os.urandom(16).hex().encode()
    head = b"\r\n--%s\r\ncontent-type: %s\r\ncontent-range: %s\r\n\r\n"
    segments = [(head % (boundary, kind, content_range(piece, size)), piece) for piece in pieces]
    return b"multipart/byteranges; boundary=%s" % boundary, [*segments, (b"\r\n--%s--\r\n" % boundary, range(0))]


def total(segments: Segments) -> int:
    """Return how many bytes a body has."""
    return sum(len(head) + len(piece) for head, piece in segments)
