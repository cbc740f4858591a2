"""Answers other than success, to be raised or returned.

Each takes a body: a mapping or a list is sent as JSON, anything else as plain text; without one
the phrase of the status is sent. They are `kernel.errors.HTTPException`, an ordinary Exception.
"""

from collections.abc import Iterable
from typing import Any, ClassVar

from kernel.errors import HTTPException
from kernel.response import header

HeaderPairs = Iterable[tuple[str | bytes, str | bytes]]
MediaType = str | bytes | None


class ExceptionResponse(HTTPException):
    """Any error status with a body of one's own.

    Args:
        body: what the client gets; None is the phrase of the status.
        status: HTTP status code.
        headers: further response headers, pairs of bytes or str.
        content_type: media type instead of the one the body implies.
        compress: send gzip to a client that asks for it, as `kernel_responses.Text` does.

    Raises:
        ValueError: a header that may not be sent.
    """

    def __init__(
        self,
        body: Any = None,
        status: int = 500,
        headers: HeaderPairs | None = (),
        content_type: MediaType = None,
        compress: bool = False,
    ) -> None:
        detail = body if isinstance(body, str) else ""
        super().__init__(status, detail, [header(*pair) for pair in headers or ()])
        self.body, self.content_type, self.compress = body, content_type or "", compress


class _Predefined(ExceptionResponse):
    """A status with a name of its own."""

    default_status: ClassVar[int]

    def __init__(self, body: Any = None, content_type: MediaType = None, *, headers: HeaderPairs | None = ()) -> None:
        super().__init__(body, self.default_status, headers, content_type)


class BadRequest(_Predefined):
    """400: the request cannot be understood (RFC 9110 §15.5.1)."""

    default_status = 400


class Unauthorized(_Predefined):
    """401: say who you are; sends `WWW-Authenticate: Bearer` unless told otherwise (RFC 9110 §15.5.2)."""

    default_status = 401

    def __init__(self, body: Any = None, content_type: MediaType = None, *, headers: HeaderPairs | None = ()) -> None:
        super().__init__(body, content_type, headers=headers)
        if all(name != b"www-authenticate" for name, _ in self.headers):
            self.headers += ((b"www-authenticate", b"Bearer"),)


class PaymentRequired(_Predefined):
    """402: reserved for payment (RFC 9110 §15.5.3)."""

    default_status = 402


class Forbidden(_Predefined):
    """403: understood and refused (RFC 9110 §15.5.4)."""

    default_status = 403


class NotFound(_Predefined):
    """404: there is no such thing (RFC 9110 §15.5.5)."""

    default_status = 404


class MethodNotAllowed(_Predefined):
    """405: another method is needed; name them in an `Allow` header (RFC 9110 §15.5.6)."""

    default_status = 405


class NotAcceptable(_Predefined):
    """406: no representation the client accepts (RFC 9110 §15.5.7)."""

    default_status = 406


class RequestTimeout(_Predefined):
    """408: the request came too slowly (RFC 9110 §15.5.9)."""

    default_status = 408


class Conflict(_Predefined):
    """409: in conflict with the present state (RFC 9110 §15.5.10)."""

    default_status = 409


class Gone(_Predefined):
    """410: no longer there, for ever (RFC 9110 §15.5.11)."""

    default_status = 410


class LengthRequired(_Predefined):
    """411: a Content-Length is needed (RFC 9110 §15.5.12)."""

    default_status = 411


class PreconditionFailed(_Predefined):
    """412: an If-... header does not hold (RFC 9110 §15.5.13)."""

    default_status = 412


class PayloadTooLarge(_Predefined):
    """413: the body is too large (RFC 9110 §15.5.14)."""

    default_status = 413


class UnsupportedMediaType(_Predefined):
    """415: a media type that is not understood (RFC 9110 §15.5.16)."""

    default_status = 415


class RangeNotSatisfiable(_Predefined):
    """416: no such part of the representation (RFC 9110 §15.5.17)."""

    default_status = 416


class UnprocessableEntity(_Predefined):
    """422: well formed, but its content makes no sense (RFC 9110 §15.5.21)."""

    default_status = 422


class Locked(_Predefined):
    """423: locked by somebody else (RFC 4918 §11.3)."""

    default_status = 423


class TooEarly(_Predefined):
    """425: might be replayed (RFC 8470 §5.2)."""

    default_status = 425


class PreconditionRequired(_Predefined):
    """428: has to be conditional (RFC 6585 §3)."""

    default_status = 428


class TooManyRequests(_Predefined):
    """429: come back later; say when in `Retry-After` (RFC 6585 §4)."""

    default_status = 429


class UnavailableForLegalReasons(_Predefined):
    """451: refused by a legal demand (RFC 7725 §3)."""

    default_status = 451


class ServerError(_Predefined):
    """500: our fault (RFC 9110 §15.6.1)."""

    default_status = 500


class BadGateway(_Predefined):
    """502: a server behind this one answered wrongly (RFC 9110 §15.6.3)."""

    default_status = 502


class ServiceUnavailable(_Predefined):
    """503: not now; say when in `Retry-After` (RFC 9110 §15.6.4)."""

    default_status = 503


class GatewayTimeout(_Predefined):
    """504: something took too long (RFC 9110 §15.6.5)."""

    default_status = 504


class InsufficientStorage(_Predefined):
    """507: no room to store it (RFC 4918 §11.5)."""

    default_status = 507
