"""The plugin in a kernel, on both loops."""

import json
import logging
import os
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from kernel_logging import get_logger
from kernel_logging.formatters import JSONFormatter, TextFormatter
from kernel_logging.output import FileOutput, Shared
from kernel_logging.plugin import Level, Logging
from kernel_settings.plugin import Settings
from kernel_testing import Client, make_kernel
from kernel_testing.life import LifespanFailed

from kernel import App, Hooks, Kernel, Plugin, hookimpl
from kernel.errors import BootError, ConfigError, KernelError

pytestmark = pytest.mark.anyio


class Failing(Plugin):
    """A plugin whose lifespan cannot be entered."""

    @hookimpl
    def kernel_lifespan(self) -> Any:
        return object()


def kernel_of(*plugins: Any, **section: Any) -> Kernel:
    return Kernel({"plugins": {"active": ""}, "logging": section}, plugins=[Settings, Logging, *plugins])


def outputs(root: logging.Logger) -> list[logging.Handler]:
    return [handler for handler in root.handlers if isinstance(handler, Shared)]


async def test_records_are_written_on_one_line(bare_root: logging.Logger, capsys: pytest.CaptureFixture[str]) -> None:
    kernel_of().boot()
    get_logger("shop").info("hello\n%s", "\x1b[31m")
    get_logger("shop").debug("not this")
    written = capsys.readouterr().err
    assert written.endswith(" INFO     shop: hello\\n\\x1b[31m\n")
    assert written.count("\n") == 1


async def test_the_handler_is_there_from_boot_to_stop(bare_root: logging.Logger) -> None:
    kernel = kernel_of().boot()
    assert len(outputs(bare_root)) == 1
    await kernel.start()
    assert len(outputs(bare_root)) == 1
    await kernel.stop()
    assert outputs(bare_root) == []
    await kernel.start()
    assert len(outputs(bare_root)) == 1
    await kernel.stop()


async def test_two_kernels_do_not_double_it(bare_root: logging.Logger) -> None:
    first, second = kernel_of(), kernel_of()
    await first.start()
    await second.start()
    assert len(outputs(bare_root)) == 1
    await first.stop()
    assert len(outputs(bare_root)) == 1
    await second.stop()
    assert outputs(bare_root) == []


async def test_after_a_failed_start_its_reasons_can_be_logged(bare_root: logging.Logger) -> None:
    with pytest.raises((KernelError, TypeError)):
        await kernel_of(Failing).start()
    assert len(outputs(bare_root)) == 1


async def test_an_embedding_program_keeps_its_handlers(caplog: pytest.LogCaptureFixture) -> None:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    kernel = kernel_of(level="DEBUG")
    await kernel.start()
    assert (root.handlers, root.level) == before
    await kernel.stop()
    assert (root.handlers, root.level) == before


@pytest.mark.parametrize(
    ("section", "formatter"),
    [({}, TextFormatter), ({"format": "json"}, JSONFormatter), ({"colour": "always"}, TextFormatter)],
)
async def test_the_form_is_configured(bare_root: logging.Logger, section: Any, formatter: type) -> None:
    kernel_of(**section, level="error").boot()
    (handler,) = outputs(bare_root)
    assert type(handler.formatter) is formatter
    assert bare_root.level == logging.ERROR


async def test_a_file_gets_the_records(bare_root: logging.Logger, tmp_path: Path) -> None:
    kernel = kernel_of(file=str(tmp_path / "app.log"), format="json", colour="auto")
    await kernel.start()
    get_logger("shop").warning("hello")
    await kernel.stop()
    assert json.loads((tmp_path / "app.log").read_text())["message"] == "hello"


async def test_a_file_is_not_opened_by_a_boot(bare_root: logging.Logger, tmp_path: Path) -> None:
    kernel_of(file=str(tmp_path / "app.log")).boot()
    assert type(outputs(bare_root)[0]) is FileOutput
    assert os.listdir(tmp_path) == []


async def test_a_file_in_no_folder_is_a_finding(bare_root: logging.Logger, tmp_path: Path) -> None:
    with pytest.raises(BootError, match=r"\[logging\] file: there is no folder"):
        kernel_of(file=str(tmp_path / "no" / "app.log")).boot()


async def test_a_level_that_does_not_exist_is_a_finding() -> None:
    with pytest.raises(ConfigError, match="expected one of DEBUG, INFO, WARNING, ERROR, CRITICAL"):
        kernel_of(level="loud").boot()
    assert Level("Info") == "INFO"


@pytest.mark.parametrize("there", [True, False])
@pytest.mark.parametrize("access", [True, False])
async def test_a_file_that_cannot_be_written_is_a_finding_of_the_doctor(
    bare_root: logging.Logger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool, access: bool
) -> None:
    file = tmp_path / "app.log"
    kernel = kernel_of(file=str(file)).boot()
    if there:
        file.touch()
    (plugin,) = [member.plugin for member in kernel.plan.active if member.name == "logging"]
    monkeypatch.setattr(os, "access", lambda path, mode: access)
    messages = [problem.message for problem in plugin.kernel_doctor()["log file"]()]
    assert messages == ([] if access else [f"[logging] file: '{file if there else tmp_path}' cannot be written"])


