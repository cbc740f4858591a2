"""Error, and the message of a code filled with data."""

import logging
from typing import Any

import pytest
from hypothesis import given, strategies as st
from kernel_errors import Error, ErrorCode
from kernel_errors.error import worded


class Hostile:
    def __format__(self, spec: str) -> str:
        raise RuntimeError("no")


@pytest.mark.parametrize(
    ("template", "data", "message"),
    [
        ("User {name!r}", {"name": "ann", "more": 1}, "User 'ann'"),
        ("{} of {}", [1, 2], "1 of 2"),
        ("{} of {}", (1, 2), "1 of 2"),
        ("User {}", "jalil", "User jalil"),
        ("{} left", 0, "0 left"),
        ("<{}>", "", "<>"),
        ("nothing to fill", [], "nothing to fill"),
        ("{} {kept} }{", None, "{} {kept} }{"),
        ("{}", b"x", "b'x'"),
    ],
)
def test_data_fills_the_message(template: str, data: Any, message: str) -> None:
    assert worded(ErrorCode(1, template, 400), data) == message


@pytest.mark.parametrize(
    ("template", "data"),
    [("{}", []), ("{name}", {}), ("{}", {"name": 1}), ("{name}", 1), ("{0.nothing}", 1), ("{", 1), ("{:d}", "x")],
)
def test_data_that_does_not_fit_is_logged_and_the_template_sent(
    template: str, data: Any, caplog: pytest.LogCaptureFixture
) -> None:
    assert worded(ErrorCode(1, template, 400), data) == template
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "error code 1: message" in caplog.text


def test_a_value_that_cannot_be_formatted_is_no_failure() -> None:
    assert worded(ErrorCode(1, "{}", 400), Hostile()) == "{}"


@given(st.text(), st.none() | st.text() | st.lists(st.integers()) | st.dictionaries(st.text(), st.floats()))
def test_no_template_and_no_data_raise(template: str, data: Any) -> None:
    assert isinstance(worded(ErrorCode(1, template, 400), data), str)


def test_an_error_is_an_exception_with_the_status_of_a_built_in_code() -> None:
    assert isinstance(Error(1002), Exception)
    assert (Error(1002).status, Error(1100).status) == (400, 0)
    assert str(Error(1100)) == "error code 1100"


def test_headers_are_encoded_and_checked() -> None:
    assert Error(1, headers=[("X-A", "1"), (b"x-b", b"2")]).headers == ((b"x-a", b"1"), (b"x-b", b"2"))
    assert Error(1, headers=None).headers == ()  # type: ignore[arg-type]  # as ported code calls it
    with pytest.raises(ValueError, match="header"):
        Error(1, headers=[("x-a", "1\r\nx-b: 2")])
