"""Decide about the Origin header (RFC 6454 §6.2): scheme, host and port have to be the same, nothing else counts."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

DEFAULT_PORTS = {"http": ":80", "https": ":443"}
_origin = re.compile(r"[a-z][a-z0-9+.-]*://(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:[0-9]{1,5})?").fullmatch


def normal(origin: str) -> str:
    """Return an origin as browsers send it: lower case, without the port that its scheme implies.

    Raises:
        ValueError: it is no origin, or "null", which everybody can send.
    """
    text = origin.lower().removesuffix("/")
    if not _origin(text):
        raise ValueError(f"'{origin}' is no origin of the form https://host or https://host:port")
    return text.removesuffix(DEFAULT_PORTS.get(urlsplit(text).scheme, ":"))


class Origins:
    """The origins that may call; `everybody` stands for "*".

    Raises:
        ValueError: with the first entry that is none.
    """

    def __init__(self, entries: Iterable[str]) -> None:
        given = tuple(entries)
        self.everybody = "*" in given
        self._known = frozenset(normal(entry).encode() for entry in given if entry != "*")

    def __bool__(self) -> bool:
        return self.everybody or bool(self._known)

    def allowed(self, origin: bytes) -> bytes | None:
        """Return what to answer to *origin* as access-control-allow-origin, None if it may not call."""
        if self.everybody:
            return b"*"
        return origin if origin.lower() in self._known else None
