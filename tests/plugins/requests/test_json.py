import json
from typing import Any

import pytest
from hypothesis import example, given, settings, strategies as st
from kernel_requests.json import check_media_type, decode, decode_ambiguous, nesting, outside_strings

from kernel.errors import HTTPException

pytestmark = pytest.mark.anyio
TYPE = (b"content-type", b"application/json")
PIECES = st.sampled_from(["[", "]", "{", "}", '"a"', ":", ",", "1", '"[["', '"', "\\"])


@pytest.mark.parametrize(
    "kind",
    [
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        'application/json;charset="UTF-8"',
        "application/json; charset=us-ascii",
        "application/problem+json",
        "application/vnd.api+json; version=1",
    ],
)
def test_json_by_any_name_is_taken(kind: str) -> None:
    check_media_type(kind)


@pytest.mark.parametrize(
    "kind",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "text/json",
        "application/jsonp",
        "application/json-seq",
        "+json",
        "/+json",
        "application/",
        "multipart/form-data; x=application/json",
        "application/json, text/plain",
        "application/json; charset=utf-16",
        "application/json; charset=latin-1",
    ],
)
def test_another_media_type_is_415(kind: str) -> None:
    with pytest.raises(HTTPException) as caught:
        check_media_type(kind)
    assert caught.value.status == 415


@pytest.mark.parametrize(
    ("before", "unit", "after"),
    [("", "a+", ""), ("a/", "+json", "x"), ("", ";", ""), ("", "; ", ""), (";", " ", ""), ("", "a;charset=", "")],
)
def test_a_hostile_media_type_is_refused_in_linear_time(
    before: str, unit: str, after: str, grows_linearly: Any
) -> None:
    def refuse(kind: str) -> None:
        with pytest.raises(HTTPException) as caught:
            check_media_type(kind)
        assert caught.value.status == 415

    grows_linearly(refuse, lambda size: before + unit * size + after, 500)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a":[1,-2.5,"x",true,null]}', {"a": [1, -2.5, "x", True, None]}),
        (b" 1 ", 1),
        (b'"gr\xc3\xbc\xc3\x9f \\u00e9 \\ud83d\\ude00"', "grüß é 😀"),
        (b'{"a:b":":","c\\"{":"[[["}', {"a:b": ":", 'c"{': "[[["}),
        (b'{"a\\\\":"\\\\\\"","b":{"a":":"}}', {"a\\": '\\"', "b": {"a": ":"}}),
        (b'[{"a":1},{"a":2}]', [{"a": 1}, {"a": 2}]),
        (b'{"a":"\\u003a","b":"\\u003A"}', {"a": ":", "b": ":"}),
        (b"9" * 4300, int("9" * 4300)),
        (b"1e-999", 0.0),
        (b"[" * 64 + b"]" * 64, json.loads("[" * 64 + "]" * 64)),
        (b'{"a":' * 64 + b"1" + b"}" * 64, json.loads('{"a":' * 64 + "1" + "}" * 64)),
    ],
)
def test_valid_json_is_read(body: bytes, value: Any) -> None:
    assert decode(body, 64) == value


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nul",
        b"{'a':1}",
        b"[1,]",
        b"1 2",
        b"NaN",
        b"[Infinity]",
        b'{"a":-Infinity}',
        b"1e999",
        b"-1e999",
        b"9" * 4301,
        b"9" * 1_000_000,
        b'"\xff"',
        b'"\xed\xa0\x80"',
        '"é"'.encode("utf-16"),
        b"\xef\xbb\xbf{}",
        b'"\\ud800"',
        b'"\\udc00abcdef"',
        b'"\\ud800\\u0041"',
        b'{"\\ud800":1}',
        b'"a\nb"',
        b'{"a":1,"a":1}',
        b'{"a":1,"\\u0061":2}',
        b'{"a":1,"a":"\\u003a"}',
        b'{"a":1,"a":":"}',
        b'[{"x":{"a":{"b":1},"a":1}}]',
        b'[{"a":1,"a":2},0]',
        b"[" * 65 + b"]" * 65,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 65 + b"1" + b"}" * 65,
        b'{"a":' * 50_000,
        b'"' + b'\\"' * 300_000,
        b'{"a":1,"b":"' + b"\\" * 600_001,
    ],
)
def test_what_is_not_plain_json_is_400(body: bytes) -> None:
    with pytest.raises(HTTPException) as caught:
        decode(body, 64)
    assert caught.value.status == 400


@pytest.mark.parametrize(
    ("before", "unit", "after"),
    [
        (b"", b"9", b""),
        (b"", b"[", b""),
        (b"[", b"[]", b""),
        (b"", b'{"a":', b""),
        (b'"', b'\\"', b""),
        (b'{"a":1,"b":"', b"\\\\", b"\\"),
        (b"{", b'"a":1,', b'"a":1}'),
    ],
)
def test_hostile_json_is_refused_in_linear_time(before: bytes, unit: bytes, after: bytes, grows_linearly: Any) -> None:
    def refuse(body: bytes) -> None:
        with pytest.raises(HTTPException) as caught:
            decode(body, 64)
        assert caught.value.status == 400

    grows_linearly(refuse, lambda size: before + unit * size + after, 5_000)


