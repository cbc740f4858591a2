"""Commands that plugins add: two of one name."""

from typing import Any

import click
import pytest
from kernel_admin.added import added

from kernel import Kernel, Plugin, hookimpl


def command(name: str, said: str, replaces: str = "") -> click.Command:
    @click.command(name)
    def run() -> None:
        click.echo(said)

    if replaces:
        run.replaces = replaces  # type: ignore[attr-defined]  # what is looked for
    return run


def plugin(own: str, *commands: click.Command) -> Plugin:
    class Adding(Plugin):
        name = own

        @hookimpl
        def kernel_commands(self, cli: Any) -> None:
            for one in commands:
                cli.add_command(one)

    return Adding()


def said(found: Any, name: str, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    found[name].main([], standalone_mode=False)
    return capsys.readouterr().out.strip()


def kept(capsys: pytest.CaptureFixture[str], *plugins: Plugin) -> tuple[str, str]:
    found = added(Kernel({"plugins": {"active": ""}}, plugins=plugins))
    told = capsys.readouterr().err
    return said(found, "pay", capsys), told


def test_of_two_commands_the_first_is_kept_and_both_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    first, told = kept(capsys, plugin("a", command("pay", "a")), plugin("b", command("pay", "b")))

    assert first == "a"
    assert f"command 'pay' is added by 'a' ({__file__}:" in told
    assert f"and by 'b' ({__file__}:" in told


def test_a_command_may_replace_another_on_purpose(capsys: pytest.CaptureFixture[str]) -> None:
    mine = plugin("b", command("pay", "b", replaces="a"))

    assert kept(capsys, plugin("a", command("pay", "a")), mine) == ("b", "")
    assert kept(capsys, mine, plugin("a", command("pay", "a"))) == ("b", "")


def test_a_command_of_the_kernel_cannot_be_taken(capsys: pytest.CaptureFixture[str]) -> None:
    found = added(Kernel({"plugins": {"active": ""}}, plugins=[plugin("a", command("run", "a"))]))

    assert "run" not in found
    assert "command 'run' is added by 'kernel' and by 'a'" in capsys.readouterr().err
