"""What a browser gets when something fails; everybody else gets JSON as ever."""

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
WORDS = {
    403: ("This site takes its own forms only", "Another site sent this one. Nothing was changed."),
    404: ("There is nothing here", "The address may be mistyped, or the bookmark was deleted."),
    405: ("That cannot be done here", "The address exists, but not for this."),
    413: ("That was too large", "A favicon may have 64 KiB. Nothing was kept."),
    415: ("That was no form", "This address takes what the form of the site sends."),
    503: ("Too much at once", "Please try again in a moment."),
}
"""What to tell of a status: in a few words, and in a sentence."""
FAULT = ("This was our fault", "It is noted. Nothing of it was kept.")
OTHERS = ("That did not work", "The server did not understand what was sent.")


async def page(request: Request, error: Exception) -> Any:
    """Return the page for an error, with the headers it has; the error itself to who does not ask for HTML."""
    failure = error if isinstance(error, HTTPException) else HTTPException(500)
    if "text/html" not in request.headers.get("accept", ""):
        return failure
    status = status_of(request, failure)
    title, sentence = WORDS.get(status, FAULT if status >= 500 else OTHERS)
    words = {"status": status, "title": title, "sentence": sentence}
    return await Template("pages:error.html", words).response(status, [*failure.headers, *PROTECTION])


def status_of(request: Request, error: HTTPException) -> int:
    """Return the status of an error; a code declared by an app has one that only its kernel knows."""
    status: int = request.app.service("errors")[error.code].status if isinstance(error, Error) else error.status
    return status


def protected(response: Response) -> Response:
    """Forbid scripts, frames and caches; asked after every page."""
    response.headers = [*(pair for pair in response.headers if pair[0] not in dict(PROTECTION)), *PROTECTION]
    return response
