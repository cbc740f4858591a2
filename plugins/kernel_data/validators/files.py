"""Files by size and by content: what a file is called proves nothing, what it begins with does."""

import io
import re
import zipfile
from collections.abc import Iterable
from pathlib import PurePath
from typing import Any

from kernel_data.uploads import whole
from kernel_data.validators.validator import BLANK, Meta, Validator

HEAD = 64 * 1024
"""Bytes looked at for a signature."""
SAME = {"jpeg": "jpg", "jpe": "jpg", "jfif": "jpg", "tiff": "tif", "mpeg": "mpg", "htm": "html", "yml": "yaml"}
TEXTS = frozenset(("txt", "csv", "tsv", "md", "json", "yaml", "log", "ini", "toml", "xml", "svg", "html", "css", "rst"))
OFFICE = {"docx": "word/", "xlsx": "xl/", "pptx": "ppt/"}
_control = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]").search
_markup = {
    "xml": re.compile(rb"\s*<(?:\?xml|[A-Za-z_!])").match,
    "svg": re.compile(rb"\s*<(?:\?xml|!DOCTYPE svg|!--|svg)[^\0]*", re.IGNORECASE).match,
    "html": re.compile(rb"\s*<(?:!DOCTYPE html|html|!--)", re.IGNORECASE).match,
    "json": re.compile(rb"\s*(?:[\[{\"0-9-]|(?:true|false|null)\s*$)").match,
}


class RestrictedFile(Validator):
    """Accept files by content and size: bytes, or a file of a form.

    Args:
        extensions: types such as "jpg" or "pdf"; found out from the content, and the name that a client
            gives has to end in one of them too. Types without a signature (txt, csv, md) are any text.
        max_size: most bytes.
        min_size: fewest bytes.
    """

    message = "Invalid file error"

    def __init__(
        self,
        extensions: Iterable[str] | None = None,
        max_size: int | None = None,
        min_size: int | None = None,
        message: str | None = None,
    ) -> None:
        super().__init__(message)
        self._bare = message is not None
        self._types = frozenset(map(kind, extensions)) if extensions else frozenset()
        self._most, self._least = max_size, min_size
        if self._types:
            self.library = ("puremagic", "puremagic")

    async def check(self, value: Any, meta: Meta) -> Any:
        """Return the message and what is wrong: the size, or the type."""
        if value is None or (not value and type(value) in BLANK):
            return None
        if isinstance(value, bytes):
            return self._wrong(len(value), value, getattr(value, "filename", ""))
        if not hasattr(value, "filename"):
            return self.message
        wrong = self._wrong(value.size)
        return wrong or (self._wrong(value.size, await whole(value), value.filename) if self._types else None)

    def _wrong(self, size: int, data: bytes | None = None, name: str = "") -> str | None:
        if self._most is not None and size > self._most:
            return self._with(f": max size: {shown(self._most)}")
        if self._least is not None and size < self._least:
            return self._with(f": min size {shown(self._least)}")
        if data is None or not self._types or (self._named(name) and is_any_of(data, self._types)):
            return None
        return self._with(": Invalid file type")

    def _named(self, name: str) -> bool:
        return not name or kind(PurePath(name).suffix) in self._types

    def _with(self, reason: str) -> str:
        return self.message if self._bare else self.message + reason

    def describe(self, schema: dict[str, Any]) -> None:
        """Name the types, for people."""
        if self._types:
            schema["description"] = f"a file of type {', '.join(sorted(self._types))}"


def kind(extension: str) -> str:
    """Return the one name of a type: "jpg" for ".JPEG"."""
    name = extension.lower().removeprefix(".")
    return SAME.get(name, name)


def shown(size: int) -> str:
    """Return a number of bytes as people read it: 500B, 2.0KB, 1.5MB."""
    if size < 1024:
        return f"{size}B"
    return f"{size / 1024:.1f}KB" if size < 1024**2 else f"{size / 1024**2:.1f}MB"


def is_any_of(data: bytes, types: frozenset[str]) -> bool:
    """Tell whether a file's content is of one of *types*."""
    found = signatures(data)
    if not found.isdisjoint(OFFICE):
        found = (found - OFFICE.keys()) | inside(data)
    return not types.isdisjoint(found) or any(is_text_of(data, name) for name in types & TEXTS)


def signatures(data: bytes) -> frozenset[str]:
    """Return the types whose signature the content bears, the surest ones."""
    import puremagic

    try:
        matches = puremagic.magic_string(data[:HEAD])
    except (puremagic.PureError, ValueError):
        return frozenset()
    surest = max((match.confidence for match in matches), default=0)
    return frozenset(kind(match.extension) for match in matches if match.confidence == surest) - TEXTS


def inside(data: bytes) -> frozenset[str]:
    """Return which office documents a ZIP archive is, by the names in its directory."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return frozenset()
    return frozenset(name for name, folder in OFFICE.items() if any(entry.startswith(folder) for entry in names))


def is_text_of(data: bytes, name: str) -> bool:
    """Tell whether the content is UTF-8 text that may be of the type *name*; nothing is parsed."""
    begins = _markup.get(name)
    if (begins and not begins(data[:HEAD])) or (name == "svg" and b"<svg" not in data[:HEAD]):
        return False
    try:
        return not _control(data.decode("utf-8"))
    except UnicodeDecodeError:
        return False
