"""The cookies of a request (RFC 6265 §4.2), read in one pass."""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

_token = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+").fullmatch


def parse(lines: Iterable[str], limit: int) -> Mapping[str, str]:
    """Return the cookies of all Cookie lines; the first of a name is the most specific and wins.

    Quotes around a value are dropped, so are pairs whose name may not be sent, and whatever
    comes after *limit* cookies.
    """
    cookies: dict[str, str] = {}
    for line in lines:
        for pair in line.split(";"):
            name, equals, value = pair.partition("=")
            name = name.strip(" \t")
            if not equals or name in cookies or not _token(name):
                continue
            if len(cookies) >= limit:
                return MappingProxyType(cookies)
            cookies[name] = unquoted(value.strip(" \t"))
    return MappingProxyType(cookies)


def unquoted(value: str) -> str:
    """Return *value* without one pair of quotes around it."""
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value
