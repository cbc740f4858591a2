"""Where a server listens."""

import os
import socket
from pathlib import Path
from typing import Any

import click
import pytest
from hypothesis import given, strategies as st
from kernel_admin.binding import Place, default_bind, parse
from kernel_admin.faults import Fault

from kernel.boot.config import Config


@pytest.mark.parametrize(
    ("text", "family", "address"),
    [
        ("127.0.0.1:80", socket.AF_INET, ("127.0.0.1", 80)),
        ("localhost", socket.AF_INET, ("localhost", 8000)),
        ("0.0.0.0", socket.AF_INET, ("0.0.0.0", 8000)),
        ("shop:80", socket.AF_INET, ("shop", 80)),
        ("[::1]:80", socket.AF_INET6, ("::1", 80)),
        ("[::1]", socket.AF_INET6, ("::1", 8000)),
        ("unix:/tmp/x", socket.AF_UNIX, "/tmp/x"),
        ("fd://3", socket.AF_UNSPEC, 3),
    ],
)
def test_addresses_are_understood(text: str, family: int, address: object) -> None:
    assert parse(text) == (family, address)


@pytest.mark.parametrize(
    "text", ["", ":80", "host:port", "host:", "host:²", "unix:", "fd://x", "nonsense", "[nonsense]", "127.0.0.1:99999"]
)
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


def test_an_address_that_cannot_be_is_told() -> None:
    with pytest.raises(Fault, match="cannot be bound") as fault:
        Place.open("host.invalid:80")

    assert fault.value.problems[0].hint == "choose another place with --bind"


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
    assert default_bind(Config({})) == "127.0.0.1:8000"
    assert default_bind(Config({"networking": {"bind": "[::]:1"}})) == "[::]:1"
    assert default_bind(Config({"networking": {"bind": ("one:1", "two:2")}})) == "one:1"


def test_a_bind_in_the_configuration_that_is_no_address_is_told_with_its_line(make_project: Any, invoke: Any) -> None:
    make_project("[networking]\nbind = nonsense\n")
    result = invoke("run")

    assert result.exit_code == 78
    assert "[networking] bind: 'nonsense' is no address" in result.stderr
    assert "config.ini:2\n    -> write one like 127.0.0.1:8000, " in result.stderr


@pytest.mark.parametrize("command", ["run", "demo"])
def test_a_wrong_bind_is_usage_and_says_what_one_looks_like(make_project: Any, invoke: Any, command: str) -> None:
    make_project("[apps\n")  # told after what is wrong with the command itself
    result = invoke(command, "--bind", "nonsense")

    assert result.exit_code == 2
    assert "--bind: 'nonsense' is no address like 127.0.0.1:8000, [::1]:8000 or unix:/path" in result.stderr


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="only Linux knows the option")
def test_a_connection_has_the_patience_of_the_socket_that_accepts_it() -> None:
    """F22: in milliseconds; 0 is what the system thinks right."""
    place = Place.open("127.0.0.1:0")
    place.listen()
    for seconds, milliseconds in ((1.5, 1500), (0, 0), (1e9, 2**31 - 1)):
        place.forsake(seconds)
        with socket.create_connection(place.sock.getsockname(), timeout=5):
            taken, _ = place.sock.accept()
            with taken:
                assert taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == milliseconds
    place.close()


def test_a_socket_of_files_has_no_such_patience(tmp_path: Path) -> None:
    place = Place.open(f"unix:{tmp_path / 's'}")
    place.forsake(1.0)
    place.close()
