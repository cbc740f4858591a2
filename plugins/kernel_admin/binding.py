"""The place a server listens at: "host:port", "[v6]:port", "unix:/path", or "fd://n" from a parent."""

import os
import socket
import stat
from contextlib import suppress
from dataclasses import dataclass
from errno import EADDRINUSE
from ipaddress import ip_address
from typing import Any

import click

from kernel.boot.config import Config
from kernel.errors import ConfigError, Problem
from kernel_admin.faults import Fault

DEFAULT = "127.0.0.1:8000"
BACKLOG = 2048
EXAMPLES = "127.0.0.1:8000, [::1]:8000 or unix:/path"
HIGHEST = 65535
LONGEST = 2**31 - 1
"""Milliseconds that an option of a socket can be."""


def default_bind(config: Config) -> str:
    """Return where to listen if the command line does not say.

    Raises:
        ConfigError: what [networking] bind says is no address.
    """
    value = config.get("networking", {}).get("bind") or DEFAULT
    text = str(value if isinstance(value, str) else value[0])
    try:
        parse(text)
    except click.BadParameter as error:
        where = config.origin("networking", "bind")
        message, hint = f"[networking] bind: '{text}' is no address", f"write one like {EXAMPLES}"
        raise ConfigError([Problem("config.value", "error", message, hint, where)]) from error
    return text


def checked(ctx: click.Context, option: click.Parameter, text: str) -> str:
    """Return what --bind says, or "" if it is not there.

    Raises:
        click.BadParameter: it is no address.
    """
    if text:
        parse(text)
    return text


@dataclass
class Place:
    """A bound socket; nobody can connect before `listen`."""

    sock: socket.socket
    path: str = ""

    @classmethod
    def open(cls, text: str) -> "Place":
        """Bind the address that *text* names.

        Raises:
            click.BadParameter: the text is no address.
            Fault: the address cannot be bound.
        """
        kind, address = parse(text)
        if text.startswith("fd://"):
            return cls(socket.socket(fileno=address))
        path, sock = (address if kind is socket.AF_UNIX else ""), socket.socket(kind, socket.SOCK_STREAM)
        if path:
            forget(path)
        else:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            sock.bind(address)
        except OSError as error:
            sock.close()
            used = getattr(error, "errno", None) == EADDRINUSE
            hint = f"{'stop what listens there, or ' if used else ''}choose another place with --bind"
            raise Fault.one("run.bind", f"'{text}' cannot be bound: {reason(error)}", hint, code=3) from error
        return cls(sock, path)

    @property
    def url(self) -> str:
        """Where to point a browser."""
        name = self.sock.getsockname()
        if self.sock.family == socket.AF_UNIX:
            return f"unix:{name}"
        return f"http://{f'[{name[0]}]' if ':' in name[0] else name[0]}:{name[1]}"

    @property
    def text(self) -> str:
        """The address as `open` takes it, with the port that a 0 became."""
        return self.url.removeprefix("http://")

    @property
    def listening(self) -> bool:
        """Whether some process listens on the socket, this one or a child."""
        return bool(self.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))

    def listen(self) -> None:
        """Let clients connect."""
        self.sock.listen(BACKLOG)

    def forsake(self, seconds: float) -> None:
        """Have the system close connections whose client takes nothing for so long (RFC 793 §3.8, RFC 5482).

        A connection has what the socket has that accepts it. Only Linux knows the option.
        """
        option = getattr(socket, "TCP_USER_TIMEOUT", None)
        if option and self.sock.family != socket.AF_UNIX:
            self.sock.setsockopt(socket.IPPROTO_TCP, option, min(round(seconds * 1000), LONGEST))

    def close(self) -> None:
        """Give the address back."""
        self.sock.close()
        if self.path:
            with suppress(OSError):
                os.unlink(self.path)


def parse(text: str) -> tuple[socket.AddressFamily, Any]:
    """Return the family and the address of a text; port 0 takes a free one.

    A name needs a port, but for `localhost`: a word alone is more likely a mistake than a machine.

    Raises:
        click.BadParameter: the text is no address.
    """
    kind, _, rest = text.partition(":")
    if kind == "unix" and rest:
        return socket.AF_UNIX, rest
    if kind == "fd" and rest[2:].isdecimal():
        return socket.AF_UNSPEC, int(rest[2:])
    if text.endswith("]") or ":" not in text:
        host, port = text if numeric(text) else "", "8000"
    else:
        host, _, port = text.rpartition(":")
    if not host or not (port.isascii() and port.isdecimal()) or int(port) > HIGHEST:
        raise click.BadParameter(f"'{text}' is no address like {EXAMPLES}", param_hint="--bind")
    host = host.removeprefix("[").removesuffix("]")
    return (socket.AF_INET6 if ":" in host else socket.AF_INET), (host, int(port))


def numeric(host: str) -> bool:
    """Tell whether this is a host without doubt: an IP address, or localhost."""
    with suppress(ValueError):
        ip_address(host.removeprefix("[").removesuffix("]"))
        return True
    return host == "localhost"


def reason(error: Exception) -> str:
    """Return what the system says, in a few words."""
    return (getattr(error, "strerror", None) or str(error)).lower()


def forget(path: str) -> None:
    """Remove the socket file of a server that is no more; one that lives stays, and binding fails."""
    with suppress(OSError):
        if stat.S_ISSOCK(os.stat(path).st_mode):
            with socket.socket(socket.AF_UNIX) as probe:
                try:
                    probe.connect(path)
                except ConnectionRefusedError:
                    os.unlink(path)
