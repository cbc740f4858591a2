"""The headers that browsers are told with every answer (R135), through ASGI on both loops."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from kernel_errors import NotFound
from kernel_headers.standing import REMEMBERED, Standing
from kernel_responses import HTML, JSON, Event, EventStream, File, Redirect, Stream, Text
from kernel_router import Mount, Routes
from kernel_testing import Client, make_kernel

from kernel import App, Kernel, Layer, Request, Response
from kernel.errors import ConfigError

pytestmark = pytest.mark.anyio
ALWAYS = {"x-content-type-options": "nosniff", "referrer-policy": "same-origin", "x-frame-options": "DENY"}
PAGES = {"cross-origin-opener-policy": "same-origin"}
ALL = {*ALWAYS, *PAGES, "content-security-policy", "strict-transport-security"}
Answer = Callable[[], Any]


def kernel_of(answer: Answer = lambda: "x", **section: Any) -> Kernel:
    routes = Routes()

    @routes.get("/")
    async def handler(request: Request) -> Any:
        return answer()

    return make_kernel(apps=[App(routes=routes)], config={"headers": section})


async def told(kernel: Kernel, path: str = "/", method: str = "GET", **scope: Any) -> dict[str, str]:
    """Return those headers of the answer, each of which it must have only once."""
    async with Client(kernel) as client:
        response = await client.request(method, path, scope=scope)
    pairs = [(n.decode().lower(), v.decode()) for n, v in response.headers if n.decode().lower() in ALL]
    assert len(pairs) == len(dict(pairs)), pairs
    return dict(pairs)


async def chunks() -> Any:
    yield b"x"


async def events() -> Any:
    yield Event("x")


def failing() -> Any:
    raise RuntimeError("as it should")


def missing() -> Any:
    raise NotFound


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    "answer",
    [
        lambda: "x",
        lambda: "x" * 5_000,
        lambda: {"a": 1},
        lambda: JSON([]),
        lambda: Text("x", headers=[("x-a", "b")]),
        lambda: Response(b"", 204),
        lambda: Redirect("/x"),
        lambda: Stream(chunks()),
        lambda: EventStream(events()),
        lambda: File(__file__, root=Path(__file__).parent),
        missing,
        failing,
    ],
)
async def test_every_kind_of_answer_has_them(answer: Answer, method: str) -> None:
    """R135."""
    assert await told(kernel_of(answer), method=method) == ALWAYS


async def test_what_no_route_answers_has_them() -> None:
    """R135: no such page, and another host."""
    assert await told(kernel_of(), "/nowhere") == ALWAYS
    assert await told(kernel_of(), headers=[(b"host", b"evil.example")]) == ALWAYS


@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "TEXT/HTML", "application/xhtml+xml"])
async def test_pages_have_more(kind: str) -> None:
    """R135."""
    assert await told(kernel_of(lambda: Response("<p>x", content_type=kind))) == ALWAYS | PAGES


async def test_a_page_may_say_where_what_it_shows_comes_from() -> None:
    policy = {"content-security-policy": "default-src 'self'"}
    assert await told(kernel_of(lambda: HTML("<p>x"), csp="default-src 'self'")) == ALWAYS | PAGES | policy


async def test_what_a_handler_says_itself_stands() -> None:
    own = {"x-frame-options": "SAMEORIGIN", "cross-origin-opener-policy": "unsafe-none"}
    assert await told(kernel_of(lambda: HTML("<p>x", headers=own.items()))) == ALWAYS | PAGES | own
    bare = kernel_of(lambda: Response.trusted(b"x", 200, ((b"x-frame-options", b"SAMEORIGIN"),)))
    assert (await told(bare))["x-frame-options"] == "SAMEORIGIN"


def mounted(*theirs: tuple[bytes, bytes], layers: Any = (), **section: Any) -> Kernel:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": theirs})
        await send({"type": "http.response.body", "body": b"theirs"})

    routes = Routes(Mount("/", application, lifespan=False, layers=layers))
    return make_kernel(apps=[App(routes=routes)], config={"headers": section})


async def test_a_mounted_application_has_those_that_it_does_not_say_itself() -> None:
    """R135."""
    page = (b"Content-Type", b"text/html")
    assert await told(mounted()) == ALWAYS
    assert await told(mounted(page)) == ALWAYS | PAGES
    own = ALWAYS | {"x-frame-options": "SAMEORIGIN"}
    assert await told(mounted((b"X-Frame-Options", b"SAMEORIGIN"))) == own
    assert await told(mounted((b"x-frame-options", b"SAMEORIGIN"), page)) == own | PAGES


async def test_what_a_layer_says_of_a_mounted_application_stands() -> None:
    async def around(request: Request, call_next: Any) -> Response:
        response: Response = await call_next(request)
        response.headers.append((b"x-frame-options", b"DENY"))
        return response

    kernel = mounted((b"X-Frame-Options", b"SAMEORIGIN"), layers=Layer("own", around))
    assert await told(kernel) == ALWAYS


async def test_a_response_that_is_sent_twice_has_them_once() -> None:
    shared = Text("x" * 5_000)
    kernel = kernel_of(lambda: shared)
    assert [await told(kernel, method="HEAD") for _ in range(2)] == [ALWAYS] * 2


async def test_a_response_that_handlers_share_stays_as_it_is() -> None:
    shared, routes = Text("x" * 5_000), Routes()

    def framed(response: Response) -> Response:
        response.headers.append((b"x-frame-options", b"SAMEORIGIN"))
        return response

    @routes.get("/a")
    async def one(request: Request) -> Text:
        return shared

    @routes.get("/b", after_request=framed)
    async def other(request: Request) -> Text:
        return shared

    kernel = make_kernel(apps=[App(routes=routes)])
    assert await told(kernel, "/a") == ALWAYS
    assert await told(kernel, "/b") == ALWAYS | {"x-frame-options": "SAMEORIGIN"}
    assert [name for name, _ in shared.pairs] == [b"content-type"]


async def test_a_mounted_application_that_fails_has_them() -> None:
    async def failing(scope: Any, receive: Any, send: Any) -> None:
        raise ValueError("theirs")

    kernel = make_kernel(apps=[App(routes=Routes(Mount("/", failing, lifespan=False)))])
    assert await told(kernel) == ALWAYS


async def test_what_a_mounted_page_says_stands_where_a_layer_makes_it_one() -> None:
    async def around(request: Request, call_next: Any) -> Response:
        response: Response = await call_next(request)
        response.headers.append((b"content-type", b"text/html"))
        return response

    own = {"cross-origin-opener-policy": "unsafe-none"}
    kernel = mounted((b"Cross-Origin-Opener-Policy", b"unsafe-none"), layers=Layer("own", around))
    assert await told(kernel) == ALWAYS | own


async def test_a_list_of_policies_is_one_header() -> None:
    policy = "no-referrer, strict-origin-when-cross-origin"
    assert (await told(kernel_of(referrer_policy=policy)))["referrer-policy"] == policy


async def test_each_can_be_changed_and_left_out() -> None:
    other = {"nosniff": "false", "referrer_policy": "no-referrer", "frame_options": "sameorigin", "coop": ""}
    changed = {"referrer-policy": "no-referrer", "x-frame-options": "SAMEORIGIN"}
    assert await told(kernel_of(lambda: HTML("<p>x"), **other)) == changed
    off = dict.fromkeys(("referrer_policy", "frame_options", "coop"), "")
    assert await told(kernel_of(nosniff="false", **off)) == {}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("referrer_policy", "never"),
        ("referrer_policy", "no-referrer, sameorigin"),
        ("coop", "sameorigin"),
        ("frame_options", "ALLOW"),
        ("referrer_policy", "a\r\nb: c"),
        ("csp", "a\nb"),
        ("hsts_seconds", "-1"),
    ],
)
def test_what_cannot_be_sent_is_refused_at_boot(key: str, value: str) -> None:
    with pytest.raises(ConfigError, match=key):
        kernel_of(**{key: value}).boot()


@pytest.mark.parametrize("answer", [lambda: "x", lambda: Stream(chunks()), failing])
async def test_https_is_to_stay_only_where_it_is_asked_for(answer: Answer) -> None:
    """R135, RFC 6797 §7.2: never over http."""
    strict = {"strict-transport-security": "max-age=31536000"}
    assert await told(kernel_of(answer, hsts_seconds=31_536_000), scheme="https") == ALWAYS | strict
    assert await told(kernel_of(answer, hsts_seconds=31_536_000), scheme="http") == ALWAYS
    assert await told(kernel_of(answer), scheme="https") == ALWAYS


async def test_a_handler_may_say_how_long_https_is_to_stay() -> None:
    own = {"strict-transport-security": "max-age=60"}
    kernel = kernel_of(lambda: Text("x", headers=own.items()), hsts_seconds=9)
    assert await told(kernel, scheme="https") == ALWAYS | own


def test_a_deployment_without_them_is_warned_of() -> None:
    kernel = kernel_of(nosniff="false", coop="", hsts_seconds=0).boot()
    found = [problem for problem in kernel.booted.check(deploy=True) if problem.id.startswith("headers.")]
    assert [(one.id, one.level) for one in found] == [("headers.off", "warning")] * 2 + [("headers.hsts", "warning")]
    assert ["nosniff" in found[0].message, "coop" in found[1].message] == [True, True]
    assert not [one for one in kernel.problems if one.id.startswith("headers.")]
    whole = kernel_of(hsts_seconds=1).boot()
    assert not [one for one in whole.booted.check(deploy=True) if one.id.startswith("headers.")]


def test_what_clients_can_vary_is_not_remembered() -> None:
    standing = Standing(((b"a", b"1"),), ())
    for number in range(REMEMBERED + 9):
        location = b"location", b"%d" % number
        assert standing[(location,)] == (location, (b"a", b"1"))
        assert standing[location, (b"a", b"2")] == (location, (b"a", b"2"))
    assert len(standing) == REMEMBERED
