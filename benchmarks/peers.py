"""Measure the same work in other frameworks, where they are installed, beside ours and a hand-written callable.

For each row every contender is called in turn, in one process and one run, with hand-made scopes; the
median of its rounds, each as a multiple of raw in the same round, is printed; taken is the time of the
processor. `--write` puts table and picture into docs/performance.md; `--backend trio` measures those that
run on it; `--rounds N` and names of frameworks say less.
"""

import argparse
import json
import platform
import re
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import anyio
from basics import SCENARIOS as BASICS
from bodies import SCENARIOS as BODIES
from forms import SCENARIOS as FORMS
from layers import SCENARIOS as LAYERS
from picture import bars
from scenario import ASGIApp, Scenario
from stream import SCENARIOS as STREAM
from templating import SCENARIOS as TEMPLATING

from kernel import Kernel

ROWS: dict[str, tuple[Scenario, int]] = {
    "plaintext": (BASICS[0], 0),
    "JSON": (BASICS[1], 0),
    "int path variable, 200 other routes": (BASICS[2], 0),
    "query, header and cookie read, echoed": (BODIES[0], 0),
    "JSON body validated, 5 fields": (BODIES[1], 0),
    "the same, invalid": (BODIES[2], 0),
    "1 MiB multipart and 2 fields": (FORMS[0], 0),
    "5 pass-through layers": (LAYERS[0], 5),
    "10 pass-through layers": (LAYERS[1], 10),
    "404, 200 routes": (BASICS[3], 0),
    "Jinja page, 20 rows": (TEMPLATING[0], 0),
    "1 MiB stream, 64 KiB pieces": (STREAM[0], 0),
}
"""The scenario of each row, and how many layers stand around it."""
CONTENDERS = ("blacksheep", "emmett55", "falcon", "starlette", "litestar", "fastapi")
REFUSALS = {"the same, invalid": (400, 422), "404, 200 routes": (404,)}
"""Rows whose body is each framework's own: the status is what has to agree."""
DOCS = Path(__file__).parent.parent / "docs"
MOST_CALLS, PATIENCE = 100, 10
"""Requests in a round at most, and seconds for the first three of a contender."""
Times = dict[str, list[float]]


class Server:
    """Stands for a server at one request: hands the body over, then waits for the end of the answer."""

    def __init__(self, messages: Sequence[Any]) -> None:
        self._left, self.sent = iter(messages), list[Any]()
        self._over: anyio.Event | None = None

    async def receive(self) -> Any:
        """Return the next message; after the last, that the client left, once it has its answer."""
        for message in self._left:
            return message
        if not self.sent or self.sent[-1].get("more_body", "body" not in self.sent[-1]):
            self._over = anyio.Event()
            await self._over.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        """Keep what is answered."""
        self.sent.append(message)
        if self._over and message["type"] == "http.response.body" and not message.get("more_body"):
            self._over.set()


async def lifespan(app: ASGIApp, ready: anyio.Event, stop: anyio.Event) -> None:
    """Start an application and stop it again (ASGI lifespan); one that knows no lifespan raises, and is ready."""
    begun, failed = False, ""

    async def receive() -> Any:
        nonlocal begun
        if not begun:
            begun = True
            return {"type": "lifespan.startup"}
        await stop.wait()
        return {"type": "lifespan.shutdown"}

    async def send(message: Any) -> None:
        nonlocal failed
        if message["type"].endswith("failed"):
            failed = message.get("message") or "the start or the stop failed"
            raise RuntimeError(failed)
        ready.set()

    scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}
    try:
        await app(scope, receive, send)
    except Exception:
        if failed or begun:
            raise
        ready.set()


async def requested(app: ASGIApp, scenario: Scenario, calls: int) -> tuple[float, list[Any]]:
    """Return the seconds of processor time of so many requests, and what the last was answered."""
    messages, scope = scenario.messages(), scenario.scope()
    each = [({**scope}, Server(messages)) for _ in range(calls)]  # some write into the scope
    start = time.process_time()
    for one, server in each:
        await app(one, server.receive, server.send)
    return time.process_time() - start, each[-1][1].sent


def content(messages: Sequence[Any]) -> tuple[int, bytes]:
    """Return the status and the body of an answer."""
    body = b"".join(bytes(message.get("body", b"")) for message in messages[1:])
    return messages[0]["status"], body


def same(row: str, answer: Sequence[Any], raw: Sequence[Any]) -> bool:
    """Tell whether two answers are the same work: bodies may differ in the order and spacing of JSON."""
    (status, body), (wanted, due) = content(answer), content(raw)
    if row in REFUSALS:
        return status in REFUSALS[row]
    return status == wanted and (body == due or (due[:1] == b"{" and json.loads(body) == json.loads(due)))


