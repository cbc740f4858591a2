"""Where a request went, put together from its parts and never parsed again."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urlencode

from kernel import Request
from kernel_requests.query import pairs


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

    def replace(self, **parts: str) -> "URL":
        """Return a copy with other parts: scheme, host, path, or query, which is taken as it is."""
        return replace(self, **parts)

    def include_query(self, **fields: Any) -> "URL":
        """Return a copy whose query has *fields* instead of those of the same names; a list repeats its field."""
        kept = self.remove_query(*fields).query
        return replace(self, query="&".join(filter(None, (kept, urlencode(fields, doseq=True)))))

    def replace_query(self, **fields: Any) -> "URL":
        """Return a copy whose query has *fields* and nothing else."""
        return replace(self, query=urlencode(fields, doseq=True))

    def remove_query(self, *names: str) -> "URL":
        """Return a copy whose query is without the fields of these names; the others stay as they were sent."""
        fields = filter(None, self.query.split("&"))
        return replace(self, query="&".join(field for field in fields if _name(field) not in names))


SAFE = "/:@!$&'()*+,;=~"


def url(request: Request) -> URL:
    """Return the URL of a request."""
    query = request.scope.get("query_string", b"").decode("latin-1")
    return URL(request.scheme, request.headers.get("host") or _address(request), request.path, query)


def _name(field: str) -> str:
    """Return the name of a field of the query, which stands in a URL as it was sent."""
    return pairs(field.encode("latin-1", "replace").decode("utf-8", "replace"))[0][0]


def _address(request: Request) -> str:
    server = request.scope.get("server") or ("", None)
    host = f"[{server[0]}]" if ":" in server[0] else server[0]
    return f"{host}:{server[1]}" if server[1] else host
