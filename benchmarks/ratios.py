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


async def sent(app: ASGIApp, scenario: Scenario) -> list[Any]:
    """Return what *app* sends for one request."""
    messages: list[Any] = []

    feed = scenario.feed(scenario)

    async def send(message: Any) -> None:
        messages.append(message)
        await feed.send(message)

    feed.rewind()
    await app(scenario.scope(), feed.receive, send)
    return messages


async def timed(app: ASGIApp, scenario: Scenario) -> float:
    """Return the seconds of one round."""

    feed, one = scenario.feed(scenario), scenario.scope()
    receive, send, rewind = feed.receive, feed.send, feed.rewind
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
    found = [path.stem for path in sorted(Path(__file__).parent.glob("*.py")) if "\nSCENARIOS = [" in path.read_text()]
    print(f"{'scenario':44} {'ratio':>6} {'bound':>6}   best us: ours, raw")
    scenarios = [scenario for name in names or found for scenario in import_module(name).SCENARIOS]
    return int(not all([await measure(scenario) for scenario in scenarios]))


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
