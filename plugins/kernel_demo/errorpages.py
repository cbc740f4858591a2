"""The plugin "demo_pages": an error is a page for a browser, and stays JSON for everybody else."""

from http.client import responses as PHRASES

from kernel import Layer, Plugin, Request, Response, hookimpl
from kernel.layers import Handler
from kernel_demo.layout import document
from kernel_demo.markup import joined, tag

WORDS = {404: "There is nothing at this address. It may have been deleted.", 500: "This was our fault. It is noted."}


class ErrorPages(Plugin):
    """Wrap the application, so that errors of every origin pass: no route, no such bookmark, a crash."""

    name = "demo_pages"
    requires = ("errors", "requests", "responses", "router")

    @hookimpl
    def kernel_layers(self) -> list[Layer]:
        """Declare the one layer."""
        return [Layer("demo_error_pages", around=shown)]


async def shown(request: Request, call_next: Handler) -> Response:
    """Return errors as a page, with their status and headers, to clients that ask for HTML."""
    response = await call_next(request)
    kind = next((value for name, value in response.pairs if name == b"content-type"), b"")
    wanted = "text/html" in request.headers.get("accept", "")
    if response.status < 400 or not wanted or kind.startswith(b"text/html"):
        return response
    phrase = PHRASES.get(response.status, "Error")
    content = joined(tag("h1", phrase), tag("p", WORDS.get(response.status, "This did not work.")))
    page = document(request.url_for, phrase, content, response.status)
    page.headers.extend(pair for pair in response.pairs if pair[0] not in (b"content-type", b"cache-control"))
    return page
