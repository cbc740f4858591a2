import pytest
from hypothesis import given, strategies as st
from kernel_cors.origins import Origins, normal


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("https://Shop.Example", "https://shop.example"),
        ("https://shop.example/", "https://shop.example"),
        ("https://shop.example:443", "https://shop.example"),
        ("http://shop.example:80", "http://shop.example"),
        ("http://shop.example:443", "http://shop.example:443"),
        ("http://localhost:5173", "http://localhost:5173"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("app://bundle:1", "app://bundle:1"),
        ("app://bundle", "app://bundle"),
    ],
)
def test_an_origin_is_compared_as_browsers_send_it(written: str, sent: str) -> None:
    assert normal(written) == sent
    assert Origins([written]).allowed(sent.encode()) == sent.encode()


@pytest.mark.parametrize(
    "entry",
    ["null", "shop.example", "https://*.shop.example", "https://a/b", "https://", "https://a:b", "https://a b", ""],
)
def test_an_entry_that_is_no_origin_is_refused(entry: str) -> None:
    with pytest.raises(ValueError, match="no origin of the form https://host"):
        Origins([entry])


@pytest.mark.parametrize(
    "origin",
    [
        "https://exampleXcom",
        "https://example.com.evil",
        "https://evil-example.com",
        "https://evil.example.com",
        "http://example.com",
        "https://example.com:444",
        "https://example.com/",
        "https://example.com, https://evil",
        "example.com",
        "null",
        "*",
        "",
    ],
)
def test_another_origin_is_not_allowed(origin: str) -> None:
    assert Origins(["https://example.com"]).allowed(origin.encode()) is None


@given(st.binary(max_size=40))
def test_no_other_origin_is_ever_allowed(origin: bytes) -> None:
    allowed = Origins(["https://example.com"]).allowed(origin)
    assert allowed is None or origin.lower() == b"https://example.com"


def test_the_case_of_an_origin_does_not_count() -> None:
    assert Origins(["https://example.com"]).allowed(b"HTTPS://Example.com") == b"HTTPS://Example.com"


def test_a_star_stands_for_everybody_and_nothing_for_nobody() -> None:
    assert Origins(["*"]).allowed(b"https://any.example") == b"*"
    assert (bool(Origins(["*"])), bool(Origins(["https://a"])), bool(Origins([]))) == (True, True, False)
