"""`kernel plugins compat`: the version each plugin was written for, what it uses, and why one is refused."""

from pathlib import Path
from typing import Any

import pytest

from kernel.hookspecs import Specs

PLUGINS = """
from kernel import Layer, Plugin, hookimpl

class Old(Plugin):
    name, api = "old", (1, 0)

    @hookimpl
    def kernel_layers(self, kernel):
        return []

class Next(Plugin):
    name, api = "next", (1, 9)
"""
POINTS = "[kernel.plugins]\nold = guests:Old\nnext = guests:Next\n"


@pytest.fixture
def guests(make_project: Any) -> Any:
    """Return a function that makes a project in which the plugins of a stranger are installed."""

    def make(active: str) -> Path:
        folder: Path = make_project(f"[plugins]\nactive = standard, {active}\n", guests=PLUGINS)
        info = folder / "guests-2.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: guests\nVersion: 2.0\n")
        (info / "entry_points.txt").write_text(POINTS)
        return folder

    return make


def rows(answer: Any) -> dict[str, Any]:
    return {row["name"]: row for row in answer["plugins"]}


def test_each_plugin_and_app_has_a_row(project: Path, invoke: Any, invoke_json: Any) -> None:
    result = invoke("plugins", "compat")
    answer = invoke_json("plugins", "compat")

    assert result.exit_code == 0
    assert result.output.startswith("hook API 1.0\nname ")
    assert answer["api"] == "1.0"
    assert {"router", "shop:app"} <= rows(answer).keys()
    assert "project" not in rows(answer)
    router = rows(answer)["router"]
    assert (router["kind"], router["api"], router["newest"], router["fits"]) == ("plugin", "1.0", "1.0", ">=1.0,<2.0")
    assert "kernel_router" in router["newest_uses"]


def test_a_plugin_for_a_newer_api_is_refused_with_who_what_where_and_the_way_out(
    guests: Any, invoke: Any, invoke_json: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(guests("next"))
    result = invoke("plugins", "compat")

    assert result.exit_code == 1
    assert "error plugin.failed: plugin 'next' was written for hook API 1.9\n    at " in result.stderr
    assert "config.ini:2\n    -> this kernel offers 1.0; install a version that fits" in result.stderr
    row = rows(invoke_json("plugins", "compat"))["next"]
    assert (row["api"], row["fits"], row["newest"], row["refused"]) == ("", "", "", "was written for hook API 1.9")
    assert (row["distribution"], row["version"]) == ("guests", "2.0")


def test_what_is_newer_or_deprecated_is_told_below_and_is_no_failure(
    guests: Any, invoke: Any, invoke_json: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(guests("old"))
    monkeypatch.setattr(Specs.kernel_layers, "since", (1, 1))
    gone = {"kernel": DeprecationWarning("take nothing")}
    monkeypatch.setitem(vars(Specs.kernel_layers)["kernel_spec"], "warn_on_impl_args", gone)
    with pytest.warns(DeprecationWarning, match="take nothing"):
        result = invoke("plugins", "compat")

    assert result.exit_code == 0
    assert "warning api.newer: plugin 'old': hook 'kernel_layers' is there since hook API 1.1" in result.output
    assert "warning api.deprecated: plugin 'old': argument 'kernel_layers(kernel)' is deprecated" in result.output
    row = rows(invoke_json("plugins", "compat"))["old"]
    assert (row["declared"], row["newest"]) == (True, "1.1")
    assert [use["name"] for use in row["newer"]] == row["newest_uses"] == ["kernel_layers"]
    (use,) = row["deprecated"]
    assert (use["name"], use["instead"]) == ("kernel_layers(kernel)", "take nothing")
    assert use["where"].endswith("guests.py:7")


def test_a_configuration_that_cannot_be_read_exits_78(make_project: Any, invoke: Any) -> None:
    make_project("[plugins\n")

    assert invoke("plugins", "compat").exit_code == 78
