"""F. What templates, errors, logs and the debug page tell to whom."""

import logging
import re
from pathlib import Path
from typing import Any

import anyio
import pytest
from kernel_data import Data, String
from kernel_logging.formatters import TextFormatter
from kernel_responses import JSON, Stream
from kernel_router import Routes
from kernel_templating import Template

from kernel import App, Hooks, Layer
from kernel.errors import HTTPException

pytestmark = pytest.mark.anyio
MARKER = "s3cr3t-marker"
INTERNAL = (MARKER, "ValueError", "Traceback", ".py", "site-packages", "kernel", "Undefined")


def boom(*args: Any, **more: Any) -> Any:
    raise ValueError(MARKER)


async def around(request: Any, call_next: Any) -> Any:
    boom()


async def behind(request: Any, call_next: Any) -> Any:
    await call_next(request)
    boom()


class Broken(Data):
    """A field whose default cannot be had."""

    a = String(default=boom)


async def answer(request: Any) -> str:
    return "x"


async def grouped(request: Any) -> None:
    async with anyio.create_task_group() as group:
        group.start_soon(boom)


async def nested(request: Any) -> None:
    raise ExceptionGroup(MARKER, [ValueError(MARKER), KeyError(MARKER)])


async def chained(request: Any) -> None:
    try:
        boom()
    except ValueError as error:
        raise HTTPException(500) from error


def settled(request: Any) -> str:
    async def settle(request: Any, response: Any) -> Any:
        boom()

    request.settlers = (*request.settlers, settle)
    return "x"


PLACES: dict[str, tuple[Any, dict[str, Any]]] = {
    "handler": (boom, {}),
    "layer": (answer, {"layers": [Layer("a", around=around)]}),
    "layer on the way out": (answer, {"layers": [Layer("a", around=behind)]}),
    "before_request": (answer, {"before_request": boom}),
    "after_request": (answer, {"after_request": lambda response, request: boom()}),
    "guard": (answer, {"guards": [boom]}),
    "exception handler": (boom, {"exception_handlers": {ValueError: boom}}),
    "serializer": (lambda request: JSON({"a": object()}), {}),
    "no renderer": (lambda request: object(), {}),
    "first chunk": (lambda request: Stream(map(boom, [1])), {}),
    "template": (lambda request: Template(source="{{ a.b.c }}", context={}), {}),
    "missing template": (lambda request: Template(MARKER), {}),
    "task group": (grouped, {}),
    "group of two": (nested, {}),
    "chained": (chained, {}),
    "settler": (settled, {}),
}


