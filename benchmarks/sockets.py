"""What a message of a websocket costs: 1,000 small ones, each sent back before the next one is sent.

The client is a task of its own, and messages wait in queues, as in the servers that run on asyncio. The
callable does what it must: it accepts, tells text from bytes and stops when the client leaves.
"""

import asyncio
from typing import Any

from kernel_router import Routes
from scenario import Scenario

from kernel import App

MESSAGES = 1000
routes = Routes()


@routes.websocket("/echo")
async def echo(ws):  # type: ignore[no-untyped-def]  # as users write it
    await ws.accept()
    async for message in ws:
        await ws.send(message)


async def raw_echo(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "websocket" and scope["path"] == "/echo":
        await receive()
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] != "websocket.disconnect":
            text = message.get("text")
            if text is not None:
                await send({"type": "websocket.send", "text": text})
            else:
                await send({"type": "websocket.send", "bytes": message["bytes"]})


class Talk:
    """A client that talks for one connection."""

    def __init__(self, scenario: Scenario) -> None:
        self._there, self._back = asyncio.Queue[Any](), asyncio.Queue[Any]()
        self.receive = self._there.get

    async def send(self, message: Any) -> None:
        """Take what is sent."""
        self._back.put_nowait(message)

    def rewind(self) -> None:
        """Connect."""
        self._there.put_nowait({"type": "websocket.connect"})
        self._task = asyncio.create_task(self._talk())

    async def _talk(self) -> None:
        await self._back.get()
        for number in range(MESSAGES):
            self._there.put_nowait({"type": "websocket.receive", "text": f"message {number}"})
            await self._back.get()
        self._there.put_nowait({"type": "websocket.disconnect", "code": 1000})


class Conversation(Scenario):
    """A connection instead of a request."""

    def scope(self) -> dict[str, Any]:
        """Return a hand-made scope (ASGI WebSocket)."""
        return {**super().scope(), "type": "websocket", "scheme": "ws", "subprotocols": []}


def echoed(ours: list[Any], theirs: list[Any]) -> bool:
    """Tell whether the same was sent back."""
    return [message.get("text") for message in ours] == [message.get("text") for message in theirs] != []


SCENARIOS = [
    Conversation(
        f"websocket echo of {MESSAGES} messages",
        "/echo",
        App(name="bench", routes=routes),
        raw_echo,
        1.3,
        calls=1,
        feed=Talk,
        same=echoed,
    )
]