async def measured(row: str, apps: dict[str, ASGIApp], rounds: int) -> dict[str, float]:
    """Return the median multiple of raw of each contender that does the work of a row."""
    scenario, calls = ROWS[row][0], min(ROWS[row][0].calls, MOST_CALLS)
    _, due = await requested(apps["raw"], scenario, 3)
    able = {}
    for name, app in apps.items():
        try:
            with anyio.fail_after(PATIENCE):
                _, answer = await requested(app, scenario, 3)
            reason = "" if same(row, answer, due) else f"another answer: {str(answer)[:300]}"
        except Exception as error:
            reason = repr(error)
        if reason:
            print(f"  {row}: {name} is left out, {reason}")
        else:
            able[name] = app
    times: Times = {name: [] for name in able}
    for _ in range(rounds):
        for name, app in able.items():
            times[name].append((await requested(app, scenario, calls))[0])
    pairs = {name: zip(some, times["raw"], strict=True) for name, some in times.items() if name != "raw"}
    return {name: statistics.median(own / raw for own, raw in both) for name, both in pairs.items()}


async def compared(row: str, peers: dict[str, Callable[[int], ASGIApp]], rounds: int) -> dict[str, float]:
    """Start every contender, measure a row, and stop them."""
    scenario, layers = ROWS[row]
    apps: dict[str, ASGIApp] = {"asgi-kernel": Kernel({}, apps=[scenario.app])}
    apps |= {name: build(layers) for name, build in peers.items()}
    stop = anyio.Event()
    async with anyio.create_task_group() as group:
        for app in apps.values():
            ready = anyio.Event()
            group.start_soon(lifespan, app, ready, stop)
            await ready.wait()
        found = await measured(row, {"raw": scenario.raw, **apps}, rounds)
        stop.set()
    return found


def installed(names: Sequence[str], backend: str) -> dict[str, Callable[[int], ASGIApp]]:
    """Return what builds the application of each framework that is installed and runs on the backend."""
    found = {}
    for name in names:
        try:
            module = import_module(f"contenders.with_{name}")
        except ImportError as error:
            print(f"{name} is skipped: {error}")
            continue
        if backend == "trio" and not module.TRIO:
            print(f"{name} is skipped: it does not run on trio")
        else:
            found[name] = module.build
    return found


def table(figures: dict[str, dict[str, float]], names: Sequence[str]) -> str:
    """Return the figures as a table in Markdown."""
    head = f"| work | {' | '.join(names)} |\n|---|{'---|' * len(names)}\n"
    lines = []
    for row, found in figures.items():
        cells = [f"{found[name]:.2f}" if name in found else "-" for name in names]
        lines.append(f"| {row} | {' | '.join(cells)} |\n")
    return head + "".join(lines)


def method(names: Sequence[str], backend: str, rounds: int) -> str:
    """Return how it was measured, with versions and date."""
    versions = ", ".join(f"{name} {version(name)}" for name in names)
    day = f"{datetime.now(UTC):%d %B %Y}".lstrip("0")
    python = f"{platform.python_implementation()} {platform.python_version()}, {platform.machine()}"
    return (
        f"Multiples of the hand-written callable in processor time, medians of {rounds} rounds, all contenders in turn "
        f"within each, in one process on {backend}; {python}, {day}; {versions}. Lower is better.\n"
    )


def written(text: str, backend: str) -> None:
    """Put *text* between the markers of the backend in docs/performance.md."""
    page = DOCS / "performance.md"
    begin, end = f"<!-- peers {backend} -->", f"<!-- end of peers {backend} -->"
    old = page.read_text()
    if begin not in old:
        raise SystemExit(f"{page} has no marker '{begin}': add it and '{end}'")
    page.write_text(re.sub(f"{begin}.*?{end}", lambda _: f"{begin}\n{text}{end}", old, flags=re.DOTALL))


def main() -> None:
    """Measure, print, and write if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])  # type: ignore[union-attr]  # it has one
    parser.add_argument("names", nargs="*", default=CONTENDERS, metavar="framework")
    parser.add_argument("--backend", choices=("asyncio", "trio"), default="asyncio")
    parser.add_argument("--row", action="append", choices=ROWS, help="this one only; again for another")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--write", action="store_true", help="into docs/performance.md")
    wanted = parser.parse_args()
    peers = installed(wanted.names, wanted.backend)
    names = ["asgi-kernel", *peers]
    figures = {}
    for row in wanted.row or ROWS:
        figures[row] = anyio.run(compared, row, peers, wanted.rounds, backend=wanted.backend)
        print(f"{row:40} " + "  ".join(f"{name} {ratio:.2f}" for name, ratio in figures[row].items()), flush=True)
    told = table(figures, names) + "\n" + method(names, wanted.backend, wanted.rounds)
    print("\n" + told)
    if wanted.write:
        picture = f"peers-{wanted.backend}.svg"
        (DOCS / picture).write_text(bars(figures, names))
        written(f"![Each row as a multiple of raw]({picture})\n\n{told}", wanted.backend)


if __name__ == "__main__":
    main()
