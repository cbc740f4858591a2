"""A client for any ASGI application, in process, on asyncio and on trio."""

import string
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from functools import cached_property, partialmethod
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlencode, urlsplit

from kernel_testing.bodies import NOTHING, Body, Form, Pair, Text, encoded
from kernel_testing.exchange import Exchange
from kernel_testing.life import ASGIApp, Life
from kernel_testing.redirects import MOST, TooManyRedirects, keeps_method, target, wire
from kernel_testing.response import Response
from kernel_testing.sockets import Socket
from kernel_testing.streaming import Streamed, Streaming

if TYPE_CHECKING:
    from typing import Self

    from kernel_testing.cookies import Cookies

Headers = Iterable[tuple[Text, Text]] | Mapping[str, Text]
HTTP = {"ws": "http", "wss": "https"}
Query = Text | Mapping[str, Any] | Iterable[tuple[str, Any]]


class Client:
    """Requests an application; `async with Client(app) as client:` starts and stops it too.

    Args:
        app: a Kernel, or any ASGI application.
        headers: sent with each request that has none of the same name.
        timeout: most seconds for one request, for the start and for the stop.
    """

    def __init__(self, app: ASGIApp, headers: Headers = (("host", "localhost"),), timeout: float = 10) -> None:
        self.app, self.headers, self.timeout = app, pairs(headers), timeout
        self._life: Life | None = None

    @cached_property
    def cookies(self) -> "Cookies":
        """What the answers so far have set; sent with each request that it concerns."""
        from kernel_testing.cookies import Cookies

        return Cookies()

    async def __aenter__(self) -> "Self":
        import anyio

        self._life, self._group = Life(self.app), anyio.create_task_group()
        await self._group.__aenter__()
        self._group.start_soon(self._life.run)
        try:
            await self._step("startup")
        except BaseException:
            await self._end()
            raise
        return self

    async def __aexit__(self, *error: object) -> None:
        try:
            await self._step("shutdown")
        finally:
            await self._end()

    async def _step(self, step: str) -> None:
        import anyio

        assert self._life
        with anyio.fail_after(self.timeout):
            await self._life.ask(step)

    async def _end(self) -> None:
        self._group.cancel_scope.cancel()
        await self._group.__aexit__(None, None, None)  # what the test raised stays as it is, in no group

    async def request(
        self,
        method: str,
        path: str,
        headers: Headers = (),
        body: Body = b"",
        *,
        json: Any = NOTHING,
        form: Form | None = None,
        files: Mapping[str, Any] | None = None,
        query: Query = b"",
        scope: Mapping[str, Any] | None = None,
        disconnect_after: int | None = None,
        follow: bool = False,
    ) -> Response:
        """Send one request and return the whole answer; `cookies` keeps what it sets.

        Args:
            path: as on the wire: percent-encoded, and with "?query" if you like; never normalised.
            headers: pairs of str or bytes; sent as they are.
            body, json, form, files: what is sent, see `kernel_testing.bodies.encoded`.
            query: a mapping or pairs to encode, or the text itself.
            scope: further or other keys of the ASGI scope.
            disconnect_after: see `Exchange`; what had arrived until then is returned.
            follow: go on to where the answer redirects.

        Raises:
            Incomplete: the application did not send exactly one whole answer.
            TimeoutError: it took too long.
            TooManyRedirects: it redirected more than 20 times.
        """
        parts, described = encoded(body, json, form, files)
        for _ in range(MOST):
            outgoing = self._outgoing(method, path, headers, described, query, scope)
            response = await self._once(outgoing, parts, disconnect_after)
            goal = target(url(outgoing), response.status, response.headers) if follow else None
            if goal is None:
                return response
            if not keeps_method(method, response.status):
                method, parts, described = "GET", [b""], []
            path, query = wire(goal), b""
        raise TooManyRedirects(goal)

    async def _once(self, scope: Mapping[str, Any], parts: list[bytes], disconnect_after: int | None) -> Response:
        import anyio

        exchange = Exchange(parts, disconnect_after)
        with anyio.fail_after(self.timeout):
            await self.app(scope, exchange.receive, exchange.send)
        response = Response(exchange.messages)
        if disconnect_after is None:
            response.check()
        self.cookies.keep(url(scope), response.headers)
        return response

    @asynccontextmanager
    async def stream(
        self, method: str, path: str, headers: Headers = (), body: Body = b"", *, query: Query = b"", **more: Any
    ) -> AsyncIterator[Streamed]:
        """Send one request and take its answer piece by piece; leaving the block early is leaving the server.

        `more` is json, form, files or scope, as for `request`.
        """
        import anyio

        scope = more.pop("scope", None)
        parts, described = encoded(body, **more)
        outgoing, exchange = self._outgoing(method, path, headers, described, query, scope), Streaming(parts)
        group = anyio.create_task_group()
        await group.__aenter__()
        group.start_soon(exchange.run, self.app, outgoing)
        try:
            with anyio.fail_after(self.timeout):
                start = await exchange.next()
            self.cookies.keep(url(outgoing), start.get("headers", ()))
            yield Streamed(exchange, start)
        finally:
            exchange.leave()
            with anyio.move_on_after(self.timeout):
                await exchange.done.wait()
            group.cancel_scope.cancel()
            await group.__aexit__(None, None, None)

    @asynccontextmanager
    async def websocket(
        self,
        path: str,
        headers: Headers = (),
        *,
        subprotocols: Iterable[str] = (),
        query: Query = b"",
        scope: Mapping[str, Any] | None = None,
    ) -> AsyncIterator[Socket]:
        """Open a websocket; the end of the block closes it with 1000 and waits for the end of the application.

        Raises:
            Refused: the application does not accept it.
        """
        import anyio

        more: dict[str, Any] = {"type": "websocket", "scheme": "ws", "subprotocols": list(subprotocols)}
        more |= {"extensions": {"websocket.http.response": {}}, **(scope or {})}
        outgoing = self._outgoing("GET", path, headers, [], query, more)
        del outgoing["method"]
        socket, group = Socket(self.timeout), anyio.create_task_group()
        await group.__aenter__()
        group.start_soon(socket.run, self.app, outgoing)
        try:
            await socket.open()
            self.cookies.keep(url(outgoing), socket.headers)
            yield socket
        finally:
            await socket.close()
            with anyio.move_on_after(self.timeout):
                await socket.done.wait()
            group.cancel_scope.cancel()
            await group.__aexit__(None, None, None)
            socket.release()

    get = partialmethod(request, "GET")
    post = partialmethod(request, "POST")
    put = partialmethod(request, "PUT")
    patch = partialmethod(request, "PATCH")
    delete = partialmethod(request, "DELETE")
    head = partialmethod(request, "HEAD")
    options = partialmethod(request, "OPTIONS")

    def _outgoing(
        self,
        method: str,
        path: str,
        headers: Headers,
        described: list[Pair],
        query: Query,
        more: Mapping[str, Any] | None,
    ) -> dict[str, Any]:
        """Return the scope of a request; headers given win over those that describe the body, these over defaults."""
        path, _, behind = path.partition("?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.5"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(path),
            "raw_path": quote(path, safe=string.punctuation).encode(),
            "query_string": "&".join(filter(None, (behind, written(query)))).encode("latin-1"),
            "root_path": "",
            "client": ("127.0.0.1", 50000),
            "server": ("127.0.0.1", 80),
            "state": dict(self._life.state if self._life else {}),
            "headers": completed(completed(pairs(headers), described), self.headers),
            **(more or {}),
        }
        scope["headers"] = completed(scope["headers"], self.cookies.sent(url(scope)))
        return scope


