"""Installed members are found in metadata, imported on demand, and put in order."""

import sys
from graphlib import CycleError

import pytest
from hypothesis import given, strategies as st

from kernel.boot.discovery import load, scan, sort


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Return a function that installs a distribution: a hand-made .dist-info on sys.path."""
    monkeypatch.syspath_prepend(tmp_path)

    def install(name, entry_points, version="1.0"):
        folder = tmp_path / f"{name.replace('-', '_')}-{version}.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        (folder / "entry_points.txt").write_text(entry_points)

    return install


def test_our_own_plugins_are_found_as_standard():
    standard = {member.name for member in scan() if member.standard}
    assert {"router", "settings"} <= standard


def test_a_stranger_is_found_in_its_metadata_and_not_imported(install):
    install(
        "acme-billing", "[kernel.plugins]\nbilling = acme_nowhere:Billing\n[kernel.apps]\nbill = acme_nowhere:app\n"
    )
    found = {member.kind: member for member in scan() if member.distribution == "acme-billing"}
    assert found["plugin"].value == "acme_nowhere:Billing"
    assert (found["plugin"].version, found["plugin"].standard, found["plugin"].state) == ("1.0", False, "discovered")
    assert found["app"].name == "bill"
    assert "acme_nowhere" not in sys.modules


def test_other_groups_are_ignored_and_contrib_holds_plugins(install):
    install("acme", "[console_scripts]\nx = a:b\n[kernel.contrib]\ncors = acme_cors:Cors\n")
    (member,) = [member for member in scan() if member.distribution == "acme"]
    assert (member.name, member.kind, member.standard) == ("cors", "plugin", False)


def test_a_description_does_not_rename_its_distribution(install, tmp_path):
    install("acme", "[kernel.plugins]\nacme = a:b\n")
    with (tmp_path / "acme-1.0.dist-info" / "METADATA").open("a") as file:
        file.write("\nName: other\nVersion: 2.0\n")
    (member,) = [member for member in scan() if member.name == "acme"]
    assert (member.distribution, member.version) == ("acme", "1.0")


def test_what_an_older_tool_installed_is_found(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    folder = tmp_path / "acme.egg-info"
    folder.mkdir()
    (folder / "PKG-INFO").write_text("Metadata-Version: 1.0\nName: acme\nVersion: 0.9\n")
    (folder / "entry_points.txt").write_text("[kernel.apps]\nacme = a:b\n")
    (member,) = [member for member in scan() if member.name == "acme"]
    assert (member.kind, member.distribution, member.version) == ("app", "acme", "0.9")


def test_a_module_and_an_attribute_are_loaded(module):
    name = module("app = 3")
    assert load(f"{name}:app") == 3
    assert load(name) is sys.modules[name]


def test_a_missing_module_is_told_apart_from_what_it_imports(module):
    with pytest.raises(LookupError, match="there is no module 'kernel_nowhere'"):
        load("kernel_nowhere.deep:app")
    with pytest.raises(ModuleNotFoundError, match="kernel_elsewhere"):
        load(module("import kernel_elsewhere"))


def test_a_missing_attribute_names_module_and_attribute(module):
    name = module("")
    with pytest.raises(LookupError, match=f"module '{name}' has no 'app'"):
        load(f"{name}:app")


def test_what_a_module_raises_passes_through(module):
    with pytest.raises(ZeroDivisionError):
        load(module("1 / 0"))


def test_without_edges_the_rank_decides():
    assert sort(["b", "a", "c"], []) == ["b", "a", "c"]


def test_edges_win_over_the_rank():
    assert sort(["b", "a", "c"], [("c", "b")]) == ["a", "c", "b"]


def test_edges_to_what_is_absent_are_ignored():
    assert sort(["b", "a"], [("x", "b"), ("a", "x")]) == ["b", "a"]


def test_the_list_of_the_operator_is_an_order_of_its_own():
    assert sort(["a", "b", "c"], [], ["c", "a"]) == ["b", "c", "a"]


def test_a_cycle_is_shown_as_a_closed_path():
    with pytest.raises(CycleError) as caught:
        sort(["a", "b", "c"], [("a", "b"), ("b", "a")])
    path = caught.value.args[1]
    assert path[0] == path[-1]
    assert set(path) == {"a", "b"}


@given(st.permutations("abcdef"), st.sets(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef"))))
def test_every_edge_holds_and_nothing_is_lost(ranked, edges):
    forward = [(one, other) for one, other in edges if one < other]
    order = sort(ranked, forward)
    assert sorted(order) == list("abcdef")
    assert all(order.index(one) < order.index(other) for one, other in forward)
