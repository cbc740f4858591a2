"""Decide about the Host header (RFC 9110 §7.2, RFC 3986 §3.2.2).

Entries are literal names, never patterns: "shop.example" on any port, "shop.example:8000" on that
one (80 and 443 need not be sent), "*.example.org" every sub-domain, "*" everything that is a valid
host. Case and one final dot do not count.
"""

import re
from collections.abc import Iterable
from ipaddress import IPv6Address
from typing import NamedTuple

LOCAL = ("localhost", "*.localhost", "127.0.0.1", "[::1]")
LONGEST = 262
"""Bytes of the longest valid header: 253 of a name, its final dot, the port, and room for brackets."""
REMEMBERED = 1024
DEFAULT_PORTS = (80, 443)
_authority = re.compile(
    rb"(?:\[(?P<v6>[0-9a-f:.]{2,45})\]|(?P<name>[0-9a-z_-]+(?:\.[0-9a-z_-]+)*)\.?)(?::(?P<port>[0-9]{0,5}))?"
).fullmatch


class Host(NamedTuple):
    """A host in its normal form, IPv6 in brackets, and the port if one was given."""

    name: str
    port: int | None


def parse(raw: bytes) -> Host | None:
    """Return the host of a header, None if it is no `host[:port]`."""
    match = _authority(raw.lower()) if len(raw) <= LONGEST else None
    if match is None or int(match["port"] or 0) > 65535:
        return None
    name = match["name"]
    try:
        text = name.decode() if name else f"[{IPv6Address(match['v6'].decode()).compressed}]"
    except ValueError:
        return None
    return Host(text, int(match["port"]) if match["port"] else None)


class Hosts:
    """The hosts a project answers for; without any entry the names of this machine.

    `accepted` holds the headers that were allowed before: nearly every request is one lookup in it.

    Raises:
        ValueError: with every entry that is none.
    """

    def __init__(self, entries: Iterable[str] = ()) -> None:
        self.everything = False
        self._exact: set[Host] = set()
        self._below: set[Host] = set()
        wrong = [entry for entry in tuple(entries) or LOCAL if not self._add(entry)]
        if wrong:
            named = ", ".join(f"'{entry}'" for entry in wrong)
            raise ValueError(f"{named}: not of the form host, host:port, *.host or * (no scheme, no path)")
        self.accepted: set[bytes] = set()

    def _add(self, entry: str) -> bool:
        if entry == "*":
            self.everything = True
            return True
        below = entry.startswith("*.")
        host = parse(entry.removeprefix("*.").encode())
        if host is None or (below and host.name.startswith("[")):
            return False
        (self._below if below else self._exact).add(host)
        return True

    def accepts(self, raw: bytes) -> bool:
        """Tell whether a Host header is valid and allowed; what was allowed once is remembered."""
        if raw in self.accepted:
            return True
        host = parse(raw)
        if host is None or not (self.everything or self._allows(host)):
            return False
        if len(self.accepted) >= REMEMBERED:
            self.accepted.clear()
        self.accepted.add(raw)
        return True

    def _allows(self, host: Host) -> bool:
        ports = (None, *DEFAULT_PORTS) if host.port is None else (None, host.port)
        labels = host.name.split(".")
        parents = [".".join(labels[start:]) for start in range(1, len(labels))]
        return any(
            Host(host.name, port) in self._exact or any(Host(parent, port) in self._below for parent in parents)
            for port in ports
        )