@pytest.mark.parametrize("place", PLACES)
async def test_an_internal_error_tells_nothing_but_its_number(
    place: str, site: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """R100, R105 and F4: wherever it is raised, in JSON and in HTML: one answer, one record."""
    handler, options = PLACES[place]
    own = Routes()

    if handler is boom:

        async def failing(request: Any) -> None:
            boom()

        own.get("/fail", **options)(failing)
    else:
        own.get("/fail", **options)(handler)
    async with site(App(name="own", routes=own)) as running:
        for accept in (b"text/html", b"application/json"):
            caplog.clear()
            answered = await running.ask("GET", "/fail", [(b"accept", accept)])
            told = (answered.body + b"".join(b"".join(pair) for pair in answered.headers)).decode()
            assert answered.status == 500
            assert [word for word in INTERNAL if word in told] == []
            if place != "chained":
                assert len([record for record in caplog.records if record.levelno >= logging.ERROR]) == 1


async def test_a_listener_that_fails_tells_nothing(site: Any) -> None:
    """R100: the same for the events of a request, and the answer that was there stays if nothing else failed."""
    for event, status in (("request_start", 500), ("success_response", 500), ("request_end", 200)):
        hooks = Hooks()
        hooks.register(event, lambda request: request.path == "/plain" or boom())
        async with site(App(name="own", hooks=[hooks])) as running:
            answered = await running.ask("GET", "/values/x")
        assert (answered.status, MARKER.encode() in answered.body) == (status, False)


async def test_a_cancelled_request_stays_cancelled_and_has_no_answer(site: Any) -> None:
    """R105: a cancellation is no error and is never swallowed."""
    own = Routes()

    @own.get("/wait")
    async def wait(request: Any) -> None:
        group.cancel_scope.cancel()
        await anyio.sleep_forever()

    async with site(App(name="own", routes=own)) as running:
        async with anyio.create_task_group() as group:
            await running.ask("GET", "/wait")
            raise AssertionError("it went on")  # pragma: no cover
        assert group.cancel_scope.cancelled_caught


async def test_an_exit_in_a_handler_is_no_answer(site: Any) -> None:
    """R105: SystemExit is for the server to end by; nothing turns it into a 500."""
    own = Routes()

    @own.get("/exit")
    async def leave(request: Any) -> None:
        raise SystemExit(3)

    async with site(App(name="own", routes=own)) as running:
        with pytest.raises(SystemExit):
            await running.ask("GET", "/exit")


async def test_whatever_a_client_sends_is_one_line_in_the_log(site: Any, caplog: pytest.LogCaptureFixture) -> None:
    """R102: no line ends, no escape sequences, no formats."""
    own = Routes()

    async def failing(request: Any) -> None:
        boom()

    own.get("/fail/<x>")(failing)
    formatter = TextFormatter()
    async with site(App(name="own", routes=own), networking={"allowed_hosts": "localhost"}) as running:
        for evil in ("\nERROR x", "\r", "\x1b[31m", "%s{0}%n", "\u2028", "\u202e", "{0.__class__}", "%(name)s"):
            await running.ask("GET", f"/fail/{evil}", [(b"user-agent", b"%s{0}%n\x1b[31m")])
            await running.ask("GET", "/plain", host=evil.encode())
    assert len(caplog.records) >= 16
    for record in caplog.records:
        record.exc_info = record.exc_text = None
        line = formatter.format(record)
        assert "\n" not in line
        assert re.search("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202e]", line) is None


async def test_no_secret_is_in_the_log_whatever_its_level(
    site: Any, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    """R103: neither what the configuration holds nor what a request brings."""
    caplog.set_level(logging.DEBUG)
    own = Routes()

    @own.get("/fail")
    async def fail(request: Any) -> None:
        raise LookupError("of the application")

    url = f"sqlite:///{tmp_path}/a.sqlite?password={MARKER}"
    sections = {"shop": {"password": MARKER, "token": MARKER, "dsn": f"redis://u:{MARKER}@h/0"}, "x": {"url": url}}
    async with site(App(name="own", routes=own), **sections) as running:
        caplog.set_level(logging.DEBUG)
        headers = [
            (name, MARKER.encode()) for name in (b"authorization", b"cookie", b"x-api-key", b"proxy-authorization")
        ]
        await running.ask("GET", "/fail", headers, query=b"token=" + MARKER.encode())
        await running.ask("GET", "/nowhere", headers)
        assert MARKER not in repr(running.app.config)
        assert MARKER not in str(running.app.config)
    assert MARKER not in caplog.text


async def test_the_debug_page_is_for_this_machine_only(site: Any) -> None:
    """R101: who comes from elsewhere, or through a proxy, gets what everybody gets."""
    own = Routes()

    @own.get("/fail")
    async def fail(request: Any) -> None:
        raise ValueError(f"<script>{MARKER}</script>")

    async with site(App(name="own", routes=own), debug={"enabled": "true"}, shop={"password": "hunter2"}) as running:
        html = [(b"accept", b"text/html")]
        shown = await running.ask("GET", "/fail", html)
        assert MARKER.encode() in shown.body
        assert b"<script>s3" not in shown.body
        assert b"hunter2" not in shown.body
        for peer in ("10.0.0.1", "::ffff:10.0.0.1", "unix", ""):
            hidden = await running.ask("GET", "/fail", html, client=(peer, 1))
            assert (hidden.status, MARKER.encode() in hidden.body) == (500, False)
        for header in (b"x-forwarded-for", b"forwarded", b"via", b"x-real-ip"):
            hidden = await running.ask("GET", "/fail", [*html, (header, b"127.0.0.1")])
            assert MARKER.encode() not in hidden.body
        assert MARKER.encode() not in (await running.ask("GET", "/fail", html, client=None)).body


async def test_templates_escape_and_never_leave_their_folder(site: Any, tmp_path: Path) -> None:
    """R96 and R97, in files and in texts, with names from a client."""
    folder, own = tmp_path / "templates", Routes()
    folder.mkdir()
    (tmp_path / "secret.html").write_text(MARKER)
    for ending in ("html", "htm", "xml"):
        (folder / f"page.{ending}").write_text("{{ x }}")

    @own.get("/page")
    async def page(request: Any) -> Any:
        return Template(request.query_params["name"], {"x": "<script>"})

    @own.get("/text")
    async def text(request: Any) -> Any:
        return Template(source="{{ x }}", context={"x": "<script>"})

    async with site(App(name="own", routes=own, template_dirs=str(folder))) as running:
        for path, query in (("/text", b""), *(("/page", f"name=page.{e}".encode()) for e in ("html", "htm", "xml"))):
            answered = await running.ask("GET", path, query=query)
            assert (answered.status, answered.body) == (200, b"&lt;script&gt;")
        for name in (
            b"../secret.html",
            b"/etc/hostname",
            b"a%00b",
            b"..%5csecret.html",
            b"",
            b".",
            b"x" * 5_000,
            b"own:../secret.html",
        ):
            answered = await running.ask("GET", "/page", query=b"name=" + name)
            assert (answered.status, MARKER.encode() in answered.body) == (500, False)
