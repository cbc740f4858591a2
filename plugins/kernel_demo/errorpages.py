"""What a browser gets when something fails; everybody else gets JSON as ever."""

from http.client import responses as PHRASES
from typing import Any

from kernel_errors import Error
from kernel_templating import Template

from kernel import Request, Response
from kernel.errors import HTTPException

SOURCES = "default-src 'none'; style-src 'self'; img-src 'self'"
PROTECTION = (
    (b"content-security-policy", f"{SOURCES}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'".encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)
"""The headers of every page."""


async def page(request: Request, error: Exception) -> Any:
    """Return the page for an error, with the headers it has; the error itself to who does not ask for HTML."""
    failure = error if isinstance(error, HTTPException) else HTTPException(500)
    if "text/html" not in request.headers.get("accept", ""):
        return failure
    status = status_of(request, failure)
    words = {"status": status, "phrase": PHRASES.get(status, "Error")}
    return await Template("pages:error.html", words).response(status, [*failure.headers, *PROTECTION])


def status_of(request: Request, error: HTTPException) -> int:
    """Return the status of an error; a code declared by an app has one that only its kernel knows."""
    status: int = request.app.service("errors")[error.code].status if isinstance(error, Error) else error.status
    return status


def protected(response: Response) -> Response:
    """Forbid scripts, frames and caches; asked after every page."""
    response.headers = [*(pair for pair in response.headers if pair[0] not in dict(PROTECTION)), *PROTECTION]
    return response
