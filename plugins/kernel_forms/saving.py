"""Put an upload where it shall stay: inside a folder, whole or not at all, never over another file unasked."""

import os
import shutil
from contextlib import suppress
from pathlib import Path
from tempfile import mkstemp
from typing import BinaryIO

from kernel_forms.spool import Spool


def destination(directory: str | os.PathLike[str], name: str) -> Path:
    """Return the absolute path of *name* in *directory*, links followed.

    Raises:
        ValueError: it is not inside.
    """
    root = Path(directory).resolve()
    target = (root / name).resolve()
    if root not in target.parents:
        raise ValueError(f"the name {name!r} does not stay inside '{root}'")
    return target


def save(spool: Spool, directory: str | os.PathLike[str], name: str, overwrite: bool, mode: int) -> Path:
    """Move the temporary file of *spool* into *directory*, or copy where it cannot be moved; return its path.

    Raises:
        ValueError: *name* does not stay inside.
        FileExistsError: there is a file, and *overwrite* is false.
    """
    source, target = spool.file(), destination(directory, name)
    if not overwrite:
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))  # the name is ours from here on
    try:
        if not moved(spool, target, mode):
            copy(source, target, mode)
    except BaseException:
        if not overwrite:
            target.unlink(missing_ok=True)
        raise
    return target


def moved(spool: Spool, target: Path, mode: int) -> bool:
    """Move the temporary file, if there is one and both are on one file system."""
    if not spool.path:
        return False
    try:
        os.chmod(spool.path, mode)
        os.replace(spool.path, target)
    except OSError:
        return False
    spool.path = ""
    return True


def copy(source: BinaryIO, target: Path, mode: int) -> None:
    """Copy *source* beside *target* and rename it, so that nobody sees half a file."""
    position = source.tell()
    handle, path = mkstemp(prefix=".saving-", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            source.seek(0)
            shutil.copyfileobj(source, file)
        os.chmod(path, mode)
        os.replace(path, target)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(path)
        raise
    finally:
        source.seek(position)
