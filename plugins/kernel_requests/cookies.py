"""The cookies of a request (RFC 6265 §4.2), read in one pass."""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from kernel import Request
from kernel_requests.limits import Limits

# Each pair begins after a semicolon and nothing is matched twice, so the work grows with the text.
_pairs = re.compile(r"(?:^|;)[ \t]*+([!#$%&'*+\-.^_`|~0-9A-Za-z]++)[ \t]*+=([^;]*+)").findall


def cookies(request: Request, limits: Limits) -> Mapping[str, str]:
    """Return the cookies of a request."""
    lines = [value for name, value in request.scope["headers"] if len(name) == 6 and name.lower() == b"cookie"]
    return parse([b";".join(lines).decode("latin-1")] if lines else (), limits.max_cookies, limits.max_cookie_size)


def parse(lines: Iterable[str], limit: int, size: int = 8 * 1024) -> Mapping[str, str]:
    """Return the cookies of all Cookie lines; the first of a name is the most specific and wins.

    Quotes around a value are dropped, so are pairs whose name may not be sent, pairs of more than
    *size* characters, and whatever comes after *limit* cookies.
    """
    found: dict[str, str] = {}
    for name, value in _pairs(";".join(lines)):
        if name in found or len(name) + len(value) > size:
            continue
        if len(found) >= limit:
            break
        value = value.strip(" \t")
        found[name] = value[1:-1] if value[:1] == '"' == value[-1:] and value != '"' else value
    return MappingProxyType(found)
