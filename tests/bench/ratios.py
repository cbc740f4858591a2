"""Measure what a request costs beside a hand-written ASGI callable that does the same work.

Both are called in turn, in one process, with hand-made scopes and a send that only remembers; the
ratio of each pair of rounds is taken and the median printed. Absolute times are not compared. The
scenarios are the SCENARIOS of the files beside this one; name some of these files to measure those.
"""

import asyncio
import statistics
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

from scenario import ASGIApp, Scenario

from kernel import Kernel

OTHERS = ("ratios", "scenario")


class Feed:
    """Hands over the body of a scenario, again for every request."""

    def __init__(self, scenario: Scenario) -> None:
        self._messages, self._next = scenario.messages(), 0

    async def receive(self) -> Any:
        """Return the next message."""
        message = self._messages[self._next]
        self._next = (self._next + 1) % len(self._messages)
        return message

    def rewind(self) -> None:
        """Begin the body again, although not all of it was read."""
        self._next = 0


async def sent(app: ASGIApp, scenario: Scenario) -> list[Any]:
    """Return what *app* sends for one request."""
    messages: list[Any] = []

    async def send(message: Any) -> None:
        messages.append(message)

    await app(scenario.scope(), Feed(scenario).receive, send)
    return messages


async def timed(app: ASGIApp, scenario: Scenario) -> float:
    """Return the seconds of one round."""

    async def send(message: Any) -> None:
        pass

    feed, one = Feed(scenario), scenario.scope()
    receive, rewind = feed.receive, feed.rewind
    start = time.perf_counter()
    for _ in range(scenario.calls):
        rewind()
        await app(one, receive, send)
    return time.perf_counter() - start


async def ratio(app: ASGIApp, scenario: Scenario) -> tuple[float, float, float]:
    """Return the median ratio of paired rounds, and the best microseconds of both."""
    pairs = [(await timed(app, scenario), await timed(scenario.raw, scenario)) for _ in range(scenario.rounds)]
    best = [min(column) / scenario.calls * 1e6 for column in zip(*pairs, strict=True)]
    return statistics.median(a / b for a, b in pairs), best[0], best[1]


async def measure(scenario: Scenario) -> bool:
    """Print one line; tell whether the scenario stays within its bound."""
    kernel = Kernel(dict(scenario.config), apps=[scenario.app])
    async with scenario.around():
        await kernel.start()
        ours, theirs = await sent(kernel, scenario), await sent(scenario.raw, scenario)
        if not scenario.same(ours, theirs):
            print(f"{scenario.name}: not the same work: {str(ours)[:500]} {str(theirs)[:500]}")
            return False
        measured, best, best_raw = await ratio(kernel, scenario)
        await kernel.stop()
    within = scenario.bound is None or measured <= scenario.bound
    limit = f"{scenario.bound:6.2f}" if scenario.bound else "     -"
    print(f"{scenario.name:44} {measured:6.2f} {limit}   {best:.2f}, {best_raw:.2f}{'' if within else '  ABOVE'}")
    return within


async def main(names: list[str]) -> int:
    """Measure the scenarios of the named files, of all without names; return 1 if one is above its bound."""
    found = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in OTHERS)
    print(f"{'scenario':44} {'ratio':>6} {'bound':>6}   best us: ours, raw")
    scenarios = [scenario for name in names or found for scenario in import_module(name).SCENARIOS]
    return int(not all([await measure(scenario) for scenario in scenarios]))


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
