from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypedDict

import pytest
from kernel_bodies.structs import StructBody
from msgspec import Struct, json


@dataclass
class Leaf:
    name: str
    size: int = 1
    tags: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Frozen:
    leaf: Leaf
    note: str = "none"


@dataclass(slots=True)
class Slotted:
    leaf: Leaf
    note: str = "none"


class Holder(Struct):
    leaves: dict[str, list[Leaf]]
    pair: tuple[Leaf, int]
    one: Leaf | None = None


class Typed(TypedDict):
    leaf: Leaf


class Pair(NamedTuple):
    left: int


LEAF = {"name": "a", "size": 1, "tags": []}


@pytest.mark.parametrize(
    ("hint", "sent", "whole"),
    [
        (Leaf, {"name": "a"}, LEAF),
        (Leaf, {"name": "a", "size": 2}, LEAF | {"size": 2}),
        (list[Leaf], [{"name": "a"}], [LEAF]),
        (Frozen, {"leaf": {"name": "a"}}, {"leaf": LEAF, "note": "none"}),
        (Slotted, {"leaf": {"name": "a"}}, {"leaf": LEAF, "note": "none"}),
        (Typed, {"leaf": {"name": "a"}}, {"leaf": LEAF}),
        (
            Holder,
            {"leaves": {"x": [{"name": "a"}]}, "pair": [{"name": "a"}, 1]},
            {"leaves": {"x": [LEAF]}, "pair": [LEAF, 1], "one": None},
        ),
    ],
)
def test_the_defaults_of_dataclasses_are_answered_too(hint: Any, sent: Any, whole: Any) -> None:
    assert json.decode(json.encode(StructBody(hint).decode(json.encode(sent)))) == whole


class Bare(Struct):
    pair: Pair
    note: str = "none"


def test_a_type_without_such_defaults_is_only_decoded() -> None:
    assert StructBody(Bare).decode.__qualname__ == "Decoder.decode"
