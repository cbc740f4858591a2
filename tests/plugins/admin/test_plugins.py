"""`kernel plugins`."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from kernel_admin.plugins import plugins

PAIR = """
from dataclasses import dataclass
from kernel import Layer, Plugin, hookimpl

@dataclass(frozen=True)
class Config:
    size: int = 3

class First(Plugin):
    name = "first"
    provides = ("cap",)
    before = ("second",)
    Config = Config
    @hookimpl
    def kernel_configure(self, kernel): kernel.provide("first.thing", 1)
    @hookimpl
    def kernel_layers(self): return Layer("first", before_request=lambda request: None)

class Second(Plugin):
    name = "second"
    requires = ("cap:cap",)
"""


@pytest.fixture
def pair(make_project: Any) -> Path:
    config = """
[plugins]
active = standard
blocked = params
[apps]
active = pair:Second, pair:First
[order]
plugins = events, second
"""
    path: Path = make_project(config, pair=PAIR)
    return path


def test_the_list_has_every_state(pair: Path, invoke: Any, invoke_json: Any) -> None:
    rows = {row["name"]: row for row in invoke_json("plugins", "list")}

    assert {"name", "state", "distribution", "version", "reason"} <= set(rows["router"])
    assert rows["params"]["state"] == "blocked"
    assert rows["router"]["state"] == "active"
    assert invoke("plugins", "list").output.splitlines()[0].split() == [
        "name",
        "kind",
        "state",
        "distribution",
        "version",
        "where",
        "reason",
    ]


def test_explain_shows_what_a_plugin_contributes(pair: Path, invoke: Any, invoke_json: Any) -> None:
    facts = invoke_json("plugins", "explain", "first")

    assert {hook["hook"] for hook in facts["hooks"]} == {"kernel_configure", "kernel_layers"}
    assert (facts["services"], facts["layers"], facts["keys"]) == (["first.thing"], ["first"], ["size"])
    text = invoke("plugins", "explain", "first").output
    assert "hooks it answers\n    kernel_configure  pair.py:14\n    kernel_layers     pair.py:16\n" in text
    assert "services\n    first.thing  pair.py:15  int\n" in text
    assert "configuration keys\n    first.size  pair.py:7\n" in text


def test_explain_shows_the_routes_of_an_app(project: Path, invoke_json: Any) -> None:
    facts = invoke_json("plugins", "explain", "shop:app")

    assert facts["routes"] == ["GET /hello/<name>", "POST /echo"]
    assert facts["section"] is None


def test_why_tells_where_a_plugin_is_named_and_who_requires_it(pair: Path, invoke: Any, invoke_json: Any) -> None:
    facts = invoke_json("plugins", "why", "first")

    assert facts["required_by"] == ["required by 'second' as 'cap:cap'"]
    result = invoke("plugins", "why", "params")
    assert result.output.startswith("plugin 'params' (asgi-kernel 0.1.0) is blocked: named in [plugins] blocked\n")
    assert "named in [plugins] blocked" in result.output
    assert "belongs to 'standard'" in invoke("plugins", "why", "router").output


def test_why_of_an_app_names_the_line(project: Path, invoke: Any) -> None:
    assert f"named in [apps] active ({project / 'config.ini'}:2)" in invoke("plugins", "why", "shop:app").output


def test_what_no_distribution_brought_shows_where_it_is(project: Path, invoke_json: Any, invoke: Any) -> None:
    rows = {row["name"]: row for row in invoke_json("plugins", "list")}

    assert rows["router"]["where"] == ""
    assert rows["shop:app"]["where"] == "shop:app"
    assert rows["project"]["where"] == str(project / "config.ini")
    assert rows["project"]["reason"] == "what the project itself listens to"
    assert rows["bookmarks"]["reason"] == "installed, but not named in [apps] active"


@pytest.mark.parametrize("verb", ["why", "explain"])
def test_what_does_not_exist_exits_1(project: Path, invoke: Any, verb: str) -> None:
    result = invoke("plugins", verb, "roter")

    assert result.exit_code == 1
    assert "there is no plugin" in result.stderr
    assert "'roter'" in result.stderr
    assert "did you mean 'router'?" in result.stderr


def test_the_order_tells_what_forces_it(pair: Path, invoke: Any, invoke_json: Any) -> None:
    rows = {row["name"]: row for row in invoke_json("plugins", "order")}

    assert rows["phases"]["because"] == ["requires 'events'", "after 'outcomes'"]
    assert rows["second"]["because"] == [
        "'first' is before it",
        "requires 'cap:cap'",
        "[order] plugins: after 'events'",
    ]
    assert rows["second"]["forced_by"] == "'first' is before it"
    assert rows["phases"]["forced_by"] == "requires 'events'"
    assert rows["static"]["forced_by"] is None
    assert rows["first"]["position"] < rows["second"]["position"]
    assert "requires 'events'" in invoke("plugins", "order").output


def test_help_lists_every_command_without_importing_it(invoke: Any) -> None:
    text = invoke("plugins", "--help").output

    assert [name for name in ("list", "explain", "why", "verify", "contract") if f"  {name} " not in text] == []
    assert invoke("plugins", "nothing").exit_code == 2
    assert "verify" in plugins.list_commands(click.Context(plugins))


UNUSED = """
import sys
from kernel_admin.main import main
try: main(["plugins", "list"])
except SystemExit: pass
rare = {"kernel_data.field", "kernel_debug.page", "kernel_responses.public", "email.message", "secrets", "sqlalchemy"}
print(sorted(rare & {*sys.modules}), file=sys.stderr)
"""


def test_the_list_imports_nothing_that_only_some_requests_need(tmp_path: Path) -> None:
    (tmp_path / "config.ini").touch()
    done = subprocess.run([sys.executable, "-c", UNUSED], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"
