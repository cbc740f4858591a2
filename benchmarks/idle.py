"""Memory of 1,000 idle connections over loopback, each of which has had one answer, beside the callable's.

What the server keeps for a connection is in both. Told is how much the resident memory of the process grows.
"""

import statistics
import sys
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path

from loopback import SERVERS, asked, installed, served

CONNECTIONS, ROUNDS = 1000, 3
"""Connections, and servers started for each figure."""
KINDS = ("kernel run", "raw")


def resident(process: int) -> float:
    """Return the MiB of memory that are a process's (Linux)."""
    found = dict(line.split(":", 1) for line in Path(f"/proc/{process}/status").read_text().splitlines())
    return int(found["VmRSS"].split()[0]) / 1024


def grown(address: str, process: int) -> float:
    """Return by how many MiB a process grows with CONNECTIONS idle connections."""
    for _ in range(20):
        asked(address).close()  # what is made once
    before = resident(process)
    with ExitStack() as stack:
        for _ in range(CONNECTIONS):
            stack.enter_context(closing(asked(address)))
        return resident(process) - before


def measured(server: str) -> dict[str, float]:
    """Return the median growth of each kind, in MiB."""
    seen: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for _ in range(ROUNDS):
        with served(server, "asyncio", KINDS) as places:
            for kind, place in places.items():
                seen[kind].append(grown(*place))
    return {kind: statistics.median(some) for kind, some in seen.items()}


def main(names: Sequence[str]) -> None:
    """Measure every server that is installed."""
    if not Path("/proc/self/status").exists():
        print("idle connections are skipped: this system has no /proc")
        return
    print(f"{'MiB of 1,000 idle connections':32} {'ours':>7} {'raw':>7} {'ratio':>6}")
    for server in installed(names or SERVERS):
        found = measured(server)
        figures = " ".join(f"{found[kind]:7.1f}" for kind in KINDS)
        print(f"{server:32} {figures} {found['kernel run'] / found['raw']:6.2f}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
