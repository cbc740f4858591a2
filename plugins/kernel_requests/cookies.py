"""The cookies of a request (RFC 6265 §4.2), read in one pass."""

import re
from collections.abc import Iterable, Mapping

from kernel import Request
from kernel_requests.limits import Limits
from kernel_requests.values import Fixed

# Each pair begins after a semicolon and nothing is matched twice, so the work grows with the text.
_pair = re.compile(r"(?:^|;)[ \t]*+([!#$%&'*+\-.^_`|~0-9A-Za-z]++)[ \t]*+=[ \t]*+([^;]*+)")
_all, _each = _pair.findall, _pair.finditer


def cookies(request: Request, limits: Limits) -> Mapping[str, str]:
    """Return the cookies of a request."""
    lines = [value.decode("latin-1") for name, value in request.scope["headers"] if name == b"cookie"]
    return parse(lines, limits.max_cookies, limits.max_cookie_size)


def parse(lines: Iterable[str], limit: int, size: int = 8 * 1024) -> Mapping[str, str]:
    """Return the cookies of all Cookie lines; the first of a name is the most specific and wins.

    Quotes around a value are dropped, so are pairs whose name may not be sent, pairs of more than
    *size* characters, and whatever comes after *limit* cookies.
    """
    text = ";".join(lines)
    if len(text) <= size and text.count(";") < limit and tidy(text):
        pairs = _all(text)
        cookies = Fixed(pairs)
        if len(cookies) == len(pairs):
            return cookies
    found: dict[str, str] = {}
    for name, value in map(re.Match.groups, _each(text)):
        if name not in found and len(name) + len(value) <= size:
            if len(found) >= limit:
                break
            value = value.rstrip(" \t")
            found[name] = value[1:-1] if value[:1] == '"' == value[-1:] and value != '"' else value
    return Fixed(found)


def tidy(text: str) -> bool:
    """Tell whether no value can have quotes or blanks around it."""
    return '"' not in text and "\t" not in text and " ;" not in text and text[-1:] != " "
