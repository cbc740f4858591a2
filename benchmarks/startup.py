"""Measure what a start costs: imports, 200 routes, the first request, and memory; each in processes of its own.

Beside each figure stands its goal. On a machine where the reference, a loop of a million additions, takes
longer than REFERENCE milliseconds, a time may take as much longer. The least of several processes counts.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

PROCESSES, REFERENCE, MIB = 7, 40, 1024 * 1024
"""How many processes are asked, and milliseconds of the reference where the goals hold as they are."""
FIGURES = {
    "import": ("importing kernel, over a bare asyncio", 40),
    "boot": ("importing and booting the standard plugins", None),
    "routes": ("200 routes declared and built", 15),
    "first": ("the first request", 0.3),
    "second": ("the second request", None),
}


def fresh(cache: str) -> dict[str, float]:
    """Return what a new process measures of itself; its byte code is kept, as it is where something is installed."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, str(Path(__file__).with_name("fresh.py"))]
    env = {**kept, "PYTHONPYCACHEPREFIX": cache}
    answer = subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout
    return {name: float(value) for name, value in json.loads(answer).items()}


def verdict(name: str, figure: float, unit: str, goal: float | None, scale: float = 1) -> bool:
    """Print a figure beside its goal; tell whether it is within it."""
    within = goal is None or figure <= goal * scale
    due = f"{goal:8g}" if goal is not None else f"{'-':>8}"
    print(f"{name:44} {figure:8.2f} {due}   {unit}{'' if within else '  ABOVE'}", flush=True)
    return within


def main() -> int:
    """Print each figure and its goal; return 1 if one is above it."""
    with TemporaryDirectory() as cache:
        fresh(cache)  # compiles
        seen = [fresh(cache) for _ in range(PROCESSES)]
    least = {name: min(one[name] for one in seen) for name in seen[0]}
    scale = max(1, least["reference"] / REFERENCE)
    print(f"{'start':44} {'figure':>8} {'goal':>8}   reference {least['reference']:.1f} ms, of {REFERENCE}")
    within = [verdict(name, least[key], "ms", goal, scale) for key, (name, goal) in FIGURES.items()]
    if least["memory"]:
        within.append(verdict("resident memory with 200 routes, over asyncio", least["memory"] / MIB, "MiB", 12))
    else:
        print("memory is skipped: this system has no /proc")
    return int(not all(within))


if __name__ == "__main__":
    sys.exit(main())
