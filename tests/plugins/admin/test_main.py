"""The command group: lazy, safe, and polite about what goes wrong."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from kernel_admin.main import COMMANDS, STANDARD, cli, main
from kernel_admin.project import commands

COMMANDS_PLUGIN = """
import click
from kernel import Plugin, hookimpl

class More(Plugin):
    name = "more"

    @hookimpl
    def kernel_commands(self, cli):
        @cli.command()
        def extra():
            "Do more."
            click.echo("extra ran")
"""


def test_help_lists_every_command_and_imports_nothing_of_the_kernel() -> None:
    code = (
        "import sys\nfrom kernel_admin.main import main\ntry: main(['--help'])\nfinally: print('kernel' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd="/", check=True)

    assert done.stdout.endswith("False\n")
    assert all(f"  {name} " in done.stdout for name in COMMANDS)


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_of_the_table_exists_and_has_help(invoke: Any, name: str) -> None:
    result = invoke(name, "--help")

    assert result.exit_code == 0, result.output
    assert result.output.startswith(f"Usage: kernel {name}")


def test_an_unknown_command_is_usage_with_the_nearest_name(invoke: Any, make_project: Any) -> None:
    result = invoke("rout")

    assert result.exit_code == 2
    assert "there is no command 'rout'; did you mean 'routes'?" in result.stderr


def test_an_unknown_option_is_usage(invoke: Any) -> None:
    assert invoke("--nope").exit_code == 2


def test_the_version_is_an_option_too(invoke: Any) -> None:
    assert invoke("--version").output.startswith("asgi-kernel ")


def test_main_exits(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(["version"])

    assert exit_.value.code == 0


def test_an_unexpected_error_is_one_message(invoke: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kernel_admin.version.found", lambda name: 1 / 0)
    result = invoke("version")

    assert result.exit_code == 1
    assert result.stderr.startswith("error command.failed: ZeroDivisionError: division by zero\n    at ")
    assert "Traceback" not in result.output


@pytest.mark.parametrize("words", [("--traceback", "version"), ("version", "--traceback")])
def test_traceback_is_shown_when_asked_wherever_it_stands(
    invoke: Any, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setattr("kernel_admin.version.found", lambda name: 1 / 0)

    assert "ZeroDivisionError" in invoke(*words).stderr
    assert "Traceback" in invoke(*words).stderr


def test_words_behind_two_dashes_are_left_alone(project: Path, invoke: Any) -> None:
    assert "'--traceback' is no path" in invoke("request", "GET", "--", "--traceback").stderr


def test_no_color_is_honoured(project: Path, invoke: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    assert invoke("routes").exit_code == 0


@pytest.fixture
def with_command(make_project: Callable[..., Path]) -> Path:
    return make_project("[plugins]\nactive = standard\n[apps]\nactive = more:More\n", more=COMMANDS_PLUGIN)


def test_a_plugin_adds_a_command(with_command: Path, invoke: Any) -> None:
    assert invoke("extra").output == "extra ran\n"


def listed(text: str) -> dict[str, str]:
    """Return what help lists: name and text, however wide the columns are."""
    return dict(re.findall(r"^  (\S+) {2,}(\S.*)$", text, re.MULTILINE))


def test_help_shows_the_commands_of_plugins(with_command: Path, invoke: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kernel_admin.project.chooses_plugins", lambda: True)

    assert listed(invoke("--help").output)["extra"] == "Do more."


def test_help_does_not_boot_a_project_without_plugins_of_others(with_command: Path, invoke: Any) -> None:
    assert "extra" not in listed(invoke("--help").output)


def test_help_lists_what_standard_plugins_add_in_their_words(project: Path, invoke: Any) -> None:
    added = {name: command.get_short_help_str(80) for name, command in commands().items()}

    assert added == STANDARD
    assert added.items() <= listed(invoke("--help").output).items()


def test_help_leaves_out_the_commands_of_plugins_that_do_not_run(make_project: Any, invoke: Any) -> None:
    make_project("[plugins]\nblocked = orm")

    assert {"db", "static"} & listed(invoke("--help").output).keys() == {"static"}


@pytest.mark.parametrize("config", ["[database]\n", "[database]\n[plugins]\nactive = standard, cors\n"])
def test_help_imports_nothing_heavy(make_project: Any, config: str) -> None:
    folder = make_project(f"[apps]\nactive = shop:app\n{config}")
    code = "import sys\nfrom kernel_admin.main import main\ntry: main(['--help'])\nfinally: print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=folder, check=True)

    assert {"db", "static", "events", "init", "shell"} <= listed(done.stdout).keys()
    assert {"sqlalchemy", "jinja2", "alembic"}.isdisjoint(done.stdout.splitlines()[-1].split())


def test_the_command_of_a_plugin_asks_for_a_project(make_project: Any, invoke: Any) -> None:
    make_project(None)
    result = invoke("db", "upgrade")

    assert result.exit_code == 2
    assert "'db' is a command of a plugin, and works inside a project: here is no config.ini" in result.stderr


def test_an_app_adds_a_command_by_keyword(make_project: Any, invoke: Any) -> None:
    text = """
import click
from kernel import App
app = App(commands=[click.Command("extra", callback=lambda: click.echo("yes"))])
"""
    make_project("[apps]\nactive = more:app", more=text)

    assert invoke("extra").output == "yes\n"


FAILING = """
from kernel import Plugin, hookimpl
class Failing(Plugin):
    @hookimpl
    def kernel_commands(self): raise ValueError("no luck")
"""


def test_a_plugin_that_fails_to_add_commands_is_told_and_the_others_are_there(make_project: Any, invoke: Any) -> None:
    make_project("[apps]\nactive = bad:Failing, more:More\n", bad=FAILING, more=COMMANDS_PLUGIN)
    result = invoke("extra")

    assert (result.exit_code, result.stdout) == (0, "extra ran\n")
    assert "warning command.failed: plugin 'bad:Failing': hook 'kernel_commands' failed: ValueError" in result.stderr


def test_help_of_a_project_that_is_broken_tells_it_and_lists_the_rest(make_project: Any, invoke: Any) -> None:
    make_project("[plugins]\nactive = standard, nope\n[apps]\nactive = more:More\n", more=COMMANDS_PLUGIN)
    result = invoke("--help")

    assert result.exit_code == 0
    assert {"db", "static", "extra"} <= listed(result.stdout).keys()
    assert "plugin 'nope' is not installed" in result.stderr


def test_help_of_a_project_whose_plugins_have_no_commands(make_project: Any, invoke: Any) -> None:
    make_project("[plugins]\nactive = settings\n")

    assert "Commands of plugins" not in invoke("--help").output


def test_an_answer_that_is_no_command_is_told(make_project: Any, invoke: Any) -> None:
    make_project("[apps]\nactive = more:app", more="from kernel import App\napp = App(commands=['extra'])")
    result = invoke("extra")

    assert result.exit_code == 2
    assert "answered 'extra', which is no click command" in result.stderr


def test_a_broken_configuration_adds_no_commands(make_project: Any, invoke: Any) -> None:
    make_project("[plugins\n")
    result = invoke("extra")

    assert result.exit_code == 2
    assert "the project adds no commands" in result.stderr
    assert invoke("--help").exit_code == 0


def test_a_configuration_may_be_a_folder(project: Path, invoke: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERNEL_CONFIG", str(project))

    assert invoke("extra").exit_code == 2


def test_the_table_names_no_command_twice() -> None:
    assert cli.list_commands(None) == sorted(COMMANDS, key=list(COMMANDS).index)  # type: ignore[arg-type]  # unused
