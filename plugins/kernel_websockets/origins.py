"""Decide about the Origin of a handshake (RFC 6455 §10.2, RFC 6454 §6.2).

Browsers let every page open sockets to every server, cookies included, and send the page's origin
along; so it is the server that has to refuse.
"""

import re
from collections.abc import Iterable

from kernel import Request

PORTS = {"http": ":80", "https": ":443"}
_origin = re.compile(r"([a-z][a-z0-9+.-]*)://(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:[0-9]{1,5})?").fullmatch


def normal(origin: str) -> tuple[str, str] | None:
    """Return scheme and host of an origin as browsers send them, without the port the scheme implies."""
    match = _origin(origin.lower())
    if match is None:
        return None
    scheme, host, port = match[1], match[2], match[3] or ""
    return scheme, host + ("" if port == PORTS.get(scheme) else port)


class Origins:
    """The origins whose pages may connect, beside those of this project itself.

    Raises:
        ValueError: with the first entry that is none.
    """

    def __init__(self, entries: Iterable[str] = ()) -> None:
        given = tuple(entries)
        self.everybody = "*" in given
        self._known = set[tuple[str, str]]()
        for entry in given:
            origin = normal(entry.removesuffix("/"))
            if origin:
                self._known.add(origin)
            elif entry != "*":
                raise ValueError(f"'{entry}' is no origin of the form https://host or https://host:port")

    def allow(self, request: Request, required: bool = False) -> bool:
        """Tell whether the page that a request comes from may connect; *required* refuses one without an Origin."""
        given = request.headers.getlist("origin")
        if not given:
            return not required
        if self.everybody:
            return True
        origin = normal(given[0]) if len(given) == 1 else None
        return origin is not None and (origin in self._known or same(origin, request))


def same(origin: tuple[str, str], request: Request) -> bool:
    """Tell whether an origin is that of the request itself.

    A page of https may connect to plain ws, as it looks behind a proxy that nobody told us of;
    never the other way round.
    """
    scheme, host = origin
    own = normal(f"{scheme}://{request.headers.get('host', '')}")
    secure = request.scheme in ("wss", "https")
    return own == origin and (scheme == "https" or (scheme == "http" and not secure)) and bool(host)
