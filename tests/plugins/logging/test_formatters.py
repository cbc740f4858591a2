"""One record, one line."""

import json
import logging
import re
import sys
import unicodedata
from typing import Any

import pytest
from hypothesis import given, strategies as st
from kernel_logging.formatters import BAR, JSONFormatter, TextFormatter, escaped

START = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} ").match


def record_of(message: Any = "hello", *args: Any, level: int = logging.INFO, **more: Any) -> logging.LogRecord:
    return logging.LogRecord(
        more.pop("name", "shop"), level, "shop.py", 1, message, args, more.pop("exc_info", None), **more
    )


def failing(text: str) -> Any:
    try:
        raise ValueError(text)
    except ValueError:
        return sys.exc_info()


def test_a_text_line_says_when_how_who_and_what() -> None:
    line = TextFormatter().format(record_of("%s items", 3))
    assert START(line)
    assert line.endswith(" INFO     shop: 3 items")


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("a\r\nb", "a\\r\\nb"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("\x00\x07\t\x7f", "\\x00\\x07\\t\\x7f"),
        ("\x85\x9b\u2028\u2029", "\\x85\\x9b\\u2028\\u2029"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("\ud800", "\\ud800"),
        ("grüße 你好 🎉", "grüße 你好 🎉"),
        ("%s{0}%n", "%s{0}%n"),
    ],
)
def test_control_characters_are_escaped(text: str, safe: str) -> None:
    assert escaped(text) == safe
    assert TextFormatter().format(record_of(text)).endswith(f"shop: {safe}")
    assert TextFormatter().format(record_of("%s", text)).endswith(f"shop: {safe}")


@given(st.text(), st.text(), st.text())
def test_no_data_begins_a_record(message: str, name: str, error: str) -> None:
    record = record_of("%s", message, name=name, exc_info=failing(error))
    first, *others = TextFormatter().format(record).split("\n")
    assert START(first)
    assert all(line.startswith(BAR) for line in others)
    assert not {unicodedata.category(character) for line in others for character in line} & {"Cc", "Cs", "Zl", "Zp"}
    assert len(JSONFormatter().format(record).splitlines()) == 1


def test_a_traceback_stands_behind_a_bar() -> None:
    lines = TextFormatter().format(record_of(exc_info=failing("x\n2024-01-01 00:00:00,000 ERROR forged"))).split("\n")
    assert lines[1] == "  | Traceback (most recent call last):"
    assert lines[-1] == "  | 2024-01-01 00:00:00,000 ERROR forged"


def test_a_stack_is_shown_and_no_error_is_no_traceback() -> None:
    assert TextFormatter().format(record_of(sinfo="Stack:\n  here")).endswith("hello\n  | Stack:\n  |   here")
    assert "\n" not in TextFormatter().format(record_of(exc_info=(None, None, None)))


@pytest.mark.parametrize(
    ("level", "code"),
    [
        (logging.DEBUG, "34"),
        (logging.INFO, "32"),
        (logging.WARNING, "38;5;208"),
        (logging.ERROR, "31"),
        (logging.CRITICAL, "31"),
    ],
)
def test_only_the_level_is_painted(level: int, code: str) -> None:
    line = TextFormatter(colour=True).format(record_of("\x1b[0m", level=level))
    assert f" \x1b[{code}m{logging.getLevelName(level):<8}\x1b[0m shop: \\x1b[0m" in line
    assert "\x1b[0m shop" in TextFormatter(colour=True).format(record_of(level=25))


def test_json_is_an_object_a_line() -> None:
    line = JSONFormatter().format(record_of("a\n%s", "\u2028", exc_info=failing("b\nc")))
    content = json.loads(line)
    assert line.isascii()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", content.pop("time"))
    assert content.pop("traceback").endswith("ValueError: b\nc")
    assert content == {"level": "INFO", "logger": "shop", "message": "a\n\u2028"}
    assert "traceback" not in json.loads(JSONFormatter().format(record_of()))


def test_formatting_leaves_the_record_to_others() -> None:
    record = record_of("%s", "x", exc_info=failing("y"))
    before = dict(vars(record))
    TextFormatter().format(record)
    JSONFormatter().format(record)
    assert {key: value for key, value in vars(record).items() if key != "asctime"} == before
