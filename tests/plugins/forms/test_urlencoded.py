from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, strategies as st
from kernel_forms import urlencoded as module
from kernel_forms.limits import Limits

from kernel.errors import HTTPException

pytestmark = pytest.mark.anyio


async def test_fields_are_decoded(make: Any, urlencoded: str) -> None:
    form = await make(urlencoded, b"a=1&b=%C3%A4+%2B&c&d=&=e&&a=2").form()
    assert form.multi_items() == [("a", "1"), ("b", "\u00e4 +"), ("c", ""), ("d", ""), ("", "e"), ("a", "2")]


async def test_a_repeated_field_is_reached_by_getlist(make: Any, urlencoded: str) -> None:
    form = await make(urlencoded, b"a=1&a=2&b=3").form()
    assert (form.getlist("a"), form["a"], form["b"]) == (["1", "2"], "2", "3")


async def test_an_empty_body_is_an_empty_form(make: Any, urlencoded: str) -> None:
    assert dict(await make(urlencoded, b"").form()) == {}


async def test_the_charset_is_honoured_and_what_it_cannot_decode_replaced(make: Any, urlencoded: str) -> None:
    assert (await make(f"{urlencoded}; charset=ISO-8859-1", b"a=%E4").form())["a"] == "\u00e4"
    assert (await make(f"{urlencoded}; charset=UTF-8", b"a=%E4\xff").form())["a"] == "\ufffd\ufffd"


async def test_too_many_fields_are_413_before_the_rest_is_received(make: Any, urlencoded: str) -> None:
    request = make(urlencoded, [b"a=1&" * 500] * 200)
    with pytest.raises(HTTPException) as caught:
        await request.form()
    assert (caught.value.status, caught.value.detail) == (413, "the form has more than 1000 fields")
    assert caught.value.headers == ((b"connection", b"close"),)
    assert request.scope["taken"] == 2 * 2000


async def test_as_many_fields_as_allowed_are_taken(make: Any, urlencoded: str) -> None:
    assert len((await make(urlencoded, b"&".join([b"a=1"] * 1000)).form()).getlist("a")) == 1000
    with pytest.raises(HTTPException, match="413"):
        await make(urlencoded, b"&".join([b"a=1"] * 1001)).form()


async def test_a_value_that_is_too_large_is_413_before_the_rest_is_received(make: Any, urlencoded: str) -> None:
    request = make(urlencoded, [b"a=1&b=", *[b"x" * 65536] * 80])
    with pytest.raises(HTTPException, match="413 a field of the form has more than 1048576 bytes"):
        await request.form()
    assert request.scope["taken"] <= 1048576 + 4096 + 2 * 65536


@pytest.mark.parametrize("one", [b"x", b"%78"])
async def test_the_limit_of_a_value_counts_decoded_bytes(make: Any, urlencoded: str, one: bytes) -> None:
    limit = {"max_field_size": 50, "max_part_header_size": 8}
    assert len((await make(urlencoded, b"12345678=" + one * 50 + b"&b=" + one * 50, **limit).form())["b"]) == 50
    for body in (b"a=" + one * 51, one * 9 + b"=1", b"a=" + one * 60 + b"&b", b"a=b&" + one * 70):
        with pytest.raises(HTTPException, match="413"):
            await make(urlencoded, body, **limit).form()


@given(st.lists(st.tuples(st.text(), st.text())), st.integers(1, 9))
def test_what_a_browser_encodes_comes_back_however_it_is_cut(pairs: list[tuple[str, str]], size: int):
    pairs = [(name.encode("utf-8", "ignore").decode(), value) for name, value in pairs if name or value]
    body = urlencode(pairs).encode()
    chunks = [body[start : start + size] for start in range(0, len(body), size)]
    decoded = [(name.decode(), value.decode()) for name, value in module.split(chunks, Limits())]
    assert decoded == pairs


def test_fields_are_split_in_linear_time(grows_linearly):
    limits = Limits()
    grows_linearly(lambda body: list(module.split([body], limits)), lambda n: b"a%41+%=&" * n, 200)
