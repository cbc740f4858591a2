"""What an upload costs: two fields and a file, multipart, arriving in messages of 64 KiB.

The callable reads the boundary off the content type, drives the parser that the plugin drives, with
its defaults, joins fields in memory and writes the file to a SpooledTemporaryFile of 1 MiB, on the
event loop; then both read the whole file and answer with the fields and its size. It has no limits,
no names, no cleaning up beyond closing the file. The larger file, of which the plugin writes all but
the last part to disk in worker threads and the callable in the loop, is printed only.
"""

from tempfile import SpooledTemporaryFile
from typing import Any

from kernel_router import Routes
from multipart import MultipartSegment, PushMultipartParser  # type: ignore[import-untyped]  # it has no types
from scenario import JSON, Scenario, answer, dumps

from kernel import App

BOUNDARY = "----WebKitFormBoundary7MA4YWxkTrZu0gW"
MEBIBYTE, BLOCK = 1024 * 1024, 64 * 1024
routes = Routes()


@routes.post("/upload")
async def upload(request):  # type: ignore[no-untyped-def]  # as users write it
    form = await request.form()
    return {"title": form["title"], "author": form["author"], "size": len(await form["file"].read())}


async def raw_upload(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http" or scope["method"] != "POST" or scope["path"] != "/upload":
        return
    content_type = next(value for name, value in scope["headers"] if name == b"content-type")
    parser = PushMultipartParser(content_type.partition(b"boundary=")[2])
    found: dict[str, Any] = {}
    part, more = None, True
    while more:
        message = await receive()
        more = message.get("more_body", False)
        for event in parser.parse(message["body"]):
            if isinstance(event, MultipartSegment):
                if event.filename is None:
                    part = found[event.name] = []
                else:
                    part = found[event.name] = SpooledTemporaryFile(MEBIBYTE)  # noqa: SIM115  # closed below
            elif event is not None:
                (part.append if isinstance(part, list) else part.write)(event)
    parser.close()
    with found["file"] as file:
        file.seek(0)
        content = {name: b"".join(found[name]).decode() for name in ("title", "author")}
        await answer(send, 200, JSON, dumps({**content, "size": len(file.read())}))


def body(size: int) -> list[bytes]:
    """Return a form with a file of *size* bytes, in messages of 64 KiB."""
    line = f"\r\n--{BOUNDARY}\r\nContent-Disposition: form-data; name="
    fields = f'{line}"title"\r\n\r\nA picture{line}"author"\r\n\r\nJane'
    head = f'{line}"file"; filename="picture.png"\r\nContent-Type: image/png\r\n\r\n'
    content = bytes(range(256)) * (size // 256)
    whole = (fields + head).encode()[2:] + content + f"\r\n--{BOUNDARY}--\r\n".encode()
    return [whole[start : start + BLOCK] for start in range(0, len(whole), BLOCK)]


app = App(name="bench", routes=routes)
TYPE = [(b"content-type", f"multipart/form-data; boundary={BOUNDARY}".encode())]


def scenario(name: str, size: int, bound: float | None, calls: int) -> Scenario:
    """Return a scenario with a file of *size* bytes."""
    return Scenario(name, "/upload", app, raw_upload, bound, "POST", b"", TYPE, body(size), calls)


SCENARIOS = [
    scenario("1 MiB upload, in memory", MEBIBYTE, 1.4, 20),
    scenario("4 MiB upload, on disk in threads", 4 * MEBIBYTE, None, 5),
]
