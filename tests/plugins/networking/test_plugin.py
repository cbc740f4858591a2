"""The plugin in a kernel, asked through ASGI on both loops."""

import logging
from typing import Any

import pytest

from kernel import Kernel
from kernel.errors import ConfigError

pytestmark = pytest.mark.anyio
REFUSED = (400, {"status": "error", "code": 1003, "message": "Disallowed host"})


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "127.0.0.1"])
async def test_an_allowed_host_is_answered(host: str, make_kernel: Any, asking: Any) -> None:
    status, content = await asking(make_kernel(allowed_hosts="127.0.0.1, shop.example"), ("Host", host))
    assert (status, content["host"], content["path"]) == (200, host, "/seen")


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("Host", "evil:8000")],
        [("Host", "a/b?c")],
        [("Host", "")],
        [("Host", "a"), ("Host", "a")],
        [("Host", "a"), ("X-A", "1"), ("Host", "b")],
    ],
)
async def test_every_other_request_is_refused(headers: Any, make_kernel: Any, asking: Any) -> None:
    assert await asking(make_kernel(allowed_hosts="a"), *headers) == REFUSED


async def test_a_refusal_is_logged_on_one_line(make_kernel: Any, asking: Any, caplog: pytest.LogCaptureFixture) -> None:
    kernel = make_kernel(allowed_hosts="a")
    for headers in ([], [("Host", "b\x1b[31m\n")], [("Host", "a"), ("Host", "a")]):
        await asking(kernel, *headers)
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * 3
    assert [record.getMessage().removeprefix("a request is refused: ") for record in caplog.records] == [
        "it has no Host header",
        "[networking] allowed_hosts has no b'b\\x1b[31m\\n'",
        "it has two Host headers",
    ]


async def test_forwarded_headers_are_ignored_without_proxies(make_kernel: Any, asking: Any) -> None:
    """R50."""
    forwarded = [("X-Forwarded-For", "1.2.3.4"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "evil")]
    status, content = await asking(make_kernel(), ("Host", "localhost"), *forwarded)
    assert status == 200
    assert content == {
        "client": {"ip": "10.0.0.1", "port": 99},
        "scheme": "http",
        "host": "localhost",
        "path": "/seen",
    }


async def test_a_trusted_proxy_is_believed(make_kernel: Any, asking: Any) -> None:
    kernel: Kernel = make_kernel(allowed_hosts="inner, shop.example", trusted_proxies="10.0.0.0/8")
    forwarded = [("X-Forwarded-For", "1.2.3.4"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "shop.example")]
    status, content = await asking(kernel, ("Host", "inner"), *forwarded)
    assert status == 200
    assert content == {
        "client": {"ip": "1.2.3.4", "port": 0},
        "scheme": "https",
        "host": "shop.example",
        "path": "/seen",
    }
    assert (await asking(kernel, ("Host", "inner"), *forwarded, client=("9.9.9.9", 1)))[1]["scheme"] == "http"
    assert (await asking(kernel, ("Host", "inner"), client=None))[1]["client"] is None


@pytest.mark.parametrize(("host", "forwarded"), [("inner", "evil"), ("evil", "inner")])
async def test_both_hosts_have_to_be_allowed(host: str, forwarded: str, make_kernel: Any, asking: Any) -> None:
    kernel = make_kernel(allowed_hosts="inner", trusted_proxies="10.0.0.1")
    assert await asking(kernel, ("Host", host), ("X-Forwarded-Host", forwarded)) == REFUSED


async def test_the_proxy_layer_is_there_only_when_a_proxy_is_trusted(make_kernel: Any) -> None:
    for section, there in (({}, False), ({"trusted_proxies": "::1"}, True)):
        assert any(layer.asgi for layer in make_kernel(**section).plan.layers) is there


@pytest.mark.parametrize(
    ("section", "text"),
    [
        ({"allowed_hosts": "http://a"}, "allowed_hosts: 'http://a'"),
        ({"trusted_proxies": "proxy"}, "trusted_proxies: 'proxy'"),
        ({"stream_size": "0"}, "stream_size: expected at least 1"),
        ({"allowed_host": "a"}, "did you mean 'allowed_hosts'"),
    ],
)
async def test_a_wrong_value_is_a_finding(section: Any, text: str, make_kernel: Any) -> None:
    with pytest.raises(ConfigError) as caught:
        make_kernel(**section).boot()
    assert text in str(caught.value)


async def test_lists_that_let_everybody_in_are_warned_of(make_kernel: Any) -> None:
    problems = make_kernel(allowed_hosts="*", trusted_proxies="0.0.0.0/0").problems
    assert [(problem.id, problem.level) for problem in problems] == [
        ("networking.hosts", "warning"),
        ("networking.proxies", "warning"),
    ]


async def test_unset_hosts_are_warned_of_before_production(make_kernel: Any) -> None:
    boot = make_kernel().booted
    assert [problem.id for problem in boot.check(deploy=True)] == ["networking.unset"]
    assert boot.check(deploy=False) == []


async def test_the_defaults_can_be_read(make_kernel: Any) -> None:
    section = make_kernel().boot().config["networking"]
    assert (section["bind"], section["stream_size"]) == ("127.0.0.1:8000", 65536)


async def test_more_headers_than_the_limit_are_refused_first(make_kernel: Any, asking: Any) -> None:
    """R52: 100 without a section [limits]."""
    status, _ = await asking(make_kernel(), *[("X-A", "1")] * 101)
    assert status == 431
