"""What a handler answers, and how it is written to the server (ASGI HTTP, RFC 9110)."""

import re
from collections.abc import Iterable
from typing import Any

from kernel.request import Request
from kernel.types import Send

Pair = tuple[bytes, bytes]
Text = str | bytes
HeaderInput = Iterable[tuple[Text, Text]]
LENGTHS: list[Pair] = [(b"content-length", b"%d" % n) for n in range(4096)]
WITHOUT_BODY = frozenset({204, 304, *range(100, 200)})
COOKIE_ATTRIBUTES = ("max_age", "expires", "path", "domain", "secure", "httponly", "samesite", "partitioned")
_token = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+").fullmatch
_control = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]").search
_cookie_part = re.compile(rb"expires=\w{3}, [\w -]{11} [\d:]{8} GMT|[^=]+(=[!#-+\--:<-\[\]-~]*)?").fullmatch
_cookie_wrong = re.compile(rb"samesite=(?!(?i:lax|strict|none)$)|max-age=(?!-?\d+$)").match


def header(name: Text, value: Text) -> Pair:
    """Return a checked pair, the name in lower case (RFC 9110 §5.1, §5.5).

    Raises:
        ValueError: CR, LF, NUL or another control character, or an illegal name.
    """
    key, data = (part.encode("latin-1") if isinstance(part, str) else bytes(part) for part in (name, value))
    if not _token(key) or _control(data):
        raise ValueError(f"header {name!r}: the name is no token, or the value holds a control character")
    return key.lower(), data


def checked(pairs: HeaderInput) -> list[Pair]:
    """Return *pairs* checked, without a content-length: that is counted when sending."""
    return [pair for pair in (header(*item) for item in pairs) if pair[0] != b"content-length"]


class Response:
    """A complete answer; content-length is counted when it is sent.

    `pairs` is a tuple as long as all of it is known to be valid, a list once somebody may have
    changed it.

    Args:
        body: bytes, or str sent as UTF-8; other values as their class encodes them.
        status: HTTP status code.
        headers: pairs of bytes, or of str; a `content-type` here wins over *content_type*.
        content_type: media type.

    Raises:
        ValueError: a header that may not be sent.
    """

    streamed = False
    content_type: Text = b"text/plain; charset=utf-8"
    pairs: tuple[Pair, ...] | list[Pair]

    def __init__(self, body: Any = b"", status: int = 200, headers: HeaderInput = (), content_type: Text = b"") -> None:
        self.body, self.status, self.pairs = self.encode(body), int(status), tuple(checked(headers))
        if not any(name == b"content-type" for name, _ in self.pairs):
            self.pairs = (header(b"content-type", content_type or self.content_type), *self.pairs)

    def encode(self, body: Any) -> bytes:
        """Return *body* as bytes; subclasses say how."""
        return bytes(body) if isinstance(body, (bytes, bytearray, memoryview)) else str(body).encode()

    @classmethod
    def trusted(cls, body: bytes, status: int, pairs: tuple[Pair, ...]) -> "Response":
        """Return a plain response of parts known to be valid: the fast way for renderers."""
        response: Response = object.__new__(Response)
        response.body, response.status, response.pairs = body, status, pairs
        return response

    @property
    def headers(self) -> list[Pair]:
        """The header pairs as a list to change; what is in it is checked when it is sent."""
        self.pairs = self.pairs if isinstance(self.pairs, list) else list(self.pairs)
        return self.pairs

    @headers.setter
    def headers(self, pairs: HeaderInput) -> None:
        self.pairs = tuple(checked(pairs))

    def copy(self) -> "Response":
        """Return a copy that may be changed without touching the original."""
        response = object.__new__(self.__class__)
        vars(response).update(vars(self), pairs=self.pairs[:])
        return response

    def raw_headers(self, length: int | None) -> list[Pair]:
        """Return the pairs to send, with the one right content-length (RFC 9110 §8.6)."""
        pairs = self.pairs if isinstance(self.pairs, tuple) else checked(self.pairs)
        if self.status in WITHOUT_BODY:
            return [pair for pair in pairs if pair[0] != b"content-type"]
        return [*pairs, *([] if length is None else [(b"content-length", b"%d" % length)])]

    async def prepare(self, request: Request) -> "Response":
        """Return what is to be sent; asked of streamed ones only, and may still raise."""
        return self

    async def write(self, request: Request, send: Send) -> None:
        """Send the response; classes that stream set `streamed` and override this."""
        empty = request.scope["method"] == "HEAD" or self.status in WITHOUT_BODY
        await send({"type": "http.response.start", "status": self.status, "headers": self.raw_headers(len(self.body))})
        await send({"type": "http.response.body", "body": b"" if empty else self.body})

    def set_cookie(self, name: str, value: str = "", **attributes: Any) -> None:
        """Add a cookie; Path=/, HttpOnly and SameSite=Lax unless said otherwise (RFC 6265 §4.1).

        Args:
            attributes: max_age (seconds), expires (an HTTP date), path, domain, secure, httponly,
                samesite ("lax", "strict", "none"), partitioned. False and None leave one out.

        Raises:
            ValueError: a character that may not be sent, or an unknown attribute.
        """
        given = {"path": "/", "httponly": True, "samesite": "lax", **attributes}
        said = {key.replace("_", "-"): data for key, data in given.items() if data is not None and data is not False}
        parts = [f"{name}={value}", *(key if data is True else f"{key}={data}" for key, data in said.items())]
        wrong = [part for part in parts if not _cookie_part(part.encode()) or _cookie_wrong(part.encode())]
        if wrong or not _token(name.encode()) or given.keys() - set(COOKIE_ATTRIBUTES):
            raise ValueError(f"cookie {name!r}: {wrong or list(given)} may not be sent")
        self.headers.append((b"set-cookie", "; ".join(parts).encode()))

    def delete_cookie(self, name: str, **attributes: Any) -> None:
        """Tell the client to forget a cookie; path and domain must be those it was set with."""
        self.set_cookie(name, "", **{**attributes, "max_age": 0})


def as_response(response: Response | None, body: bytes | None, *parts: Any) -> Any:
    """Return the response; where nobody asked for one, that of a body and its other *parts*, see `trusted`."""
    return Response.trusted(body, *parts) if response is None and body is not None else response
