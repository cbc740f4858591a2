"""What a trusted proxy says about the client."""

from collections.abc import MutableMapping
from typing import Any

import pytest
from hypothesis import given, strategies as st
from kernel_networking import Hosts, Proxies
from kernel_networking.proxies import REMEMBERED, parse_hop

PROXIES = Proxies(["10.0.0.0/8", "192.0.2.7", "2001:db8::/32"])


@pytest.mark.parametrize(
    ("text", "address", "port"),
    [
        ("1.2.3.4", "1.2.3.4", 0),
        ("1.2.3.4:80", "1.2.3.4", 80),
        ("2001:db8::1", "2001:db8::1", 0),
        ("[2001:db8::1]", "2001:db8::1", 0),
        ("[2001:db8::1]:443", "2001:db8::1", 443),
        ("1.2.3.4:65535", "1.2.3.4", 65535),
        ("::ffff:1.2.3.4", "1.2.3.4", 0),
    ],
)
def test_a_hop_is_an_address_and_perhaps_a_port(text: str, address: str, port: int) -> None:
    hop = parse_hop(text)
    assert hop is not None
    assert (str(hop[0]), hop[1]) == (address, port)


@pytest.mark.parametrize(
    "text", ["", "unknown", "_hidden", "1.2.3", "1.2.3.4:", "1.2.3.4:x", "1.2.3.4:65536", "[::1", "1.2.3.4:\u00b2", ":"]
)
def test_garbage_is_no_hop(text: str) -> None:
    assert parse_hop(text) is None


@given(st.text(alphabet="0123456789abcdef:.[]% ,x"))
def test_no_text_raises(text: str) -> None:
    parse_hop(text)


@pytest.mark.parametrize(
    ("peer", "trusted"),
    [
        ("10.1.2.3", True),
        ("192.0.2.7", True),
        ("192.0.2.8", False),
        ("2001:db8::9", True),
        ("::ffff:10.0.0.1", True),
        ("127.0.0.1", False),
        ("testclient", False),
    ],
)
def test_the_peers_in_the_networks_are_trusted(peer: str, trusted: bool) -> None:
    assert PROXIES.trust(peer) is trusted
    assert PROXIES.trust(peer) is trusted


def test_the_memory_of_peers_is_bounded() -> None:
    proxies = Proxies(["10.0.0.0/8"])
    assert all(proxies.trust(f"10.0.{n >> 8}.{n & 255}") for n in range(REMEMBERED + 1))
    assert len(proxies._peers) == 1
    assert proxies.trust("10.1.0.0")
    assert len(proxies._peers) == 2


def test_wrong_entries_are_named_all_together() -> None:
    with pytest.raises(ValueError, match=r"'x' does not appear .*; 10.0.0.1/8 has host bits set: write an address"):
        Proxies(["x", "10.0.0.0/8", "10.0.0.1/8"])


def test_no_entries_trust_nobody() -> None:
    assert not Proxies()
    assert not Proxies().trust("127.0.0.1")
    assert not Proxies(["10.0.0.0/8"]).everybody
    assert Proxies(["::/0"]).everybody


@pytest.mark.parametrize(
    ("lines", "client"),
    [
        (["1.2.3.4"], ("1.2.3.4", 0)),
        (["6.6.6.6, 1.2.3.4"], ("1.2.3.4", 0)),
        (["6.6.6.6, 1.2.3.4, 10.0.0.2"], ("1.2.3.4", 0)),
        (["6.6.6.6", "1.2.3.4,10.0.0.2"], ("1.2.3.4", 0)),
        (["1.2.3.4:5678"], ("1.2.3.4", 5678)),
        (["[2001:dead::1]:5678"], ("2001:dead::1", 5678)),
        (["10.0.0.9, 10.0.0.2"], ("10.0.0.9", 0)),
        (["1.2.3.4, garbage"], None),
        (["garbage, 10.0.0.2"], None),
        (["garbage, 1.2.3.4"], ("1.2.3.4", 0)),
        (["1.2.3.4, "], None),
        ([""], None),
        ([], None),
    ],
)
def test_the_client_is_the_right_most_hop_that_is_no_proxy(lines: list[str], client: Any) -> None:
    """R50."""
    assert PROXIES.client([(b"x-forwarded-for", line.encode()) for line in lines]) == client


async def rewritten(scope: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    seen: list[MutableMapping[str, Any]] = []

    async def inner(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        seen.append(scope)

    nothing: Any = None
    await PROXIES.behind(Hosts(["a", "b"]).accepts)(inner)(scope, nothing, nothing)
    return seen[0]


def scope_of(forwarded: dict[str, str], host: bytes = b"a", peer: str = "10.0.0.1", kind: str = "http") -> Any:
    pairs = [(b"x-forwarded-" + name.encode(), value.encode()) for name, value in forwarded.items()]
    scheme = "ws" if kind == "websocket" else "http"
    return {"type": kind, "client": (peer, 9), "scheme": scheme, "headers": [(b"host", host), (b"x-a", b"1"), *pairs]}


@pytest.mark.anyio
async def test_a_trusted_proxy_is_believed_and_the_scope_of_the_server_left_alone() -> None:
    scope = scope_of({"for": "1.2.3.4", "proto": "https", "host": "b"})
    before = {**scope, "headers": list(scope["headers"])}
    changed = await rewritten(scope)
    assert (changed["client"], changed["scheme"]) == (("1.2.3.4", 0), "https")
    assert changed["headers"][:2] == [(b"host", b"b"), (b"x-a", b"1")]
    assert scope == before


@pytest.mark.anyio
@pytest.mark.parametrize(
    "scope", [scope_of({"proto": "https"}, peer="9.9.9.9"), {"type": "lifespan"}, {"client": None}]
)
async def test_nobody_else_is(scope: dict[str, Any]) -> None:
    """R50."""
    assert await rewritten(scope) is scope


@pytest.mark.anyio
async def test_an_unknown_kind_of_scope_passes() -> None:
    scope = scope_of({"proto": "https"}, kind="future")
    assert await rewritten(scope) is scope


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("said", "scheme"), [("https", "https"), ("HTTP", "http"), ("http, https", "https"), ("ftp", "http"), ("", "http")]
)
async def test_the_right_most_scheme_counts(said: str, scheme: str) -> None:
    assert (await rewritten(scope_of({"proto": said})))["scheme"] == scheme


@pytest.mark.anyio
async def test_a_websocket_gets_the_scheme_of_websockets() -> None:
    assert (await rewritten(scope_of({"proto": "https"}, kind="websocket")))["scheme"] == "wss"


@pytest.mark.anyio
async def test_a_forwarded_host_replaces_only_an_allowed_one() -> None:
    evil = await rewritten(scope_of({"host": "a"}, host=b"evil"))
    assert evil["headers"][0] == (b"host", b"evil")
    twice = scope_of({"host": "b"})
    twice["headers"].append((b"host", b"b"))
    assert (await rewritten(twice))["headers"] == twice["headers"]
    none = scope_of({"host": "b"})
    none["headers"] = [(b"a", b"b"), *none["headers"][1:]]
    assert (await rewritten(none))["headers"] == none["headers"]


@pytest.mark.anyio
async def test_a_forwarded_host_changes_no_other_header() -> None:
    scope = scope_of({"host": "b"})
    scope["headers"] = [(b"accept", b"*/*"), *scope["headers"], (b"via", b"x")]
    headers = (await rewritten(scope))["headers"]
    assert headers == [(b"accept", b"*/*"), (b"host", b"b"), *scope["headers"][2:]]
