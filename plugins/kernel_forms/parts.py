"""Forms as multipart/form-data (RFC 7578): the library parses, this sorts into fields and files."""

from collections.abc import Awaitable, Iterable
from typing import Any

from kernel_requests.incoming import Pour
from kernel_requests.media import codec
from multipart import (  # type: ignore[import-untyped]  # it has no types
    MultipartError,
    MultipartSegment,
    ParserLimitReached,
    PushMultipartParser,
    parse_content_disposition,
)

from kernel import Request
from kernel_forms.blocks import Blocks
from kernel_forms.disk import in_thread
from kernel_forms.folder import UploadFolder
from kernel_forms.limits import Limits, refused
from kernel_forms.spool import Spool
from kernel_forms.upload import Upload


async def read(
    request: Request, pour: Pour, boundary: str, limits: Limits, folder: UploadFolder
) -> list[tuple[str, Any]]:
    """Return the fields and files in order; of a form that is refused nothing is left then.

    Raises:
        HTTPException: 400, it is malformed; 413, it passes a limit, all while it is read.
    """
    parts = Parts(request, limits, folder)
    try:
        await fill(parts, pour, boundary, limits)
    except Exception:
        if closing := parts.finish():  # before the answer: who is told that the disk is full tries again at once
            await closing
        raise
    return parts.pairs


async def fill(parts: "Parts", pour: Pour, boundary: str, limits: Limits) -> None:
    """Give *parts* all of the body; raises as `read`."""
    if not 0 < len(boundary) <= limits.max_boundary_length or not (boundary.isascii() and boundary.isprintable()):
        raise refused(400, "the form has no valid boundary")
    parser = PushMultipartParser(boundary, -1, limits.max_part_header_size, limits.max_part_headers)
    blocks = Blocks()

    def take(chunk: bytes) -> Awaitable[None] | None:
        todo = iter(blocks.cut(chunk))
        for block in todo:
            parts.take(parser.parse(block))
            if parts.due:
                return written(todo)
        return None

    async def written(todo: Iterable[bytes]) -> None:
        await parts.written()
        for block in todo:
            parts.take(parser.parse(block))
            await parts.written()

    try:
        await pour(take)
        await written(blocks.rest())
        parser.close()
    except ParserLimitReached as error:
        raise refused(413, f"a part of the form is too large: {error}") from error
    except MultipartError as error:
        raise refused(400, f"the form is malformed: {error}") from error


class Parts:
    """Collects the fields and files of one form in `pairs`; `due` are the files to write, and whether they ended."""

    def __init__(self, request: Request, limits: Limits, folder: UploadFolder) -> None:
        self.pairs: list[tuple[str, Any]] = []
        self._request, self._limits, self._folder = request, limits, folder
        self._fields = self._in_memory = self._most = 0
        self._spools: list[Spool] = []
        self._chunks: list[bytes] = []
        self.due: dict[Spool, bool] = {}
        self._spool: Spool | None = None

    def take(self, events: Iterable[Any]) -> None:
        """Take events of the parser: the head of a part, its bytes, None at its end."""
        for event in events:
            if event.__class__ is bytes:
                self._add(event)
            elif event is None:
                self._end(self._segment)
            else:
                self._begin(event)

    async def written(self) -> None:
        """Write to disk what has to be there."""
        due, self.due = self.due, {}
        for spool, ended in due.items():
            self._in_memory -= sum(map(len, spool.chunks))
            await in_thread(spool.spill)
            if ended:
                spool.file().seek(0)

    def _begin(self, segment: MultipartSegment) -> None:
        self._segment = segment
        if not segment.name and parse_content_disposition(segment["Content-Disposition"])[1] is None:
            raise refused(400, "the form is malformed: a part has no name")
        if segment.filename is None:
            self._spool, self._chunks, self._most = None, [], self._limits.max_field_size
            self._fields += 1
            if self._fields > self._limits.max_form_fields:
                raise refused(413, f"the form has more than {self._limits.max_form_fields} fields")
        else:
            self._open()

    def _open(self) -> None:
        if not self._spools:
            self._request.finishers = (*self._request.finishers, self.finish)
            self._request.waiting = True
        self._spool, self._most = Spool(self._folder), self._limits.max_file_size
        self._chunks = self._spool.chunks
        self._spools.append(self._spool)
        if len(self._spools) > self._limits.max_form_files:
            raise refused(413, f"the form has more than {self._limits.max_form_files} files")

    def _add(self, chunk: bytes) -> None:
        if self._segment.bytes_received > self._most:
            raise refused(413, f"a part of the form has more than {self._most} bytes")
        self._chunks.append(chunk)
        if self._spool:
            self._in_memory += len(chunk)
            if self._in_memory > self._limits.spool_size:
                self._spool.on_disk, self.due[self._spool] = True, False

    def _end(self, segment: MultipartSegment) -> None:
        spool = self._spool
        if spool is None:
            value: Any = b"".join(self._chunks).decode(codec(segment.charset), "replace")
        elif not (segment.filename or segment.size):
            return  # a file input that was left empty is neither file nor field
        else:
            if spool.on_disk:
                self.due[spool] = True
            value = upload(segment, spool)
        self.pairs.append((segment.name, value))

    def finish(self, *told: Any) -> Awaitable[None] | None:
        """Close the files, as often as it is called; in a thread if one is on disk."""
        if any(spool.on_disk for spool in self._spools):
            return in_thread(self._close)
        self._close()
        return None

    def _close(self) -> None:
        for spool in self._spools:
            spool.close()


def upload(segment: MultipartSegment, spool: Spool) -> Upload:
    """Return the file of a part."""
    filename = segment.filename.replace("\\\\", "\\")  # some clients escape as in RFC 2183; browsers do not
    return Upload(filename, segment.content_type or "text/plain", segment.headerlist, segment.size, spool)
