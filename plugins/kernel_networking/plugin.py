"""The plugin: it refuses requests for other hosts and believes the configured proxies."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Annotated, Literal

from kernel_errors import Error
from kernel_settings import Bounds, Size

from kernel import Layer, Plugin, Problem, Request, hookimpl
from kernel.errors import HTTPException
from kernel.types import Application
from kernel_networking.hosts import Hosts
from kernel_networking.proxies import Proxies

logger = logging.getLogger("kernel.networking")
DISALLOWED_HOST = 1003
FILE_CHUNK = Size("64KiB")
MAX_HEADERS = 100
EVERYWHERE = ("", "0.0.0.0", "[::]", "::")  # noqa: S104  # what is looked for, not what is bound


@dataclass(frozen=True)
class NetworkingConfig:
    """Section [networking]."""

    allowed_hosts: Annotated[
        tuple[str, ...], "hosts to answer for: host, host:port, *.host or *; unset means the names of this machine"
    ] = ()
    trusted_proxies: Annotated[
        tuple[str, ...], "addresses or networks (CIDR) whose X-Forwarded-For, -Proto and -Host headers are believed"
    ] = ()
    bind: Annotated[str, "where 'kernel run' listens"] = "127.0.0.1:8000"
    stream_size: Annotated[Size, "size of the chunks that a file is sent in", Bounds(1)] = FILE_CHUNK

    def __post_init__(self) -> None:
        for key, check in (("allowed_hosts", Hosts), ("trusted_proxies", Proxies)):
            try:
                check(getattr(self, key))
            except ValueError as error:
                raise ValueError(f"{key}: {error}") from None


class Networking(Plugin):
    """Check the Host header of every request before anything else does."""

    name = "networking"
    requires = ("settings", "errors")
    Config = NetworkingConfig

    @hookimpl
    def kernel_configure(self, kernel: Application, config: NetworkingConfig) -> None:
        """Compile the lists."""
        self._kernel, self._config = kernel, config
        self._hosts, self._proxies = Hosts(config.allowed_hosts), Proxies(config.trusted_proxies)
        self._most = int(kernel.config.get("limits", {}).get("max_headers", MAX_HEADERS))

    @hookimpl
    def kernel_layers(self) -> Layer:
        """Stand outermost: the check of the host and, only if a proxy is trusted, what it says."""
        asgi = self._proxies.behind(self._hosts.accepts) if self._proxies else None
        return Layer("networking", asgi=asgi, before_request=checking(self._hosts, self._most), blocking=False)

    @hookimpl
    def kernel_checks(self, deploy: bool) -> Iterable[Problem]:
        """Warn of lists that let everybody in, which is an error in production, and there of unset hosts."""
        level: Literal["error", "warning"] = "error" if deploy else "warning"
        if self._hosts.everything:
            message = "[networking] allowed_hosts: '*' answers for every host, also for one an attacker invents"
            yield Problem("networking.hosts", level, message, "name the hosts", self._where("allowed_hosts"))
        elif deploy and not self._config.allowed_hosts:
            message = "[networking] allowed_hosts: not set, so only the names of this machine are answered"
            yield Problem("networking.unset", "warning", message, "name the hosts", self._where("allowed_hosts"))
        if self._proxies.everybody:
            message = "[networking] trusted_proxies: every client can claim to be another one"
            hint = "name the addresses of the proxies"
            yield Problem("networking.proxies", level, message, hint, self._where("trusted_proxies"))
        if deploy and self._config.bind.rpartition(":")[0] in EVERYWHERE:
            message = f"[networking] bind: {self._config.bind} takes requests from every network, without encryption"
            hint = "bind to 127.0.0.1 or to a socket behind a proxy that speaks https"
            yield Problem("networking.bind", "warning", message, hint, self._where("bind"))

    def _where(self, key: str) -> str:
        return self._kernel.config.origin("networking", key) or f"[networking] {key}"


def checking(hosts: Hosts, most: int) -> Callable[[Request], Error | None]:
    """Return the hook that refuses a request whose only Host header is not there or not allowed.

    It raises HTTPException(431) if there are more than *most* headers (RFC 6585 §5): they are walked through here.
    """
    accepted, accepts = hosts.accepted, hosts.accepts

    def check(request: Request) -> Error | None:
        host, headers = None, request.scope["headers"]
        if len(headers) > most:
            raise HTTPException(431, f"the request has more than {most} headers")
        for name, value in headers:
            if name == b"host":
                if host is not None:
                    return refused("it has two Host headers")
                host = value
        if host in accepted or (host is not None and accepts(host)):
            return None
        return refused("it has no Host header" if host is None else f"[networking] allowed_hosts has no {host[:99]!r}")

    return check


def refused(why: str) -> Error:
    """Return the answer to a request for another host."""
    logger.warning("a request is refused: %s", why)
    return Error(DISALLOWED_HOST)
