"""Answers before the end of a body, on a server whose queue is full when an answer ends."""

from typing import Any

import anyio
import pytest
from kernel_admin import unread
from kernel_admin.unread import dropping

pytestmark = pytest.mark.anyio
START, END = {"type": "http.response.start", "status": 404}, {"type": "http.response.body", "body": b"no"}
SCOPE = {"type": "http", "http_version": "1.1", "headers": [(b"content-length", b"9")]}


class Server:
    """A server as Hypercorn is: with the last message it puts a disconnect into the queue, which may be full."""

    def __init__(self, parts: int, places: int = 2, disconnects: bool = True) -> None:
        self.put, self.get = anyio.create_memory_object_stream[Any](places)
        for number in range(parts):
            self.put.send_nowait(
                {"type": "http.request", "body": b"x", "more_body": number < parts - 1 or parts == places}
            )
        self.sent: list[Any] = []
        self.disconnects = disconnects

    async def receive(self) -> Any:
        return await self.get.receive()

    async def send(self, message: Any) -> None:
        self.sent.append(message)
        if message["type"] == "http.response.body" and not message.get("more_body") and self.disconnects:
            await self.put.send({"type": "http.disconnect"})

    async def serve(self, app: Any, **scope: Any) -> list[Any]:
        with anyio.fail_after(10):
            await dropping(app)({**SCOPE, **scope}, self.receive, self.send)
        self.put.close()
        self.get.close()
        return self.sent


async def refuse(scope: Any, receive: Any, send: Any) -> None:
    await send(START)
    await send({**END, "more_body": True})
    await send(END)


async def take(scope: Any, receive: Any, send: Any) -> None:
    while (await receive()).get("more_body"):
        pass
    await send(START)
    await send(END)


async def test_a_full_queue_holds_up_no_answer_and_the_connection_ends() -> None:
    start, more, end = await Server(2).serve(refuse)
    assert (start["headers"], more["more_body"], end) == ([(b"connection", b"close")], True, END)


async def test_after_such_an_answer_the_client_has_left() -> None:
    seen: list[Any] = []

    async def look(scope: Any, receive: Any, send: Any) -> None:
        await refuse(scope, receive, send)
        seen.append(await receive())

    await Server(2).serve(look)
    assert seen == [{"type": "http.disconnect"}]


async def test_a_whole_body_changes_nothing() -> None:
    assert await Server(1).serve(take) == [START, END]


async def test_what_has_no_body_or_is_no_http_passes() -> None:
    assert await Server(0).serve(refuse, headers=[]) == [START, {**END, "more_body": True}, END]
    assert await Server(0).serve(refuse, type="websocket") == [START, {**END, "more_body": True}, END]


async def test_http_2_has_streams_of_its_own() -> None:
    assert await Server(0).serve(refuse, http_version="2") == [START, {**END, "more_body": True}, END]


async def test_a_server_that_never_says_it_is_over_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unread, "GRACE", 0)
    assert len(await Server(2, disconnects=False).serve(refuse)) == 3
