"""A client for a server that runs, over a socket."""

import json as _json
import ssl as _ssl
from collections.abc import Mapping
from functools import partialmethod
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from types import TracebackType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from kernel_testing.bodies import NOTHING, Body, Form, encoded
from kernel_testing.client import Headers, Query, completed, pairs, written
from kernel_testing.cookies import Cookies
from kernel_testing.redirects import MOST, TooManyRedirects, keeps_method, target, wire

if TYPE_CHECKING:
    from typing import Self


class HttpResponse:
    """A whole answer.

    Attributes:
        status, reason: of the status line; `message` is the reason too.
        headers: names in lower case to values, several of one name joined by ", ".
        pairs: the header lines as bytes.
        data: the body; parsed where it is JSON.
        body: the body as bytes.
    """

    def __init__(self, response: HTTPResponse) -> None:
        self.status, self.reason = response.status, response.reason
        self.message, self.version = response.reason, response.version
        self.pairs = [(k.lower().encode("latin-1"), v.encode("latin-1")) for k, v in response.getheaders()]
        self.headers: dict[str, str] = {}
        for name, value in self.pairs:
            key, text = name.decode("latin-1"), value.decode("latin-1")
            self.headers[key] = f"{self.headers[key]}, {text}" if key in self.headers else text
        self.body = response.read()
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        is_json = kind == "application/json" or kind.endswith("+json")
        self.data: Any = _json.loads(self.body) if is_json and self.body else self.body

    @property
    def text(self) -> str:
        """The body as text (UTF-8)."""
        return self.body.decode()

    def json(self) -> Any:
        """Return the body parsed as JSON."""
        return _json.loads(self.body)

    def __repr__(self) -> str:
        return f"<HttpResponse {self.status} {self.body[:80]!r}>"


class HttpClient:
    """Requests a server over one connection; `with HttpClient("127.0.0.1", 8000) as client:` closes it.

    Args:
        base_url: host name, or a URL such as "http://127.0.0.1:8000".
        port: 80, or 443 with *ssl*, unless the URL says otherwise.
        ssl: speak TLS; an SSLContext says how.
        timeout: most seconds to wait for the server, each time.
        headers: sent with each request that has none of the same name.
    """

    def __init__(
        self,
        base_url: str,
        port: int | None = None,
        ssl: "bool | _ssl.SSLContext" = False,
        timeout: float = 10,
        headers: Headers = (),
    ) -> None:
        parts = urlsplit(base_url if "//" in base_url else f"//{base_url}")
        self._scheme = "https" if ssl or parts.scheme == "https" else "http"
        self._host, self._port = parts.hostname or "localhost", port or parts.port
        self._context = ssl if isinstance(ssl, _ssl.SSLContext) else None
        self._timeout, self.headers = timeout, pairs(headers)
        self._connection: HTTPConnection | None = None
        self.cookies = Cookies()

    def __enter__(self) -> "Self":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; the next request opens another."""
        if self._connection:
            self._connection.close()
            self._connection = None

    def request(
        self,
        method: str,
        url: str,
        headers: Headers = (),
        *,
        form: Form | None = None,
        json: Any = NOTHING,
        body: Body = b"",
        files: Mapping[str, Any] | None = None,
        query: Query = b"",
        follow: bool = False,
    ) -> HttpResponse:
        """Send one request and return the whole answer; `cookies` keeps what it sets.

        Args:
            url: path on the server, with "?query" if you like.
            form, json, body, files: what is sent, see `kernel_testing.bodies.encoded`.
            follow: go on to where the answer redirects, on this server.

        Raises:
            OSError: the server cannot be reached, or does not answer in time.
            TooManyRedirects: it redirected more than 20 times.
        """
        parts, described = encoded(body, json, form, files)
        url = "?".join(filter(None, (url, written(query))))
        for _ in range(MOST):
            outgoing = completed(completed(pairs(headers), described), self.headers)
            response = self._once(method, url, outgoing, parts)
            goal = target(self._whole(url), response.status, response.pairs) if follow else None
            if goal is None:
                return response
            if not keeps_method(method, response.status):
                method, parts, described = "GET", [b""], []
            url = wire(goal)
        raise TooManyRedirects(goal)

    def _once(self, method: str, url: str, headers: list[tuple[bytes, bytes]], parts: list[bytes]) -> HttpResponse:
        connection = self._connection = self._connection or self._connect()
        sent = completed(headers, self.cookies.sent(self._whole(url)))
        chunked, own_host = len(parts) > 1, any(name.lower() == b"host" for name, _ in headers)
        try:
            connection.putrequest(method, url, skip_host=own_host, skip_accept_encoding=True)
            for name, value in [*sent, *([(b"transfer-encoding", b"chunked")] if chunked else [])]:
                connection.putheader(name, value)
            connection.endheaders(parts if chunked else parts[0] or None, encode_chunked=chunked)
            response = HttpResponse(connection.getresponse())
        except BaseException:
            self.close()
            raise
        self.cookies.keep(self._whole(url), response.pairs)
        return response

    def _connect(self) -> HTTPConnection:
        if self._scheme == "https":
            return HTTPSConnection(self._host, self._port, timeout=self._timeout, context=self._context)
        return HTTPConnection(self._host, self._port, timeout=self._timeout)

    def _whole(self, url: str) -> str:
        port = f":{self._port}" if self._port else ""
        return f"{self._scheme}://{self._host}{port}{url}"

    get = partialmethod(request, "GET")
    post = partialmethod(request, "POST")
    put = partialmethod(request, "PUT")
    patch = partialmethod(request, "PATCH")
    delete = partialmethod(request, "DELETE")
    head = partialmethod(request, "HEAD")
    options = partialmethod(request, "OPTIONS")


Client = HttpClient
"""The name that `from kernel_testing.http import Client` asks for."""
