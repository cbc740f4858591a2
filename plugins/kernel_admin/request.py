"""`kernel request METHOD PATH`: one request in process, with the life cycle around it."""

import sys
from http import HTTPStatus
from typing import Any

import anyio
import click

from kernel import Kernel
from kernel_admin.project import strict
from kernel_admin.scopes import Pair, scope
from kernel_admin.tables import as_json, dump


@click.command()
@click.argument("method")
@click.argument("path")
@click.option("-H", "--header", "headers", multiple=True, metavar="NAME:VALUE", help="Send a header; may be repeated.")
@click.option("-d", "--data", "body", default="", help="Send a body.")
@as_json
def request(method: str, path: str, headers: tuple[str, ...], body: str, as_json: bool) -> None:
    """Send one request in process, without a server.

    The project is started and stopped around it. Exits 1 for answers of 400 and above.
    """
    data = body.encode()
    pairs = [pair(text) for text in headers]
    if data and not any(name == b"content-length" for name, _ in pairs):
        pairs.append((b"content-length", b"%d" % len(data)))
    status, answered, content = anyio.run(exchange, strict(), scope(method, path, pairs), data)
    show(status, answered, content, as_json)
    sys.exit(0 if status < HTTPStatus.BAD_REQUEST else 1)


def pair(text: str) -> Pair:
    """Return "name: value" as a pair of bytes.

    Raises:
        click.UsageError: there is no colon in it.
    """
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise click.UsageError(f"header '{text}' is not of the form 'name:value'")
    return name.strip().lower().encode("latin-1"), value.strip().encode("latin-1")


async def exchange(project: Kernel, described: dict[str, Any], body: bytes) -> tuple[int, list[Pair], bytes]:
    """Start the project, send one request, stop it; return status, headers and body."""
    incoming, messages = [{"type": "http.request", "body": body}], list[Any]()

    async def receive() -> Any:
        return incoming.pop() if incoming else await anyio.sleep_forever()

    async def send(message: Any) -> None:
        messages.append(message)

    await project.start()
    try:
        await project(described, receive, send)
    finally:
        await project.stop()
    start = messages[0]
    return start["status"], list(start["headers"]), b"".join(message.get("body", b"") for message in messages[1:])


def show(status: int, headers: list[Pair], content: bytes, as_json: bool) -> None:
    """Print an answer."""
    named = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]
    text = content.decode("utf-8", "replace")
    if as_json:
        dump({"status": status, "headers": named, "body": text})
        return
    phrase = HTTPStatus(status).phrase if status in list(HTTPStatus) else ""
    click.echo("\n".join([f"{status} {phrase}".strip(), *(f"{name}: {value}" for name, value in named), ""]))
    click.echo(text)
