"""Measure everything, or what is named: a file of scenarios, or one of TOOLS.

The files of scenarios are measured by ratios.py. Ends with 1 if a figure is beyond its bound.
"""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

FOLDER = Path(__file__).parent
TOOLS = ("boot", "startup", "growth", "instructions", "phases", "servers", "idle", "peers")
PEERS = ("blacksheep", "emmett55", "falcon", "fastapi", "litestar", "starlette")


def commands(names: Sequence[str]) -> Iterator[list[str]]:
    """Yield the arguments of each process that measures what is named, everything without names.

    Raises:
        SystemExit: there is no such file.
    """
    if unknown := [name for name in names if not (FOLDER / f"{name}.py").exists()]:
        raise SystemExit(f"there is no benchmarks/{unknown[0]}.py")
    scenarios = [name for name in names if name not in TOOLS]
    if scenarios or not names:
        yield ["ratios.py", *scenarios]
    for tool in TOOLS:
        if tool in names or not names:
            yield [f"{tool}.py"]


def main(names: Sequence[str]) -> int:
    """Run them one after another."""
    status = 0
    for command in commands(names):
        print(f"\n== {' '.join(command)}", flush=True)
        if command == ["peers.py"] and not any(map(find_spec, PEERS)):
            print("peers are skipped: no other framework is installed (pip install -e '.[bench]')")
            continue
        status |= subprocess.run([sys.executable, *command], cwd=FOLDER, check=False).returncode
    return int(status != 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
