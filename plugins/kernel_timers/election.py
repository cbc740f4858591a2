"""One of several processes ticks: the one that holds a lock, which the system takes from the dead."""

import os
from collections.abc import Callable
from pathlib import Path

ELECTION = "KERNEL_ELECTION"
"""Environment: the descriptor of a file that all workers of `kernel run` inherit."""


class Election:
    """Whether this process may tick: it alone as long as it lives.

    Args:
        path: a file that the processes share, or "" for the one that `kernel run` hands down.
    """

    def __init__(self, path: str = "", root: Path = Path()) -> None:
        self._open = self._opener(path, root)
        self._file: int | None = None

    @staticmethod
    def _opener(path: str, root: Path) -> Callable[[], int] | None:
        if path:
            return lambda: os.open(root / path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        handed = os.environ.get(ELECTION, "")
        return (lambda: os.dup(int(handed))) if handed else None

    def won(self) -> bool:
        """Tell whether this process ticks; without rivals it does."""
        if not self._open:
            return True
        import fcntl  # where there are workers there is POSIX

        if self._file is None:
            self._file = self._open()
        try:  # each time: whoever in this process closes the file gives its lock back, another generation say
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):  # somebody else holds it (POSIX lockf)
            return False
        return True

    def resign(self) -> None:
        """Let another process tick."""
        if self._file is not None:
            os.close(self._file)  # gives the lock back
        self._file = None
