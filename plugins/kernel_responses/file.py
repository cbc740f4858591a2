"""Files of the project's media folder, whole or in part."""

import os
from contextlib import ExitStack
from datetime import datetime
from typing import NamedTuple

from anyio import to_thread

from kernel import Request, Response
from kernel.response import WITHOUT_BODY, HeaderInput
from kernel.types import Send
from kernel_responses.compression import Gzip, Pairs, gzip, negotiated
from kernel_responses.conditions import asked, demand, http_date, quoted_tag, unchanged
from kernel_responses.fields import value_of
from kernel_responses.media import active, disposition, media_type, opened
from kernel_responses.ranges import Segments, content_range, multipart, parts, total
from kernel_responses.reading import FileChunks, Found
from kernel_responses.stream import Chunked

SANDBOX = "default-src 'none'; sandbox"


class Sending(NamedTuple):
    """Service "sending": bytes of one chunk of a file, and most ranges that one request may ask for."""

    stream_size: int = 64 * 1024
    max_ranges: int = 16


class File(Response):
    """A file of the folder `[environment] media_path`, which it never leaves; 404 if it is not there.

    ETag and Last-Modified come with it, 304 where the client has it already, and 412 where it wants
    another version. What a browser may run (HTML, SVG, ...) is sandboxed: a
    `content-security-policy` in *headers* says otherwise.

    Args:
        path: relative to the media folder.
        stream: send it in pieces of `[networking] stream_size` bytes, else in one.
        compress: send gzip to a client that asks for it.
        partial: answer Range requests.
        last_modified: a datetime or seconds since the epoch; default is the time of the file.
        entity_tag: default is made of the time and the size of the file.
        download: save it instead of showing it: True, or under which name.

    Raises:
        ValueError: a header or an entity tag that may not be sent.
    """

    streamed, sandboxed = True, True

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
        if self.sandboxed and active(value_of(self.pairs, b"content-type") or ""):
            offers[b"content-security-policy"] = SANDBOX
        self.headers = [*self.pairs, *(pair for pair in offers.items() if value_of(self.pairs, pair[0]) is None)]

    def find(self, request: Request) -> Found:
        """Open what is to be sent; called in a worker thread.

        Raises:
            HTTPException: 404.
        """
        return Found(*opened(request.app.service("media_path"), self.path))

    async def prepare(self, request: Request) -> Response:
        """Return the file, parts of it, or 304; nothing stays open but what that has to send.

        Raises:
            HTTPException: 404, 412 or 416.
        """
        sending: Sending = request.app.service("sending")
        found = await to_thread.run_sync(self.find, request)
        with ExitStack() as closing:
            closing.enter_context(found.file)
            status, headers, segments = self._selected(request, found, sending.max_ranges)
            coded, length = False, total(segments)
            if self.compress:
                headers, coded = negotiated(request, status, headers, length)
            if status in WITHOUT_BODY:
                return Response.trusted(b"", status, headers)
            chunks = FileChunks(found.file, segments, self.path, sending.stream_size)
            if not self.stream:
                body = b"".join([chunk async for chunk in chunks])
                return Response.trusted(await gzip(body) if coded else body, status, headers)
            answer = Chunked(status, headers, chunks, Gzip() if coded else None, length=None if coded else length)
            closing.pop_all()
            return answer

    def _selected(self, request: Request, found: Found, most: int) -> tuple[int, Pairs, Segments]:
        """Return the status, the headers and the bytes that fit the request."""
        headers, size, method = self._described(found), found.state.st_size, request.scope["method"]
        everything: Segments = [(b"", range(size))]
        if self.status != 200 or method not in ("GET", "HEAD"):
            return self.status, headers, everything
        tag, modified = (value_of(headers, name) or "" for name in (b"etag", b"last-modified"))
        demand(request, tag, modified)
        if unchanged(request, tag, modified):
            return 304, headers, everything
        value = asked(request, tag, modified) if self.partial and method == "GET" else ""
        pieces = parts(value, size, most) if value else []
        return partly(pieces, headers, size) if pieces else (200, headers, everything)

    def _described(self, found: Found) -> Pairs:
        """Return the headers with the validators of the file as it is now."""
        state = found.state
        tag = self.entity_tag or f'"{state.st_mtime_ns:x}-{state.st_size:x}"'
        time = state.st_mtime if self.last_modified is None else self.last_modified
        own = ((b"etag", tag.encode("latin-1")), (b"last-modified", http_date(time)))
        given = (*self.raw_headers(None), *found.headers)
        return (*given, *(pair for pair in own if value_of(given, pair[0]) is None))

    async def write(self, request: Request, send: Send) -> None:
        """Send what `prepare` returns."""
        await (await self.prepare(request)).write(request, send)


def partly(pieces: list[range], headers: Pairs, size: int) -> tuple[int, Pairs, Segments]:
    """Return the answer with some bytes of a file; the whole where several parts would be longer."""
    if len(pieces) == 1:
        return 206, (*headers, (b"content-range", content_range(pieces[0], size))), [(b"", pieces[0])]
    kind = value_of(headers, b"content-type") or ""
    mixed, segments = multipart(pieces, kind.encode("latin-1"), size)
    if total(segments) > size:
        return 200, headers, [(b"", range(size))]
    return 206, ((b"content-type", mixed), *(pair for pair in headers if pair[0] != b"content-type")), segments
