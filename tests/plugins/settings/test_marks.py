"""Bounds of keys."""

from dataclasses import dataclass
from typing import Annotated

import pytest
from kernel_settings import Bounds, Count, Size

from kernel import Kernel, Plugin


@dataclass(frozen=True)
class Config:
    size: Annotated[int, "how much", Bounds(1, 9)] = 3


class Own(Plugin):
    name, Config = "own", Config


def said(value: str) -> list[str]:
    return [one.message for one in Kernel({"own": {"size": value}}, plugins=[Own()]).problems]


def test_a_value_outside_its_bounds_is_a_finding() -> None:
    assert said("10") == ["[own] size: expected 1 to 9, not '10'"]
    assert said("0") == ["[own] size: expected 1 to 9, not '0'"]
    assert said("9") == []


def test_bounds_say_what_they_allow() -> None:
    assert [str(one) for one in (Bounds(1), Bounds(most=5), Bounds(1, 5))] == ["at least 1", "at most 5", "1 to 5"]


@pytest.mark.parametrize("kind", [Count, Size])
def test_a_limit_may_be_unlimited(kind: type[int]) -> None:
    assert kind("unlimited") > 10**18
    assert kind("7") == 7


@pytest.mark.parametrize("text", ["-1", "many", "1.5", "\u0661"])
def test_what_is_no_number_is_no_count(text: str) -> None:
    with pytest.raises(ValueError, match="expected a number, or unlimited"):
        Count(text)
