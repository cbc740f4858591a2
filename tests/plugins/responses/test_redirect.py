from typing import Any

import pytest
from hypothesis import given, strategies as st
from kernel_responses import Redirect
from kernel_responses.redirect import location

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("keywords", "status"),
    [
        ({}, 307),
        ({"permanent": True}, 308),
        ({"method_unchange": False}, 302),
        ({"permanent": True, "method_unchange": False}, 301),
        ({"status": 303}, 303),
        ({"permanent": True, "status": 302}, 302),
    ],
)
async def test_the_status_says_how_to_go_on(ask: Any, keywords: dict[str, Any], status: int) -> None:
    sent = await ask(Redirect("/there?a=1#x", **keywords))
    assert (sent.status, sent.get("location"), sent.body) == (status, "/there?a=1#x", b"")
    assert (sent.get("cache-control"), sent.get("content-length")) == ("no-cache", "0")


async def test_headers_are_sent_and_may_allow_caching(ask: Any) -> None:
    sent = await ask(Redirect("/a", headers=[("cache-control", "max-age=60"), ("x-a", "b")]))
    assert (sent.get("cache-control"), sent.get("x-a")) == ("max-age=60", "b")


def test_another_status_is_refused() -> None:
    with pytest.raises(ValueError, match="status 200 is none of 301, 302, 303, 307, 308"):
        Redirect("/", status=200)


@pytest.mark.parametrize(
    ("url", "encoded"),
    [
        ("/a b", "/a%20b"),
        ("/grüße?q=ö#ü", "/gr%C3%BC%C3%9Fe?q=%C3%B6#%C3%BC"),
        ("/a%20b?c=d&e=f+g", "/a%20b?c=d&e=f+g"),
        ('/"<>\\', "/%22%3C%3E%5C"),
        ("../up", "../up"),
        ("?page=2", "?page=2"),
        ("/go?to=https://x", "/go?to=https://x"),
        ("", ""),
        (" //evil", "%20//evil"),
        ("\u2028//evil", "%E2%80%A8//evil"),
    ],
)
def test_the_target_is_encoded_where_needed(url: str, encoded: str) -> None:
    assert location(url) == encoded


@pytest.mark.parametrize(
    "url",
    [
        "https://evil",
        "HTTPS:evil",
        "//evil",
        "///evil",
        "/\\evil",
        "\\\\evil",
        "\\/evil",
        "\tjavascript:1",
        "java\nscript:1",
        "javascript:alert(1)",
        "JavaScript:1",
        "data:text/html,x",
        "mailto:a@b",
        "/a\r\nset-cookie: a=b",
        "/\t/evil",
        "/a\0b",
        "/a\x7f",
        "/\ud800",
        "℀" * 100_000,
    ],
)
def test_a_target_elsewhere_or_with_control_characters_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"redirect|surrogates"):
        Redirect(url)


@pytest.mark.parametrize("url", ["https://example.org/a?b", "//cdn.example/x", "app://open"])
def test_a_target_elsewhere_has_to_be_said(url: str) -> None:
    assert location(url, external=True) == url
    with pytest.raises(ValueError, match="external=True"):
        location(url)


@pytest.mark.parametrize("url", ["javascript:1", "VBScript:1", "data:,x", "https://a\r\nb"])
def test_script_and_line_breaks_are_never_a_target(url: str) -> None:
    with pytest.raises(ValueError, match="redirect"):
        Redirect(url, external=True)


@given(st.text())
def test_what_passes_stays_on_this_site(url: str) -> None:
    try:
        target = location(url)
    except ValueError:
        return
    assert target.isascii()
    assert target.isprintable()
    assert " " not in target
    assert not target.replace("\\", "/").startswith("//")