async def test_without_a_file_the_doctor_has_nothing_to_examine(bare_root: logging.Logger) -> None:
    (plugin,) = [member.plugin for member in kernel_of().boot().plan.active if member.name == "logging"]
    assert plugin.kernel_doctor() == {}


def debugged() -> set[str]:
    """Return which of some loggers let DEBUG pass."""
    names = ("kernel.orm", "kernel_thing", "shop.views", "sub", "tests.guest", "sqlalchemy.engine", "asyncio")
    return {name for name in names if logging.getLogger(name).isEnabledFor(logging.DEBUG)}


async def test_debug_is_for_loggers_of_the_project_and_its_plugins(bare_root: logging.Logger, tmp_path: Path) -> None:
    for file in ("shop.py", "sub/__init__.py"):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text("from kernel import App\napp = App()\n")
    config = "[plugins]\nactive =\n[apps]\nactive = sub:app\n[logging]\nlevel = DEBUG\n"
    (tmp_path / "config.ini").write_text(config)
    guest = type("Guest", (Plugin,), {"__module__": "tests.guest"})
    kernel = Kernel(tmp_path / "config.ini", plugins=[Settings, Logging, guest], discover=lambda: ())
    await kernel.start()
    assert debugged() == {"kernel.orm", "shop.views", "sub", "tests.guest"}
    assert logging.getLogger("asyncio").isEnabledFor(logging.INFO)
    await kernel.stop()
    assert debugged() == set()


@pytest.mark.parametrize(
    ("section", "level"),
    [
        ({"level": "DEBUG", "libraries": "DEBUG"}, "DEBUG"),
        ({"level": "DEBUG", "libraries": "ERROR"}, "ERROR"),
        ({"level": "WARNING"}, "WARNING"),
        ({"level": "WARNING", "libraries": "DEBUG"}, "WARNING"),
    ],
)
async def test_libraries_tell_no_more_than_the_project(
    bare_root: logging.Logger, section: dict[str, str], level: str
) -> None:
    kernel_of(**section).boot()
    assert logging.getLevelName(logging.getLogger("library.engine").getEffectiveLevel()) == level
    assert logging.getLogger("kernel.orm").getEffectiveLevel() == logging.getLevelNamesMapping()[section["level"]]


@pytest.mark.parametrize("wrong", ["", "startup", "shutdown"])
async def test_all_phases_of_a_life_are_written_and_why_one_failed(
    wrong: str, bare_root: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    hooks, phases = Hooks(), ("pre_start", "startup", "pre_stop", "shutdown")

    async def tell(phase: str) -> None:
        get_logger("shop").info("%s is here", phase)
        if phase == wrong:
            raise ValueError("no luck")

    for phase in phases:
        hooks.on(phase)(partial(tell, phase))
    with suppress(LifespanFailed):
        async with Client(make_kernel([], [App(name="shop", hooks=hooks)])):
            pass
    written = capsys.readouterr().err
    told = [phase for phase in phases if f" INFO     shop: {phase} is here\n" in written]
    assert told == (["pre_start", "startup", "shutdown"] if wrong == "startup" else list(phases))
    assert (f" ERROR    kernel: {wrong} failed: " in written) is bool(wrong)


def generation(level: str, form: str) -> dict[str, dict[str, Any]]:
    return {"plugins": {"active": "settings, logging, events, phases"}, "logging": {"level": level, "format": form}}


async def test_a_swap_brings_its_level_and_its_form(
    bare_root: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    kernel = Kernel(generation("WARNING", "text"))
    await kernel.start()
    stopped = await kernel.reconfigure(generation("DEBUG", "json"))
    await stopped.wait()
    get_logger("kernel.test").debug("seen")
    assert json.loads(capsys.readouterr().err.splitlines()[-1])["message"] == "seen"
    assert (len(outputs(bare_root)), bare_root.level) == (1, logging.INFO)
    await kernel.stop()
    assert (outputs(bare_root), bare_root.level, logging.getLogger("kernel").level) == ([], logging.WARNING, 0)


class Stuck(Plugin):
    """A plugin that fails when it is configured, or when it is started."""

    name = "stuck"

    @hookimpl
    def kernel_configure(self, kernel: Any) -> None:
        self.wish = kernel.config["stuck"]["at"]
        if self.wish == "boot":
            raise ValueError("no")

    @hookimpl
    def kernel_lifespan(self) -> Any:
        return object() if self.wish == "start" else None


@pytest.mark.parametrize("at", ["boot", "start"])
async def test_a_swap_that_fails_leaves_level_and_form(
    bare_root: logging.Logger, capsys: pytest.CaptureFixture[str], at: str
) -> None:
    kernel = Kernel({**generation("WARNING", "text"), "stuck": {"at": ""}}, plugins=[Stuck])
    await kernel.start()
    with pytest.raises(KernelError):
        await kernel.reconfigure({**generation("DEBUG", "json"), "stuck": {"at": at}})
    get_logger("kernel.test").info("not seen")
    get_logger("kernel.test").warning("seen")
    written = capsys.readouterr().err
    assert "not seen" not in written
    assert written.endswith(" WARNING  kernel.test: seen\n")
    await kernel.stop()
    assert (outputs(bare_root), bare_root.level) == ([], logging.WARNING)