def test_the_refusal_says_why() -> None:
    for body, reason in (
        (b"{", "the body is not valid JSON: Input data was truncated"),
        (b'{"a":1,"a":2}', "the JSON repeats a key"),
        (b"[[1]]", "the JSON nests deeper than 1 levels"),
    ):
        with pytest.raises(HTTPException) as caught:
            decode(body, 1)
        assert caught.value.detail == reason


@given(st.lists(PIECES, max_size=14), st.integers(1, 4))
@example([*"[[1]]"], 1)
@example([*"[[1"], 1)
@example([*"[[1]]"], 2)
def test_depth_is_refused_before_anything_else_however_short_the_text(parts: list[str], depth: int) -> None:
    body = "".join(parts).encode()
    told = ""
    try:
        decode_ambiguous(body, depth)
    except HTTPException as error:
        told = error.detail
    deep = nesting(outside_strings(body)) > depth
    assert deep is (told == f"the JSON nests deeper than {depth} levels")


def test_a_depth_that_only_the_decoder_minds_is_400_too() -> None:
    with pytest.raises(HTTPException, match="400"):
        decode(b"[" * 20_000 + b"]" * 20_000, 1_000_000)


@pytest.mark.parametrize("unit", ["[],", '"",', '"[",', '{"a":1},', '"\\\\\\"",', '{"a":[{"b":"c"}]},'])
def test_large_json_is_read_in_linear_time(unit: str, grows_linearly: Any) -> None:
    grows_linearly(lambda body: decode(body, 64), lambda size: f"[{unit * size}1]".encode(), 1_000)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(values, st.booleans())
@settings(max_examples=60)
def test_whatever_json_can_say_comes_back(value: Any, ascii_only: bool) -> None:
    assert decode(json.dumps(value, ensure_ascii=ascii_only).encode(), 64) == value


@given(values)
@settings(max_examples=60)
def test_strings_do_not_hide_the_depth_of_json(value: Any) -> None:
    def depth(item: Any) -> int:
        inner = item.values() if isinstance(item, dict) else item if isinstance(item, list) else None
        return 0 if inner is None else 1 + max(map(depth, inner), default=0)

    assert nesting(outside_strings(json.dumps(value).encode())) == depth(value)


@given(st.lists(st.tuples(st.text(alphabet='ab:"\\{[', max_size=2), values), max_size=4))
@settings(max_examples=60)
def test_a_repeated_key_is_always_noticed(pairs: list[tuple[str, Any]]) -> None:
    body = ("{" + ",".join(f"{json.dumps(key)}:{json.dumps(value)}" for key, value in pairs) + "}").encode()
    if len(dict(pairs)) == len(pairs):
        assert decode(body, 64) == dict(pairs)
        return
    with pytest.raises(HTTPException, match="400"):
        decode(body, 64)


@given(st.binary() | st.text(alphabet='[]{}":,\\u0013adef').map(str.encode))
def test_no_body_makes_anything_but_a_value_or_400(body: bytes) -> None:
    try:
        json.dumps(decode(body, 64), allow_nan=False, ensure_ascii=False).encode()
    except HTTPException:
        return


async def test_json_is_read_from_the_body_once(make: Any) -> None:
    request = make([TYPE], [b'{"a":', b"[1]}"])
    first = await request.json()
    assert first == {"a": [1]}
    assert await request.json() is first
    assert await request.body() == b'{"a":[1]}'


async def test_null_is_a_value_that_is_kept(make: Any) -> None:
    request = make([TYPE], [b"null"])
    assert (await request.json(), await request.json()) == (None, None)


async def test_without_a_media_type_the_body_is_not_read(make: Any) -> None:
    request = make([], [b"{}"])
    with pytest.raises(HTTPException, match="415"):
        await request.json()
    assert "taken" not in request.scope


async def test_the_depth_can_be_configured(make: Any) -> None:
    with pytest.raises(HTTPException, match="400"):
        await make([TYPE], [b"[[1]]"], limits={"max_json_depth": 1}).json()


def test_arrays_and_objects_nest_together() -> None:
    mixed = b'{"a":[{"a":[1]}]}'
    assert decode(mixed, 4) == {"a": [{"a": [1]}]}
    with pytest.raises(HTTPException, match="deeper than 3 levels"):
        decode(mixed, 3)


def test_many_values_side_by_side_are_not_deep() -> None:
    assert decode(b"[[1],[2],[3]]", 2) == [[1], [2], [3]]


def test_many_keys_beside_an_escape_are_not_taken_for_repeated_ones() -> None:
    assert decode(b"[" + b'{"a":"\\n"},' * 300 + b"0]", 64) == [{"a": "\n"}] * 300 + [0]
