"""The place a server listens at: "host:port", "[v6]:port", "unix:/path", or "fd://n" from a parent."""

import os
import socket
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import click

from kernel_admin.faults import Fault

DEFAULT = "127.0.0.1:8000"
BACKLOG = 2048


def default_bind(config: Mapping[str, Mapping[str, Any]]) -> str:
    """Return where to listen if the command line does not say."""
    value = config.get("networking", {}).get("bind") or DEFAULT
    return str(value if isinstance(value, str) else value[0])


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
        except (OSError, OverflowError) as error:
            sock.close()
            hint = "stop what listens there, or choose another place with --bind"
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
    def listening(self) -> bool:
        """Whether some process listens on the socket, this one or a child."""
        return bool(self.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))

    def listen(self) -> None:
        """Let clients connect."""
        self.sock.listen(BACKLOG)

    def close(self) -> None:
        """Give the address back."""
        self.sock.close()
        if self.path:
            with suppress(OSError):
                os.unlink(self.path)


def parse(text: str) -> tuple[socket.AddressFamily, Any]:
    """Return the family and the address of a text; port 0 takes a free one."""
    kind, _, rest = text.partition(":")
    if kind == "unix" and rest:
        return socket.AF_UNIX, rest
    if kind == "fd" and rest[2:].isdecimal():
        return socket.AF_UNSPEC, int(rest[2:])
    host, colon, port = text.rpartition(":") if "]" not in text.rpartition(":")[2] else (text, "", "8000")
    host, port = (host, port) if colon or host else (text, "8000")
    if not host or not port.isascii() or not port.isdecimal():
        raise click.BadParameter(
            f"'{text}' is no address like 127.0.0.1:8000, [::1]:8000 or unix:/path", param_hint="--bind"
        )
    host = host.removeprefix("[").removesuffix("]")
    return (socket.AF_INET6 if ":" in host else socket.AF_INET), (host, int(port))


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
