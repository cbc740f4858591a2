"""Responses of errors: the project's own JSON, or problem details (RFC 9457).

A plain `HTTPException` answers with the built-in code of its status where there is one (`CODES`),
else with the status as the code; its detail, where it has one of its own, is the message. What does
not vary is encoded at boot: a path without a route is answered with one and the same response.
"""

import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from kernel_responses.json import encode
from kernel_responses.text import Text

from kernel import Response
from kernel.errors import NOT_FOUND, HTTPException
from kernel.response import Pair
from kernel_errors.codes import SERVER_ERROR, ErrorCode
from kernel_errors.error import Error, worded
from kernel_errors.exceptions import ExceptionResponse
from kernel_errors.registry import ErrorRegistry
from kernel_errors.report import new_id

logger = logging.getLogger("kernel.errors")
Answer = Callable[[Any], Response]
UNUSUAL = None, b""
_new = object.__new__
CODES = {400: 1002, 404: 1001, 405: 1004, 413: 1005, 500: 1000, 503: 1006, 504: 1007}
"""The built-in code of a status raised without a code."""


def as_json(code: int, message: str, status: int, data: Any) -> dict[str, Any]:
    """Return the body of the format "json"."""
    if data is None:
        return {"status": "error", "code": code, "message": message}
    return {"status": "error", "code": code, "message": message, "data": data}


def as_problem(code: int, message: str, status: int, data: Any) -> dict[str, Any]:
    """Return the body of the format "problem"; its type says that the status tells all (RFC 9457 §4.2.1)."""
    content = {"type": "about:blank", "title": phrase(status), "status": status, "detail": message, "code": code}
    return content if data is None else {**content, "data": data}


def phrase(status: int) -> str:
    """Return the phrase of *status*, or "Error" for one without a name."""
    return HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Error"


def marked(number: str) -> Pair:
    """Return the header with the id of an internal error."""
    return b"x-error-id", number.encode()


def whole(error: Error | ExceptionResponse, body: Any, status: int, kind: str | bytes) -> Response:
    """Return the response of *error*, to be compressed if it wants that."""
    if error.compress:
        return Text(body, status, error.headers, kind, compress=True)
    return Response(body, status, error.headers, kind)


FORMATS = {
    "json": (as_json, (b"content-type", b"application/json")),
    "problem": (as_problem, (b"content-type", b"application/problem+json")),
}


class Answers:
    """Turns errors into responses, with the codes of one kernel and in one format."""

    def __init__(self, registry: ErrorRegistry, style: str) -> None:
        self._registry, self._style = registry, style
        self._content, self._type = FORMATS[style]
        self._pairs = (self._type,)
        failures = [HTTPException(status) for status in HTTPStatus if status >= 400]
        self._ready = {error.status: (error.detail, self._plain_body(error)) for error in failures}
        self._starts = {code.code: (code.status, self._start(code)) for _, code in registry}
        self._raised, self._refused = self._statuses(), self._refusals()

    def of(self, kind: type) -> Answer | None:
        """Return `(error) -> Response` for errors of *kind*; None for a type that is none."""
        for base, answer in ((Error, self.error), (ExceptionResponse, self.custom), (HTTPException, self.plain)):
            if issubclass(kind, base):
                return answer
        return None

    def rescuer(self, kind: type) -> Callable[[object, Any], Response] | None:
        """Return `(request, error) -> Response` for errors of *kind* that are raised; None for a type that is none."""
        answer = self.of(kind)
        direct = {self.plain: self._raised, self.error: self._refused, None: None}
        return direct[answer] if answer in direct else lambda request, error: self.custom(error)

    def plain(self, error: HTTPException) -> Response:
        """Answer a status."""
        return self._raised(None, error)

    def _statuses(self) -> Callable[[object, HTTPException], Response]:
        ready, pairs, kind = self._ready, self._pairs, self._type[1]

        def raised(request: object, error: HTTPException) -> Response:
            status = error.status
            usual, body = ready.get(status, UNUSUAL)
            if error.detail != usual:
                body = self._plain_body(error)
            if error.headers:
                return Response(body, status, error.headers, kind)
            # `Response.trusted` in place: strangers ask for what does not exist as often as they can
            response: Response = _new(Response)
            response.body, response.status, response.pairs = body, status, pairs
            return response

        raised.not_found = raised(None, NOT_FOUND)  # type: ignore[attr-defined]  # see `kernel_rescue`
        return raised

    def _plain_body(self, error: HTTPException) -> bytes:
        code = self._registry.get(CODES.get(error.status))
        if code is None:
            return encode(self._content(error.status, error.detail, error.status, None))
        message = code.message if error.detail == phrase(error.status) else error.detail
        return encode(self._content(code.code, message, error.status, None))

    def custom(self, error: ExceptionResponse) -> Response:
        """Answer with the body the error brought along; without one the format decides."""
        body, kind = error.body, error.content_type
        if body is None and self._style != "json":
            return self.plain(error)
        if isinstance(body, (Mapping, list, tuple)):
            body, kind = encode(body), kind or "application/json"
        return whole(error, error.detail if body is None else body, error.status, kind)

    def error(self, error: Error) -> Response:
        """Answer a declared code; one that nobody declares is logged and answered as a server error."""
        return self._refused(None, error)

    def _refusals(self) -> Callable[[object, Error], Response]:
        starts, pairs = self._starts, self._pairs

        def refused(request: object, error: Error) -> Response:
            known = starts.get(error.code)
            if not known or error.data is None or error.message_data is not None or error.headers or error.compress:
                return self._composed(error)
            status, start = known
            response: Response = _new(Response)  # as above: strangers send what is wrong as often
            response.body, response.status, response.pairs = start + encode(error.data) + b"}", status, pairs
            return response

        return refused

    def _composed(self, error: Error) -> Response:
        code = self._registry.get(error.code)
        if code is None:
            message, number = (
                "error code %r is declared by no app; add it to an ErrorList in App(errors=) (error %s)",
                new_id(),
            )
            logger.error(message, error.code, number, exc_info=error, extra={"error_id": number})
            return self.internal(number)
        body = self._body(code, worded(code, error.message_data), error.data)
        if not error.headers and not error.compress:
            return Response.trusted(body, code.status, self._pairs)
        return whole(error, body, code.status, self._type[1])

    def internal(self, number: str) -> Response:
        """Answer that something failed inside, and not what; *number* is the id under which the log tells it."""
        content = self._content(SERVER_ERROR.code, SERVER_ERROR.message, 500, None)
        if self._style == "problem":
            content["instance"] = f"urn:error:{number}"
        return Response.trusted(encode(content), 500, (self._type, marked(number)))

    def _start(self, code: ErrorCode) -> bytes:
        """Return the body up to its data, which comes last in both formats."""
        return self._body(code, code.message)[:-1] + b',"data":'

    def _body(self, code: ErrorCode, message: str, data: Any = None) -> bytes:
        return encode(self._content(code.code, message, code.status, data))
