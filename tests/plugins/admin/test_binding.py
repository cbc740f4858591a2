"""Where a server listens."""

import os
import socket
from pathlib import Path

import click
import pytest
from hypothesis import given, strategies as st
from kernel_admin.binding import Place, default_bind, parse
from kernel_admin.faults import Fault


@pytest.mark.parametrize(
    ("text", "family", "address"),
    [
        ("127.0.0.1:80", socket.AF_INET, ("127.0.0.1", 80)),
        ("localhost", socket.AF_INET, ("localhost", 8000)),
        ("[::1]:80", socket.AF_INET6, ("::1", 80)),
        ("[::1]", socket.AF_INET6, ("::1", 8000)),
        ("unix:/tmp/x", socket.AF_UNIX, "/tmp/x"),
        ("fd://3", socket.AF_UNSPEC, 3),
    ],
)
def test_addresses_are_understood(text: str, family: int, address: object) -> None:
    assert parse(text) == (family, address)


@pytest.mark.parametrize("text", ["", ":80", "host:port", "host:", "host:²", "unix:", "fd://x"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter, match="is no address"):
        parse(text)


@given(st.text())
def test_any_text_is_an_address_or_refused(text: str) -> None:
    try:
        family, _ = parse(text)
        assert family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX, socket.AF_UNSPEC)
    except click.BadParameter:
        pass


def test_nobody_can_connect_before_listen() -> None:
    place = Place.open("127.0.0.1:0")
    assert not place.listening
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(place.sock.getsockname(), timeout=1)
    place.listen()
    assert place.listening
    socket.create_connection(place.sock.getsockname(), timeout=1).close()
    place.close()


def test_an_address_in_use_is_told() -> None:
    place = Place.open("127.0.0.1:0")
    place.listen()
    with pytest.raises(Fault, match="address already in use") as fault:
        Place.open(place.url.removeprefix("http://"))
    place.close()

    assert fault.value.exit_code == 3


@pytest.mark.parametrize("text", ["127.0.0.1:99999", "host.invalid:80"])
def test_an_address_that_cannot_be_is_told(text: str) -> None:
    with pytest.raises(Fault, match="cannot be bound"):
        Place.open(text)


def test_a_socket_file_comes_and_goes(tmp_path: Path) -> None:
    path = str(tmp_path / "s")
    place = Place.open(f"unix:{path}")
    assert place.url == f"unix:{path}"
    place.close()

    assert not os.path.exists(path)


def test_the_socket_file_of_the_dead_is_replaced_that_of_the_living_stays(tmp_path: Path) -> None:
    path = f"unix:{tmp_path / 's'}"
    place = Place.open(path)
    again = Place.open(path)
    again.listen()
    with pytest.raises(Fault, match="in use"):
        Place.open(path)
    again.close()
    place.close()


def test_a_file_that_is_no_socket_stays(tmp_path: Path) -> None:
    (tmp_path / "s").write_text("precious")
    with pytest.raises(Fault, match="in use"):
        Place.open(f"unix:{tmp_path / 's'}")

    assert (tmp_path / "s").read_text() == "precious"


def test_a_socket_is_inherited_by_its_number() -> None:
    place = Place.open("[::1]:0")
    inherited = Place.open(f"fd://{os.dup(place.sock.fileno())}")

    assert inherited.url == place.url
    assert place.url.startswith("http://[::1]:")
    inherited.close()
    place.close()


def test_the_configuration_says_where_to_bind() -> None:
    assert default_bind({}) == "127.0.0.1:8000"
    assert default_bind({"networking": {"bind": "[::]:1"}}) == "[::]:1"
    assert default_bind({"networking": {"bind": ("one:1", "two:2")}}) == "one:1"
