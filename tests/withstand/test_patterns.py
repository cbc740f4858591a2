"""B. Every regular expression of our packages, against texts that were made to keep it busy."""

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ["kernel", *sorted(path.name for root in ("plugins", "contrib") for path in (ROOT / root).glob("kernel_*"))]
SAMPLES = 'aA0 \t".-/\\:=;@_'
SHORT, LONG = 28, 8_000
"""Characters that an exponential, and that a quadratic pattern would take seconds for."""
Use = Callable[[Any], object]


def modules() -> Iterator[Any]:
    for name in PACKAGES:
        package = importlib.import_module(name)
        yield package
        for info in pkgutil.walk_packages(package.__path__, f"{name}."):
            if not info.name.endswith("__main__"):
                yield importlib.import_module(info.name)


def things() -> Iterator[tuple[str, Any]]:
    """Yield what modules and their classes define, and what stands in their mappings and lists."""
    for module in modules():
        owners = [vars(module), *(vars(thing) for thing in vars(module).values() if isinstance(thing, type))]
        for name, thing in [pair for owner in owners for pair in owner.items()]:
            many = thing.values() if isinstance(thing, dict) else thing if isinstance(thing, (list, tuple)) else ()
            yield from ((f"{module.__name__}.{name}", one) for one in (thing, *many))


def uses() -> dict[str, tuple[Use, re.Pattern[Any]]]:
    """Return every pattern in the way it is used, by the place where it was found first."""
    found: dict[tuple[Any, str], tuple[str, Use, re.Pattern[Any]]] = {}
    for place, thing in things():
        pattern = getattr(thing, "__self__", thing)
        if isinstance(pattern, re.Pattern):
            how = getattr(thing, "__name__", "")
            use = thing if how in ("match", "fullmatch", "search", "findall", "split") else substituting(pattern)
            found.setdefault((pattern, how), (place, use, pattern))
    return {f"{place}.{how}": (use, pattern) for (_, how), (place, use, pattern) in found.items()}


def substituting(pattern: re.Pattern[Any]) -> Use:
    nothing = "" if isinstance(pattern.pattern, str) else b""
    return lambda text: pattern.sub(nothing, text)


FOUND = uses()


def pumped(pattern: re.Pattern[Any], length: int) -> Iterator[Any]:
    """Yield texts of about *length*: one or two characters again and again, with what comes before and behind."""
    text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    own = [one for one in dict.fromkeys(SAMPLES + text) if not one.isalnum() or one in SAMPLES]
    units = [*own, *("".join(pair) for pair in product(own[:16], repeat=2) if pair[0] != pair[1])]
    heads = ["", "://", "a"] if length == SHORT else [""]
    for unit, head in product(units, heads):
        whole = head + unit * (length // len(unit)) + "\0"
        yield whole if isinstance(pattern.pattern, str) else whole.encode("latin-1", "replace")


def test_the_patterns_are_found() -> None:
    """R35: a pattern that nobody finds is tested by nobody."""
    assert len(FOUND) > 60


@pytest.mark.parametrize("place", FOUND)
def test_no_text_keeps_a_pattern_busy(place: str, seconds_of: Any) -> None:
    """R35: neither exponential nor quadratic, whatever limits of length stand before it."""
    use, pattern = FOUND[place]
    for length in (SHORT, LONG):
        for text in pumped(pattern, length):
            assert seconds_of(partial(use, text), runs=1) < 0.05 or seconds_of(partial(use, text)) < 0.05, text[:40]
