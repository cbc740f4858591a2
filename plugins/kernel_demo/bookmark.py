"""A bookmark, and what may become one."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from kernel_errors import Error

from kernel_demo.codes import ADDRESS, LONG

LONGEST_ADDRESS, LONGEST_TITLE, LONGEST_TAG, MOST_TAGS = 2000, 200, 30, 10
_unfit = re.compile(r"[\x00-\x20\x7f-\x9f\s\\<>\"]").search
_control = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


@dataclass(frozen=True, slots=True)
class Draft:
    """What is about to be kept; `added` is an ISO 8601 time in UTC."""

    address: str
    title: str
    tags: tuple[str, ...]
    added: str


@dataclass(frozen=True, slots=True)
class Bookmark(Draft):
    """A draft that was kept under a number."""

    id: int


def checked_address(text: str) -> str:
    """Return *text* without blanks around it, if browsers may be sent there.

    Raises:
        Error: 2002, it is no http or https address with a host, or it carries a user name.
    """
    address = text.strip(" ")
    try:
        parts = urlsplit(address)
        fits = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # an unfinished IPv6 host, a port out of range
        fits = False
    if not fits or "@" in parts.netloc or _unfit(address) or len(address) > LONGEST_ADDRESS:
        raise Error(ADDRESS.code)
    return address


def checked_title(text: str, address: str) -> str:
    """Return *text* on one line; without any, the host of *address*.

    Raises:
        Error: 2003, it is too long.
    """
    title = _one_line(text) or str(urlsplit(address).hostname)
    return _within(title, "title", LONGEST_TITLE)


def checked_tags(words: Iterable[str]) -> tuple[str, ...]:
    """Return the tags in *words*, in lower case, sorted, each once; a comma divides.

    Raises:
        Error: 2003, there are too many, or one is too long.
    """
    tags = {_one_line(tag).lower() for word in words for tag in word.split(",")} - {""}
    if len(tags) > MOST_TAGS:
        raise Error(LONG.code, {"field": "list of tags", "most": MOST_TAGS})
    return tuple(sorted(_within(tag, "tag", LONGEST_TAG) for tag in tags))


def draft(address: str, title: str = "", tags: Iterable[str] = ()) -> Draft:
    """Return what was entered, checked; raises as the three checks."""
    good = checked_address(address)
    added = datetime.now(UTC).isoformat(timespec="seconds")
    return Draft(good, checked_title(title, good), checked_tags(tags), added)


def _one_line(text: str) -> str:
    return " ".join(_control.sub(" ", text).split())


def _within(text: str, field: str, most: int) -> str:
    if len(text) > most:
        raise Error(LONG.code, {"field": field, "most": most})
    return text
