import sys
from typing import Any

import pytest
from hypothesis import given, strategies as st
from kernel_responses.ranges import multipart, parts, total

from kernel.errors import HTTPException


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
    assert parts(value, size, 16) == ([] if expected is None else [expected])


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
    grows_linearly(lambda value: parts(value, 22, 16), lambda size: before + unit * size + after, 1_000)


@pytest.mark.parametrize(
    ("value", "size"), [("bytes=22-", 22), ("bytes=-0", 22), ("bytes=0-", 0), ("bytes=" + "9" * 60_000 + "-", 22)]
)
def test_a_range_beyond_the_file_is_416_with_its_size(value: str, size: int) -> None:
    with pytest.raises(HTTPException) as caught:
        parts(value, size, 16)
    assert caught.value.status == 416
    assert caught.value.headers == ((b"content-range", f"bytes */{size}".encode()),)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("bytes=0-1,4-5", [range(2), range(4, 6)]),
        ("bytes=4-5,0-1", [range(4, 6), range(2)]),
        ("bytes=0-1,2-3", [range(2), range(2, 4)]),
        ("bytes=0-1, -2 ,99-", [range(2), range(20, 22)]),
        ("bytes=99-,0-1", [range(2)]),
        ("bytes=0-5,5-6", []),
        ("bytes=0-,0-", []),
        ("bytes=0-1,x", []),
        ("bytes=0-1,5-4", []),
        ("bytes=" + ",".join(f"{n}-{n}" for n in range(16)), [range(n, n + 1) for n in range(16)]),
        ("bytes=" + ",".join(f"{n}-{n}" for n in range(17)), []),
    ],
)
def test_several_ranges_are_sent_as_they_are_asked_for_unless_they_overlap_or_are_too_many(
    value: str, expected: list[range]
) -> None:
    assert parts(value, 22, 16) == expected


def test_several_ranges_that_all_lie_beyond_the_end_are_416() -> None:
    with pytest.raises(HTTPException):
        parts("bytes=22-,30-40", 22, 16)


_spec = r"[0-9]{0,3}-[0-9]{0,3}"


@given(st.text() | st.from_regex(rf"\Abytes={_spec}(,{_spec})*\Z"), st.integers(0, sys.maxsize))
def test_parts_always_lie_inside_the_file_and_never_add_up_to_more(value: str, size: int) -> None:
    """R89."""
    try:
        found = parts(value, size, 16)
    except HTTPException:
        return
    assert all(0 <= piece.start < piece.stop <= size for piece in found)
    assert sum(map(len, found)) <= size


def test_several_parts_are_one_multipart_body() -> None:
    kind, segments = multipart([range(2), range(4, 6)], b"a/b", 22)
    boundary = kind.removeprefix(b"multipart/byteranges; boundary=")
    head = b"\r\n--%s\r\ncontent-type: a/b\r\ncontent-range: bytes %s/22\r\n\r\n"
    assert segments == [
        (head % (boundary, b"0-1"), range(2)),
        (head % (boundary, b"4-5"), range(4, 6)),
        (b"\r\n--%s--\r\n" % boundary, range(0)),
    ]
    assert total(segments) == 4 + sum(len(head) for head, _ in segments)
