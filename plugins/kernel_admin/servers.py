"""The ASGI servers: each `async (app, place, stop, times)` serves until *stop* is set."""

import asyncio
import errno
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from importlib import import_module
from typing import Any

import anyio
from kernel_timeouts import Timeouts

from kernel.types import ASGIApp, Message, Receive, Scope, Send
from kernel_admin.binding import BACKLOG, Place
from kernel_admin.faults import Fault
from kernel_admin.punctual import punctual
from kernel_admin.serving import Serve
from kernel_admin.unread import dropping


async def hypercorn(app: ASGIApp, place: Place, stop: anyio.Event, times: Timeouts) -> None:
    """Serve with Hypercorn, HTTP/1 and HTTP/2, on asyncio."""
    from hypercorn.asyncio import serve

    asyncio.get_running_loop().set_exception_handler(Crowded())
    number = os.dup(place.sock.fileno())
    await _hypercorn(serve, app, number, partial(deaf, number, stop), times)


async def hypercorn_on_trio(app: ASGIApp, place: Place, stop: anyio.Event, times: Timeouts) -> None:
    """Serve with Hypercorn on trio."""
    from hypercorn.trio import serve

    await _hypercorn(serve, app, os.dup(place.sock.fileno()), stop.wait, times)


async def _hypercorn(serve: Any, app: ASGIApp, number: int, stop: Callable[[], Any], times: Timeouts) -> None:
    from hypercorn.config import Config

    config = Config()
    config.bind = [f"fd://{number}"]  # which it closes
    config.backlog, config.include_server_header = BACKLOG, False
    config.graceful_timeout, config.keep_alive_timeout = times.graceful, times.keep_alive
    config.startup_timeout, config.shutdown_timeout = 2 * times.startup, 2 * times.hard  # we end sooner, and say why
    config.errorlog = logging.getLogger("hypercorn.error")  # the standard tree, no handlers of its own
    config.errorlog.setLevel(logging.WARNING)  # we say where we serve
    await serve(dropping(app), config, shutdown_trigger=stop, mode="asgi")


class Crowded:
    """The handler of a loop that has no descriptor for a connection: asyncio tells it for each place in the backlog."""

    def __init__(self) -> None:
        self._told = -1.0

    def __call__(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Log it once a second, and everything else as ever."""
        error = context.get("exception")
        if not isinstance(error, OSError) or error.errno not in NO_ROOM or "socket" not in context:
            loop.default_exception_handler(context)
        elif loop.time() - self._told >= 1:
            self._told = loop.time()
            logger.error("no more connections are accepted for now: %s; 'ulimit -n' is too small", error.strerror)


async def uvicorn(app: ASGIApp, place: Place, stop: anyio.Event, times: Timeouts) -> None:
    """Serve with Uvicorn, on asyncio."""
    from uvicorn import Config, Server

    class Quiet(Server):
        """Leaves the signals to us."""

        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield

    options: dict[str, Any] = {
        "http": punctual(fast_protocol(), times.header_read),
        "lifespan": "on",
        "log_config": None,
        "log_level": "warning",
        "access_log": False,
        "server_header": False,
        "backlog": BACKLOG,
        "timeout_graceful_shutdown": times.graceful,
        "timeout_keep_alive": times.keep_alive,
        "ws_per_message_deflate": False,  # what is inflated is not bounded
    }
    asyncio.get_running_loop().set_exception_handler(Crowded())
    server = Quiet(Config(app, **options))
    sock = place.sock.dup()
    async with anyio.create_task_group() as group:
        group.start_soon(_when, sock.fileno(), stop, server)
        with suppress(SystemExit):  # its way to say that the start failed; the lifespan has told us
            await server.serve(sockets=[sock])
        group.cancel_scope.cancel()


def fast_protocol() -> Any:
    """Return the HTTP/1 protocol of Uvicorn that is compiled, if its parser is installed; both bound a head."""
    try:
        import_module("httptools")
    except ImportError:
        return import_module("uvicorn.protocols.http.h11_impl").H11Protocol
    return import_module("kernel_admin.heads").Bounded


async def _when(number: int, stop: anyio.Event, server: Any) -> None:
    await deaf(number, stop)
    server.should_exit = True


async def deaf(number: int, stop: anyio.Event) -> None:
    """Wait for *stop*, accept no more on the socket *number*, and return when who connected has had time to ask.

    Servers close a connection on which nothing was asked yet; other workers take what comes after.
    """
    await stop.wait()
    asyncio.get_running_loop().remove_reader(number)
    await anyio.sleep(LINGER)


async def granian(app: ASGIApp, place: Place, stop: anyio.Event, times: Timeouts) -> None:
    """Serve with Granian, on asyncio; it binds the address itself, as it takes no socket.

    It has one time for the silence before a request and for its head, and none for requests under way, nor for
    clients that take nothing: those are cut by us.
    """
    from granian.constants import Interfaces
    from granian.http import HTTP1Settings
    from granian.server.embed import Server

    host, port = place.sock.getsockname()[:2]
    place.close()
    under_way = set[asyncio.Task[Any] | None]()

    async def tracked(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await app(scope, receive, send)
        task = asyncio.current_task()
        under_way.add(task)
        try:
            await app(scope, receive, patient(send, times.send) if times.send else send)
        finally:
            under_way.remove(task)

    options: dict[str, Any] = {
        "interface": Interfaces.ASGI,
        "log_enabled": False,
        "backlog": BACKLOG,
        "http1_settings": HTTP1Settings(header_read_timeout=max(1, round(times.keep_alive * 1000))),
    }
    server = Server(tracked, address=host, port=port, **options)
    async with anyio.create_task_group() as group:
        group.start_soon(_halt, stop, server, times.graceful, under_way)
        await server.serve()
        group.cancel_scope.cancel()


def patient(send: Send, seconds: float) -> Send:
    """Return a *send* that raises TimeoutError, as for a client that left, if a part of a stream is not taken in time.

    Whole answers wait for nobody: the server has them then.
    """

    async def limited(message: Message) -> None:
        with anyio.fail_after(seconds):
            await send(message)

    return lambda message: limited(message) if "more_body" in message else send(message)


async def _halt(stop: anyio.Event, server: Any, seconds: float, under_way: set[Any]) -> None:
    await stop.wait()
    server.stop()
    await anyio.sleep(seconds)
    for task in [*under_way]:
        task.cancel()


logger = logging.getLogger("kernel.server")
LINGER = 0.1
NO_ROOM = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
SERVERS: dict[str, Serve] = {
    "hypercorn": hypercorn,
    "hypercorn on trio": hypercorn_on_trio,
    "uvicorn": uvicorn,
    "granian": granian,
}


def available(name: str, worker_class: str) -> Serve:
    """Return a server.

    Raises:
        Fault: it or its event loop is not installed, or the two do not go together (exit code 2).
    """
    if name != "hypercorn" and worker_class == "trio":
        raise Fault.one("run.server", f"'{name}' runs on asyncio only", "leave --worker-class trio out", code=2)
    for wanted in (name, *([worker_class] if worker_class != "asyncio" else [])):
        try:
            import_module(wanted)
        except ImportError as error:
            raise Fault.one("run.server", f"'{wanted}' is not installed", f"pip install {wanted}", code=2) from error
    return SERVERS["hypercorn on trio" if worker_class == "trio" else name]
