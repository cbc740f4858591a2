"""A plugin written for hook API 1.0 keeps working, whatever is added later."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from kernel_admin.examination import Examiner, examined
from kernel_admin.main import cli
from kernel_admin.project import commands
from kernel_compat.specification import specifications
from kernel_compat.usage import uses
from kernel_testing import Client

import kernel
from kernel import App, Kernel
from kernel.hookspecs import Specs

FIRST = (1, 0)
CONFIG = {"plugins": {"active": "standard, first"}, "first": {"word": "hello"}}


@pytest.fixture
def project(acme: Path) -> Kernel:
    """Return a kernel with the plugin, and the doctor's question."""
    return Kernel(CONFIG, plugins=[Examiner], apps=[App(name="shop", first="world")])


def plugin(project: Kernel) -> Any:
    return next(member.plugin for member in project.plan.active if member.name == "first")


def test_it_boots_without_any_finding(project: Kernel) -> None:
    assert project.boot().problems == []
    assert project.service("first") == ["hello", "world"]


def test_it_answers_every_hook_of_its_api_and_takes_every_argument(project: Kernel) -> None:
    ours = [one for one in specifications(project.boot()) if one.ours or one.owner == "doctor"]
    names = [(one, argument) for one in ours for argument in ("", *project.booted.registry.specs[one.name])]
    offered = {(one.name, argument) for one, argument in names if one.since(argument) == FIRST}
    used = {(use.specification.name, use.argument) for use in uses(project, ours) if use.member.name == "first"}

    assert used == offered


@pytest.mark.anyio
async def test_what_it_declares_serves_and_all_of_it_is_asked_for(project: Kernel) -> None:
    async with Client(project) as client:
        money, spent, page = [await client.get(path) for path in ("/money/7", "/spend", "/page")]
        failed = await client.get("/fail")

    assert (money.text, dict(money.headers)[b"x-word"]) == ("7 coins", b"hello")
    assert (spent.status, spent.text) == (402, "spent")
    assert page.text == "HELLO /page"
    assert failed.text == "RuntimeError was 500"
    owned = {one.name for one in specifications(project) if one.owner not in ("kernel", "doctor", "first")}
    assert owned <= set(plugin(project).asked)


@pytest.mark.anyio
async def test_its_life_is_that_of_the_server(project: Kernel) -> None:
    async with Client(project):
        pass

    assert plugin(project).lived == ["enter", "startup", "serve", "leave", "shutdown"]


@pytest.mark.anyio
async def test_the_hooks_of_the_kernel_are_asked_in_the_order_of_their_page(project: Kernel) -> None:
    async with Client(project) as client:
        await client.get("/money/7")
        await client.get("/spend")
    asked = [name for name in dict.fromkeys(plugin(project).asked) if name in vars(Specs)]

    written = [name for name in vars(Specs) if name in asked]
    assert asked == written
    assert [name for name in vars(Specs) if name.startswith("kernel_") and name not in asked] == [
        "kernel_commands",
        "kernel_init_func",
    ]


def test_the_doctor_asks_it(project: Kernel) -> None:
    assert [problem.id for problem in examined(project)["the word"]] == ["first.word"]


@pytest.fixture
def command(acme: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Return `kernel WORDS` in a project with the plugin."""
    (tmp_path / "config.ini").write_text("[plugins]\nactive = standard, first\n[first]\nword = hi\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(kernel, "app", Kernel(tmp_path / "config.ini"))
    commands.cache_clear()
    return lambda *words: CliRunner().invoke(cli, list(words), prog_name="kernel")


def test_its_command_its_init_function_and_its_checks_run(command: Callable[..., Any]) -> None:
    assert command("first").output == "hi\n"
    assert command("init").exit_code == 0
    assert plugin(kernel.app).lived == ["hi"]
    assert "first.deploy" in command("check", "--deploy").output


def test_compat_tells_what_it_uses(command: Callable[..., Any]) -> None:
    result = command("plugins", "compat", "--json")
    (row,) = [row for row in json.loads(result.output)["plugins"] if row["name"] == "first"]

    assert result.exit_code == 0
    assert (row["api"], row["declared"], row["newest"], row["fits"]) == ("1.0", True, "1.0", ">=1.0,<2.0")
    assert (row["newer"], row["deprecated"], row["refused"]) == ([], [], "")
    assert (row["distribution"], row["version"]) == ("acme-first", "1.0")


def test_a_later_minor_of_the_api_takes_it(project: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kernel.boot.selection.API", (1, 7))
    assert project.boot().problems == []


def test_another_major_refuses_it(project: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kernel.boot.selection.API", (2, 0))
    (problem,) = [one for one in project.problems if "'first'" in one.message and one.id == "plugin.failed"]
    assert problem.message == "plugin 'first' was written for hook API 1.0"


def test_what_is_deprecated_still_works_and_is_told(project: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    instead = DeprecationWarning("gone in 2.0; declare them in kernel_hooks")
    monkeypatch.setitem(Specs.kernel_servers.kernel_spec, "warn_on_impl", instead)  # type: ignore[attr-defined]  # set by pluggy
    with pytest.warns(DeprecationWarning, match="gone in 2.0") as caught:
        project.boot()

    assert [Path(one.filename).name for one in caught] == ["acme_first.py"]
    assert [(one.id, one.level, one.message, one.hint) for one in project.problems] == [
        ("api.deprecated", "warning", "plugin 'first': hook 'kernel_servers' is deprecated", str(instead))
    ]


def test_it_keeps_the_contract(acme: Path, contract: Callable[..., None]) -> None:
    contract("first")
