"""`kernel plugins order`: the edge that forced each position."""

from typing import Any

import pytest
from kernel_admin.ordering import Edge, places

PLUGINS = """
from kernel import Layer, Plugin, hookimpl

class Late(Plugin):
    name = "late"
    after = ("early",)
    @hookimpl(trylast=True)
    def kernel_layers(self): return Layer("late", after="early")

class Early(Plugin):
    name = "early"
    @hookimpl
    def kernel_layers(self): return Layer("early")
"""
A, B = Edge("a", "c", "requires", "a"), Edge("b", "c", "after", "b")


def test_the_last_edge_is_the_one_that_forced_a_place() -> None:
    found = places(["a", "b", "c"], ["c", "a", "b"], [A, B])

    assert [(one.name, one.forced_by) for one in found] == [("a", None), ("b", None), ("c", B)]


def test_an_edge_that_the_configuration_obeys_anyway_forces_nothing() -> None:
    [*_, last] = places(["a", "b", "c"], ["a", "b", "c"], [A, B])

    assert (last.edges, last.forced_by) == ((A, B), None)


def test_the_operator_beats_an_edge(make_project: Any, invoke_json: Any) -> None:
    make_project("[apps]\nactive = two:Late, two:Early\n[order]\nplugins = late, early\n", two=PLUGINS)
    rows = {row["name"]: row for row in invoke_json("plugins", "order")}

    assert rows["late"]["because"] == []
    assert rows["early"]["because"] == ["[order] plugins: after 'late'"]


def test_who_answers_a_hook_and_the_layers_that_come_of_it(make_project: Any, invoke: Any, invoke_json: Any) -> None:
    make_project("[apps]\nactive = two:Late, two:Early\n", two=PLUGINS)
    rows = invoke_json("plugins", "order", "--hook", "kernel_layers")

    assert (rows[0]["name"], rows[0]["because"]) == ("events", ["tryfirst"])
    assert [(row["name"], row["because"]) for row in rows[-2:]] == [
        ("early", ["the order of plugins"]), ("late", ["trylast"])
    ]  # fmt: skip
    text = invoke("plugins", "order", "--hook", "kernel_layers").output
    assert "layers, outer to inner" in text
    assert "after 'early'" in text
    assert "nobody answers" in invoke("plugins", "order", "--hook", "kernel_init_func").output


def test_an_unknown_hook_exits_1_with_the_nearest(project: Any, invoke: Any) -> None:
    result = invoke("plugins", "order", "--hook", "kernel_layer")

    assert result.exit_code == 1
    assert "did you mean 'kernel_layers'?" in result.stderr


@pytest.mark.parametrize("names", [(), ("a",)])
def test_few_names_have_places_too(names: tuple[str, ...]) -> None:
    assert [one.name for one in places(names, names, [])] == list(names)
