"""The plugin "server": it owns the section of what `kernel run` reads besides `[timeouts]`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from kernel_settings import Beyond, Bounds, Count

from kernel import Plugin

MOST = Count(1000)


@dataclass(frozen=True)
class ServerConfig:
    """Section [server]."""

    limit_concurrency: Annotated[
        Count,
        "most requests under way at a time in a process of 'kernel run', streams among them, websockets not",
        Bounds(1),
        Beyond(503),
    ] = MOST


class Server(Plugin):
    """Validates the section."""

    name = "server"
    requires = ("settings",)
    Config = ServerConfig


def limit_of(config: Mapping[str, Mapping[str, Any]]) -> int:
    """Return how many requests may be under way at a time; without the plugin that is the default."""
    value = config.get("server", {}).get("limit_concurrency")
    return value if isinstance(value, Count) else MOST
