from typing import Any

import pytest
from hypothesis import given, strategies as st
from kernel_requests import Headers, Query, Values
from kernel_requests.limits import Limits
from kernel_requests.values import header_reader, learn

from kernel.errors import HTTPException


def test_the_last_value_of_a_key_is_the_one_and_getlist_has_all() -> None:
    values = Values([("a", "1"), ("b", "2"), ("a", "3")])
    assert dict(values) == {"a": "3", "b": "2"}
    assert (values.getlist("a"), values.getlist("x"), values.get("x")) == (["1", "3"], [], None)
    assert (len(values), "a" in values, "x" in values) == (2, True, False)
    assert repr(values) == "Values({'a': '3', 'b': '2'})"


@pytest.mark.parametrize("change", [lambda it: it.update(a="2"), lambda it: it.pop("a"), lambda it: it.clear()])
def test_what_a_client_sent_cannot_be_changed(make: Any, change: Any) -> None:
    for values in (Values([("a", "1")]), make([(b"a", b"1")]).headers):
        with pytest.raises(TypeError, match=r"cannot be changed; dict\(\) makes a copy that can"):
            change(values)
        assert dict(values) == {"a": "1"}


def test_what_getlist_returned_can_be_changed_without_effect() -> None:
    values = Values([("a", "1")])
    values.getlist("a").append("2")
    assert values.getlist("a") == ["1"]


def test_headers_are_found_in_any_case_and_show_no_values(make: Any) -> None:
    headers = make([(b"X-Token", b"secret"), (b"accept", b"a"), (b"accept", b"b")]).headers
    assert (headers["x-token"], headers["X-TOKEN"], "X-Token" in headers) == ("secret", "secret", True)
    assert (headers["Accept"], headers.getlist("Accept")) == ("b", ["a", "b"])
    assert repr(headers) == "Headers(['x-token', 'accept'])"


@pytest.mark.parametrize("name", ["x-token", "X-Token"])
def test_an_absent_header_is_a_key_error(make: Any, name: str) -> None:
    headers = make([(b"accept", b"a")]).headers
    with pytest.raises(KeyError, match="x-token"):
        headers[name]
    assert (headers.get(name), headers.getlist(name), name in headers) == (None, [], False)


@pytest.mark.parametrize(
    ("limits", "refused"),
    [
        ({"max_headers": 1}, "more than 1 headers"),
        ({"max_header_size": 3}, "a header of the request has more than 3 bytes"),
        ({"max_headers_total": 7}, "the headers of the request have more than 7 bytes"),
        ({"max_header_size": 4, "max_headers_total": 8, "max_headers": 2}, ""),
        ({"max_header_size": 4, "max_headers_total": 9}, ""),
    ],
)
def test_headers_are_taken_up_to_their_limits(make: Any, limits: Any, refused: str) -> None:
    request = make([(b"a", b"123"), (b"b", b"456")], limits=limits)
    if not refused:
        assert dict(request.headers) == {"a": "123", "b": "456"}
        return
    with pytest.raises(HTTPException, match=refused) as caught:
        _ = request.headers
    assert caught.value.status == 431


def test_header_values_that_are_not_text_are_kept(make: Any) -> None:
    assert make([(b"x", b"\xff\xfe")]).headers["x"] == "\xff\xfe"
    assert isinstance(make().headers, Headers)


@pytest.mark.parametrize(
    "raw", [[], [(b"X-A", b"1")], [(b"x", b"1"), (b"x", b"2")], [(b"x", b"\xfc")], [(b"x" * 65, b"1"), (b"b", b"")]]
)
def test_headers_read_again_are_the_same(make: Any, raw: Any) -> None:
    read, pairs = header_reader(Limits()), [(name.decode().lower(), value.decode("latin-1")) for name, value in raw]
    for headers in (read(make(raw)), read(make(raw))):
        assert (dict(headers), headers.multi_items()) == (dict(pairs), pairs)


def test_headers_read_again_are_taken_up_to_their_limits(make: Any) -> None:
    again = header_reader(Limits(max_header_size=1000, max_headers_total=1600))
    for size, status in [(1, 0), (999, 0), (1000, 431), (1, 0)]:
        if status:
            with pytest.raises(HTTPException, match="431"):
                again(make([(b"a", b"1" * size)]))
        else:
            assert again(make([(b"a", b"1" * size)]))["a"] == "1" * size
    with pytest.raises(HTTPException, match="1600 bytes"):
        again(make([(b"a", b"1" * 900), (b"b", b"2" * 900)]))


