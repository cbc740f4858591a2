"""Take a websocket through everything a request meets, and end it in exactly one way.

What `kernel.serve.application.serve` is for HTTP. An answer before the socket is open refuses it: the
client gets that response. Afterwards its status decides about the code of the close.
"""

import logging
from contextlib import suppress
from http import HTTPStatus
from typing import Any

import anyio
from kernel_events import Life

from kernel import Response
from kernel.errors import NOT_FOUND, ClientDisconnect, HTTPException
from kernel.response import WITHOUT_BODY, checked
from kernel.types import Message, Receive, Scope, Send
from kernel_websockets.connection import Connection, Disconnected, Phase, comes_later
from kernel_websockets.pump import fit
from kernel_websockets.websocket import WebSocket

logger = logging.getLogger("kernel")
METHOD = "WEBSOCKET"
UNFINISHED = BaseException("the handler was cancelled")
DENIAL = "websocket.http.response"
"""The extension that lets a handshake be answered with any response."""
OURS = {413: 1009, 503: 1013}
PHRASES = {status.value: status.phrase for status in HTTPStatus}
CLOSING_TIME, ENDING_TIME = 1.0, 1.0
"""Seconds in which clients have to take the close when the server restarts, and handlers to end by themselves."""


class Sockets:
    """The websockets of one kernel: service "websocket".

    Args:
        life: tells whether the kernel is about to stop.

    Attributes:
        kind: the class of the sockets; that of this kernel has what plugins add to requests.
    """

    def __init__(self, life: Life) -> None:
        self.kind, self._life = WebSocket, life
        self._open: dict[Connection, anyio.CancelScope] = {}
        self._empty: anyio.Event | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send, compiled: Any) -> None:
        """Serve one connection with what the kernel compiled for requests."""
        async with fit(receive, send) as channel:
            await self._serve(scope, Connection(scope["path"], *channel), compiled)

    async def _serve(self, scope: Scope, connection: Connection, compiled: Any) -> None:
        _, find, rescue, common, gate, _, enter, leave, settle, conclude = compiled
        connection.departing = self._life.state == "draining"
        ws: WebSocket = object.__new__(self.kind)
        ws.scope, ws.connection = {**scope, "method": METHOD}, connection
        token, response = enter(ws), None
        problem: BaseException | None = UNFINISHED
        try:
            with anyio.CancelScope() as cut:
                self._open[connection] = cut
                try:
                    response = await answered(ws, gate, find, rescue, common)
                except Exception as error:
                    response = await rescue(ws, gone(error) or error)
                if ws.settlers:
                    response = await settle(ws, response, rescue)
                await ended(ws, response)
                problem = None
            if cut.cancelled_caught:  # by `drain`, which has closed it unless it was connecting
                await ended(ws, await rescue(ws, comes_later()))
        except ClientDisconnect as error:
            problem = error
            logger.info("%s %r: %s", METHOD, connection.path, error)
        except Exception as error:  # at its end; `conclude` reports it
            problem, ws.waiting = error, True
        finally:
            self._left(connection)
            if ws.waiting:
                await conclude(ws, response, problem)
            leave(token)

    def _left(self, connection: Connection) -> None:
        del self._open[connection]
        if self._empty and not self._open:
            self._empty.set()

    async def drain(self) -> None:
        """Close every socket with 1012; handlers that do not end by themselves are cancelled."""
        self._empty = anyio.Event()
        with anyio.move_on_after(CLOSING_TIME):
            async with anyio.create_task_group() as group:
                for connection in self._open:
                    group.start_soon(connection.depart)
        if self._open:
            with anyio.move_on_after(ENDING_TIME):
                await self._empty.wait()
        for cut in tuple(self._open.values()):
            cut.cancel()


async def answered(ws: WebSocket, gate: Any, find: Any, rescue: Any, common: Any) -> Response:
    """Return the answer of gate, layers and handler."""
    if (value := gate(ws)) is None:
        handler = find(ws)
        value = await (handler(ws) if handler else rescue(ws, NOT_FOUND))
    else:
        ws.bypassed = True
    response: Response = (ws.route.encoders if ws.route else common).render(value)
    if ws.connection.phase is Phase.CONNECTING:
        if response.status in WITHOUT_BODY:
            raise HTTPException(403)
        if response.streamed:
            response = await response.prepare(ws)
    if isinstance(response.pairs, list):
        response.pairs = tuple(checked(response.pairs))
    return response


def gone(error: Exception) -> Disconnected | None:
    """Return that the client left if several tasks of a handler say so, and nothing else."""
    if not isinstance(error, ExceptionGroup) or error.split(Disconnected)[1]:
        return None
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error if isinstance(error, Disconnected) else None


async def ended(ws: WebSocket, response: Response) -> None:
    """End the connection as *response* says, if it has not ended."""
    connection = ws.connection
    if connection.phase is Phase.CONNECTING:
        await connection.connected()
        await refuse(ws, response)
    else:
        with suppress(Disconnected):  # the handler had ended before
            await connection.close(*closing(response.status))
    await connection.ended()


def closing(status: int) -> tuple[int, str]:
    """Return code and reason of the close for the status of an answer (RFC 6455 §7.4.1)."""
    if status < 400:
        return 1000, ""
    return OURS.get(status, 1008 if status < 500 else 1011), PHRASES.get(status, "")


async def refuse(ws: WebSocket, response: Response) -> None:
    """Answer the handshake with *response*; a server that cannot do so answers 403."""
    connection = ws.connection
    if DENIAL not in (ws.scope.get("extensions") or {}):
        return await connection.close(*closing(response.status))

    async def send(message: Message) -> None:
        await connection.send({**message, "type": f"websocket.{message['type']}"})

    await response.write(ws, send)
