"""Read what is sent of an open file, piece by piece, off the event loop."""

import os
from typing import BinaryIO, NamedTuple

from anyio import to_thread

from kernel_responses.compression import Pairs
from kernel_responses.ranges import Segments


class Found(NamedTuple):
    """An open file, its state, and the headers that come with it, as how it is coded."""

    file: BinaryIO
    state: os.stat_result
    headers: Pairs = ()


class FileChunks:
    """The *segments* of a body whose bytes come from an open file, read in worker threads.

    Args:
        name: for messages.
        size: most bytes of one chunk.
    """

    def __init__(self, file: BinaryIO, segments: Segments, name: str, size: int) -> None:
        self.file, self.name, self.size = file, name, size
        self._segments, self._left = iter(segments), 0

    def __aiter__(self) -> "FileChunks":
        return self

    async def __anext__(self) -> bytes:
        if not self._left:
            head, piece = next(self._segments, (b"", None))
            if piece is None:
                raise StopAsyncIteration
            self.file.seek(piece.start)
            self._left = len(piece)
            if head or not piece:
                return head
        try:
            chunk = await to_thread.run_sync(self.file.read, min(self.size, self._left))
        except OSError as error:  # must not pass for a client that left
            raise RuntimeError(f"file '{self.name}' cannot be read: {error}") from error
        if not chunk:
            raise RuntimeError(f"file '{self.name}' became shorter while it was sent")
        self._left -= len(chunk)
        return chunk

    async def aclose(self) -> None:
        """Close the file."""
        self.file.close()
