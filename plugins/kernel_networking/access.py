"""Who may see what happened inside: a client on this machine, and nobody who might be elsewhere."""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from kernel import Request
from kernel_networking.hosts import Hosts

PROXIED = frozenset(
    {b"forwarded", b"via", b"x-real-ip", b"x-client-ip", b"x-cluster-client-ip", b"true-client-ip", b"cf-connecting-ip"}
)
"""Headers of a request that came through a proxy, beside all X-Forwarded-*."""


class Access:
    """The clients that see it.

    Args:
        clients: addresses or networks (CIDR).

    Raises:
        ValueError: with every entry that is none.
    """

    def __init__(self, clients: Iterable[str]) -> None:
        self.networks: list[IPv4Network | IPv6Network] = []
        wrong = []
        for entry in clients:
            try:
                self.networks.append(ip_network(entry))
            except ValueError as error:
                wrong.append(str(error))
        if wrong:
            raise ValueError(f"{'; '.join(wrong)}: write an address or a network, as 127.0.0.1")
        self._local = Hosts()

    @property
    def distant(self) -> list[str]:
        """The entries that are not this machine."""
        return [str(network) for network in self.networks if not network.is_loopback]

    def allows(self, request: Request) -> bool:
        """Tell whether the peer of *request* is one of the clients, itself and under a local name.

        The peer counts, as the server or a trusted proxy gives it; but what a proxy passes on never
        counts as local, whatever it says. The name keeps other sites out that point theirs at this
        machine (DNS rebinding).
        """
        headers = request.scope["headers"]
        if any(name in PROXIED or name.startswith(b"x-forwarded") for name, _ in headers):
            return False
        hosts = [value for name, value in headers if name == b"host"]
        if len(hosts) != 1 or not self._local.accepts(hosts[0]):
            return False
        return self._lists(request.scope.get("client"))

    def _lists(self, peer: object) -> bool:
        if not isinstance(peer, (tuple, list)) or not peer:
            return False
        try:
            address = ip_address(peer[0])
        except ValueError:  # the path of a socket, say
            return False
        mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
        return any((mapped or address) in network for network in self.networks)
