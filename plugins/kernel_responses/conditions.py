"""Conditional and partial requests (RFC 9110 §13 and §14)."""

import re
import sys
from datetime import UTC
from email.utils import formatdate, parsedate_to_datetime

from kernel import Request
from kernel.errors import HTTPException
from kernel_responses.fields import received

_tags = re.compile(r'"[^"]*"').findall
_tag = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"').fullmatch
_range = re.compile(r"([0-9]*)-([0-9]*)").fullmatch


def http_date(seconds: float) -> bytes:
    """Return a time as IMF-fixdate (RFC 9110 §5.6.7); *seconds* since the epoch."""
    return formatdate(seconds, usegmt=True).encode()


def http_time(text: str) -> int | None:
    """Return the seconds since the epoch that a date in a header means, None if it is no date."""
    try:
        date = parsedate_to_datetime(text[:64])
        return int((date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def quoted_tag(tag: str) -> str:
    """Return an entity tag in quotes; one that has them, or `W/` and them, stays as it is.

    Raises:
        ValueError: a character that a tag cannot have (RFC 9110 §8.8.3).
    """
    quoted = tag if tag.startswith(('"', 'W/"')) else f'"{tag}"'
    if not _tag(quoted):
        raise ValueError(f"entity tag {tag!r} holds a character that a tag cannot have")
    return quoted


def unchanged(request: Request, tag: str, modified: str) -> bool:
    """Tell whether the client has this version already: 304 is due (RFC 9110 §13.2.2).

    Tags are compared weakly; the date counts only where the client sent no tags.
    """
    known = received(request, b"if-none-match")
    if known:
        return known.strip() == "*" or tag.removeprefix("W/") in _tags(known)
    since, last = http_time(received(request, b"if-modified-since")), http_time(modified)
    return since is not None and last is not None and last <= since


def wanted(request: Request, tag: str, modified: str, size: int) -> range | None:
    """Return the bytes of a file that the request asks for; None is the whole. Raises as `part`."""
    asked = received(request, b"range")
    return part(asked, size) if asked and still_same(received(request, b"if-range"), tag, modified) else None


def still_same(condition: str, tag: str, modified: str) -> bool:
    """Tell whether an If-Range holds: the same strong tag, or the same date (RFC 9110 §13.1.5)."""
    if not condition or (condition in (tag, tag.strip('"')) and not tag.startswith("W/")):
        return True
    time = None if '"' in condition else http_time(condition)
    return time is not None and time == http_time(modified)


def part(value: str, size: int) -> range | None:
    """Return the bytes that a Range header asks for; None is the whole.

    The whole is also the answer to what is malformed, has another unit or several ranges.

    Raises:
        HTTPException: 416, nothing of what it asks for exists.
    """
    unit, _, specs = value.partition("=")
    ranges = [item for item in map(str.strip, specs.split(",", 16)) if item]
    match = _range(ranges[0]) if len(ranges) == 1 and unit.lower() == "bytes" else None
    if not match or not (match[1] or match[2]):
        return None
    return _suffix(number(match[2]), size) if not match[1] else _between(number(match[1]), match[2], size)


def _suffix(length: int, size: int) -> range | None:
    if not length:
        raise unsatisfiable(size)
    return range(max(0, size - length), size) if size else None  # no Content-Range describes an empty file


def _between(first: int, digits: str, size: int) -> range | None:
    last = number(digits) if digits else sys.maxsize
    if last < first:
        return None
    if first >= size:
        raise unsatisfiable(size)
    return range(first, min(last + 1, size))


def unsatisfiable(size: int) -> HTTPException:
    """Return 416 with the real size, in bytes (RFC 9110 §15.5.17)."""
    return HTTPException(416, headers=[(b"content-range", b"bytes */%d" % size)])


def number(digits: str) -> int:
    """Return a number of bytes; what no file can hold counts as the largest."""
    return min(int(digits.lstrip("0")[:20] or "0"), sys.maxsize)