def url(scope: Mapping[str, Any]) -> str:
    """Return the URL of a request, as cookies and redirects need it; `host.invalid` for a Host that is none."""
    hosts = [value.decode("latin-1") for name, value in scope["headers"] if name.lower() == b"host"]
    host = hosts[0] if hosts else "localhost"
    try:
        urlsplit(f"//{host}").port  # noqa: B018  # parses
    except ValueError:
        host = "host.invalid"
    return f"{HTTP.get(scope['scheme'], scope['scheme'])}://{host}{scope['raw_path'].decode()}"


def pairs(headers: Headers) -> list[tuple[bytes, bytes]]:
    """Return headers as ASGI wants them: pairs of bytes, otherwise untouched."""
    given = headers.items() if isinstance(headers, Mapping) else headers
    return [(raw(name), raw(value)) for name, value in given]


def raw(text: Text) -> bytes:
    """Return one text as bytes."""
    return text.encode("latin-1") if isinstance(text, str) else text


def completed(given: list[tuple[bytes, bytes]], defaults: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Return *given* behind those *defaults* whose names it does not have."""
    names = {name.lower() for name, _ in given}
    return [*(pair for pair in defaults if pair[0].lower() not in names), *given]


def written(query: Query) -> str:
    """Return a query as text."""
    if isinstance(query, Text):
        return query.decode("latin-1") if isinstance(query, bytes) else query
    return urlencode(query if isinstance(query, Mapping) else list(query), doseq=True)
