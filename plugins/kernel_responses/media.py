"""Files below one folder: found without leaving it, opened, and named (RFC 6266)."""

import errno
import os
import stat
from functools import cache
from io import BufferedReader
from mimetypes import MimeTypes
from pathlib import Path
from urllib.parse import quote

from kernel.errors import HTTPException

EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EIO})
FLAGS = sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"))
"""The last name must not have become a link since it was looked up, and a FIFO must not block."""
MODERN = {
    ".avif": "image/avif",
    ".js": "text/javascript",
    ".md": "text/markdown",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}
CODINGS = {"gzip": "application/gzip", "bzip2": "application/x-bzip2", "xz": "application/x-xz"}
INERT = ("image/", "audio/", "video/", "font/", "text/plain")


@cache
def known() -> MimeTypes:
    """Return a table of its own: the machine's would make answers differ between machines."""
    types = MimeTypes()
    for ending, kind in MODERN.items():
        types.add_type(kind, ending)
    return types


def media_type(name: str) -> str:
    """Return the media type that a file name promises; a packed file is its packing."""
    kind, coding = known().guess_type(f"./{name}", strict=False)
    if coding:
        return CODINGS.get(coding, "application/octet-stream")
    return f"{kind}; charset=utf-8" if kind and kind.startswith("text/") else kind or "application/octet-stream"


def active(kind: str) -> bool:
    """Tell whether a browser may run what is inside a file of this media type."""
    return not kind.startswith(INERT) or kind.startswith("image/svg")


def disposition(name: str) -> str:
    """Return a Content-Disposition that saves the file as *name* (RFC 6266 §4.1, RFC 8187).

    Only the last part of a path counts, and control characters become "_".
    """
    last = name.replace("\\", "/").rpartition("/")[2]
    clean = "".join(letter if letter.isprintable() else "_" for letter in last)
    plain = "".join(letter if " " <= letter <= "~" and letter not in '"%' else "_" for letter in clean)
    extended = "" if plain == clean else f"; filename*=UTF-8''{quote(clean, safe='')}"
    return f'attachment; filename="{plain}"{extended}'


def locate(root: Path, path: str, follow_symlinks: bool = False, hidden_files: bool = False) -> Path:
    """Return the real path of a file below *root*, which is itself a real path.

    Args:
        follow_symlinks: let links lead outside; the path itself never does.
        hidden_files: allow names that begin with a dot.

    Raises:
        HTTPException: 404, the path is absolute, hidden, or leads outside, also through a link.
    """
    named = Path(path)
    try:
        real = Path(os.path.realpath(root / path))
        inside = () if follow_symlinks else real.relative_to(root).parts
    except ValueError:  # a NUL, a lone surrogate, or outside
        raise HTTPException(404) from None
    hidden = not hidden_files and any(part.startswith(".") for part in (*named.parts, *inside))
    if hidden or named.is_absolute() or ".." in named.parts:
        raise HTTPException(404)
    return real


def opened(root: Path, path: str, **rules: bool) -> tuple[BufferedReader, os.stat_result]:
    """Return the regular file at *path* below *root*, open for reading, and its state.

    Args:
        rules: as those of `locate`.

    Raises:
        HTTPException: 404, there is no such file or it cannot be read.
        RuntimeError: the machine cannot open files now.
    """
    try:
        descriptor = os.open(locate(root, path, **rules), os.O_RDONLY | FLAGS)
    except OSError as error:
        if error.errno in EXHAUSTED:
            raise RuntimeError(f"file '{path}' cannot be opened: {error}") from error
        raise HTTPException(404) from error
    state = os.fstat(descriptor)
    if not stat.S_ISREG(state.st_mode):
        os.close(descriptor)
        raise HTTPException(404)
    return os.fdopen(descriptor, "rb"), state