def test_strangers_cannot_fill_the_memory_with_names() -> None:
    names = dict[bytes, str]()
    for number in range(2000):
        learn(names, [(b"x-%d" % number, b""), (b"x" * 1000, b"")])
        assert len(names) <= 501
    assert names[b"x-1999"] == "x-1999"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", {}),
        (b"q=b", {"q": "b"}),
        (b"a=1&a=2", {"a": "2"}),
        (b"a=&b", {"a": "", "b": ""}),
        (b"a[]=1&a[]=2&b[]=3", {"a[]": ["1", "2"], "b[]": ["3"]}),
        (b"a%5B%5D=1", {"a[]": ["1"]}),
        (b"a=b+c%20d", {"a": "b c d"}),
        (b"a=gr%C3%BC%C3%9F", {"a": "grüß"}),
        ("a=grüß".encode(), {"a": "grüß"}),
        (b"a=%ff", {"a": "\ufffd"}),
        (b"a=\xff", {"a": "\ufffd"}),
        (b"a=%ed%a0%80", {"a": "\ufffd\ufffd\ufffd"}),
        (b"a=b;c=d", {"a": "b;c=d"}),
        (b"&&a=b&&", {"a": "b"}),
        (b"a=b=c", {"a": "b=c"}),
        (b"%", {"%": ""}),
    ],
)
def test_queries_are_read(make: Any, raw: bytes, expected: Any) -> None:
    query = make(query_string=raw).query_params
    assert dict(query) == expected
    assert isinstance(query, Query)


def test_lists_and_absent_keys_of_a_query(make: Any) -> None:
    query = make(query_string=b"a=1&a=2&b[]=3").query_params
    assert (query.getlist("a"), query.getlist("b[]"), query.getlist("c")) == (["1", "2"], ["3"], [])
    assert (query.get("c[]"), query.get("c", "d"), "c[]" in query) == (None, "d", False)
    with pytest.raises(KeyError):
        query["c[]"]


def test_an_absent_query_is_an_empty_mapping(make: Any) -> None:
    assert dict(make().query_params) == {}


@pytest.mark.parametrize(("count", "refused"), [(1000, False), (1001, True), (100_000, True)])
def test_more_than_1000_fields_are_refused(make: Any, count: int, refused: bool) -> None:
    request = make(query_string=b"&".join(b"a=1" for _ in range(count)))
    if not refused:
        assert len(request.query_params.getlist("a")) == count
        return
    with pytest.raises(HTTPException) as caught:
        _ = request.query_params
    assert (caught.value.status, caught.value.detail) == (400, "the query has more than 1000 fields")


def test_the_number_of_fields_can_be_configured(make: Any) -> None:
    with pytest.raises(HTTPException):
        _ = make(query_string=b"a&b&c", limits={"max_query_fields": 2}).query_params


@given(st.binary())
def test_reading_a_query_never_fails_and_gives_text_that_can_be_sent(raw: bytes) -> None:
    for key, value in Query.parse(raw, 1000).items():
        (key + "".join(value)).encode()


def test_only_a_key_that_ends_in_brackets_has_a_list() -> None:
    fields = {"A": "1", "z": "2", "[]b": "3", "b[]": ["4", "5"], "[]": ["6"]}
    assert Query.parse(b"A=1&z=2&[]b=3&b[]=4&b%5B%5D=5&[]=6", 10) == fields


@pytest.mark.parametrize(("size", "more"), [(16 * 1024, {}), (10, {"size": 10})])
def test_a_query_is_taken_up_to_its_size(size: int, more: Any) -> None:
    assert Query.parse(b"a=" + b"1" * (size - 2), 10, **more)["a"] == "1" * (size - 2)
    with pytest.raises(HTTPException, match="414") as refused:
        Query.parse(b"a=" + b"1" * (size - 1), 10, **more)
    assert refused.value.status == 414


def test_a_query_is_taken_up_to_its_number_of_fields() -> None:
    assert len(Query.parse(b"a&b&c", 3)) == 3
    with pytest.raises(HTTPException) as refused:
        Query.parse(b"a&b&c&d", 3)
    assert refused.value.status == 400
