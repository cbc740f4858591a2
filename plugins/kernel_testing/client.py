"""A client for any ASGI application, in process, on asyncio and on trio."""

import json as _json
import string
from collections.abc import Iterable, Mapping
from functools import partialmethod
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlencode

from kernel_testing.exchange import Exchange
from kernel_testing.life import ASGIApp, Life
from kernel_testing.response import Response

if TYPE_CHECKING:
    from typing import Self

Text = str | bytes
Headers = Iterable[tuple[Text, Text]] | Mapping[str, Text]
Query = Text | Mapping[str, Any] | Iterable[tuple[str, Any]]
Body = Text | Iterable[bytes]
NOTHING = object()


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
        query: Query = b"",
        scope: Mapping[str, Any] | None = None,
        disconnect_after: int | None = None,
    ) -> Response:
        """Send one request and return the whole answer.

        Args:
            path: as on the wire: percent-encoded, and with "?query" if you like; never normalised.
            headers: pairs of str or bytes; sent as they are.
            body: bytes, str, or an iterable of parts, which is sent without a content-length.
            json: sent as JSON, with its content type, in place of *body*.
            query: a mapping or pairs to encode, or the text itself.
            scope: further or other keys of the ASGI scope.
            disconnect_after: see `Exchange`; what had arrived until then is returned.

        Raises:
            Incomplete: the application did not send exactly one whole answer.
            TimeoutError: it took too long.
        """
        import anyio

        data = body if json is NOTHING else _json.dumps(json)
        given = (
            pairs(headers) if json is NOTHING else completed(pairs(headers), [(b"content-type", b"application/json")])
        )
        if isinstance(data, Text):
            data = [data.encode() if isinstance(data, str) else data]
            given = completed(given, [(b"content-length", b"%d" % len(data[0]))] if data[0] else [])
        exchange = Exchange(data, disconnect_after)
        described = {**self._scope(method, path, query), "headers": completed(given, self.headers), **(scope or {})}
        with anyio.fail_after(self.timeout):
            await self.app(described, exchange.receive, exchange.send)
        response = Response(exchange.messages)
        if disconnect_after is None:
            response.check()
        return response

    get = partialmethod(request, "GET")
    post = partialmethod(request, "POST")
    put = partialmethod(request, "PUT")
    patch = partialmethod(request, "PATCH")
    delete = partialmethod(request, "DELETE")
    head = partialmethod(request, "HEAD")
    options = partialmethod(request, "OPTIONS")

    def _scope(self, method: str, path: str, query: Query) -> dict[str, Any]:
        path, _, behind = path.partition("?")
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.5"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(path),
            "raw_path": quote(path, safe=string.punctuation).encode(),
            "query_string": "&".join(filter(None, (behind, encoded(query)))).encode("latin-1"),
            "root_path": "",
            "client": ("127.0.0.1", 50000),
            "server": ("127.0.0.1", 80),
            "state": dict(self._life.state if self._life else {}),
        }


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


def encoded(query: Query) -> str:
    """Return a query as text."""
    if isinstance(query, Text):
        return query.decode("latin-1") if isinstance(query, bytes) else query
    return urlencode(query if isinstance(query, Mapping) else list(query), doseq=True)
