"""One file of a form."""

import os
from collections.abc import AsyncIterator, Sequence
from functools import cached_property
from pathlib import Path

from kernel_requests import Headers

from kernel_forms.disk import in_thread
from kernel_forms.names import safe_name
from kernel_forms.saving import save
from kernel_forms.spool import Spool

CHUNK = 64 * 1024


class Upload:
    """A file as the client sent it; closed, and its temporary file removed, when the request ends.

    `filename` is what the client says and may be anything: never use it as a path, but `safe_name`.
    `content_type` is the media type the client claims, "text/plain" where it says none (RFC 7578
    §4.4); `size` is in bytes.
    """

    def __init__(
        self, filename: str, content_type: str, headers: Sequence[tuple[str, str]], size: int, spool: Spool
    ) -> None:
        self.filename, self.content_type, self.size = filename, content_type, size
        self._headers, self._spool = headers, spool

    def __repr__(self) -> str:
        return f"Upload({self.filename!r}, {self.content_type!r}, {self.size} bytes)"

    @cached_property
    def headers(self) -> Headers:
        """The headers of the part; those of the request have nothing to do with it."""
        return Headers((name.lower(), value) for name, value in self._headers)

    @cached_property
    def safe_name(self) -> str:
        """A name for the file that is safe on any disk; not unique."""
        return safe_name(self.filename)

    async def read(self, size: int = -1) -> bytes:
        """Return the next *size* bytes, or all the rest; b"" at the end."""
        file = self._spool.file()
        return await in_thread(file.read, size) if self._spool.on_disk else file.read(size)

    async def seek(self, offset: int = 0) -> None:
        """Go to *offset*, in bytes from the start."""
        self._spool.file().seek(offset)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the rest in chunks of at most 64 KiB."""
        while chunk := await self.read(CHUNK):
            yield chunk

    async def save_to(
        self,
        directory: str | os.PathLike[str],
        name: str | None = None,
        *,
        overwrite: bool = False,
        mode: int = 0o600,
    ) -> Path:
        """Put the file into *directory*, which has to exist, and return its path.

        Args:
            name: of the file; default is `safe_name`.
            overwrite: whether a file that is there may be replaced.
            mode: permissions of the file.

        Raises:
            ValueError: *name* does not stay inside *directory*.
            FileExistsError: there is a file already.
            HTTPException: 507, the disk is full.
        """
        final = self.safe_name if name is None else name
        return await in_thread(save, self._spool, directory, final, overwrite, mode)

    async def close(self) -> None:
        """Forget the content and remove the temporary file; what was saved stays."""
        if self._spool.on_disk:
            await in_thread(self._spool.close)
        else:
            self._spool.close()
