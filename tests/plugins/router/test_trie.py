"""Lookups that stay short whatever the path: their steps are counted."""

from collections.abc import Iterator
from typing import Any

import pytest
from kernel_router.matcher import answering
from kernel_router.paths import TYPES
from kernel_router.survey import survey
from kernel_router.trie import Node, trie

from kernel.layers import Route


class Counted(dict[str, Any]):
    """A mapping that counts how often it is asked."""

    asked = 0

    def get(self, key: str, default: Any = None) -> Any:
        self.asked += 1
        return super().get(key, default)


async def handler(request: Any) -> Any: ...


def built(*paths: str) -> Node:
    routes = [Route(path, "GET", handler) for path in paths]
    return trie(answering(survey([(route, handler) for route in routes]), secure=True))


def below(node: Node) -> Iterator[Node]:
    yield node
    for child in node.literals.values():
        yield from below(child)


def find(root: Node, path: str) -> Any:
    found = root.find(path.split("/")[1:], "GET", set())
    return found and found[0].route.path


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every segment that an `int` variable was asked about."""
    seen: list[str] = []

    def accepts(text: str) -> bool:
        seen.append(text)
        return text.isdecimal()

    monkeypatch.setitem(TYPES, "int", accepts)
    return seen


def test_each_node_is_visited_once(checks: list[str]) -> None:
    root = built(*("/a" * depth + "".join(f"/<v{n}:int>" for n in range(depth, 21)) for depth in range(21)))
    nodes = list(below(root))
    for node in nodes:
        node.literals = Counted(node.literals)
    assert find(root, "/a" * 20 + "/z") is None
    assert [node.literals.asked for node in nodes if isinstance(node.literals, Counted)] == [1] * len(nodes)


def test_overlapping_levels_are_checked_once_a_segment(checks: list[str]) -> None:
    levels = range(10)
    paths = ["".join(f"/<v{n}:int>" if bits >> n & 1 else "/1" for n in levels) + "/<end:int>" for bits in range(1024)]
    root = built(*paths)
    assert find(root, "/1" * 10 + "/z") is None
    forks = sum(node.fork is not None for node in below(root))
    assert len(checks) <= forks * 11
    assert find(root, "/1" * 11) == paths[0]
    assert find(root, "/2" * 11) == paths[-1]


def test_what_cannot_match_any_more_is_not_checked(checks: list[str]) -> None:
    root = built("/<a>/x/<b:int>", "/<a>/y/<c>")
    assert find(root, "/1/y/5") == "/<a>/y/<c>"
    assert checks == []


def test_a_longer_path_than_any_route_is_not_walked(checks: list[str]) -> None:
    root = built("/a/<x:int>/b", "/a/<x:int>/<y:int>/c")
    assert find(root, "/a" + "/5" * 4000) is None
    assert checks == []


def test_a_path_variable_looks_at_its_ends_only(checks: list[str]) -> None:
    root = built("/<x:int>/<rest:path>/end", "/<x:int>/b")
    assert find(root, "/5" * 4000 + "/end") == "/<x:int>/<rest:path>/end"
    assert len(checks) == 1


def test_ten_thousand_routes_are_one_node_each(checks: list[str]) -> None:
    root = built(*(f"/api/r{n}/<id:int>/parts/<part>" for n in range(10_000)))
    assert find(root, "/api/r9999/5/parts/x") == "/api/r9999/<id:int>/parts/<part>"
    assert checks == ["5"]


def test_a_node_knows_how_deep_it_is() -> None:
    """So that behind it only the rest of a path is looked at."""
    assert [node.depth for node in below(built("/a/b/c/<x>"))] == [0, 1, 2, 3]
