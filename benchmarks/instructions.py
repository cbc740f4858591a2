"""Compare what six kinds of request cost, in machine instructions, with the figures recorded beside this file.

Time is noise on a shared machine, instructions are not: the same build of Python needs the same number
again. Counted is one request in a started kernel with every standard plugin, and the same request to the
hand-written callable. Compared is the ratio of the two, which hardly depends on how Python was built.
`--record` writes the figures of this machine; do that only when a change is worth its price, and say why.
"""

import asyncio
import gc
import json
import os
import platform
import statistics
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from basics import SCENARIOS as BASICS
from bodies import SCENARIOS as BODIES
from layers import SCENARIOS as LAYERS
from scenario import ASGIApp, Scenario
from stepping import Unavailable, counted, counts

from kernel import Kernel

PATHS = {
    "plaintext": BASICS[0],
    "JSON": BASICS[1],
    "path variable": BASICS[2],
    "validated": BODIES[1],
    "10 layers": LAYERS[1],
    "404": BASICS[3],
}
RECORDED = Path(__file__).with_name("instructions.json")
TOLERANCE, WARM_UP, TIMES = 1.03, 200, 3
BUILD = f"{platform.python_implementation()} {sys.version_info.major}.{sys.version_info.minor}, {platform.machine()}"


async def serve(app: ASGIApp, scenario: Scenario, requests: int) -> None:
    """Make so many requests, one after another."""
    feed, scope = scenario.feed(scenario), scenario.scope()
    receive, send, rewind = feed.receive, feed.send, feed.rewind
    for _ in range(requests):
        rewind()
        await app(scope, receive, send)


async def watched() -> None:
    """Count each path with one request and with two: the difference is what a request costs."""
    for scenario in PATHS.values():
        kernel = Kernel({}, apps=[scenario.app])
        await kernel.start()
        for app in (kernel, scenario.raw):
            await serve(app, scenario, WARM_UP)
            gc.collect()
            for _ in range(TIMES):
                for requests in (1, 2):
                    work = serve(app, scenario, requests)
                    with counted(), suppress(StopIteration):
                        work.send(None)  # nothing waits, so no event loop is asked
        await kernel.stop()


def measured() -> dict[str, tuple[int, int]]:
    """Return the instructions of a request: ours and by hand."""
    found: Iterator[int] = iter(counts(lambda: asyncio.run(watched())))

    def one() -> int:
        return int(statistics.median(-next(found) + next(found) for _ in range(TIMES)))

    return {name: (one(), one()) for name in PATHS}


def compare(figures: dict[str, tuple[int, int]], recorded: dict[str, Any]) -> int:
    """Print the figures beside the recorded ones; return 1 if a path got dearer, 0 if none did."""
    dearer = []
    print(f"{BUILD}\n{'instructions of a request':26} {'ours':>8} {'raw':>8} {'ratio':>6} {'recorded':>20}")
    for name, (ours, raw) in figures.items():
        before = recorded.get(name)
        was = (
            f"{before[0]:>8,} {before[0] / before[1]:.2f} {ours / raw / (before[0] / before[1]) - 1:+.1%}"
            if before
            else ""
        )
        print(f"{name:26} {ours:>8,} {raw:>8,} {ours / raw:6.2f} {was:>22}")
        if before and ours / raw > before[0] / before[1] * TOLERANCE:
            dearer.append(name)
    if dearer:
        print(f"above the recorded figures by more than {TOLERANCE - 1:.0%}: {', '.join(dearer)}")
        print("make it cheaper, or record what it costs now on purpose: python benchmarks/instructions.py --record")
    return int(bool(dearer))


def main(record: bool) -> int:
    """Count, compare or record; 0 too where nothing can be counted, with the reason."""
    if os.environ.get("PYTHONHASHSEED") != "0":
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "PYTHONHASHSEED": "0"})
    try:
        figures = measured()
    except Unavailable as error:
        print(f"skipped: instructions cannot be counted here: {error}")
        return 0
    everything = json.loads(RECORDED.read_text()) if RECORDED.exists() else {}
    status = compare(figures, {} if record else everything.get(BUILD, {}))
    if record:
        RECORDED.write_text(json.dumps({**everything, BUILD: figures}, indent=1) + "\n")
    elif BUILD not in everything:
        print(f"nothing is recorded for {BUILD}, so nothing was compared")
    return status


if __name__ == "__main__":
    sys.exit(main("--record" in sys.argv[1:]))
