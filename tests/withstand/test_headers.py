"""D. Headers, cookies and origins, in both directions."""

from typing import Any

import pytest
from kernel_cors.plugin import Cors
from kernel_errors import BadRequest, Error
from kernel_responses import HTML, JSON, Binary, EventStream, File, Redirect, Stream, Success, Text
from kernel_router import Routes
from kernel_testing.life import LifespanFailed

from kernel import App, Response

pytestmark = pytest.mark.anyio
EVIL = ["a\r\nx: y", "a\nb", "a\rb", "a\0b", "a\x7fb", "\x1b[31m"]


@pytest.mark.parametrize("value", EVIL)
def test_a_header_value_that_breaks_out_is_refused_where_it_is_set(value: str) -> None:
    """R61: as a header, a redirect, a cookie, a file name."""
    for build in (
        lambda: Text("x", headers=[("x-a", value)]),
        lambda: Redirect(f"/{value}"),
        lambda: Response("x").set_cookie("a", value),
        lambda: Response("x").set_cookie("a", "b", path=value),
        lambda: Response("x").set_cookie("a", "b", domain=value),
    ):
        with pytest.raises(ValueError, match=r"."):
            build()


@pytest.mark.parametrize("name", ["a b", "a:b", "a\r\nb", "ä", "", "a\0"])
def test_a_header_name_that_is_none_is_refused_where_it_is_set(name: str) -> None:
    """R61."""
    with pytest.raises(ValueError, match=r"."):
        Text("x", headers=[(name, "x")])


async def test_a_header_that_was_added_behind_our_back_is_a_500(site: Any) -> None:
    """R61: it is found before the first byte, so that nothing of it is sent."""
    own = Routes()

    @own.get("/evil")
    async def evil(request: Any) -> Any:
        response = Text("x")
        response.headers.append((b"x-a", b"a\r\nset-cookie: b=c"))
        return response

    async with site(App(name="own", routes=own)) as running:
        answer = await running.ask("GET", "/evil")
        assert answer.status == 500
        assert b"set-cookie" not in b"".join(b"".join(pair) for pair in answer.headers)


async def numbers() -> Any:
    yield b"1"


KINDS: dict[str, Any] = {
    "text": lambda: Text("x"),
    "html": lambda: HTML("x"),
    "json": lambda: JSON({}),
    "bytes": lambda: Binary(b"x"),
    "redirect": lambda: Redirect("/"),
    "success": Success,
    "stream": lambda: Stream(numbers()),
    "empty": lambda: Response(b"", 204),
    "same": lambda: Response(b"", 304),
    "plain": lambda: Response(b"x", content_type="text/plain"),
    "own": lambda: Text("x", headers=[("content-type", "text/x-own"), ("content-length", "99")]),
    "file": lambda: File("a.txt", stream=False),
    "parts": lambda: File("a.txt"),
    "events": lambda: EventStream([], heartbeat=None),
    "error": lambda: Error(1002),
    "raised": lambda: BadRequest("no"),
    "large": lambda: Text("x" * 100_000, compress=True),
}


@pytest.mark.parametrize("kind", KINDS)
async def test_every_answer_has_one_type_and_the_length_of_its_bytes(kind: str, site: Any, tmp_path: Any) -> None:
    """R63: none of both where no body may be; twice the same if an answer is sent twice; HEAD has no byte."""
    own, answers = Routes(), []
    (tmp_path / "a.txt").write_text("text")

    @own.get("/one")
    async def one(request: Any) -> Any:
        response = KINDS[kind]()
        if isinstance(response, Exception):
            raise response
        return response

    async with site(App(name="own", routes=own), environment={"media_path": str(tmp_path)}) as running:
        for method in ("GET", "GET", "HEAD"):
            answers.append(await running.ask(method, "/one", [(b"accept-encoding", b"gzip")]))
    for answer in answers:
        names = [name for name, _ in answer.headers]
        types, lengths = names.count(b"content-type"), names.count(b"content-length")
        if answer.status in (204, 304):
            assert (types, lengths, answer.body) == (0, 0, b"")
        else:
            assert (types, lengths) == (1, 1 if kind not in ("stream", "events") else 0)
    get, again, head = answers
    assert (again.status, again.body) == (get.status, get.body)
    assert head.body == b""
    if length := dict(get.headers).get(b"content-length"):
        assert int(length) == len(get.body)


async def test_twenty_thousand_cookies_are_capped(site: Any, caplog: pytest.LogCaptureFixture, seconds_of: Any) -> None:
    """R66: legal ones are capped at 200, illegal ones passed over, without a record each."""
    from kernel_requests.cookies import parse

    flood = b"; ".join(b"c%d=1" % number for number in range(20_000))
    illegal = b"; ".join(b"c(%d)=1" % number for number in range(20_000))
    async with site() as running:
        assert (await running.ask("GET", "/look", [(b"cookie", flood)])).status == 431
    async with site(limits={"max_header_size": "1MiB", "max_headers_total": "1MiB"}) as running:
        assert (await running.ask("GET", "/look", [(b"cookie", flood)])).body.endswith(b",200]")
        assert (await running.ask("GET", "/look", [(b"cookie", illegal)])).body.endswith(b",0]")
        assert len(caplog.records) <= 1
    for header in (flood, illegal):
        assert seconds_of(lambda header=header: parse([header.decode()], 200, 8192)) <= 0.02


async def test_everybody_with_credentials_does_not_start(site: Any) -> None:
    """R79: a star and credentials together are refused at boot."""
    with pytest.raises(LifespanFailed, match="allow_credentials"):
        async with site(plugins=[Cors], cors={"allow_origins": "*", "allow_credentials": "true"}):
            pass  # pragma: no cover


async def test_only_the_very_origin_is_allowed_also_on_errors(site: Any) -> None:
    """R80 and R81."""
    async with site(plugins=[Cors], cors={"allow_origins": "https://example.com"}) as running:
        for path, status in (("/plain", 200), ("/nowhere", 404), ("/json", 405)):
            for origin in (
                "https://exampleXcom",
                "https://example.com.evil",
                "http://example.com",
                "https://example.com:444",
                "null",
                None,
            ):
                headers = [(b"origin", origin.encode())] if origin else []
                answer = await running.ask("GET", path, headers)
                assert (answer.status, b"access-control-allow-origin" in dict(answer.headers)) == (status, False)
                assert dict(answer.headers)[b"vary"].lower() == b"origin"
            answer = await running.ask("GET", path, [(b"origin", b"https://example.com")])
            assert dict(answer.headers)[b"access-control-allow-origin"] == b"https://example.com"
