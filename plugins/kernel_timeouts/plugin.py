"""The plugin: it owns the section; who applies a key reads it from the configuration."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Annotated, Any

from kernel_settings import Duration

from kernel import Plugin

START, STEP, REQUESTS, IDLE = Duration("60s"), Duration("15s"), Duration("30s"), Duration("5s")


@dataclass(frozen=True)
class Timeouts:
    """Section [timeouts]; seconds."""

    startup: Annotated[Duration, "how long the whole start may take"] = START
    shutdown_hook: Annotated[Duration, "how long one listener or one lifespan may take at the stop"] = STEP
    graceful: Annotated[Duration, "how long requests under way may take after a stop was asked for"] = REQUESTS
    body_idle: Annotated[Duration, "within which time the next 1 KiB of a large body has to arrive, else 408"] = (
        REQUESTS
    )
    keep_alive: Annotated[Duration, "how long 'kernel run' keeps a connection on which nothing happens"] = IDLE

    @classmethod
    def of(cls, config: Mapping[str, Mapping[str, Any]]) -> "Timeouts":
        """Return the section of a validated configuration; what it does not say has its default."""
        section = config.get("timeouts", {})
        names = [field.name for field in fields(cls)]
        return cls(**{name: section[name] for name in names if isinstance(section.get(name), Duration)})

    @property
    def hard(self) -> float:
        """Seconds after the first signal when the process ends although something still runs.

        That is time for the drain, for the requests, for pre_stop and servers, and for lifespans
        and shutdown.
        """
        return self.graceful + 3 * self.shutdown_hook


class TimeoutsPlugin(Plugin):
    """Validates the section."""

    name = "timeouts"
    requires = ("settings",)
    Config = Timeouts
