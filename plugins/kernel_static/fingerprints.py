"""Names that change with the content: "site.css" is "site.3f2a9c1b04de.css"."""

import os
import re
from io import BufferedReader

DIGITS = 12
"""Of the SHA-256 of the content: 48 bits, for names that only have to differ between versions."""
Version = tuple[int, int, int]
_marked = re.compile(rf"(.*/)?([^/]+)\.([0-9a-f]{{{DIGITS}}})(\.[^./]*)?").fullmatch


def marked(path: str, digest: str) -> str:
    """Return *path* with *digest* before the ending of its name."""
    folder, slash, name = path.rpartition("/")
    stem, dot, ending = name.rpartition(".")
    return f"{folder}{slash}{stem}.{digest}{dot}{ending}" if stem else f"{path}.{digest}"


def unmarked(path: str) -> tuple[str, str]:
    """Return a path without the digest in its name, and the digest; "" if there is none."""
    match = _marked(path)
    return (f"{match[1] or ''}{match[2]}{match[4] or ''}", match[3]) if match else (path, "")


class Fingerprints:
    """The digest of each file, computed anew only when its time, its size or the file itself is another."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Version, str]] = {}

    def known(self, path: str, state: os.stat_result) -> str | None:
        """Return the digest of the file at *path* if it was computed for this *state*."""
        version, digest = self._known.get(path, (None, None))
        return digest if version == _version(state) else None

    def of(self, path: str, file: BufferedReader) -> str:
        """Return the digest of the open file at *path*, which is at its beginning before and after."""
        state = os.fstat(file.fileno())
        digest = self.known(path, state)
        if digest is None:
            import hashlib  # it loads OpenSSL, which a process without static files need not do

            digest = hashlib.file_digest(file, "sha256").hexdigest()[:DIGITS]
            file.seek(0)
            self._known[path] = _version(state), digest
        return digest


def _version(state: os.stat_result) -> Version:
    return state.st_ino, state.st_mtime_ns, state.st_size
