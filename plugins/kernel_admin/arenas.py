"""Keep the memory of threads together.

glibc gives up to eight arenas a processor to threads, and what is freed in one of them is of no use to the others: a
server whose hooks, files and databases work in threads grows for hours although nothing is kept. Python's threads
hardly ever allocate at the same time, so that one arena costs nothing (mallopt(3), M_ARENA_MAX).
"""

import ctypes
import os

ARENAS = 1  # with two it still grows
M_ARENA_MAX = -8
SAID = {"MALLOC_ARENA_MAX": "", "GLIBC_TUNABLES": "glibc.malloc.arena_"}
"""Environment: an operator's own choice, if it has that text."""


def one_arena() -> bool:
    """Have malloc use one arena from now on; False where it has none, or the environment says how many."""
    if any(name in os.environ and text in os.environ[name] for name, text in SAID.items()):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # glibc's
    return bool(mallopt and mallopt(M_ARENA_MAX, ARENAS))
