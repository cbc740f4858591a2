"""Safe mode: what is broken is left out and told, the rest is shown."""

import os
from functools import partial
from typing import Any

import pytest
from kernel_admin.project import chooses_plugins
from kernel_admin.safety import environment

from kernel import Kernel
from kernel.boot.config import locate
from kernel.boot.discovery import scan
from kernel.boot.plan import Member

BROKEN = "raise RuntimeError('no such luck')"


def test_a_broken_plugin_is_a_row_with_its_reason(make_project: Any, invoke: Any, invoke_json: Any) -> None:
    make_project("[apps]\nactive = shop:app, broken:app", broken=BROKEN)
    rows = {row["name"]: row for row in invoke_json("plugins", "list")}

    assert rows["broken:app"]["state"] == "failed"
    assert rows["broken:app"]["reason"] == "cannot be imported: RuntimeError: no such luck"
    assert rows["shop:app"]["state"] == "active"


def test_routes_are_listed_although_an_app_is_broken(make_project: Any, invoke: Any) -> None:
    make_project("[apps]\nactive = shop:app, broken:app", broken=BROKEN)
    result = invoke("routes")

    assert result.exit_code == 0
    assert "/hello/<name>" in result.stdout
    assert "error plugin.failed: app 'broken:app' cannot be imported" in result.stderr
    assert "what follows is without 'broken:app'" in result.stderr
    assert "KERNEL__PLUGINS__ON_ERROR" not in os.environ


def test_traceback_shows_why_an_import_failed(make_project: Any, invoke: Any) -> None:
    make_project("[apps]\nactive = broken:app", broken=BROKEN)

    assert "Traceback" not in invoke("check").stderr
    assert 'broken.py", line 1' in invoke("check", "--traceback").stderr


@pytest.mark.parametrize("broken", ["main", "views"])
def test_traceback_shows_what_fails_below_the_main_module_of_a_package(
    make_project: Any, invoke: Any, broken: str
) -> None:
    folder = make_project("[apps]\nactive = package\n") / "package"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "main.py").write_text("from package import views\n")
    (folder / f"{broken}.py").write_text(BROKEN)
    result = invoke("check", "--traceback")

    assert f'{broken}.py", line 1' in result.stderr
    assert "RuntimeError: no such luck" in result.stderr
    assert "has no 'app'" not in result.stderr


def test_traceback_says_nothing_of_a_plugin_that_only_lacks_another(make_project: Any, invoke: Any) -> None:
    lonely = "from kernel import Plugin\nclass Lonely(Plugin):\n    requires = ('nobody',)\n"
    make_project("[apps]\nactive = lonely:Lonely\n", lonely=lonely)
    result = invoke("check", "--traceback")

    assert "requires 'nobody'" in result.stdout
    assert "Traceback" not in result.stderr


def test_traceback_of_an_app_that_is_nowhere_shows_what_is_missing(make_project: Any, invoke: Any) -> None:
    make_project("[apps]\nactive = nowhere\n")

    assert "there is no module 'nowhere'" in invoke("check", "--traceback").stderr


def test_a_plugin_with_a_wrong_hook_counts_as_failed(make_project: Any, invoke_json: Any, invoke: Any) -> None:
    text = """
from kernel import Plugin, hookimpl
class Wrong(Plugin):
    name = "wrong"
    @hookimpl
    def kernel_rout(self): ...
"""
    make_project("[apps]\nactive = wrong:Wrong", wrong=text)
    rows = {row["name"]: row for row in invoke_json("plugins", "list")}

    assert rows["wrong"]["state"] == "failed"
    assert "hook 'kernel_rout' does not exist" in rows["wrong"]["reason"]


WRONG = """
from kernel import App, Plugin, hookimpl
class Wrong(Plugin):
    name = "misfit"
    @hookimpl
    def kernel_rout(self): ...
class Failing(Plugin):
    @hookimpl
    def kernel_configure(self): raise ValueError("no luck")
app = App(nothing=1)
"""


@pytest.mark.parametrize("member", ["wrong:Wrong", "wrong:Failing", "wrong"])
@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (("routes",), "/hello/<name>"),
        (("explain", "GET", "/hello/x"), "shop:app"),
        (("errors", "list"), "Disallowed host"),
        (("events", "list", "--all"), "startup"),
        (("plugins", "explain", "router"), "kernel_router"),
    ],
)
def test_what_fails_at_boot_is_told_and_left_out(
    make_project: Any, invoke: Any, member: str, words: tuple[str, ...], shown: str
) -> None:
    make_project(f"[apps]\nactive = shop:app, {member}\n", wrong=WRONG)
    result = invoke(*words)

    assert result.exit_code == 0
    assert shown in result.stdout
    assert result.stderr.count("error ") == 1
    assert "what follows is without '" in result.stderr


