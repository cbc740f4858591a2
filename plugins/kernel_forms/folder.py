"""The folder in which files wait on disk: private, made when the first file needs it, gone at the end."""

import os
import shutil
import weakref
from pathlib import Path
from tempfile import mkdtemp, mkstemp
from threading import Lock
from typing import BinaryIO


class UploadFolder:
    """Makes temporary files (mode 0600) in a folder of its own (mode 0700). All methods block.

    Args:
        parent: where to make the folder; None for the system's temporary folder.

    `place` is the path of the folder, "" before the first file.
    """

    def __init__(self, parent: Path | None = None) -> None:
        self.place = ""
        self._parent, self._lock = parent, Lock()

    def open(self) -> tuple[BinaryIO, str]:
        """Return a new file, open to read and write, and its path."""
        with self._lock:
            if not os.path.isdir(self.place):  # cleaners of temporary folders may take it away
                self._make()
        handle, path = mkstemp(prefix="file-", dir=self.place)
        return os.fdopen(handle, "w+b"), path

    def _make(self) -> None:
        if self._parent:
            self._parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.place = mkdtemp(prefix="kernel-uploads-", dir=self._parent)
        self._last_resort = weakref.finalize(self, remove, self.place)

    def remove(self) -> None:
        """Remove the folder and what is in it, if it was made."""
        if self.place:
            self._last_resort()


def remove(place: str) -> None:
    """Remove a folder and what is in it, if it is there."""
    shutil.rmtree(place, ignore_errors=True)
