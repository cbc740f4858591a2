"""Who sees the page: a browser on this machine, and nobody who might be elsewhere."""

from typing import Any

import pytest
from kernel_testing import Client, make_kernel as isolated

from kernel import App
from kernel.errors import ConfigError
from kernel.layers import Route

pytestmark = pytest.mark.anyio
PLAIN = b'{"status":"error","code":1000,"message":"Server error"}'
SHOWN = b"<h1>ValueError</h1>"


@pytest.mark.parametrize("peer", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
async def test_a_browser_on_this_machine_sees_it(asking: Any, peer: str) -> None:
    answer = await asking(ValueError("marker"), scope={"client": (peer, 5)})
    assert answer.status == 500
    assert SHOWN in answer.body
    assert b"marker" in answer.body


@pytest.mark.parametrize(
    "client",
    [("192.168.1.7", 5), ("8.8.8.8", 5), ("127.0.0.2", 5), ("2001:db8::1", 5), ("unix:/x", 0), None, ()],
)
async def test_nobody_else_does(asking: Any, client: Any) -> None:
    assert (await asking(ValueError("marker"), scope={"client": client})).body == PLAIN


@pytest.mark.parametrize(
    "header",
    [
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-for", "8.8.8.8"),
        ("x-forwarded-proto", "https"),
        ("forwarded", "for=127.0.0.1"),
        ("x-real-ip", "127.0.0.1"),
        ("via", "1.1 proxy"),
    ],
)
@pytest.mark.parametrize("proxies", ["", "127.0.0.1"])
async def test_what_came_through_a_proxy_never_counts_as_local(asking: Any, header: Any, proxies: str) -> None:
    networking = {"trusted_proxies": proxies} if proxies else {}
    assert (await asking(ValueError("marker"), headers=[header], networking=networking)).body == PLAIN


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "192.168.1.7:8000", "[2001:db8::1]"])
async def test_another_name_for_this_machine_does_not_count(asking: Any, host: str) -> None:
    answer = await asking(ValueError("marker"), headers=[("host", host)], networking={"allowed_hosts": "*"})
    assert (answer.status, answer.body) == (500, PLAIN)


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1:8000", "[::1]:8000", "shop.localhost"])
async def test_local_names_count(asking: Any, host: str) -> None:
    assert SHOWN in (await asking(ValueError(), headers=[("host", host)])).body


@pytest.mark.parametrize("sections", [{}, {"debug": {"enabled": "no"}}, {"debug": {}}])
async def test_it_is_off_unless_it_is_switched_on(sections: Any) -> None:
    async def fail(request: Any) -> None:
        raise ValueError("marker")

    kernel = isolated(apps=[App(name="shop", routes=[Route("/x", "GET", fail)])], config=sections)
    async with Client(kernel) as client:
        answer = await client.get("/x", [("accept", "text/html")], scope={"client": ("127.0.0.1", 5)})
    assert answer.body == PLAIN
    assert [problem.id for problem in kernel.booted.check(deploy=True) if problem.id.startswith("debug")] == []


async def test_a_client_may_be_named(asking: Any) -> None:
    options = {"clients": "10.0.0.0/8", "scope": {"client": ("10.1.2.3", 5)}}
    assert SHOWN in (await asking(ValueError(), **options)).body


async def test_without_clients_nobody_sees_it(asking: Any) -> None:
    assert (await asking(ValueError(), clients="")).body == PLAIN


@pytest.mark.parametrize("accept", ["*/*", "application/json", "text/html;q=0", "text/html; q=0.0, */*"])
@pytest.mark.parametrize(("style", "more"), [("json", "message"), ("problem", "instance")])
async def test_a_program_gets_the_traceback_in_data(asking: Any, accept: str, style: str, more: str) -> None:
    answer = await asking(ValueError("marker"), accept={"accept": accept}, style=style)
    content = answer.json()
    assert (answer.status, content["code"], more in content) == (500, 1000, True)
    assert (content["data"]["type"], content["data"]["message"]) == ("ValueError", "marker")
    assert content["data"]["traceback"][-1] == "ValueError: marker"
    assert answer.header("x-error-id")


async def test_a_program_elsewhere_gets_nothing(asking: Any) -> None:
    assert (await asking(ValueError("marker"), accept={}, scope={"client": ("8.8.8.8", 1)})).body == PLAIN


async def test_expected_errors_are_answered_as_always(asking: Any) -> None:
    from kernel_errors import NotFound

    assert (await asking(NotFound("gone"))).body == b"gone"
    assert (await asking(ValueError(), "/nowhere")).status == 404


def test_the_check_for_production_fails_while_it_is_on(make_kernel: Any) -> None:
    kernel = make_kernel(ValueError()).boot()
    assert not kernel.problems
    found = [problem for problem in kernel.booted.check(deploy=True) if problem.id == "debug.enabled"]
    assert [problem.level for problem in found] == ["error"]
    assert found[0].message == "[debug] enabled: tracebacks and source are shown to 127.0.0.1, ::1"


def test_a_client_elsewhere_is_a_warning(make_kernel: Any) -> None:
    (problem,) = make_kernel(ValueError(), "::1, 10.0.0.0/8").boot().problems
    assert (problem.level, problem.message) == ("warning", "[debug] clients: 10.0.0.0/8 is not this machine")


def test_what_is_no_address_is_refused(make_kernel: Any) -> None:
    with pytest.raises(ConfigError, match="'localhost' does not appear to be an IPv4 or IPv6 network"):
        make_kernel(ValueError(), "localhost").boot()
