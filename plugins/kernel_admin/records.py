"""Installed distributions as they lie on the disk: found by their folder, told apart by their RECORD.

A RECORD (https://packaging.python.org/en/latest/specifications/recording-installed-packages/) lists
every file with its hash. What an installer adds on one machine (scripts, byte code, INSTALLER, its
own name) is no part of the digest, so that the same wheel has the same digest everywhere.
"""

import csv
import hashlib
import re
import sys
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from pathlib import Path

OWN = frozenset({"INSTALLER", "REQUESTED", "direct_url.json", "RECORD"})
"""Files that an installer writes beside the metadata."""


def normal(name: str) -> str:
    """Return the name of a distribution as all its spellings compare."""
    return re.sub("[-_.]+", "-", name).lower()


def folders(name: str) -> Iterator[Path]:
    """Yield the metadata folders of a distribution, the one that is imported first."""
    for entry in dict.fromkeys(sys.path):
        for path in sorted(Path(entry or ".").glob("*-info")):
            if path.suffix in (".dist-info", ".egg-info") and normal(path.stem.partition("-")[0]) == normal(name):
                yield path


def version(folder: Path) -> str:
    """Return the version that the name of a metadata folder tells, "" if it tells none."""
    return folder.stem.partition("-")[2]


def rows(folder: Path) -> list[tuple[str, str]]:
    """Return (path, hash) of each line of a RECORD; nothing without one."""
    try:
        text = (folder / "RECORD").read_text("utf-8")
    except OSError:
        return []
    return [(row[0], row[1]) for row in csv.reader(text.splitlines()) if len(row) > 1]


def shipped(folder: Path) -> list[tuple[str, str]]:
    """Return the lines of a RECORD that come from the wheel."""
    return [
        (path, digest)
        for path, digest in rows(folder)
        if digest and not path.startswith(("..", "/")) and not path.endswith(".pyc")
        if not (path.startswith(f"{folder.name}/") and path.rpartition("/")[2] in OWN)
    ]


def digest(folder: Path) -> str:
    """Return "sha256:..." of what a distribution consists of, "" without a RECORD."""
    known = sorted(shipped(folder))
    text = "\n".join(f"{path},{value}" for path, value in known)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}" if known else ""


def altered(folder: Path) -> Iterator[str]:
    """Yield the files that are gone or are not what the RECORD says."""
    for path, expected in shipped(folder):
        algorithm, _, value = expected.partition("=")
        try:
            found = hashlib.new(algorithm, (folder.parent / path).read_bytes()).digest()
        except (OSError, ValueError):
            found = b""
        if urlsafe_b64encode(found).rstrip(b"=").decode() != value:
            yield path
