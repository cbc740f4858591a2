"""Write a tree of files from templates: all of it or nothing, and never outside of its folder.

A template is a file below templates/KIND whose name ends in .tmpl; "NAME" in its path and the
words of `string.Template` in its text are filled in; "gitignore" and "github" get the dot that would hide
them here. What --full adds or changes is in further folders.
"""

import keyword
import re
import secrets
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from string import Template
from tempfile import mkdtemp

from kernel import API
from kernel.boot.discovery import scan
from kernel_admin.faults import Fault

TEMPLATES = Path(__file__).parent / "templates"
LONGEST = 64
REVISION = 19
"""Characters of a name in the identifier of a revision, as `kernel db revision` writes it."""
FULL = {"project": ("full", "project-full"), "app": ("full", "app-full"), "plugin": ("plugin-full",)}
"""The folders of --full; what is in a later one wins."""
PRIVATE = frozenset({"config.ini", "config.dev.ini"})
"""Files that only their owner may read."""
TAKEN = frozenset({"kernel", "test", "tests", "main", "project", "standard"})
"""Names that mean something else to us, to Python or to pytest."""
IGNORED = frozenset({"media", "build", "dist"})
"""Folders that a .gitignore of ours leaves out."""
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def checked(name: str, kind: str) -> str:
    """Return *name* if a new project, app or plugin may be called so.

    Raises:
        Fault: it may not (exit code 2).
    """
    if not NAME.fullmatch(name) or len(name) > LONGEST:
        what = f"is no name: ASCII letters, digits and '_', a letter first, at most {LONGEST}"
    elif keyword.iskeyword(name) or keyword.issoftkeyword(name):
        what = "is a word of Python"
    elif name in sys.stdlib_module_names or name in TAKEN:
        what = "is the name of a module that everybody has"
    elif name.lower() in IGNORED:
        what = "is a folder that stays out of version control"
    elif owner := owner_of(name, "plugin" if kind == "plugin" else "app"):
        what = f"is the name of something that is installed: {owner}"
    else:
        return name
    near = re.sub(r"[^A-Za-z0-9]+", "_", name[:LONGEST]).strip("_0123456789")
    hint = f"for example '{near}'" if NAME.fullmatch(near) and near != name else "choose another name"
    raise Fault.one("new.name", f"'{name[:LONGEST]}' {what}", hint, code=2)


def owner_of(name: str, kind: str) -> str:
    """Return who has a name already, as an entry point or as a module, and would be taken for a new one; or ""."""
    for member in scan():
        if (member.name, member.kind) == (name, kind):
            return f"{kind} of '{member.distribution}'"
    try:
        found = find_spec(name)
    except ValueError:  # a module made by hand, which does not know where it is from
        return "a module"
    return found.origin or "" if found else ""


def tree(kind: str, name: str, full: bool) -> dict[str, str]:
    """Return the files of a new project, app or plugin: path and text."""
    words = {
        "name": name,
        "dist": name.replace("_", "-").lower(),
        "class_name": "".join(part[:1].upper() + part[1:] for part in name.split("_")),
        "api": str(API),
        "prefix": f"/{name}" if kind == "app" else "",
        "revision": f"{name[:REVISION]}_{secrets.token_hex(6)}",
        "secret": secrets.token_urlsafe(48),
        "dev_secret": secrets.token_urlsafe(48),
    }
    found: dict[str, str] = {}
    for folder in (kind, *(FULL[kind] if full else ())):
        found |= dict(_filled(TEMPLATES / folder, "", words))
    return found


def _filled(folder: Path, path: str, words: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        place = path + ("." if entry.name.startswith("git") else "") + entry.name.replace("NAME", words["name"])
        if entry.is_dir():
            yield from _filled(entry, f"{place}/", words)
        else:
            yield place.removesuffix(".tmpl"), Template(entry.read_text("utf-8")).substitute(words)


def write(target: Path, tree: Mapping[str, str]) -> None:
    """Write all files below *target*, which must not exist.

    Raises:
        Fault: it exists (exit code 2).
        OSError: the disk refuses; nothing is left behind.
    """
    if target.exists() or target.is_symlink():
        raise Fault.one("new.exists", f"'{target.name}' exists already", "choose another name", str(target), code=2)
    with partial(target) as folder:
        for path, text in tree.items():
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.touch(0o600 if path in PRIVATE else 0o644)
            place.write_text(text, "utf-8")
        folder.chmod(0o755)


@contextmanager
def partial(target: Path) -> Iterator[Path]:
    """Give a folder beside *target* that takes its place in the end, or vanishes."""
    folder = Path(mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        yield folder
        folder.rename(target)
    except BaseException:
        shutil.rmtree(folder)
        raise
