"""Safe mode: what is broken is left out and told, the rest is shown."""

import os
from pathlib import Path
from typing import Any

import pytest
from kernel_admin.project import environment, names_strangers

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
    assert "KERNEL__PLUGINS__ON_ERROR" not in os.environ


def test_traceback_shows_why_an_import_failed(make_project: Any, invoke: Any) -> None:
    make_project("[apps]\nactive = broken:app", broken=BROKEN)

    assert "Traceback" not in invoke("check").stderr
    assert 'broken.py", line 1' in invoke("check", "--traceback").stderr


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

    assert invoke("routes").exit_code == 3
    assert rows["wrong"]["state"] == "failed"
    assert "hook 'kernel_rout' does not exist" in rows["wrong"]["reason"]


@pytest.mark.parametrize("words", [("routes",), ("plugins", "list"), ("config", "show"), ("request", "GET", "/")])
def test_without_a_configuration_the_exit_code_is_78(make_project: Any, invoke: Any, words: tuple[str, ...]) -> None:
    make_project(None)
    result = invoke(*words)

    assert result.exit_code == 78
    assert "config.unreadable" in result.stderr
    assert "'kernel new project NAME' writes one" in result.stderr


def test_names_strangers(make_project: Any) -> None:
    folder: Path = make_project()
    assert not names_strangers()
    (folder / "config.ini").write_text("[plugins]\nactive = standard, mine")
    assert names_strangers()
    (folder / "config.ini").write_text("[plugins")
    assert not names_strangers()


def test_the_environment_is_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERNEL_TRIED", "before")
    with environment("KERNEL_TRIED", "meanwhile"):
        assert os.environ["KERNEL_TRIED"] == "meanwhile"

    assert os.environ["KERNEL_TRIED"] == "before"
