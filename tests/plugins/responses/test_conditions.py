import pytest
from hypothesis import given, strategies as st
from kernel_responses.conditions import asked, demand, http_date, http_time, quoted_tag, still_same, unchanged

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


LATER = "Sun, 06 Nov 1994 08:49:38 GMT"
EARLIER = "Sun, 06 Nov 1994 08:49:36 GMT"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"if_match": '"a"'},
        {"if_match": '"x", "a"'},
        {"if_match": "*"},
        {"if_match": '"a"', "if_unmodified_since": EARLIER},
        {"if_unmodified_since": DATE},
        {"if_unmodified_since": LATER},
        {"if_unmodified_since": "soon"},
    ],
)
def test_a_client_that_wants_this_version_gets_it(headers: dict[str, str]) -> None:
    demand(asking(**headers), '"a"', DATE)


@pytest.mark.parametrize(
    ("headers", "tag"),
    [
        ({"if_match": '"x"'}, '"a"'),
        ({"if_match": 'W/"a"'}, '"a"'),
        ({"if_match": 'W/"a"'}, 'W/"a"'),
        ({"if_match": "a"}, '"a"'),
        ({"if_match": '"x"', "if_unmodified_since": LATER}, '"a"'),
        ({"if_unmodified_since": EARLIER}, '"a"'),
    ],
)
def test_a_client_that_wants_another_version_gets_412(headers: dict[str, str], tag: str) -> None:
    with pytest.raises(HTTPException) as caught:
        demand(asking(**headers), tag, DATE)
    assert caught.value.status == 412


def test_a_range_counts_only_for_the_version_it_is_meant_for() -> None:
    assert asked(asking(range="bytes=0-1"), '"a"', DATE) == "bytes=0-1"
    assert asked(asking(range="bytes=0-1", if_range='"a"'), '"a"', DATE) == "bytes=0-1"
    assert asked(asking(range="bytes=0-1", if_range='"b"'), '"a"', DATE) == ""
    assert asked(asking(), '"a"', DATE) == ""
