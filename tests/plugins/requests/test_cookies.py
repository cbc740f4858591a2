from typing import Any

import pytest
from hypothesis import given, strategies as st
from kernel_requests.cookies import parse


@pytest.mark.parametrize(
    ("lines", "cookies"),
    [
        ([], {}),
        ([""], {}),
        (["a=b"], {"a": "b"}),
        (["a=b; c=d"], {"a": "b", "c": "d"}),
        (["a=b;c=d;"], {"a": "b", "c": "d"}),
        (["a=b", "c=d"], {"a": "b", "c": "d"}),
        (["a=1; a=2", "a=3"], {"a": "1"}),
        (["a=b=c=="], {"a": "b=c=="}),
        (["a="], {"a": ""}),
        (['a="b c"'], {"a": "b c"}),
        (['a=""; b="; c="'], {"a": "", "b": '"', "c": '"'}),
        (['a="\\101"'], {"a": "\\101"}),
        (["a=%20+"], {"a": "%20+"}),
        (["  a \t= b "], {"a": "b"}),
        (["a=b "], {"a": "b"}),
        (["a=b ;c=d"], {"a": "b", "c": "d"}),
        (["a= ; b=c"], {"a": "", "b": "c"}),
        (["lonely; a=b"], {"a": "b"}),
        (["=b; a b=c; a,b=c; gr\xfc\xdf=c; [x]=y; ok=yes"], {"ok": "yes"}),
        (["a=gr\xc3\xbc"], {"a": "gr\xc3\xbc"}),
        (["__Host-sid=x; $Version=1"], {"__Host-sid": "x", "$Version": "1"}),
        (["a=1,b=2"], {"a": "1,b=2"}),
        (['a="b; c=d"; e=!x"; f="x!'], {"a": '"b', "c": 'd"', "e": '!x"', "f": '"x!'}),
    ],
)
def test_cookies_are_read(lines: list[str], cookies: dict[str, str]) -> None:
    assert dict(parse(lines, 200)) == cookies


@pytest.mark.parametrize("most", [200, 300])
def test_no_more_cookies_than_allowed_are_kept(most: int) -> None:
    cookies = parse(["; ".join(f"c{n}={n}" for n in range(20_000))], most)
    assert len(cookies) == most
    assert cookies[f"c{most - 1}"] == str(most - 1)


@pytest.mark.parametrize("pair", ["c{}=1", "c {}=1", "c{}", "=", "c=" + "\\" * 40, 'c="\\"'])
def test_hostile_cookies_are_read_in_linear_time(pair: str, grows_linearly: Any) -> None:
    def lines(size: int) -> list[str]:
        return ["; ".join(pair.format(n) for n in range(size))]

    grows_linearly(lambda lines: parse(lines, 1_000_000), lines, 500)


def test_cookies_cannot_be_changed() -> None:
    cookies: Any = parse(["a=b"], 200)
    with pytest.raises(TypeError):
        cookies["a"] = "c"


@given(st.lists(st.text()), st.integers(0, 3))
def test_reading_never_fails_and_never_exceeds_the_limit(lines: list[str], limit: int) -> None:
    assert len(parse(lines, limit)) <= limit


def test_all_cookie_lines_of_a_request_count_and_no_others(make: Any) -> None:
    others = [(b"accept", b"d=4"), (b"cookie2", b"e=5"), (b"x-cookie", b"f=6")]
    request = make([(b"cookie", b"a=1"), *others, (b"cookie", b"b=2; a=3")])
    assert dict(request.cookies) == {"a": "1", "b": "2"}


def test_the_limit_can_be_configured(make: Any) -> None:
    assert len(make([(b"cookie", b"a=1; b=2; c=3")], limits={"max_cookies": 2}).cookies) == 2


@pytest.mark.parametrize(("size", "more"), [(8 * 1024, {}), (10, {"size": 10})])
def test_a_cookie_is_kept_up_to_its_size(size: int, more: Any) -> None:
    kept = "x" * (size - 3)
    assert dict(parse([f"abc={kept}; b=1"], 200, **more)) == {"abc": kept, "b": "1"}
    assert dict(parse([f"abc={kept}x; b=1"], 200, **more)) == {"b": "1"}


@pytest.mark.parametrize("sent", [2, 3, 4, 9])
def test_cookies_are_kept_up_to_their_number(sent: int) -> None:
    assert list(parse(["; ".join(f"c{number}=1" for number in range(sent))], 2)) == ["c0", "c1"]
