"""Compare what six kinds of request cost, in machine instructions, with the figures recorded beside this file.

Time is noise on a shared machine, instructions are not: the same build of Python needs the same number
again. Counted is one request in a started kernel with every standard plugin, and the same request to the
hand-written callable. Compared is ours, less what raw moved by: that is what other libraries and
another processor do to all code. `--record` writes the figures of this machine; do that only when a
change is worth its price, and say why.
"""

import asyncio
import gc
import json
import os
import platform
import statistics
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext, suppress
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
TOLERANCE, ROUNDS, WARM_UP, BLOCKS = 1.03, 4, 200, (0, 0, 1)
Figures = Mapping[str, Sequence[int]]
VERSION = f"{platform.python_implementation()} {platform.python_version()}"
BUILD = f"{VERSION} of {platform.python_build()[1]}, {platform.machine()}"


async def taken(message: Any) -> None:
    """Take what is sent."""


def counting(app: ASGIApp, scenario: Scenario) -> None:
    """Make requests until nothing is new any more; then count making none and making one."""
    scope, (message,) = scenario.scope(), scenario.messages()

    async def receive() -> Any:
        return message

    async def serve(requests: int) -> None:
        for _ in range(requests):
            await app(scope, receive, taken)

    for requests in (WARM_UP, *BLOCKS):
        work = serve(requests)
        count = counted if requests < WARM_UP else nullcontext
        with count(), suppress(StopIteration):
            work.send(None)  # nothing waits, so no event loop is asked


async def watched(names: Iterable[str]) -> None:
    """Count the named paths of a started kernel, and the callables."""
    gc.disable()  # a collection would count for the request that it happens to meet
    for scenario in map(PATHS.__getitem__, names):
        kernel = Kernel({}, apps=[scenario.app])
        await kernel.start()
        counting(kernel, scenario)
        counting(scenario.raw, scenario)
        await kernel.stop()


def measured(names: Iterable[str], known: Figures) -> Figures:
    """Return the least instructions of a request seen so far, ours and by hand, of the named paths counted now too.

    Where things lie in memory is another matter in every process and costs up to a twentieth: chance
    only ever adds, so the least of several processes is what the code costs.
    """
    found = iter(counts(lambda: asyncio.run(watched(names))))
    figures = dict(known)
    for name in names:
        both = []
        for _ in range(2):
            block = [(requests, next(found)) for requests in BLOCKS]
            none, one = (min(count for requests, count in block if requests == wanted) for wanted in (0, 1))
            both.append(one - none)
        least = [min(pair) for pair in zip(both, figures.get(name, both), strict=True)]
        figures[name] = least[0], least[1]
    return figures


def moved(figures: Figures, recorded: Figures) -> float:
    """Return how many times as dear as recorded the callables are: what libraries and processor make of all code."""
    return statistics.median(figures[name][1] / recorded[name][1] for name in figures)


def dearer(figures: Figures, recorded: Figures) -> list[str]:
    """Return the paths that got dearer than the callables did, by more than is tolerated."""
    allowed = moved(figures, recorded) * TOLERANCE if recorded else 0
    return [name for name in recorded if figures[name][0] > recorded[name][0] * allowed]


def told(figures: Figures, recorded: Figures) -> None:
    """Print the figures beside the recorded ones."""
    print(f"{BUILD}\n{'instructions of a request':26} {'ours':>8} {'raw':>8} {'ratio':>6}   recorded")
    for name, (ours, raw) in figures.items():
        line = f"{name:26} {ours:>8,} {raw:>8,} {ours / raw:6.2f}"
        if recorded:
            change = ours / recorded[name][0] / moved(figures, recorded) - 1
            line += f"   {recorded[name][0]:>8,} {recorded[name][1]:>8,} {change:+7.1%}"
        print(line)


def compare(recorded: Figures) -> int:
    """Count and print; return 1 if a path got dearer, also when it is counted again, 0 if none did."""
    figures = measured(PATHS, {})
    for _ in range(ROUNDS - 1):
        if again := dearer(figures, recorded):
            figures = measured(again, figures)
    told(figures, recorded)
    above = dearer(figures, recorded)
    if above:
        print(f"above the recorded figures by more than {TOLERANCE - 1:.0%}: {', '.join(above)}")
        print("make it cheaper, or record what it costs now on purpose: python benchmarks/instructions.py --record")
    if not recorded:
        print(f"nothing is recorded for {BUILD}, so nothing was compared")
    return int(bool(above))


def record(everything: dict[str, Figures]) -> int:
    """Count several times and write down the least."""
    figures: Figures = {}
    for _ in range(ROUNDS):
        figures = measured(PATHS, figures)
    told(figures, everything.get(BUILD, {}))
    RECORDED.write_text(json.dumps({**everything, BUILD: figures}, indent=1) + "\n")
    return 0


def main(arguments: list[str]) -> int:
    """Count, compare or record; 0 too where nothing can be counted, with the reason."""
    if os.environ.get("PYTHONHASHSEED") != "0":
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "PYTHONHASHSEED": "0"})
    everything = json.loads(RECORDED.read_text()) if RECORDED.exists() else {}
    try:
        return record(everything) if "--record" in arguments else compare(everything.get(BUILD, {}))
    except Unavailable as error:
        print(f"skipped: instructions cannot be counted here: {error}")
        return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
