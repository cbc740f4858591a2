"""Believe a proxy of ours about the client: X-Forwarded-For, -Proto and -Host.

Only what the peers named in `trusted_proxies` say counts, and of each header only the part they
wrote themselves: the right-most hop that is not one of them, the right-most scheme and host. What
cannot be read leaves the connection as the server saw it.
"""

import re
from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from kernel.types import ASGIApp, Receive, Scope, Send

Address = IPv4Address | IPv6Address
Header = tuple[bytes, bytes]
SCHEMES = {b"http": {"http": "http", "websocket": "ws"}, b"https": {"http": "https", "websocket": "wss"}}
REMEMBERED = 1024
_with_port = re.compile(r"(?:\[([^\]]+)\]|([^:\[\]]+))(?::([0-9]{1,5}))?").fullmatch


class Proxies:
    """The proxies a project believes, as addresses and networks in CIDR form.

    Raises:
        ValueError: with every entry that is none.
    """

    def __init__(self, entries: Iterable[str] = ()) -> None:
        self._networks: list[IPv4Network | IPv6Network] = []
        self._peers: dict[str, bool] = {}
        wrong = []
        for entry in entries:
            try:
                self._networks.append(ip_network(entry))
            except ValueError as error:
                wrong.append(str(error))
        if wrong:
            raise ValueError(f"{'; '.join(wrong)}: write an address or a network, as 10.0.0.0/8")

    def __bool__(self) -> bool:
        return bool(self._networks)

    @property
    def everybody(self) -> bool:
        """Whether any peer at all is believed."""
        return any(network.prefixlen == 0 for network in self._networks)

    def trust(self, peer: str) -> bool:
        """Tell whether *peer*, an address as the server gives it, is one of the proxies."""
        if peer not in self._peers:
            if len(self._peers) >= REMEMBERED:
                self._peers.clear()
            hop = parse_hop(peer)
            self._peers[peer] = hop is not None and self._holds(hop[0])
        return self._peers[peer]

    def _holds(self, address: Address) -> bool:
        return any(address in network for network in self._networks)

    def client(self, headers: Iterable[Header]) -> tuple[str, int] | None:
        """Return the address and port (0: not told) of the client, None where nothing usable stands."""
        found = None
        for text in reversed(_values(headers, b"x-forwarded-for")):
            hop = parse_hop(text.decode("latin-1"))
            if hop is None:
                return None
            found = str(hop[0]), hop[1]
            if not self._holds(hop[0]):
                break
        return found

    def behind(self, accepts: Callable[[bytes], bool]) -> Callable[[ASGIApp], ASGIApp]:
        """Return a wrapper of an ASGI application that rewrites the scopes of trusted peers.

        *accepts* tells whether a Host header is allowed: a forwarded host takes the place only of an
        allowed one, so that both are checked.
        """

        def wrap(inner: ASGIApp) -> ASGIApp:
            async def call(scope: Scope, receive: Receive, send: Send) -> None:
                peer = scope.get("client")
                if peer and self.trust(peer[0]) and scope["type"] in ("http", "websocket"):
                    scope = self._rewritten(scope, accepts)
                await inner(scope, receive, send)

            return call

        return wrap

    def _rewritten(self, scope: Scope, accepts: Callable[[bytes], bool]) -> Scope:
        headers: list[Header] = list(scope["headers"])
        changed = {**scope, "client": self.client(headers) or scope["client"]}
        scheme = SCHEMES.get(_last(headers, b"x-forwarded-proto").lower())
        if scheme:
            changed["scheme"] = scheme[scope["type"]]
        host = _last(headers, b"x-forwarded-host")
        given = [value for name, value in headers if name == b"host"]
        if host and len(given) == 1 and accepts(given[0]):
            changed["headers"] = [(name, host if name == b"host" else value) for name, value in headers]
        return changed


def parse_hop(text: str) -> tuple[Address, int] | None:
    """Return address and port of "1.2.3.4", "1.2.3.4:80", "2001:db8::1" or "[2001:db8::1]:80"."""
    match = _with_port(text)
    host, port = (match[1] or match[2], int(match[3] or 0)) if match else (text, 0)
    try:
        address = ip_address(host)
    except ValueError:
        return None
    if port > 65535:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address, port


def _values(headers: Iterable[Header], wanted: bytes) -> list[bytes]:
    """Return the comma-separated items of every line of a header, in order."""
    return [item.strip(b" \t") for name, value in headers if name == wanted for item in value.split(b",")]


def _last(headers: Iterable[Header], wanted: bytes) -> bytes:
    return next(reversed(_values(headers, wanted)), b"")