def test_what_fails_only_after_another_is_left_out_is_left_out_too(make_project: Any, invoke: Any) -> None:
    make_project("[apps]\nactive = shop:app, wrong:Wrong, wrong:Failing\n", wrong=WRONG)
    result = invoke("routes")

    assert result.exit_code == 0
    assert "/hello/<name>" in result.stdout
    assert "what follows is without 'misfit' and 'wrong:Failing'" in result.stderr


def test_an_installed_plugin_is_left_out_by_the_name_of_its_entry_point(
    make_project: Any, invoke: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_project("[plugins]\nactive = standard, strange\n[apps]\nactive = shop:app\n", wrong=WRONG)
    entry = Member("strange", "plugin", "wrong:Wrong", "strange-things", "1")
    found = (*scan(), entry)
    monkeypatch.setattr("kernel_admin.safety.scan", lambda: found)
    monkeypatch.setattr("kernel.app", Kernel(lambda: locate()[0], discover=lambda: found))
    monkeypatch.setattr("kernel_admin.safety.Kernel", partial(Kernel, discover=lambda: found))
    result = invoke("routes")

    assert result.exit_code == 0
    assert "/hello/<name>" in result.stdout
    assert "what follows is without 'misfit'" in result.stderr


@pytest.mark.parametrize(
    "more",
    [
        "[errors]\nformat = xml\n",
        "[errors]\nfromat = json\n",
        "[order]\nplugin = a\n",
        "[networking]\nbind = env:NOT_SET_ANYWHERE\n",
        "[middlewares]\nactive = nowhere.Middleware\n",
        "[database]\nurl = sqlite:///x.db\nhost = x\n",
    ],
)
def test_values_that_do_not_fit_hide_nothing(make_project: Any, invoke: Any, more: str) -> None:
    make_project(f"[apps]\nactive = shop:app\n{more}")
    result = invoke("routes")

    assert result.exit_code == 0, result.stderr
    assert "/hello/<name>" in result.stdout
    assert result.stderr.count("error ") == 1
    assert "what follows is with defaults in that place" in result.stderr


def test_what_cannot_be_compiled_at_all_is_told(make_project: Any, invoke: Any) -> None:
    pair = """
from kernel import Plugin
class One(Plugin):
    name, after = "one", ("two",)
class Two(Plugin):
    name, after = "two", ("one",)
"""
    make_project("[apps]\nactive = pair:One, pair:Two\n", pair=pair)
    for words in (("routes",), ("errors", "list"), ("events", "list"), ("explain", "GET", "/")):
        result = invoke(*words)

        assert result.exit_code == 3
        assert result.stdout == ""
        assert result.stderr.startswith("error plugin.cycle")


@pytest.mark.parametrize("words", [("routes",), ("plugins", "list"), ("config", "show"), ("request", "GET", "/")])
def test_without_a_configuration_the_exit_code_is_78(make_project: Any, invoke: Any, words: tuple[str, ...]) -> None:
    make_project(None)
    result = invoke(*words)

    assert result.exit_code == 78
    assert "config.unreadable" in result.stderr
    assert "'kernel new project NAME' writes one" in result.stderr


@pytest.mark.parametrize(
    ("config", "chosen"),
    [
        ("", False),
        ("[plugins]\nactive = standard", False),
        ("[plugins]\nactive = standard, mine", True),
        ("[plugins]\nblocked = orm", True),
        ("[plugins", False),
    ],
)
def test_a_project_may_choose_its_plugins(make_project: Any, config: str, chosen: bool) -> None:
    make_project(config)

    assert chooses_plugins() is chosen


def test_the_environment_is_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERNEL_TRIED", "before")
    with environment({"KERNEL_TRIED": "meanwhile"}):
        assert os.environ["KERNEL_TRIED"] == "meanwhile"

    assert os.environ["KERNEL_TRIED"] == "before"


def test_a_finding_is_told_once_by_a_command_of_a_plugin(make_project: Any, invoke: Any) -> None:
    make_project("[apps]\nactive = shop:app\n[database]\nurl = nonsense\n")
    result = invoke("db", "create")
    assert result.exit_code == 3
    assert result.stderr.count("the url cannot be parsed") == 1


def test_a_finding_is_told_by_each_of_two_commands(make_project: Any, invoke: Any) -> None:
    make_project("[apps]\nactive = nothing:app\n")
    assert ["'nothing:app' cannot be found" in invoke("run").stderr for _ in range(2)] == [True, True]
