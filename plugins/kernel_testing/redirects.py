"""Where an answer sends its client (RFC 9110 §15.4)."""

from collections.abc import Iterable
from urllib.parse import urljoin, urlsplit

MOST = 20
"""Redirects that are followed one after another."""


class TooManyRedirects(Exception):
    """The answers went on redirecting; the message names the last target."""


def target(url: str, status: int, headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """Return the URL that the answer to *url* names, or None if it is no redirect."""
    if status not in (301, 302, 303, 307, 308):
        return None
    locations = [value.decode("latin-1") for name, value in headers if name.lower() == b"location"]
    return urljoin(url, locations[0]) if locations else None


def keeps_method(method: str, status: int) -> bool:
    """Tell whether the next request has the same method and body; else it is a GET without one."""
    return status in (307, 308) or method in ("GET", "HEAD")


def wire(url: str) -> str:
    """Return path and query of a URL, as a request line has them."""
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
