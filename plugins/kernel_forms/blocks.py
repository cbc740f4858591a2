"""The same bytes in blocks of one size, so that no outcome depends on how they arrived."""

from collections.abc import Sequence

BLOCK = 64 * 1024


class Blocks:
    """Cuts a stream of chunks into blocks of 64 KiB; whole ones are passed on as they are."""

    def __init__(self) -> None:
        self._held: list[bytes] = []
        self._size = 0

    def cut(self, chunk: bytes) -> Sequence[bytes]:
        """Return the blocks that *chunk* completes."""
        if not self._size and len(chunk) == BLOCK:
            return (chunk,)
        self._held.append(chunk)
        self._size += len(chunk)
        if self._size < BLOCK:
            return ()
        whole = b"".join(self._held)
        ready = len(whole) - len(whole) % BLOCK
        self._held, self._size = [whole[ready:]], len(whole) - ready
        return [whole[start : start + BLOCK] for start in range(0, ready, BLOCK)]

    def rest(self) -> Sequence[bytes]:
        """Return what is left, if anything."""
        return (b"".join(self._held),) if self._size else ()
