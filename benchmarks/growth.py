"""How the cost of a request grows with routes and with layers, as multiples of the callable that does the same.

The callable finds a route in one dict, so its cost stays the same; its layers are nested coroutines. Taken
is the time of the processor; sizes are measured in turn within each round, and the median of the rounds is told.
"""

import asyncio
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

from basics import NOT_FOUND, integer, thing
from kernel_router import Routes
from layers import layered, wrapped
from peers import content
from scenario import JSON, PLAIN, ASGIApp, Scenario, answer, dumps

from kernel import App, Kernel

ROUTES, LAYERS = (10, 100, 1_000, 10_000), (0, 1, 5, 10, 20)
CALLS, ROUNDS, TIMES = 200, 30, 1.5
"""Requests in a round, rounds, and how many times the first ratio the last one of routes may be."""


async def hello(request):  # type: ignore[no-untyped-def]  # as users write it
    return "Hello, world!"


async def user(id: int):  # type: ignore[no-untyped-def]  # as users write it
    return {"id": id}


def routed(number: int) -> App:
    """Return an app of that many routes, half static and half with a variable; those asked for are in the middle."""
    routes = Routes()
    for n in range(number // 2):
        static, variable = (hello, user) if n == number // 4 else (thing, thing)
        routes.get(f"/pages/{n}", name=f"page{n}")(static)
        routes.get(f"/items{n}/<id:int>", name=f"item{n}")(variable)
    return App(name="bench", routes=routes)


def by_hand(number: int) -> ASGIApp:
    """Return a callable with as many routes in one dict."""
    static = {f"/pages/{n}" for n in range(number // 2)}
    variable = {f"/items{n}" for n in range(number // 2)}

    async def call(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["method"] == "GET":
            path = scope["path"]
            if path in static:
                return await answer(send, 200, PLAIN, b"Hello, world!")
            prefix, _, last = path.rpartition("/")
            if prefix in variable and integer(last):
                return await answer(send, 200, JSON, dumps({"id": int(last)}))
        await answer(send, 404, JSON, dumps(NOT_FOUND))

    return call


Pair = tuple[App, ASGIApp, str]
"""An app, the callable that does the same, and the path that is asked for."""


def grown(path: str, number: int) -> Pair:
    """Return what answers with so many routes."""
    return routed(number), by_hand(number), path.format(number // 4)


def stacked(number: int) -> Pair:
    """Return what answers through so many layers."""
    return layered(number), wrapped(number), "/"


KINDS: dict[str, tuple[Callable[[int], Pair], Sequence[int], float | None]] = {
    "static": (partial(grown, "/pages/{}"), ROUTES, TIMES),
    "variable": (partial(grown, "/items{}/42"), ROUTES, TIMES),
    "404": (partial(grown, "/nothing/here{}"), ROUTES, TIMES),
    "layers": (stacked, LAYERS, None),
}


def last_of(messages: list[Any]) -> Callable[[Any], Awaitable[None]]:
    """Return a send that keeps what is sent."""

    async def send(message: Any) -> None:
        messages.append(message)

    return send


async def timed(app: ASGIApp, scenario: Scenario) -> float:
    """Return the seconds of processor time of one round."""
    scope, (message,) = scenario.scope(), scenario.messages()

    async def receive() -> Any:
        return message

    send = last_of([])
    start = time.process_time()
    for _ in range(CALLS):
        await app(scope, receive, send)
    return time.process_time() - start


async def answered(app: ASGIApp, scenario: Scenario) -> tuple[int, bytes]:
    """Return the status and the body that an application answers."""
    messages: list[Any] = []
    await app(scenario.scope(), None, last_of(messages))
    return content(messages)


async def ratios(build: Callable[[int], Pair], sizes: Sequence[int]) -> list[float]:
    """Return the multiple of raw at each size, the median of all rounds.

    Raises:
        RuntimeError: the two do not answer the same.
    """
    pairs = []
    for size in sizes:
        app, raw, path = build(size)
        scenario = Scenario("growth", path, app, raw, None)
        kernel = Kernel({}, apps=[app])
        await kernel.start()
        ours, theirs = await answered(kernel, scenario), await answered(raw, scenario)
        if ours[0] != theirs[0] or (ours[0] == 200 and ours[1] != theirs[1]):
            raise RuntimeError(f"not the same work: {ours} {theirs}")
        pairs.append((kernel, scenario))
    seen: list[list[float]] = [[] for _ in pairs]
    for _ in range(ROUNDS):
        for place, (kernel, scenario) in enumerate(pairs):
            seen[place].append(await timed(kernel, scenario) / await timed(scenario.raw, scenario))
    for kernel, _ in pairs:
        await kernel.stop()
    return [statistics.median(some) for some in seen]


def told(kind: str, sizes: Sequence[int], found: Sequence[float], times: float | None) -> bool:
    """Print one line; tell whether the last ratio is at most *times* the first."""
    within = times is None or found[-1] <= found[0] * times
    cells = "  ".join(f"{size:>6,}: {ratio:5.2f}" for size, ratio in zip(sizes, found, strict=True))
    print(f"{kind:10} {cells}{'' if within else '  ABOVE'}", flush=True)
    return within


def main(names: Sequence[str]) -> int:
    """Measure what is named, everything without names; return 1 if a cost grows with the number of routes."""
    print("multiples of raw as routes and layers grow")
    within = []
    for name in names or KINDS:
        build, sizes, times = KINDS[name]
        within.append(told(name, sizes, asyncio.run(ratios(build, sizes)), times))
    return int(not all(within))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
