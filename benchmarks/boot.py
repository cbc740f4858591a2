"""Measure what a boot costs: in milliseconds of CPU time, after imports, the least of several.

A boot is no ratio to anything a request does, so it has goals instead. The last line is the command
that lists all plugins, in a process of its own, with everything that is installed here.
"""

import gc
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from kernel_responses import Text
from kernel_router import Routes

from kernel import App, Kernel, Layer, Plugin, hookimpl

ROUNDS, PLUGINS = 9, 30
CACHE = TemporaryDirectory()
REFERENCE = 40
"""Milliseconds of the reference loop where the goals hold as they are."""


class Extra(Plugin):
    """A plugin with a layer, a service and nothing to do; each has a name of its own."""

    def __init__(self, number: int) -> None:
        self.name = f"extra{number}"

    @hookimpl
    def kernel_configure(self, kernel: Any) -> None:
        """Offer a service."""
        kernel.provide(self.name, self)

    @hookimpl
    def kernel_layers(self) -> Layer:
        """Stand around every route."""
        return Layer(self.name, around=around, level="app")


async def around(request: Any, call_next: Any) -> Any:
    """Stand around a handler."""
    return await call_next(request)


def shop(number: int) -> App:
    """Return an app with routes of the usual kinds."""
    routes = Routes()
    for n in range(number):
        path = f"/part{n % 40}/<id:int>/thing{n}" if n % 2 else f"/part{n % 40}/thing{n}"
        routes.get(path)(typed if n % 4 == 1 else classic)
    return App(name="shop", routes=[routes])


async def classic(request: Any) -> Text:
    """Answer as most handlers do."""
    return Text("")


async def typed(id: int, page: int = 1) -> dict[str, int]:
    """Answer with what was bound."""
    return {"id": id, "page": page}


def cpu(act: Callable[[], object]) -> float:
    """Return the milliseconds of CPU time that *act* takes; what was made before is no garbage of its own."""
    gc.collect()
    gc.freeze()
    began = time.process_time()
    act()
    return (time.process_time() - began) * 1000


def reference() -> None:
    """Take REFERENCE milliseconds on a machine that does nothing else."""
    total = 0
    for number in range(1_000_000):
        total += number


def boot(plugins: int, routes: int, config: dict[str, Any]) -> Callable[[], object]:
    """Return a boot of that many plugins and routes, *plugins* layers around each route."""
    app = shop(routes)
    more = [Extra(number) for number in range(plugins)]
    return lambda: Kernel(config, plugins=more, apps=[app]).boot()


def listing() -> None:
    """Run the command; its byte code is kept between the rounds, as it is where something is installed."""
    with TemporaryDirectory() as folder:
        Path(folder, "config.ini").touch()
        command = [sys.executable, "-m", "kernel", "plugins", "list"]
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        env = {**kept, "PYTHONPYCACHEPREFIX": CACHE.name}
        subprocess.run(command, cwd=folder, env=env, check=True, stdout=subprocess.DEVNULL)


def children(act: Callable[[], object]) -> float:
    """Return the milliseconds of CPU time of the processes that *act* waits for."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    act()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000


ALONE = {"plugins": {"active": "settings, outcomes, requests, responses, errors, handlers, params, router"}}
MEASURED: list[tuple[str, Callable[[Callable[[], object]], float], Callable[[], object], float]] = [
    ("30 plugins, 600 routes, 30 layers", cpu, boot(PLUGINS - 8, 600, ALONE), 60),
    ("standard plugins, 600 routes, 30 layers", cpu, boot(PLUGINS, 600, {}), 60),
    ("standard plugins, 2000 routes", cpu, boot(0, 2000, {}), 200),
    ("kernel plugins list", children, listing, 250),
]


def main() -> int:
    """Print the milliseconds of each, and its goal; return 1 if one is above it.

    On a machine where the reference takes longer than REFERENCE a goal may take as much longer.
    """
    above = 0
    print(f"{'boot':44} {'ms':>7} {'goal':>7}   reference")
    for name, clock, act, goal in MEASURED:
        act()  # imports, and what Python compiles
        pairs = [(clock(act), cpu(reference)) for _ in range(ROUNDS)]
        least, beside = (min(column) for column in zip(*pairs, strict=True))
        within = least <= goal * max(1, beside / REFERENCE)
        above += not within
        print(f"{name:44} {least:7.1f} {goal:7.0f}   {beside:.1f}{'' if within else '  ABOVE'}", flush=True)
    return int(above > 0)


if __name__ == "__main__":
    sys.exit(main())
