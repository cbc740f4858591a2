"""Where the demo lives: a folder of the user, with config.ini and the bookmarks."""

import os
import sys
from pathlib import Path
from tempfile import mkdtemp

from kernel.errors import BootError, Problem

FOLDER = "asgi-kernel-bookmarks"
DATABASE = "bookmarks"
FORMER = b"[demo_store]"
"""What stood in the config.ini of the demo before its bookmarks were models."""
ADVICE = "choose another folder with --data, or move this one away"
CONFIG = f"""\
; The demo of asgi-kernel: `kernel demo` serves this folder. Written once; change what you like.
[apps]
active =
    pages
    bookmarks

[database]
; {DATABASE}.sqlite beside this file; url = postgresql://user:password@host/name is a server
name = {DATABASE}

[environment]
media_path = media

[media]
prefix = /media
inline_types = png, jpeg, gif, ico
"""


def config_path(data: Path | None = None) -> Path:
    """Return the demo's config.ini, written if it is not there.

    Args:
        data: folder to use; by default one of the user's data, else a fresh temporary one.

    Raises:
        OSError: *data* was given and cannot be written.
        BootError: the folder is one of a former demo.
    """
    if data is not None:
        return _written(data)
    try:
        return _written(data_home() / FOLDER)
    except (OSError, RuntimeError):  # a home that is missing or read-only, as in containers
        return _written(Path(mkdtemp(prefix=f"{FOLDER}-")))


def data_home() -> Path:
    """Return where programs keep data of this user (XDG Base Directory; %LOCALAPPDATA% on Windows)."""
    windows = sys.platform == "win32"
    chosen = Path(os.environ.get("LOCALAPPDATA" if windows else "XDG_DATA_HOME", ""))
    return chosen if chosen.is_absolute() else Path.home() / ("AppData/Local" if windows else ".local/share")


def _written(folder: Path) -> Path:
    (folder / "media").mkdir(parents=True, exist_ok=True)
    path = folder / "config.ini"
    if not path.exists():
        path.write_text(CONFIG, "utf-8")
    elif FORMER in path.read_bytes():
        raise BootError([Problem("demo.former", "error", f"'{folder}' is of a former demo", ADVICE, str(path))])
    with (folder / f"{DATABASE}.sqlite").open("ab"):  # proves that it can be written
        return path
