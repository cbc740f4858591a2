"""What a server would have told about a request: its ASGI scope (ASGI HTTP 2.5)."""

import string
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import click

Pair = tuple[bytes, bytes]


def scope(method: str, target: str, headers: Iterable[Pair] = ()) -> dict[str, Any]:
    """Return the scope of a request for *target*, a path with or without a query, or a whole URL.

    Raises:
        click.UsageError: the target is neither.
    """
    url = urlsplit(target)
    if not url.path.startswith("/") and (url.path or not url.netloc):
        raise click.UsageError(f"'{target}' is no path: it starts with '/'")
    path, scheme, given = url.path or "/", url.scheme or "http", list(headers)
    if not any(name == b"host" for name, _ in given):
        given.insert(0, (b"host", url.netloc.encode() or b"localhost"))
    return {
        "type": "websocket" if method.upper() == "WEBSOCKET" else "http",
        "asgi": {"version": "3.0", "spec_version": "2.5"},
        "http_version": "1.1",
        "method": method.upper(),
        "scheme": scheme,
        "path": unquote(path),
        "raw_path": quote(path, safe=string.punctuation).encode(),
        "query_string": url.query.encode(),
        "root_path": "",
        "headers": given,
        "client": ("127.0.0.1", 0),
        "server": (url.hostname or "localhost", url.port or (443 if scheme == "https" else 80)),
        "state": {},
    }
