"""The order of time: when each step of a chain is taken, on the way in, on the way out and after the last byte."""

from collections.abc import Iterator, Sequence
from typing import Literal

from kernel_admin.chain import Met

Way = Literal["in", "out", "after"]
AROUND = ("asgi", "layer")
INWARDS = (*AROUND, "guard", "before_request", "bind", "handler")
OUTWARDS = (*AROUND, "after_request", "render")


def journey(chain: Sequence[Met], answered: bool = True) -> Iterator[tuple[Met, Way]]:
    """Yield the active steps as a request takes them that nothing stops.

    A layer comes twice, on its way in and out; "asgi" is out when the first byte passes it. A `rescue`
    comes only where no route has *answered*: then it gives the answer.
    """
    active = [met for met in chain if met.active]
    inwards = INWARDS if answered else (*INWARDS, "rescue")
    yield from ((met, "in") for met in active if met.step.phase in inwards)
    yield from ((met, "out") for met in reversed(active) if met.step.phase in OUTWARDS)
    late = [met for met in reversed(active) if met.step.phase == "after_response"]
    yield from ((met, "after") for met in sorted(late, key=lambda met: not met.always))
    yield from ((met, "after") for met in active if met.step.phase == "on_finish")


def numbered(chain: Sequence[Met], answered: bool = True) -> list[tuple[int | None, int | None]]:
    """Return for each step of *chain* when it is taken on the way in and on the way out or later, from 1."""
    times: dict[tuple[int, bool], int] = {}
    for number, (met, way) in enumerate(journey(chain, answered), 1):
        times[id(met), way == "in"] = number
    return [(times.get((id(met), True)), times.get((id(met), False))) for met in chain]
