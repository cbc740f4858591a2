"""What may become a bookmark."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given, strategies as st
from kernel_demo.bookmark import checked_address, checked_tags, checked_title, draft
from kernel_errors import Error

GOOD = ["http://a", "https://example.org:8080/ä?q=1#x", "HTTPS://EXAMPLE.ORG", "http://[::1]/", " https://a.b "]
BAD = [
    "",
    "example.org",
    "//example.org",
    "ftp://a",
    "javascript:alert(1)",
    "JavaScript://a/%0aalert(1)",
    "data:text/html,x",
    "https://",
    "https:///path",
    "http://[",
    "http://a:99999",
    "http://a:0",
    "https://bank.example@evil.example/",
    "https://a/\\b",
    "https://a b",
    "https://a\u2028b",
    "https://a\n",
    "java\tscript:alert(1)",
    'https://a/"onclick=',
    "https://a/" + "x" * 2000,
]


@pytest.mark.parametrize("address", GOOD)
def test_a_web_address_is_accepted(address: str) -> None:
    assert checked_address(address) == address.strip()


@pytest.mark.parametrize("address", BAD)
def test_anything_else_is_refused(address: str) -> None:
    with pytest.raises(Error) as refused:
        checked_address(address)
    assert refused.value.code == 2002


@given(st.text() | st.text().map("https://{}".format) | st.text().map("http://a/{}".format))
def test_an_accepted_address_leads_to_a_web_host_and_holds_no_blanks(text: str) -> None:
    try:
        address = checked_address(text)
    except Error:
        return
    parts = urlsplit(address)
    assert parts.scheme in ("http", "https")
    assert parts.hostname
    assert address.isprintable() or all(sign > "\x9f" for sign in address if not sign.isprintable())
    assert not set(address) & set(' \t\r\n<>"\\')


def test_a_missing_title_is_the_host() -> None:
    assert checked_title(" \n", "https://example.org/path") == "example.org"


@given(st.text(max_size=100))
def test_a_title_is_one_line(text: str) -> None:
    title = checked_title(text, "https://example.org")
    assert title
    assert title == " ".join(title.split())


def test_tags_are_sorted_lower_case_and_each_there_once() -> None:
    assert checked_tags(["B, a", "b", " ", ","]) == ("a", "b")


@pytest.mark.parametrize("tags", [["x" * 31], [str(number) for number in range(11)]])
def test_too_long_or_too_many_tags_are_refused(tags: list[str]) -> None:
    with pytest.raises(Error) as refused:
        checked_tags(tags)
    assert refused.value.code == 2003


def test_a_draft_says_when_in_utc() -> None:
    assert draft("https://example.org").added.endswith("+00:00")
