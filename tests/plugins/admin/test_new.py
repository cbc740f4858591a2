"""`kernel new`: what it writes runs; what it refuses leaves nothing behind."""

import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, strategies as st
from kernel_admin.faults import Fault
from kernel_admin.scaffold import NAME, checked, tree, write

from kernel import API

KINDS = ["project", "app", "plugin"]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.e2e
@pytest.mark.parametrize("full", [[], ["--full"]], ids=["plain", "full"])
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_written_passes_its_own_tests(tmp_path: Path, invoke: Any, kind: str, full: list[str]) -> None:
    result = invoke("new", kind, "my_shop", *full)
    assert result.exit_code == 0, result.output
    folder = tmp_path / "my_shop"
    if kind == "plugin":  # known by its entry point, as if it were installed
        ran(folder, "-c", "from setuptools import setup; setup()", "-q", "egg_info")

    assert " passed" in ran(folder, "-W", "error", "-m", "pytest", "-q", "-p", "no:cacheprovider")


def ran(folder: Path, *words: str) -> str:
    """Run Python in a folder; return what it prints."""
    done = subprocess.run([sys.executable, *words], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_plugin_says_the_hook_api_it_was_written_for() -> None:
    assert f"    api = {API}\n" in tree("plugin", "paint", False)["paint/plugin.py"]
    assert f"    api = {API}\n" in tree("plugin", "paint", True)["paint/plugin.py"]


def test_what_a_plugin_is_tested_with_holds_it_to_the_contract() -> None:
    files = tree("plugin", "paint", False)

    assert 'contract("paint")' in files["tests/test_contract.py"]
    workflow = files[".github/workflows/test.yml"]
    assert "python-version: ${{ matrix.python }}" in workflow
    assert "      - run: kernel plugins contract paint\n" in workflow


def test_the_configuration_is_private_and_its_secret_fresh(tmp_path: Path, invoke: Any) -> None:
    """R131."""
    invoke("new", "project", "one")
    invoke("new", "project", "two")
    secrets = [(tmp_path / name / "config.ini").read_text().split("secret_keys = ")[1] for name in ("one", "two")]

    assert (tmp_path / "one" / "config.ini").stat().st_mode & 0o777 == 0o600
    assert secrets[0] != secrets[1]
    assert len(secrets[0]) > 60
    assert secrets[0] not in (tmp_path / "one" / "config.sample.ini").read_text()


def test_development_has_a_secret_of_its_own(tmp_path: Path, invoke: Any) -> None:
    invoke("new", "project", "one", "--full")
    files = [tmp_path / "one" / name for name in ("config.ini", "config.dev.ini")]

    assert len({file.read_text().split("secret_keys = ")[1].split()[0] for file in files}) == 2
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


def test_the_configuration_of_an_apps_tests_is_no_secret(tmp_path: Path, invoke: Any) -> None:
    invoke("new", "app", "one", "--full")

    assert (tmp_path / "one" / "tests" / "config.ini").stat().st_mode & 0o777 == 0o644


def test_the_next_steps_are_told(invoke: Any) -> None:
    assert "next:\n    cd shop\n    kernel run\n" in invoke("new", "project", "shop").output
    assert "    kernel db create\n    kernel init\n    kernel run\n" in invoke("new", "project", "all", "--full").output
    assert "as its README.md says" in invoke("new", "app", "cart", "--full").output


@pytest.mark.parametrize("kind", KINDS)
def test_a_dry_run_writes_nothing(tmp_path: Path, invoke: Any, kind: str) -> None:
    result = invoke("new", kind, "shop", "--dry-run")

    assert "would write" in result.output
    assert "shop/README.md" in result.output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name", ["../x", "-rf", "a b", "my-app", "class", "match", "json", "kernel", "x" * 300, "", "é", "1x"]
)
def test_a_name_that_cannot_be_a_package_is_refused(tmp_path: Path, invoke: Any, name: str) -> None:
    """R131."""
    result = invoke("new", "project", name)

    assert result.exit_code == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("kind", "name", "owner"),
    [
        ("project", "bookmarks", "app of 'asgi-kernel'"),
        ("app", "bookmarks", "app of 'asgi-kernel'"),
        ("plugin", "router", "plugin of 'asgi-kernel'"),
        ("project", "sqlalchemy", "sqlalchemy/__init__.py"),
    ],
)
def test_a_name_that_is_installed_is_refused(tmp_path: Path, invoke: Any, kind: str, name: str, owner: str) -> None:
    result = invoke("new", kind, name)

    assert result.exit_code == 2
    assert owner in result.stderr.replace(os.sep, "/")
    assert list(tmp_path.iterdir()) == []


def test_an_app_may_be_called_like_a_plugin() -> None:
    assert checked("router", "app") == "router"


def test_a_module_made_by_hand_keeps_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "made_by_hand", ModuleType("made_by_hand"))

    with pytest.raises(Fault, match="that is installed: a module"):
        checked("made_by_hand", "app")


def test_a_folder_without_modules_claims_no_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "leftover").mkdir()
    monkeypatch.syspath_prepend(tmp_path)

    assert checked("leftover", "app") == "leftover"


@pytest.mark.parametrize("name", ["media", "Media", "build"])
def test_a_name_that_git_would_leave_out_is_refused(name: str) -> None:
    with pytest.raises(Fault, match="out of version control"):
        checked(name, "project")


def test_a_refused_name_comes_with_a_suggestion() -> None:
    with pytest.raises(Fault, match="for example 'my_app'"):
        checked("my-app", "project")


@given(st.text(max_size=80))
def test_a_name_is_an_identifier_or_refused(name: str) -> None:
    try:
        accepted = checked(name, "project")
    except Fault:
        return
    assert accepted.isidentifier()
    assert NAME.fullmatch(accepted)


def test_an_existing_folder_is_refused(tmp_path: Path, invoke: Any) -> None:
    """R131."""
    (tmp_path / "shop").mkdir()
    result = invoke("new", "project", "shop")

    assert result.exit_code == 2
    assert "'shop' exists already" in result.stderr
    assert list((tmp_path / "shop").iterdir()) == []


def test_a_dangling_link_is_refused(tmp_path: Path, invoke: Any) -> None:
    (tmp_path / "shop").symlink_to(tmp_path / "elsewhere")

    assert invoke("new", "project", "shop").exit_code == 2
    assert not os.path.exists(tmp_path / "elsewhere")


def test_a_tree_that_fails_half_way_vanishes(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="exists"):
        write(tmp_path / "shop", {"one": "1", "one/two": "2"})

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("full", [False, True])
def test_every_module_compiles(kind: str, full: bool) -> None:
    files = tree(kind, "my_shop", full)

    assert all("$" not in path for path in files)
    for path, text in files.items():
        if path.endswith(".py"):
            compile(text, path, "exec")
