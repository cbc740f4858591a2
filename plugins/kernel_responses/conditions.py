"""Conditional requests: which version the client has, or wants (RFC 9110 §13)."""

import re
from datetime import UTC

from kernel import Request
from kernel.errors import HTTPException
from kernel_responses.fields import received

_tags = re.compile(r'"[^"]*"').findall
_matched = re.compile(r'(?:W/)?"[^"]*"').findall
_tag = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"').fullmatch


def http_date(seconds: float) -> bytes:
    """Return a time as IMF-fixdate (RFC 9110 §5.6.7); *seconds* since the epoch."""
    from email.utils import formatdate

    return formatdate(seconds, usegmt=True).encode()


def http_time(text: str) -> int | None:
    """Return the seconds since the epoch that a date in a header means, None if it is no date."""
    from email.utils import parsedate_to_datetime

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


def demand(request: Request, tag: str, modified: str) -> None:
    """Refuse a request that wants another version than this one (RFC 9110 §13.1.1, §13.1.4).

    Tags are compared strongly; the date counts only where the client sent no tags.

    Raises:
        HTTPException: 412.
    """
    known = received(request, b"if-match")
    if known:
        strong = tag in _matched(known) and not tag.startswith("W/")
        failed = not strong and known.strip() != "*"
    else:
        since, last = http_time(received(request, b"if-unmodified-since")), http_time(modified)
        failed = since is not None and last is not None and last > since
    if failed:
        raise HTTPException(412)


def asked(request: Request, tag: str, modified: str) -> str:
    """Return the Range header of a request, "" without one or if it is meant for another version."""
    value = received(request, b"range")
    return value if value and still_same(received(request, b"if-range"), tag, modified) else ""


def still_same(condition: str, tag: str, modified: str) -> bool:
    """Tell whether an If-Range holds: the same strong tag, or the same date (RFC 9110 §13.1.5)."""
    if not condition or (condition in (tag, tag.strip('"')) and not tag.startswith("W/")):
        return True
    time = None if '"' in condition else http_time(condition)
    return time is not None and time == http_time(modified)
