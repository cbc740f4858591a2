"""The bytes of one file: chunks in memory, until they are written to a temporary file."""

import os
from contextlib import suppress
from io import BytesIO
from threading import Lock
from typing import BinaryIO

from kernel_forms.folder import UploadFolder


class Spool:
    """Collects `chunks`; `spill` moves them to disk. What touches the disk blocks: call it in a thread.

    `on_disk` tells whether it was ever asked to spill. A lock keeps `close` from overtaking a spill
    whose waiting task was cancelled.
    """

    def __init__(self, folder: UploadFolder) -> None:
        self.chunks: list[bytes] = []
        self.on_disk = self.closed = False
        self.path = ""
        self._folder, self._lock = folder, Lock()
        self._file: BinaryIO | None = None

    def spill(self) -> None:
        """Write the chunks to the temporary file."""
        with self._lock:
            if self.closed:
                return
            if self._file is None:
                self._file, self.path = self._folder.open()
            self._file.writelines(self.chunks)
            self._file.flush()  # a full disk has to show now
            self.chunks.clear()

    def file(self) -> BinaryIO:
        """Return the whole as a file; at its start when called first."""
        if self.closed:
            raise ValueError("the upload is closed; read or save it before the request ends")
        if self._file is None:
            self._file = BytesIO(b"".join(self.chunks))
            self.chunks.clear()
        return self._file

    def close(self) -> None:
        """Forget the bytes and remove the temporary file; closing again does nothing."""
        with self._lock:
            self.closed = True
            self.chunks.clear()
            if self._file:
                with suppress(OSError):  # it writes once more what a full disk did not take
                    self._file.close()
            if self.path:
                with suppress(FileNotFoundError):
                    os.unlink(self.path)
                self.path = ""
