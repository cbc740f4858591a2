"""Valid hosts, and allowed ones."""

import pytest
from hypothesis import given, strategies as st
from kernel_networking import Hosts
from kernel_networking.hosts import LONGEST, REMEMBERED, Host, parse


@pytest.mark.parametrize(
    ("raw", "host"),
    [
        (b"example.com", Host("example.com", None)),
        (b"EXAMPLE.com:80", Host("example.com", 80)),
        (b"example.com.", Host("example.com", None)),
        (b"example.com.:8000", Host("example.com", 8000)),
        (b"example.com:", Host("example.com", None)),
        (b"example.com:0", Host("example.com", 0)),
        (b"under_score", Host("under_score", None)),
        (b"127.0.0.1:65535", Host("127.0.0.1", 65535)),
        (b"[::1]", Host("[::1]", None)),
        (b"[0:0:0:0:0:0:0:1]:8000", Host("[::1]", 8000)),
        (b"[2001:DB8::A]", Host("[2001:db8::a]", None)),
    ],
)
def test_a_host_has_one_normal_form(raw: bytes, host: Host) -> None:
    assert parse(raw) == host


@pytest.mark.parametrize(
    "raw",
    [
        *(b"a/b?c", b"u@b", b"a b", b"", b" ", b"[::1", b"::1", b"[]", b"[::g]", b"[1::2::3]", b"[fe80::1%25eth0]"),
        *(
            b"a:99999",
            b"a:-1",
            b"a:1:2",
            b"a:65536",
            b"a:123456",
            b"a:x",
            b":80",
            b"a\0",
            b"a\n",
            b"a,b",
            b"a;b",
            b"a\xff",
        ),
        *(b".", b".a", b"a..b", b"a..", b"http://a", b"a%20b", b"a" * 300, b"\xc2\xb2"),
    ],
)
def test_what_is_no_host_is_refused(raw: bytes) -> None:
    assert parse(raw) is None
    assert not Hosts(["*"]).accepts(raw)


@given(st.binary(max_size=40))
def test_an_accepted_host_can_stand_in_an_url(raw: bytes) -> None:
    assert not Hosts(["*"]).accepts(raw) or not set(raw) & set(b"/?#@\\ \r\n\0<>\"'%,;")


@pytest.mark.parametrize(
    ("raw", "allowed"),
    [
        (b"example.com", True),
        (b"EXAMPLE.com:80", True),
        (b"example.com.", True),
        (b"a.example.org", True),
        (b"a.b.example.org:8000", True),
        (b"example.org", False),
        (b"exampleXcom", False),
        (b"evil-example.com", False),
        (b"evil-example.org", False),
        (b"example.com.evil", False),
        (b"a.example.org.evil", False),
        (b"www.example.com", False),
        (b"localhost", False),
        (b"shop.example:8443", True),
        (b"shop.example", False),
        (b"secure.example", True),
        (b"secure.example:443", True),
        (b"secure.example:80", False),
        (b"a.ports.example:81", True),
        (b"a.ports.example", False),
        (b"[2001:db8::1]:1", True),
        (b"old.example", True),
        (b"old.example:80", True),
        (b"old.example:81", False),
    ],
)
def test_entries_are_literal_names(raw: bytes, allowed: bool) -> None:
    """R48."""
    hosts = Hosts(
        [
            *("example.com", "*.example.org", "Shop.Example:8443", "secure.example:443", "*.ports.example:81"),
            *("[2001:db8:0::1]", "old.example:80"),
        ]
    )
    assert hosts.accepts(raw) is allowed
    assert hosts.accepts(raw) is allowed


@pytest.mark.parametrize(
    ("raw", "allowed"),
    [
        (b"localhost:8000", True),
        (b"127.0.0.1", True),
        (b"[::1]:80", True),
        (b"shop.localhost", True),
        (b"127.0.0.2", False),
        (b"example.com", False),
    ],
)
def test_without_entries_the_names_of_this_machine_are_allowed(raw: bytes, allowed: bool) -> None:
    assert Hosts().accepts(raw) is allowed


def test_everything_is_every_valid_host() -> None:
    assert Hosts(["*"]).accepts(b"anything.example:1")
    assert Hosts(["*"]).everything
    assert not Hosts(["a"]).everything


def test_all_wrong_entries_are_named() -> None:
    with pytest.raises(ValueError, match=r"'http://a', 'b/c', '\*.\[::1\]', '\*.': not of the form host"):
        Hosts(["http://a", "fine", "b/c", "*.[::1]", "*."])


def test_the_memory_of_accepted_hosts_is_bounded() -> None:
    hosts = Hosts(["*"])
    for number in range(REMEMBERED + 10):
        assert hosts.accepts(b"h%d" % number)
    assert len(hosts.accepted) == 10
    assert hosts.accepts(b"h0")


def test_a_refused_host_is_not_remembered() -> None:
    hosts = Hosts(["a"])
    assert not hosts.accepts(b"b")
    assert hosts.accepted == set()


@pytest.mark.parametrize("entry", ["", "!", "**", "a*"])
def test_what_is_nearly_a_star_is_no_entry(entry: str) -> None:
    with pytest.raises(ValueError, match="not of the form host"):
        Hosts([entry])


def test_a_host_is_taken_up_to_its_length() -> None:
    longest = b"a." * (LONGEST // 2 - 1) + b"bc"
    assert parse(longest) == Host(longest.decode(), None)
    assert parse(longest + b"d") is None
