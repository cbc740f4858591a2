"""Where a request went, put together from its parts and never parsed again."""

from dataclasses import dataclass
from urllib.parse import quote

from kernel import Request


@dataclass(frozen=True, slots=True)
class URL:
    """The URL of a request; `str(url)` is the whole.

    `host` is what the client sent as Host, port included, else the server's own address; `path`
    is decoded and the `path` of the scope; `query` is as it was sent, without "?".
    """

    scheme: str
    host: str
    path: str
    query: str

    def __str__(self) -> str:
        query = f"?{self.query}" if self.query else ""
        return f"{self.scheme}://{self.host}{quote(self.path, safe=SAFE)}{query}"


SAFE = "/:@!$&'()*+,;=~"


def url(request: Request) -> URL:
    """Return the URL of a request."""
    query = request.scope.get("query_string", b"").decode("latin-1")
    return URL(request.scheme, request.headers.get("host") or _address(request), request.path, query)


def _address(request: Request) -> str:
    server = request.scope.get("server") or ("", None)
    host = f"[{server[0]}]" if ":" in server[0] else server[0]
    return f"{host}:{server[1]}" if server[1] else host
