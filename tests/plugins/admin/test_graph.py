"""`kernel plugins graph`: as text and as a picture."""

import xml.etree.ElementTree as ElementTree
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, strategies as st
from kernel_admin.drawing import ROW, picture
from kernel_admin.graph import reduced
from kernel_admin.ordering import Edge

NAMES = [f"n{number}" for number in range(8)]
EDGES = st.lists(st.sampled_from(list(combinations(NAMES, 2))), unique=True, max_size=16)
SPACE = "{http://www.w3.org/2000/svg}"
CONFIG = "[plugins]\nactive = standard\n[apps]\nactive = shop:app\n[order]\nplugins = settings, errors, router\n"


@given(EDGES)
def test_what_is_left_out_follows_from_the_rest(pairs: list[tuple[str, str]]) -> None:
    kept = {(edge.one, edge.other) for edge in reduced([Edge(one, other, "requires", one) for one, other in pairs])}

    assert kept <= set(pairs)
    assert closure(kept) == closure(set(pairs))
    assert all(closure(kept - {pair}) != closure(kept) for pair in kept)


def closure(pairs: set[tuple[str, str]]) -> set[tuple[str, str]]:
    while more := {(a, d) for a, b in pairs for c, d in pairs if b == c} - pairs:
        pairs = pairs | more
    return pairs


@given(EDGES)
def test_in_the_picture_no_two_nodes_touch_and_arrows_point_right(pairs: list[tuple[str, str]]) -> None:
    root = ElementTree.fromstring(picture([(name, "plugin") for name in NAMES], [(*pair, "solid") for pair in pairs]))
    found = [one for one in root.iter(f"{SPACE}rect") if one.get("rx")]
    boxes = [{key: float(one.get(key, 0)) for key in ("x", "y", "width", "height")} for one in found]
    left = dict(zip(NAMES, [box["x"] for box in boxes], strict=True))

    assert all(left[one] < left[other] for one, other in pairs)
    for one, other in combinations(boxes, 2):
        assert one["x"] != other["x"] or abs(one["y"] - other["y"]) >= ROW - 2
    width, height = float(root.get("width", 0)), float(root.get("height", 0))
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= width for box in boxes)
    assert all(box["y"] >= 0 and box["y"] + box["height"] <= height for box in boxes)


def test_a_name_cannot_break_the_picture() -> None:
    assert "&lt;b&gt;" in picture([("<b>", "app")], [])


def test_nothing_can_be_drawn_too() -> None:
    assert ElementTree.fromstring(picture([], [])).tag == f"{SPACE}svg"


def test_the_graph_as_text_and_as_a_picture(make_project: Any, invoke: Any) -> None:
    make_project(CONFIG)
    dot, mermaid, svg = (invoke("plugins", "graph", form).output for form in ("--dot", "--mermaid", "--svg"))

    assert '  "settings" -> "errors" [style=solid];' in dot
    assert '  "errors" -> "router" [style=dotted];' in dot
    assert '  "shop:app" [style=filled];' in dot
    assert '(["shop:app"])' in mermaid
    assert invoke("plugins", "graph").output == mermaid
    assert svg.startswith("<svg ")


def test_all_edges_are_drawn_on_demand(project: Any, invoke_json: Any) -> None:
    some, every = invoke_json("plugins", "graph"), invoke_json("plugins", "graph", "--all")
    edge = {"from": "settings", "to": "networking", "kind": "requires"}

    assert edge in every["edges"]
    assert edge not in some["edges"]
    assert {"name": "router", "kind": "plugin"} in some["nodes"]


@pytest.mark.parametrize("name", ['a"b', "a\\b"])
def test_names_are_quoted(name: str) -> None:
    from kernel_admin.graph import Graph, dot

    assert dot(Graph([(name, "plugin")], [])).count('"') == 2
