"""Names of files that are safe on any disk, made from what a client sent."""

import re
from unicodedata import normalize

_others = re.compile(r"[^A-Za-z0-9._-]+")
_marks = re.compile(r"[\u0300-\u036f]+")
_reserved = re.compile(r"(?i:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|\Z)").match
LONGEST, LONGEST_SUFFIX = 128, 20


def safe_name(filename: str) -> str:
    """Return a name that matches `[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}` and is no device of any system.

    Folders in front are dropped, accents too, runs of other characters become "_"; a name that is
    too long keeps its suffix, and one of which nothing is left is "file".
    """
    plain = _marks.sub("", normalize("NFKD", filename)).replace("\\", "/").rpartition("/")[2]
    name = _others.sub("_", plain).lstrip(".") or "file"
    if _reserved(name):
        name = f"_{name}"
    if len(name) <= LONGEST:
        return name
    suffix = name[name.rfind(".") :] if "." in name[-LONGEST_SUFFIX:] else ""
    return name[: LONGEST - len(suffix)] + suffix
