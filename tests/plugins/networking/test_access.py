"""Who counts as a client on this machine."""

from typing import Any

import pytest
from kernel_networking import Access

from kernel import Request

LOCAL = [("host", "localhost:8000")]


def allowed(peer: Any, headers: Any = LOCAL, clients: Any = ("127.0.0.1", "::1")) -> bool:
    raw = [(name.encode(), value.encode()) for name, value in headers]
    request = Request({"headers": raw, "client": peer}, None, None)  # type: ignore[arg-type]  # never read
    return Access(clients).allows(request)


@pytest.mark.parametrize("peer", [("127.0.0.1", 5), ["::1", 5], ("::ffff:127.0.0.1", 5)])
def test_a_peer_on_this_machine_is_allowed(peer: Any) -> None:
    assert allowed(peer)


@pytest.mark.parametrize("peer", [("192.168.1.7", 5), ("2001:db8::1", 5), ("/run/x.sock", 0), None, ()])
def test_any_other_peer_is_not(peer: Any) -> None:
    assert not allowed(peer)


@pytest.mark.parametrize("name", ["x-forwarded-for", "x-forwarded-host", "forwarded", "via", "x-real-ip"])
def test_what_came_through_a_proxy_is_not_whatever_it_says(name: str) -> None:
    assert not allowed(("127.0.0.1", 5), [*LOCAL, (name, "127.0.0.1")])


@pytest.mark.parametrize("hosts", [[], ["localhost", "localhost"], ["evil.example"]])
def test_without_exactly_one_local_name_nobody_is_allowed(hosts: list[str]) -> None:
    assert not allowed(("127.0.0.1", 5), [("host", host) for host in hosts])


def test_a_network_elsewhere_is_allowed_and_told_as_distant() -> None:
    assert allowed(("10.1.2.3", 5), clients=["10.0.0.0/8"])
    assert Access(["127.0.0.1", "10.0.0.0/8"]).distant == ["10.0.0.0/8"]


def test_every_entry_that_is_no_address_is_named() -> None:
    with pytest.raises(ValueError, match=r"'here' does not .*; 'there' does not .*: write an address"):
        Access(["here", "::1", "there"])
