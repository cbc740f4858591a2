"""Requests per second and latency over loopback: a project as `kernel run` serves it, beside the same by hand.

Both are served by the same server with the same settings, and the callable once more by the server's own
command. `wrk` asks each for some seconds in turn; medians of the rounds are told, as ratios. The processor
time that the server takes for a request is told too: others on the machine change it least.
"""

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from loopback import SERVERS, installed, served

CONNECTIONS, GOAL = 32, 0.97
"""Connections of wrk, and the least part of what raw serves in a second."""
UNITS = {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}


class Load(NamedTuple):
    """Requests per second, milliseconds in which half and 99 of 100 were answered, processor time of one (us)."""

    rate: float
    half: float
    most: float
    cost: float


def loaded(address: str, process: int, seconds: int) -> Load:
    """Let wrk ask a process for so many seconds.

    Raises:
        RuntimeError: some requests were not answered as they should be.
    """
    url = f"http://{address}/plaintext"
    arguments = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", url]
    before = spent(process)
    text = subprocess.run(arguments, check=True, capture_output=True, text=True).stdout
    return parsed(text, spent(process) - before)


def spent(process: int) -> float:
    """Return the seconds of processor time of a process and its children (Linux)."""
    place = Path(f"/proc/{process}")
    ticks = sum(map(int, (place / "stat").read_text().rpartition(")")[2].split()[11:13]))
    children = (place / f"task/{process}/children").read_text().split()
    return ticks / os.sysconf("SC_CLK_TCK") + sum(spent(int(child)) for child in children)


def parsed(text: str, seconds: float) -> Load:
    """Return what wrk printed, and what each request took of the *seconds* of processor time.

    Raises:
        RuntimeError: it tells of errors, or nothing.
    """
    found = re.search(r"^Requests/sec: +([\d.]+)", text, re.MULTILINE)
    times = dict(re.findall(r"^ +(50|99)% +([\d.]+\w+)$", text, re.MULTILINE))
    total = re.search(r"^ +(\d+) requests in ", text, re.MULTILINE)
    if not found or not total or len(times) < 2 or "Non-2xx" in text:
        raise RuntimeError(text)
    half, most = (milliseconds(times[part]) for part in ("50", "99"))
    return Load(float(found[1]), half, most, seconds / int(total[1]) * 1e6)


def milliseconds(text: str) -> float:
    """Return what wrk writes as "1.50ms"."""
    number, unit = re.fullmatch(r"([\d.]+)(\w+)", text).groups()  # type: ignore[union-attr]  # it always does
    return float(number) * UNITS[unit]


def measured(server: str, loop: str, rounds: int, seconds: int) -> dict[str, list[Load]]:
    """Return the rounds of each kind; each round begins with another one."""
    with served(server, loop) as places:
        seen: dict[str, list[Load]] = {kind: [] for kind in places}
        kinds = list(places)
        for place in places.values():
            loaded(*place, 1)
        for _ in range(rounds):
            for kind in kinds:
                seen[kind].append(loaded(*places[kind], seconds))
            kinds.append(kinds.pop(0))
    return seen


def ratios(ours: list[Load], raw: list[Load]) -> Load:
    """Return the medians of the ratios of paired rounds."""
    pairs = [[a / b for a, b in zip(*both, strict=True)] for both in zip(ours, raw, strict=True)]
    return Load(*map(statistics.median, zip(*pairs, strict=True)))


def told(name: str, seen: dict[str, list[Load]]) -> bool:
    """Print a line for each kind; tell whether ours serves as many as it should."""
    within = True
    for kind, loads in seen.items():
        rate, half, most, cost = ratios(loads, seen["raw"])
        above = kind == "kernel run" and rate < GOAL
        within &= not above
        median = Load(*map(statistics.median, zip(*loads, strict=True)))
        figures = f"{rate:6.3f} {half:6.2f} {most:6.2f} {cost:6.2f}"
        absolute = f"{median.rate:9,.0f} {median.half:7.2f} {median.most:7.2f} {median.cost:7.1f}"
        print(f"{name:20} {kind:22} {figures} {absolute}{'  BELOW' if above else ''}", flush=True)
    return within


def main() -> int:
    """Measure every server that is installed; return 1 if ours serves less than GOAL of raw on one."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])  # type: ignore[union-attr]  # it has one
    parser.add_argument("names", nargs="*", default=SERVERS, metavar="server")
    parser.add_argument("--loop", choices=("asyncio", "uvloop"), default="asyncio")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    wanted = parser.parse_args()
    if not shutil.which("wrk"):
        print("servers are skipped: 'wrk' is not installed (apt-get install wrk)")
        return 0
    heads = f"{'rate':>6} {'p50':>6} {'p99':>6} {'cost':>6} {'a second':>9} {'p50 ms':>7} {'p99 ms':>7} {'cost us':>7}"
    print(f"{'server, beside raw':43} {heads}")
    within = []
    for server in installed(wanted.names):
        name = f"{server}, {wanted.loop}"
        within.append(told(name, measured(server, wanted.loop, wanted.rounds, wanted.seconds)))
    return int(not all(within))


if __name__ == "__main__":
    sys.exit(main())
