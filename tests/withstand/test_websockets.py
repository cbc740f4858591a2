"""G. Handshakes and messages that were made to do harm; tests/faults/test_sockets.py has those on real servers."""

from typing import Any

import anyio
import pytest
from kernel_router import Routes
from kernel_websockets import WebSocket

from kernel import App
from kernel.errors import HTTPException

pytestmark = pytest.mark.anyio


class Peer:
    """One connection, from the server's side."""

    def __init__(self, *messages: Any, gone: bool = False) -> None:
        self.waiting, self.sent, self.gone = [{"type": "websocket.connect"}, *messages], list[Any](), gone

    async def receive(self) -> Any:
        await anyio.lowlevel.checkpoint()
        return self.waiting.pop(0) if self.waiting else {"type": "websocket.disconnect", "code": 1006}

    async def send(self, message: Any) -> None:
        await anyio.lowlevel.checkpoint()
        if self.gone and message["type"] != "websocket.accept":
            raise OSError("nobody is there")
        self.sent.append(message)

    async def meet(self, app: Any, path: str, *headers: tuple[bytes, bytes], host: bytes = b"localhost") -> list[Any]:
        scope = {
            "type": "websocket",
            "scheme": "ws",
            "path": path,
            "query_string": b"",
            "subprotocols": [],
            "root_path": "",
        }
        scope |= {"headers": [(b"host", host), *headers], "extensions": {"websocket.http.response": {}}}
        with anyio.fail_after(20):
            await app(scope, self.receive, self.send)
        return self.sent


def chat() -> App:
    routes = Routes()

    @routes.websocket("/echo")
    async def echo(ws: WebSocket) -> None:
        await ws.accept()
        async for message in ws:
            await ws.send(message)

    @routes.websocket("/early")
    async def early(ws: WebSocket) -> None:
        raise ValueError("early")

    @routes.websocket("/refused")
    async def refused(ws: WebSocket) -> None:
        raise HTTPException(403)

    @routes.websocket("/late")
    async def late(ws: WebSocket) -> None:
        await ws.accept()
        raise ValueError("late")

    return App(name="chat", routes=routes)


async def test_only_pages_of_this_site_connect(site: Any) -> None:
    """R106: another origin and the origin "null" are refused before the handler; none passes unless one is required."""
    async with site(chat()) as running:
        for origin, status in ((b"http://evil.example", 403), (b"null", 403), (b"http://localhost.evil", 403)):
            sent = await Peer().meet(running.app, "/echo", (b"origin", origin))
            assert (sent[0]["type"], sent[0]["status"]) == ("websocket.http.response.start", status)
        for headers in ((), ((b"origin", b"http://localhost"),)):
            assert (await Peer().meet(running.app, "/echo", *headers))[0]["type"] == "websocket.accept"
    async with site(chat(), websocket={"require_origin": "true"}) as running:
        assert (await Peer().meet(running.app, "/echo"))[0]["status"] == 403


async def test_a_message_above_the_limit_closes_with_1009(site: Any) -> None:
    """R107: whatever the server lets through."""
    async with site(chat()) as running:
        for key, unit in (("bytes", b"x"), ("text", "x")):
            sent = await Peer({"type": "websocket.receive", key: unit * (1024 * 1024 + 1)}).meet(running.app, "/echo")
            assert [(one["type"], one.get("code")) for one in sent] == [
                ("websocket.accept", None),
                ("websocket.close", 1009),
            ]


async def test_a_handler_that_fails_closes_in_the_way_that_fits(site: Any, caplog: pytest.LogCaptureFixture) -> None:
    """R109: refused before the accept, 1011 behind it, and silence where nobody is left; one record each."""
    async with site(chat()) as running:
        for path, end in (("/early", 500), ("/refused", 403), ("/late", 1011)):
            caplog.clear()
            last = [one.get("status", one.get("code")) for one in await Peer().meet(running.app, path)]
            assert end in last
            assert len([one for one in caplog.records if one.levelname == "ERROR"]) == (path != "/refused")
        caplog.clear()
        await Peer({"type": "websocket.receive", "text": "x"}, gone=True).meet(running.app, "/echo")
        assert [one for one in caplog.records if one.levelname == "ERROR"] == []


async def test_what_guards_a_request_guards_a_socket(site: Any) -> None:
    """R112: the check of the host, the limits of headers and of the path."""
    async with site(chat()) as running:
        app = running.app
        assert (await Peer().meet(app, "/echo", host=b"evil.example"))[0]["status"] == 400
        assert (await Peer().meet(app, "/echo", *[(b"x-a", b"1")] * 200))[0]["status"] == 431
        assert (await Peer().meet(app, "/echo/" + "a" * 9_000))[0]["status"] == 414
        assert (await Peer().meet(app, "/plain"))[0]["status"] == 404
