import sys
from typing import Any

import pytest
from hypothesis import given, strategies as st
from kernel_responses.conditions import http_date, http_time, part, quoted_tag, still_same, unchanged

from kernel import Request
from kernel.errors import HTTPException

DATE = "Sun, 06 Nov 1994 08:49:37 GMT"


def asking(**headers: str) -> Request:
    pairs = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()]
    return Request({"headers": pairs}, None, None)  # type: ignore[arg-type]  # neither is asked


def test_dates_are_written_in_the_one_fixed_form() -> None:
    assert http_date(784111777.9) == DATE.encode()


@pytest.mark.parametrize(
    "text", [DATE, "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, 06 Nov 1994 08:49:37 -0000"]
)
def test_dates_are_read_in_every_form_of_http(text: str) -> None:
    assert http_time(text) == 784111777


@pytest.mark.parametrize("text", ["", "yesterday", "784111777", "Sun, 99 Nov 1994 08:49:37 GMT", "1 " * 50_000])
def test_what_is_no_date_is_none(text: str) -> None:
    assert http_time(text) is None


@given(st.text(max_size=80))
def test_reading_a_date_never_fails(text: str) -> None:
    assert http_time(text) is None or isinstance(http_time(text), int)


@pytest.mark.parametrize(("tag", "quoted"), [("a", '"a"'), ('"a"', '"a"'), ('W/"a"', 'W/"a"'), ("", '""')])
def test_tags_are_put_in_quotes(tag: str, quoted: str) -> None:
    assert quoted_tag(tag) == quoted


@pytest.mark.parametrize("tag", ['a"b', "a b", "a\n", '"a', "\u20ac"])
def test_a_tag_with_an_illegal_character_is_refused(tag: str) -> None:
    with pytest.raises(ValueError, match="entity tag"):
        quoted_tag(tag)


@pytest.mark.parametrize(
    ("headers", "same"),
    [
        ({}, False),
        ({"if_none_match": '"a"'}, True),
        ({"if_none_match": 'W/"a"'}, True),
        ({"if_none_match": '"x", "a"'}, True),
        ({"if_none_match": "*"}, True),
        ({"if_none_match": '"x"'}, False),
        ({"if_none_match": "a"}, False),
        ({"if_none_match": '"x"', "if_modified_since": DATE}, False),
        ({"if_modified_since": DATE}, True),
        ({"if_modified_since": "Sun, 06 Nov 1994 08:49:38 GMT"}, True),
        ({"if_modified_since": "Sun, 06 Nov 1994 08:49:36 GMT"}, False),
        ({"if_modified_since": "soon"}, False),
    ],
)
@pytest.mark.parametrize("tag", ['"a"', 'W/"a"'])
def test_a_client_that_has_the_version_gets_it_not_again(headers: dict[str, str], tag: str, same: bool) -> None:
    assert unchanged(asking(**headers), tag, DATE) is same


def test_a_version_without_a_readable_date_has_changed() -> None:
    assert not unchanged(asking(if_modified_since=DATE), '"a"', "soon")


@pytest.mark.parametrize(
    ("condition", "same"),
    [
        ("", True),
        ('"a"', True),
        ("a", True),
        ('"b"', False),
        ('W/"a"', False),
        (DATE, True),
        ("Sun, 06 Nov 1994 08:49:38 GMT", False),
        ("soon", False),
    ],
)
def test_a_part_goes_only_to_who_has_the_rest_of_it(condition: str, same: bool) -> None:
    assert still_same(condition, '"a"', DATE) is same


def test_a_weak_tag_is_not_enough_for_a_part() -> None:
    assert not still_same('W/"a"', 'W/"a"', DATE)


@pytest.mark.parametrize(
    ("value", "size", "expected"),
    [
        ("bytes=0-3", 22, range(4)),
        ("bytes=2-", 22, range(2, 22)),
        ("bytes=0-0", 22, range(1)),
        ("bytes=-5", 22, range(17, 22)),
        ("bytes=-500", 22, range(22)),
        ("bytes=21-21", 22, range(21, 22)),
        ("bytes=0-22", 22, range(22)),
        ("bytes=0-1000000", 1_000_000, range(1_000_000)),
        ("BYTES=0-3", 22, range(4)),
        ("bytes= 0-3 ,, ", 22, range(4)),
        ("bytes=1-2,", 22, range(1, 3)),
        ("bytes=0-" + "9" * 60_000, 22, range(22)),
        ("bytes=-" + "9" * 60_000, 22, range(22)),
        ("bytes=" + "0" * 60_000 + "5-", 22, range(5, 22)),
        ("bytes=0-1,2-3", 22, None),
        ("bytes=" + "0-1," * 20_000, 22, None),
        ("bytes=" + "," * 20_000 + "0-1", 22, None),
        ("bytes=5-4", 22, None),
        ("bytes=abc", 22, None),
        ("bytes=-", 22, None),
        ("bytes=", 22, None),
        ("bytes", 22, None),
        ("", 22, None),
        ("items=0-1", 22, None),
        ("bytes=0 - 1", 22, None),
        ("bytes=+1-2", 22, None),
        ("bytes=1_0-", 22, None),
        ("bytes=\u0661-\u0662", 22, None),
        ("bytes=-5", 0, None),
    ],
)
def test_a_range_header_asks_for(value: str, size: int, expected: range | None) -> None:
    assert part(value, size) == expected


@pytest.mark.parametrize(
    ("before", "unit", "after"),
    [
        ("bytes=0-", "9", ""),
        ("bytes=-", "9", ""),
        ("bytes=", "0", "5-"),
        ("bytes=", "0-1,", ""),
        ("bytes=", ",", "0-1"),
        ("bytes=", " ", "0-1"),
        ("bytes=", "9", ""),
    ],
)
def test_a_hostile_range_header_is_read_in_linear_time(before: str, unit: str, after: str, grows_linearly: Any) -> None:
    grows_linearly(lambda value: part(value, 22), lambda size: before + unit * size + after, 1_000)


@pytest.mark.parametrize(
    ("value", "size"), [("bytes=22-", 22), ("bytes=-0", 22), ("bytes=0-", 0), ("bytes=" + "9" * 60_000 + "-", 22)]
)
def test_a_range_beyond_the_file_is_416_with_its_size(value: str, size: int) -> None:
    with pytest.raises(HTTPException) as caught:
        part(value, size)
    assert caught.value.status == 416
    assert caught.value.headers == ((b"content-range", f"bytes */{size}".encode()),)


@given(st.text() | st.from_regex(r"\Abytes=[0-9]{0,3}-[0-9]{0,3}\Z"), st.integers(0, sys.maxsize))
def test_a_part_always_lies_inside_the_file(value: str, size: int) -> None:
    try:
        found: Any = part(value, size)
    except HTTPException:
        return
    assert found is None or 0 <= found.start < found.stop <= size
