"""`kernel plugins enable|disable`: the plan that would come of it, then one changed list."""

import os
from pathlib import Path
from typing import Any

import pytest
from kernel_admin.faults import Fault
from kernel_admin.switch import rewritten

import kernel
from kernel import Kernel
from kernel.boot.config import locate

CONFIG = """\
; my shop
[plugins]
active =
    standard   ; all of them
    # and more
blocked = debug<0.0.1: old, limits

[apps]
active = shop:app  ; the shop
"""


@pytest.fixture
def invoke(invoke: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that runs `kernel WORDS` as a process of its own would: with what config.ini says now."""

    def run(*words: str) -> Any:
        monkeypatch.setattr(kernel, "app", Kernel(lambda: locate()[0]))
        return invoke(*words)

    return run


def test_enable_shows_the_plan_and_adds_a_line(make_project: Any, invoke: Any) -> None:
    root = make_project(CONFIG)
    result = invoke("plugins", "enable", "cors")

    assert result.exit_code == 0
    assert "plugins\n  + cors (asgi-kernel" in result.output
    assert "changed config.ini\n  +    cors\n" in result.output
    assert (root / "config.ini").read_text() == CONFIG.replace("    # and", "    cors\n    # and")


def test_a_dry_run_writes_nothing(make_project: Any, invoke: Any, invoke_json: Any) -> None:
    root = make_project(CONFIG)

    assert "would change config.ini" in invoke("plugins", "enable", "cors", "--dry-run").output
    assert invoke_json("plugins", "enable", "cors", "--dry-run")["written"] is False
    assert (root / "config.ini").read_text() == CONFIG


def test_what_standard_names_is_blocked_and_freed_again(make_project: Any, invoke: Any, invoke_json: Any) -> None:
    root = make_project(CONFIG)

    assert invoke_json("plugins", "disable", "static")["edit"] == [
        "-blocked = debug<0.0.1: old, limits", "+blocked = debug<0.0.1: old, limits, static"
    ]  # fmt: skip
    assert invoke("plugins", "enable", "static").exit_code == 0
    assert (root / "config.ini").read_text() == CONFIG


def test_a_version_that_is_blocked_is_freed_whole(make_project: Any, invoke: Any) -> None:
    root = make_project(CONFIG.replace("<0.0.1", "<99"))
    text = invoke("plugins", "enable", "debug").output

    assert "left out\n  - debug: blocked\n" in text
    assert "blocked = limits" in (root / "config.ini").read_text()


def test_an_app_is_switched_off_and_on(make_project: Any, invoke: Any) -> None:
    root = make_project(CONFIG)
    invoke("plugins", "disable", "shop:app")
    assert "active =  ; the shop" in (root / "config.ini").read_text()
    text = invoke("plugins", "enable", "shop:app").output

    assert "routes\n  + GET /hello/<name>" in text
    assert "active = shop:app  ; the shop" in (root / "config.ini").read_text()


def test_what_is_as_wanted_changes_nothing(make_project: Any, invoke: Any) -> None:
    root = make_project(CONFIG)

    for words in (("enable", "router"), ("disable", "cors"), ("disable", "limits"), ("enable", "shop:app")):
        assert invoke("plugins", *words).output == "no difference in the plan\n\nconfig.ini stays as it is\n"
    assert (root / "config.ini").read_text() == CONFIG


def test_what_would_not_boot_is_refused_with_the_findings(make_project: Any, invoke: Any) -> None:
    root = make_project(CONFIG)
    result = invoke("plugins", "disable", "events")

    assert result.exit_code == 1
    assert "plugin 'phases' requires 'events'" in result.stderr
    assert "is not installed; did you mean 'router'" in invoke("plugins", "enable", "rooter").stderr
    assert (root / "config.ini").read_text() == CONFIG


def test_a_broken_app_can_be_switched_off(make_project: Any, invoke: Any) -> None:
    root = make_project("[apps]\nactive = shop:app, broken:app\n", broken="1 / 0")

    assert invoke("plugins", "disable", "broken:app").exit_code == 0
    assert (root / "config.ini").read_text() == "[apps]\nactive = shop:app\n"


def test_warnings_of_the_new_plan_are_told(project: Path, invoke: Any) -> None:
    assert "cors.nobody" in invoke("plugins", "enable", "cors", "--dry-run").stderr


def test_a_link_and_its_mode_stay(make_project: Any, invoke: Any, tmp_path: Path) -> None:
    root = make_project(CONFIG)
    (root / "config.ini").rename(root / "real.ini")
    (root / "real.ini").chmod(0o600)
    (root / "config.ini").symlink_to(root / "real.ini")
    invoke("plugins", "enable", "cors")

    assert (root / "config.ini").is_symlink()
    assert (root / "real.ini").stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in root.glob(".*ini*")) == []


def test_what_the_environment_decides_is_not_edited(
    make_project: Any, invoke: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_project(CONFIG)
    monkeypatch.setenv("KERNEL__PLUGINS__ACTIVE", "standard")
    result = invoke("plugins", "enable", "cors")

    assert result.exit_code == 1
    assert "overridden by the environment variable KERNEL__PLUGINS__ACTIVE" in result.stderr


def test_a_reference_is_not_edited(make_project: Any, invoke: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_PLUGINS", "standard")
    make_project("[plugins]\nactive = env:SHOP_PLUGINS\n")
    result = invoke("plugins", "enable", "cors")

    assert result.exit_code == 1
    assert "[plugins] active is a reference" in result.stderr
    assert "write by hand: active = standard, cors" in result.stderr


def test_without_a_file_there_is_nothing_to_edit(make_project: Any) -> None:
    make_project(None)

    with pytest.raises(Fault, match="the project has no config"):
        rewritten(Kernel({}), {})
    assert not os.path.exists("config.ini")
