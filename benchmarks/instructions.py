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
import sys
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
TOLERANCE, WARM_UP, BLOCKS = 1.03, 200, (0, 0, 1, 1)
BUILD = f"{platform.python_implementation()} {sys.version_info.major}.{sys.version_info.minor}, {platform.machine()}"


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


async def watched() -> None:
    """Count each path of a started kernel, and each callable."""
    gc.disable()  # a collection would count for the request that it happens to meet
    for scenario in PATHS.values():
        kernel = Kernel({}, apps=[scenario.app])
        await kernel.start()
        counting(kernel, scenario)
        counting(scenario.raw, scenario)
        await kernel.stop()


def measured() -> dict[str, tuple[int, int]]:
    """Return the instructions of a request: ours and by hand."""
    found = iter(counts(lambda: asyncio.run(watched())))

    def one() -> int:
        block = [(requests, next(found)) for requests in BLOCKS]
        none, some = (min(count for requests, count in block if requests == wanted) for wanted in (0, 1))
        return some - none

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
