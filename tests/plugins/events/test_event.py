"""A declared event says what it carries."""

from typing import Any, TypedDict

import pytest
from kernel_events import Event
from kernel_events.event import DEFAULTS


class Row(TypedDict):
    id: int


def faults(arguments, **payload):
    return sorted(Event("sold", **payload).faults(arguments))


def test_what_was_declared_is_in_order():
    assert faults({"name": "a", "number": 3}, name=str, number=int) == []


def test_missing_and_further_arguments_are_faults():
    assert faults({"nmae": "a"}, name=str) == ["'name' is missing", "'nmae' is not declared"]


@pytest.mark.parametrize(
    ("kind", "good", "wrong"),
    [
        (int, 3, "3"),
        (float, 3, "3"),
        (int | None, None, "3"),
        (list[int], [1], (1,)),
        (str | bytes, b"", 3),
        (None, None, 3),
    ],
)
def test_values_are_of_the_declared_class(kind, good, wrong):
    assert faults({"x": good}, x=kind) == []
    assert faults({"x": wrong}, x=kind) == [f"'x' is {type(wrong).__name__}"]


@pytest.mark.parametrize("kind", [Any, Row, "text", object])
def test_other_annotations_only_tell(kind):
    assert faults({"x": 3}, x=kind) == []


def test_an_event_knows_where_it_was_declared_and_how_it_reads():
    event = Event("sold", "somebody bought", name=str, number=int | None)
    assert event.where.startswith(f"{__file__}:")
    assert (str(event), event.about) == ("sold(name: str, number: int | None)", "somebody bought")


def test_an_argument_may_be_called_name():
    assert Event("sold", name=str, self=int).payload == {"name": str, "self": int}


def test_the_events_of_the_framework_are_declared():
    names = [event.name for event in DEFAULTS]
    assert set(names) == {
        "startup", "shutdown", "request_start", "request_end", "success_response", "exception_response",
        "pre_start", "post_start", "drain", "pre_stop", "server", "error",
    }  # fmt: skip
