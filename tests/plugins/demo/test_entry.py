"""What may become a bookmark; the form and the API hold the same rules."""

import re
from urllib.parse import urlsplit

import pytest
from hypothesis import given, strategies as st
from kernel_data import Invalid
from kernel_demo.entry import WEB, Entry, EntryForm, divided, one_line, tags_of
from msgspec import ValidationError, convert

GOOD = ["http://a", "https://example.org:8080/ä?q=1#x", "http://[::1]/", "https://a/@b", "https://a?mail=a@b"]
BAD = [
    "example.org",
    "//example.org",
    "ftp://a",
    "javascript:alert(1)",
    "JavaScript://a/%0aalert(1)",
    "data:text/html,x",
    "https://",
    "https:///path",
    "https://?q",
    "https://bank.example@evil.example/",
    "https://a/\\b",
    "https://a b",
    "https://a\u2028b",
    "https://a\n",
    "https://a\x00",
    "java\tscript:alert(1)",
    'https://a/"onclick=',
    "https://a/" + "x" * 2000,
]


def by_api(address: str) -> bool:
    """Tell whether the API takes an address."""
    try:
        convert({"address": address}, Entry)
    except ValidationError:
        return False
    return True


async def by_form(address: str) -> bool:
    """Tell whether the form takes an address."""
    try:
        await EntryForm.address.process(address)
    except Invalid:
        return False
    return True


@pytest.mark.anyio
@pytest.mark.parametrize("address", GOOD)
async def test_a_web_address_is_accepted(address: str) -> None:
    assert by_api(address)
    assert await by_form(f" {address} ")


@pytest.mark.anyio
@pytest.mark.parametrize("address", BAD)
async def test_anything_else_is_refused(address: str) -> None:
    assert not by_api(address)
    assert not await by_form(f"{address}\x01" if address.endswith("\n") else address)


@given(st.text() | st.text().map("https://{}".format) | st.text().map("http://a/{}".format))
def test_an_accepted_address_holds_no_blanks_and_no_user_name(text: str) -> None:
    if re.search(WEB, text):
        assert not set(text) & set(' \t\r\n<>"\\\x00')
        assert "@" not in re.split("[/?#]", text)[2]
        assert text == text.strip()


def test_an_address_has_a_host() -> None:
    assert urlsplit(GOOD[1]).hostname == "example.org"


@given(st.text(max_size=100))
def test_a_title_is_one_line(text: str) -> None:
    line = one_line(text)
    assert line == " ".join(line.split())
    assert not set(line) & set(map(chr, range(32)))


def test_tags_are_sorted_lower_case_and_each_there_once() -> None:
    assert divided("B, a,b, ,") == tags_of(["b", "A ", ""]) == ["a", "b"]


@pytest.mark.parametrize("tags", ["x" * 31, ",".join(map(str, range(11)))])
def test_too_long_or_too_many_tags_are_refused(tags: str) -> None:
    with pytest.raises(Invalid):
        divided(tags)
