"""One static file as an answer: under its plain name or a marked one, packed if the client likes that."""

import os
from contextlib import suppress
from typing import NamedTuple

from kernel_responses.compression import VARY, Pairs, accepted
from kernel_responses.fields import received
from kernel_responses.file import File
from kernel_responses.media import opened
from kernel_responses.reading import Found

from kernel import Request
from kernel.errors import HTTPException
from kernel.response import Pair
from kernel_static.fingerprints import Fingerprints, unmarked
from kernel_static.folders import Folders, Opened

PACKED = {"br": ".br", "gzip": ".gz"}
"""Content coding: what the name of a file so packed ends with; the better one first."""
FOR_EVER = (b"cache-control", b"public, max-age=31536000, immutable")


class Library(NamedTuple):
    """Where static files come from; `cached` is what clients are told about a plain name."""

    folders: Folders
    fingerprints: Fingerprints
    cached: Pair

    def find(self, path: str) -> tuple[Opened, Pair]:
        """Open the file that *path* means, and say how long it may be kept.

        Raises:
            HTTPException: 404; also if the name is marked with the digest of another version.
        """
        plain, digest = unmarked(path)
        if digest:
            with suppress(HTTPException):
                found = self.folders.open(plain)
                if self.fingerprints.of(plain, found.file) == digest:
                    return found, FOR_EVER
                found.file.close()
        return self.folders.open(path), self.cached


class StaticFile(File):
    """The file at *path*, which begins with the name of an app.

    It is trusted as the code is, so nothing in it is sandboxed.
    """

    sandboxed = False

    def __init__(self, path: str, library: Library) -> None:
        super().__init__(unmarked(path)[0], partial=True)
        self._asked, self._library = path, library

    def find(self, request: Request) -> Found:
        """Open the file, or what lies packed beside it; called in a worker thread.

        Raises:
            HTTPException: 404.
        """
        found, cached = self._library.find(self._asked)
        there = [coding for coding, ending in PACKED.items() if os.path.isfile(f"{found.folder / found.name}{ending}")]
        headers: Pairs = (cached, VARY) if there else (cached,)
        if there and not received(request, b"range"):
            for coding in accepted(received(request, b"accept-encoding"), there):
                with suppress(HTTPException):
                    return self._packed(found, coding, headers)
        return Found(found.file, found.state, headers)

    def _packed(self, plain: Opened, coding: str, headers: Pairs) -> Found:
        file, state = opened(plain.folder, plain.name + PACKED[coding], **self._library.folders.rules)
        plain.file.close()
        tag = f'"{state.st_mtime_ns:x}-{state.st_size:x}-{coding}"'  # never that of the plain file
        return Found(file, state, (*headers, (b"content-encoding", coding.encode()), (b"etag", tag.encode())))
