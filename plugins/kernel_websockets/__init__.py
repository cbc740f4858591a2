"""WebSockets (RFC 6455), served as requests whose method is WEBSOCKET.

    from kernel_websockets import Disconnected, WebSocket

    @routes.websocket("/echo")
    async def echo(ws: WebSocket):
        async for message in ws:
            await ws.send(message)

connection.py follows the messages of one connection, websocket.py is what handlers get, serving.py
takes it through layers, handler and end, origins.py decides who may connect, pump.py makes up for a server.
"""

from kernel_websockets.connection import Disconnected, MessageTooLarge
from kernel_websockets.websocket import WebSocket

__all__ = ["Disconnected", "MessageTooLarge", "WebSocket"]
