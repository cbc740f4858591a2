"""Bodies that tests send: bytes, JSON, a form, or a form with files (RFC 7578)."""

import json as _json
from collections.abc import Iterable, Mapping
from secrets import token_hex
from typing import Any
from urllib.parse import urlencode

Text = str | bytes
Pair = tuple[bytes, bytes]
Body = Text | Iterable[bytes]
Form = Mapping[str, Any] | Iterable[tuple[str, Any]]
File = Text | tuple[str, Text] | tuple[str, Text, str]
NOTHING: Any = object()


def encoded(
    body: Body = b"", json: Any = NOTHING, form: Form | None = None, files: Mapping[str, Any] | None = None
) -> tuple[list[bytes], list[Pair]]:
    """Return the parts of a body and the headers that describe it; JSON wins over a form, that over *body*.

    Args:
        body: bytes, str, or an iterable of parts, which is sent without a content-length.
        json: a value.
        form: fields; a list holds several of one name.
        files: (file name, content) or (file name, content, media type), or a list of these, by field.
    """
    kind = b""
    if json is not NOTHING:
        body, kind = _json.dumps(json), b"application/json"
    elif files:
        boundary = token_hex(16).encode()
        body, kind = multipart(form or {}, files, boundary), b"multipart/form-data; boundary=" + boundary
    elif form is not None:
        body, kind = urlencode(fields(form)), b"application/x-www-form-urlencoded"
    described = [(b"content-type", kind)] if kind else []
    if not isinstance(body, Text):
        return list(body), described
    data = body.encode() if isinstance(body, str) else body
    return [data], [*described, *([(b"content-length", b"%d" % len(data))] if data else [])]


def fields(form: Form) -> list[tuple[str, Any]]:
    """Return a form as pairs; a list of values is a pair for each."""
    pairs = form.items() if isinstance(form, Mapping) else form
    return [(name, one) for name, value in pairs for one in (value if isinstance(value, (list, tuple)) else [value])]


def multipart(form: Form, files: Mapping[str, Any], boundary: bytes) -> bytes:
    """Return a form with files as multipart/form-data."""
    parts = [_part(name, "", str(value).encode(), "") for name, value in fields(form)]
    for name, some in files.items():
        for file in some if isinstance(some, list) else [some]:
            filename, content, *kind = file if isinstance(file, tuple) else (name, file)
            data = content.encode() if isinstance(content, str) else content
            parts.append(_part(name, filename, data, *kind or ["application/octet-stream"]))
    return b"".join(b"--" + boundary + b"\r\n" + part for part in parts) + b"--" + boundary + b"--\r\n"


def _part(name: str, filename: str, content: bytes, kind: str) -> bytes:
    lines = [f'content-disposition: form-data; name="{_quoted(name)}"']
    if filename:
        lines = [f'{lines[0]}; filename="{_quoted(filename)}"', f"content-type: {kind}"]
    return "\r\n".join([*lines, "", ""]).encode() + content + b"\r\n"


def _quoted(name: str) -> str:
    """Return a name as browsers write it (RFC 7578 §2, WHATWG HTML: multipart/form-data)."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
