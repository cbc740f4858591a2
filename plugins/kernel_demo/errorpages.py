"""The plugin "demo_pages": an error is a page for a browser, and stays JSON for everybody else."""

from functools import partial
from http.client import responses as PHRASES

from kernel import Layer, Plugin, Request, Response, hookimpl
from kernel.types import Application, ASGIApp, Message, Receive, Scope, Send
from kernel_demo.layout import document
from kernel_demo.markup import joined, tag

WORDS = {404: "There is nothing at this address. It may have been deleted.", 500: "This was our fault. It is noted."}
KEPT_OUT = (b"content-type", b"content-length", b"cache-control")


class ErrorPages(Plugin):
    """Wrap the application, so that errors of every origin pass: no route, no such bookmark, a crash."""

    name = "demo_pages"
    requires = ("errors", "requests", "responses", "router")

    @hookimpl
    def kernel_layers(self, kernel: Application) -> list[Layer]:
        """Declare the one layer; an exception is a response only outside of all others, so it is an ASGI one."""
        return [Layer("demo_error_pages", asgi=partial(paged, kernel))]


def paged(kernel: Application, app: ASGIApp) -> ASGIApp:
    """Return *app* with its errors sent as pages to clients that ask for HTML."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        accept = next((value for name, value in scope["headers"] if name == b"accept"), b"")
        if b"text/html" not in accept:
            return await app(scope, receive, send)
        failure: list[Message] = []

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start" and is_bare(message):
                failure.append(message)
            elif not failure:
                await send(message)
            elif not message.get("more_body"):
                await page(kernel, scope, failure[0]).write(Request(scope, receive, kernel), send)

        await app(scope, receive, sending)

    return wrapped


def is_bare(start: Message) -> bool:
    """Tell whether a start message is that of an error which is no page yet."""
    kind = dict(start["headers"]).get(b"content-type", b"")
    return start["status"] >= 400 and not kind.startswith(b"text/html")


def page(kernel: Application, scope: Scope, start: Message) -> Response:
    """Return the page for an error, with the status and the other headers it had."""

    def url_for(name: str, **variables: object) -> str:
        return f"{scope.get('root_path') or ''}{kernel.service('url_for')(name, **variables)}"

    phrase = PHRASES.get(start["status"], "Error")
    content = joined(tag("h1", phrase), tag("p", WORDS.get(start["status"], "This did not work.")))
    response = document(url_for, phrase, content, start["status"])
    response.headers.extend(pair for pair in start["headers"] if pair[0] not in KEPT_OUT)
    return response
