"""Servers and clocks that behave oddly: whatever a peer says, nothing is raised into it, and time only goes on."""

import logging
import time
from typing import Any

import anyio
import pytest
from kernel_router import Routes

from kernel import App

pytestmark = pytest.mark.anyio
DISCONNECT = {"type": "http.disconnect"}


async def meet(app: Any, path: str, *messages: Any, fails: bool = False) -> list[Any]:
    """Ask as a server whose messages are those, the last one again and again; `fails`: nobody takes the answer."""
    waiting, sent = list(messages), list[Any]()
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "query_string": b"",
    }
    scope |= {"headers": [(b"host", b"localhost"), (b"content-type", b"application/json")], "root_path": ""}

    async def receive() -> Any:
        await anyio.lowlevel.checkpoint()
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    async def send(message: Any) -> None:
        await anyio.lowlevel.checkpoint()
        if fails:
            raise OSError("nobody is there")
        sent.append(message)

    with anyio.fail_after(20):
        await app(scope, receive, send)
    return sent


async def test_a_peer_that_leaves_twice_or_early_is_no_error(site: Any, caplog: pytest.LogCaptureFixture) -> None:
    """F29: a disconnect before, within and behind the body, again and again, and nobody who takes the answer."""
    part = {"type": "http.request", "body": b"{", "more_body": True}
    whole = {"type": "http.request", "body": b"{}", "more_body": False}
    async with site() as running:
        assert await meet(running.app, "/json", DISCONNECT) == []
        assert await meet(running.app, "/json", part, DISCONNECT, DISCONNECT) == []
        assert len(await meet(running.app, "/json", whole, DISCONNECT, DISCONNECT)) == 2
        assert await meet(running.app, "/json", whole, DISCONNECT, fails=True) == []
        assert await meet(running.app, "/nowhere", DISCONNECT, fails=True) == []
        assert [record for record in caplog.records if record.levelno > logging.INFO] == []


async def test_messages_without_optional_keys_are_whole(site: Any) -> None:
    """F29: `body` and `more_body` may be left out (ASGI HTTP, request receive event)."""
    async with site() as running:
        start, body = await meet(running.app, "/body", {"type": "http.request"})
        assert (start["status"], body["body"]) == (200, b"0")


async def test_reading_behind_the_end_of_a_body_does_not_wait(site: Any) -> None:
    """F29: what was read once is not asked for again."""
    own = Routes()

    @own.post("/twice")
    async def twice(request: Any) -> Any:
        return [len(await request.body()), len(await request.body())]

    async with site(App(name="own", routes=own)) as running:
        _, body = await meet(running.app, "/twice", {"type": "http.request", "body": b"{}"}, DISCONNECT)
        assert body["body"] == b"[2,2]"


async def test_a_clock_that_jumps_ends_nothing_early_or_late(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """F25: deadlines follow the clock of the loop, whatever the wall clock says."""
    own, real = Routes(), time.time

    @own.post("/jump", timeout=30)
    async def jump(request: Any) -> str:
        for jumped in (86_400, -3_600):
            monkeypatch.setattr(time, "time", lambda jumped=jumped: real() + jumped)
            await anyio.sleep(0.01)
        return "on time"

    @own.post("/late", timeout=0.05)
    async def late(request: Any) -> str:
        monkeypatch.setattr(time, "time", lambda: real() - 3_600)
        await anyio.sleep_forever()
        return ""  # pragma: no cover

    async with site(App(name="own", routes=own)) as running:
        whole = {"type": "http.request", "body": b"{}"}
        assert (await meet(running.app, "/jump", whole))[1]["body"] == b"on time"
        assert (await meet(running.app, "/late", whole))[0]["status"] == 504
