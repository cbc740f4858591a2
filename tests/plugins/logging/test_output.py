"""The one handler on the root logger."""

import io
import logging
import sys
from pathlib import Path
from typing import Any

import pytest
from kernel_logging.output import FileOutput, StreamOutput, coloured, hold


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_handler_and_a_level_are_put_on_the_root_logger(bare_root: logging.Logger) -> None:
    let_go = hold(StreamOutput, {"": "DEBUG"})
    assert [type(handler) for handler in bare_root.handlers] == [StreamOutput]
    assert bare_root.level == logging.DEBUG
    assert let_go is not None
    let_go()
    assert (bare_root.handlers, bare_root.level) == ([], logging.WARNING)


def test_a_logger_has_a_level_of_its_own_unless_it_has_one_already(bare_root: logging.Logger) -> None:
    told, silent = logging.getLogger("told"), logging.getLogger("silent")
    silent.setLevel("ERROR")
    let_go = hold(StreamOutput, {"": "INFO", "told": "DEBUG", "silent": "DEBUG"})
    assert (bare_root.level, told.level, silent.level) == (logging.INFO, logging.DEBUG, logging.ERROR)
    assert let_go is not None
    let_go()
    assert (bare_root.level, told.level, silent.level) == (logging.WARNING, logging.NOTSET, logging.ERROR)


def test_kernels_share_one_handler_until_the_last_lets_go(bare_root: logging.Logger) -> None:
    first, second = hold(StreamOutput, {"": "INFO"}), hold(StreamOutput, {"": "DEBUG"})
    assert first is not None
    assert second is not None
    assert len(bare_root.handlers) == 1
    first()
    assert len(bare_root.handlers) == 1
    second()
    assert bare_root.handlers == []


def test_a_program_keeps_its_own_handler(bare_root: logging.Logger) -> None:
    own = logging.NullHandler()
    bare_root.addHandler(own)
    assert hold(StreamOutput, {"": "DEBUG"}) is None
    assert (bare_root.handlers, bare_root.level) == ([own], logging.WARNING)


def test_what_a_server_writes_to_the_screen_is_not_repeated(
    bare_root: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    let_go, logger = hold(StreamOutput, {"": "INFO"}), logging.getLogger("a_server.error")
    logger.addHandler(logging.StreamHandler(sys.stderr))
    logging.getLogger("a_server.error.deep").info("running")
    logger.handlers.clear()
    logger.info("stopped")
    assert let_go is not None
    let_go()
    assert capsys.readouterr().err.splitlines() == ["running", "stopped"]


@pytest.mark.parametrize("kind", ["level", "stream"])
def test_what_a_server_writes_elsewhere_or_not_at_all_is_shown(
    bare_root: logging.Logger, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    let_go, logger = hold(StreamOutput, {"": "INFO"}), logging.getLogger("a_server.error")
    own = logging.StreamHandler(sys.stderr if kind == "level" else io.StringIO())
    own.setLevel("ERROR" if kind == "level" else "INFO")
    logger.addHandler(own)
    logger.info("running")
    logger.handlers.clear()
    assert let_go is not None
    let_go()
    assert capsys.readouterr().err.splitlines() == ["running"]


def test_a_file_is_opened_by_the_first_record(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    handler = FileOutput(path)
    assert not path.exists()
    handler.handle(logging.LogRecord("shop", 20, "", 1, "é\ud800", (), None))
    handler.close()
    assert path.read_text("utf-8") == "é\\ud800\n"


def test_a_file_that_cannot_be_opened_stops_nobody(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    handler = FileOutput(tmp_path / "no" / "app.log")
    handler.handle(logging.LogRecord("shop", 20, "", 1, "hello", (), None))
    assert "FileNotFoundError" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("choice", "stream", "no_color", "painted"),
    [
        ("auto", Terminal(), "", True),
        ("auto", Terminal(), "1", False),
        ("auto", io.StringIO(), "", False),
        ("always", io.StringIO(), "1", True),
        ("never", Terminal(), "", False),
    ],
)
def test_colour_is_for_terminals(
    choice: str, stream: Any, no_color: str, painted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", no_color)
    monkeypatch.setattr(sys, "stderr", stream)
    assert coloured(choice) is painted


def test_a_later_holder_of_the_same_takes_over_until_it_lets_go(bare_root: logging.Logger) -> None:
    shop, office = object(), object()
    first, other = hold(StreamOutput, {"": "ERROR"}, shop), hold(StreamOutput, {"": "INFO"}, office)
    assert first is not None
    assert other is not None
    assert bare_root.level == logging.ERROR
    later = hold(StreamOutput, {"": "DEBUG"}, shop)
    assert later is not None
    assert bare_root.level == logging.DEBUG
    later()
    assert bare_root.level == logging.ERROR
    first()
    assert bare_root.level == logging.INFO
    other()
    assert (bare_root.handlers, bare_root.level) == ([], logging.WARNING)


def test_letting_go_of_a_handler_that_somebody_took_away_changes_nothing(bare_root: logging.Logger) -> None:
    let_go = hold(StreamOutput, {"": "INFO"})
    assert let_go is not None
    bare_root.handlers.clear()
    let_go()
    assert bare_root.handlers == []
