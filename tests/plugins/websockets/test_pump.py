"""A server that loses what comes while a receive is cancelled, and sends no close while one waits."""

import anyio
import pytest
from kernel_outcomes import Outcome
from kernel_testing import Client
from kernel_websockets import connection

pytestmark = pytest.mark.anyio


class Channel:
    """The channel of such a server."""

    def __init__(self, receive, send):
        self._receive, self._send, self.receiving, self.lost = receive, send, 0, 0

    async def receive(self):
        self.receiving += 1
        try:
            message = await self._receive()
            await anyio.lowlevel.checkpoint()
        except anyio.get_cancelled_exc_class():
            self.lost += 1
            raise
        finally:
            self.receiving -= 1
        return message

    async def send(self, message):
        while message["type"] == "websocket.close" and self.receiving:  # noqa: ASYNC110  # it holds a lock
            await anyio.sleep(0.01)
        await self._send(message)


Channel.__module__ = "granian._granian"


def stubborn(kernel, channels):
    """Return the kernel behind such a server."""

    async def app(scope, receive, send):
        if scope["type"] != "websocket":
            return await kernel(scope, receive, send)
        channel = Channel(receive, send)
        channels.append(channel)
        await kernel(scope, channel.receive, channel.send)

    return app


async def test_messages_go_there_and_back(serving):
    async def handler(ws):
        async for message in ws:
            await ws.send(message)

    ends, channels = [], []
    async with Client(stubborn(serving(handler, ends=ends), channels)) as client, client.websocket("/ws") as socket:
        for number in range(100):
            await socket.send(str(number))
        assert [await socket.receive() for _ in range(100)] == [str(number) for number in range(100)]
    assert (ends, channels[0].lost) == ([Outcome.CLOSED], 0)


async def test_a_drain_reaches_a_handler_that_waits(serving):
    async def handler(ws):
        async for message in ws:
            await ws.send(message)

    ends, kernel = [], None
    kernel = serving(handler, ends=ends)
    async with Client(stubborn(kernel, [])) as client, client.websocket("/ws") as socket:
        await socket.send("x")
        await socket.receive()
        await kernel.service("drain")()
        assert [message async for message in socket] == []
        assert socket.messages[-1]["code"] == 1012
    assert ends == [Outcome.CLOSED]


async def test_a_handler_closes_while_it_waits(serving):
    async def handler(ws):
        await ws.accept()
        async with anyio.create_task_group() as group:
            group.start_soon(anext, ws, None)
            await anyio.lowlevel.checkpoint()
            await ws.close(4000, "enough")

    async with Client(stubborn(serving(handler), [])) as client, client.websocket("/ws") as socket:
        assert [message async for message in socket] == []
        assert socket.messages[-1] == {"type": "websocket.close", "code": 4000, "reason": "enough"}


async def test_looking_for_the_client_loses_nothing(serving, monkeypatch):
    monkeypatch.setattr(connection, "LOOK_EVERY", 0)
    got = []

    async def handler(ws):
        for _ in range(20):
            await ws.send("tick")
        got.extend([await ws.receive() for _ in range(20)])

    async with Client(stubborn(serving(handler), [])) as client, client.websocket("/ws") as socket:
        for number in range(20):
            await socket.receive()
            await socket.send(str(number))
        assert [message async for message in socket] == []
    assert got == [str(number) for number in range(20)]


async def test_a_refusal_needs_no_pump(serving):
    async def handler(ws):
        await ws.close()

    async with Client(stubborn(serving(handler), [])) as client:
        with pytest.raises(Exception, match="403"):
            async with client.websocket("/ws"):
                pass


async def test_a_client_that_left_is_told_again_and_again(serving):
    codes = []

    async def handler(ws):
        await ws.accept()
        for _ in range(3):
            codes.append((await ws.connection.receive())["code"])

    async with Client(stubborn(serving(handler), [])) as client, client.websocket("/ws") as socket:
        await socket.close(1001)
    assert codes == [1001, 1006, 1006]
