"""The plugin "greetings": it asks every app how guests are greeted.

An app answers with `App(greetings=["Hello {name}"])`, a plugin with the hook `kernel_greetings`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count
from typing import Annotated

from kernel import Plugin, Problem, hookimpl, hookspec
from kernel.types import Application


@dataclass(frozen=True)
class GreetingsConfig:
    """Section [greetings]."""

    extra: Annotated[tuple[str, ...], "further greetings; {name} is the guest"] = ()
    shout: Annotated[bool, "greet in capitals"] = False


class Specs:
    """What this plugin asks others."""

    @hookspec
    def kernel_greetings(self) -> str | Iterable[str] | None:
        """Offer greetings: one, or several; {name} stands for the guest."""


class Greeter:
    """Greets in turn with all greetings of a project; the service "greetings"."""

    def __init__(self, greetings: Iterable[str], shout: bool = False) -> None:
        self.greetings, self._shout, self._turns = tuple(greetings), shout, count()

    def greet(self, name: str) -> str:
        """Return the next greeting, for *name*."""
        text = self.greetings[next(self._turns) % len(self.greetings)].replace("{name}", name)
        return text.upper() if self._shout else text


class Greetings(Plugin):
    """Collect the greetings of all apps and plugins; provide "greetings", a `Greeter`."""

    name = "greetings"
    specs = (Specs,)
    Config = GreetingsConfig

    @hookimpl
    def kernel_configure(self, kernel: Application, config: GreetingsConfig) -> None:
        """Collect them; those of [greetings] extra come last."""
        collected = [answer for _, answer in kernel.collect("kernel_greetings")]
        greetings = [text for answer in collected for text in ([answer] if isinstance(answer, str) else answer)]
        kernel.provide("greetings", Greeter([*greetings, *config.extra] or ["Hello {name}"], config.shout))

    @hookimpl
    def kernel_checks(self, kernel: Application) -> Iterable[Problem]:
        """Warn of greetings that do not name the guest."""
        for text in kernel.service("greetings").greetings:
            if "{name}" not in text:
                message, hint = f"greeting '{text}' does not name the guest", "write {name} where the name belongs"
                yield Problem("greetings.name", "warning", message, hint)
