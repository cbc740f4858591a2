"""Files of the project's media folder, whole or in part."""

import os
from contextlib import ExitStack
from datetime import datetime
from typing import BinaryIO

from anyio import to_thread

from kernel import Request, Response
from kernel.response import WITHOUT_BODY, HeaderInput
from kernel.types import Send
from kernel_responses.compression import Gzip, Pairs, gzip, negotiated
from kernel_responses.conditions import http_date, quoted_tag, unchanged, wanted
from kernel_responses.fields import value_of
from kernel_responses.media import active, disposition, media_type, opened
from kernel_responses.stream import Chunked

CHUNK = 64 * 1024
SANDBOX = "default-src 'none'; sandbox"


class FileChunks:
    """The next *left* bytes of an open file, read in worker threads; *name* is for messages."""

    def __init__(self, file: BinaryIO, left: int, name: str) -> None:
        self.file, self.left, self.name = file, left, name

    def __aiter__(self) -> "FileChunks":
        return self

    async def __anext__(self) -> bytes:
        if not self.left:
            raise StopAsyncIteration
        try:
            chunk = await to_thread.run_sync(self.file.read, min(CHUNK, self.left))
        except OSError as error:  # must not pass for a client that left
            raise RuntimeError(f"file '{self.name}' cannot be read: {error}") from error
        if not chunk:
            raise RuntimeError(f"file '{self.name}' became shorter while it was sent")
        self.left -= len(chunk)
        return chunk

    async def close(self) -> None:
        """Close the file."""
        self.file.close()


class File(Response):
    """A file of the folder `[environment] media_path`, which it never leaves; 404 if it is not there.

    ETag and Last-Modified come with it, and 304 where the client has it already. What a browser
    may run (HTML, SVG, ...) is sandboxed: a `content-security-policy` in *headers* says otherwise.

    Args:
        path: relative to the media folder.
        stream: send it in pieces of 64 KiB, else in one.
        compress: send gzip to a client that asks for it.
        partial: answer Range requests.
        last_modified: a datetime or seconds since the epoch; default is the time of the file.
        entity_tag: default is made of the time and the size of the file.
        download: save it instead of showing it: True, or under which name.

    Raises:
        ValueError: a header or an entity tag that may not be sent.
    """

    streamed = True

    def __init__(
        self,
        path: str | os.PathLike[str],
        status: int = 200,
        headers: HeaderInput = (),
        stream: bool = True,
        compress: bool = False,
        partial: bool = False,
        last_modified: datetime | float | None = None,
        entity_tag: str | None = None,
        download: bool | str | None = None,
        content_type: str | bytes = b"",
    ) -> None:
        self.path = os.fsdecode(path)
        super().__init__(b"", status, headers, content_type or media_type(self.path))
        self.stream, self.compress, self.partial = stream, compress, partial
        self.entity_tag = quoted_tag(entity_tag) if entity_tag else ""
        self.last_modified = last_modified.timestamp() if isinstance(last_modified, datetime) else last_modified
        offers = {b"accept-ranges": "bytes" if partial else "none", b"x-content-type-options": "nosniff"}
        if download:
            offers[b"content-disposition"] = disposition(self.path if download is True else download)
        if active(value_of(self.pairs, b"content-type") or ""):
            offers[b"content-security-policy"] = SANDBOX
        self.headers = [*self.pairs, *(pair for pair in offers.items() if value_of(self.pairs, pair[0]) is None)]

    async def prepare(self, request: Request) -> Response:
        """Return the file, a part of it, or 304; nothing stays open but what that has to send.

        Raises:
            HTTPException: 404 or 416.
        """
        file, state = await to_thread.run_sync(opened, request.app.service("media_path"), self.path)
        with ExitStack() as closing:
            closing.enter_context(file)
            status, headers, piece = self._selected(request, state)
            file.seek(piece.start)
            coded, chunks = False, FileChunks(file, len(piece), self.path)
            if self.compress:
                headers, coded = negotiated(request, status, headers, len(piece))
            if status in WITHOUT_BODY:
                return Response.trusted(b"", status, headers)
            if not self.stream:
                body = b"".join([chunk async for chunk in chunks])
                return Response.trusted(await gzip(body) if coded else body, status, headers)
            length = None if coded else len(piece)
            answer = Chunked(status, headers, chunks, Gzip() if coded else None, length=length)
            closing.pop_all()
            return answer

    def _selected(self, request: Request, state: os.stat_result) -> tuple[int, Pairs, range]:
        """Return the status, the headers and the bytes that fit the request."""
        headers, everything = self._described(state), range(state.st_size)
        if self.status != 200 or request.scope["method"] not in ("GET", "HEAD"):
            return self.status, headers, everything
        tag, modified = (value_of(headers, name) or "" for name in (b"etag", b"last-modified"))
        if unchanged(request, tag, modified):
            return 304, headers, everything
        piece = (
            wanted(request, tag, modified, state.st_size) if self.partial and request.scope["method"] == "GET" else None
        )
        if piece is None:
            return 200, headers, everything
        place = b"bytes %d-%d/%d" % (piece.start, piece.stop - 1, state.st_size)
        return 206, (*headers, (b"content-range", place)), piece

    def _described(self, state: os.stat_result) -> Pairs:
        """Return the headers with the validators of the file as it is now."""
        tag = self.entity_tag or f'"{state.st_mtime_ns:x}-{state.st_size:x}"'
        time = state.st_mtime if self.last_modified is None else self.last_modified
        own = ((b"etag", tag.encode("latin-1")), (b"last-modified", http_date(time)))
        given = self.raw_headers(None)
        return (*given, *(pair for pair in own if value_of(given, pair[0]) is None))

    async def write(self, request: Request, send: Send) -> None:
        """Send what `prepare` returns."""
        await (await self.prepare(request)).write(request, send)
