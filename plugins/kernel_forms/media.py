"""The boundary of a form, and the charsets of its text."""

import codecs
import re

from kernel.errors import HTTPException

_parameters = re.compile(r';[ \t]*([A-Za-z0-9_-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^;]*))').findall
_escaped = re.compile(r"\\(.)")
_text = re.compile(
    r"utf-8|ascii|iso8859-\d{1,2}|cp125\d|koi8-[ru]|gb2312|gbk|gb18030|big5|shift_jis|euc_jp|euc_kr"
).fullmatch


def boundary(content_type: str) -> str:
    """Return the boundary of a multipart type (RFC 2046 §5.1.1); "" if there is none.

    A value without quotes reaches to the next semicolon, because senders forget to quote boundaries.
    """
    found = {name.lower(): _escaped.sub(r"\1", quoted) or plain for name, quoted, plain in _parameters(content_type)}
    return found.get("boundary", "").strip()


def charset(name: str | None) -> str:
    """Return the codec for a charset; only those of plain text, none that could cost more than reading.

    Raises:
        HTTPException: 415, it is not known.
    """
    if name is None:
        return "utf-8"
    try:
        codec = codecs.lookup(name).name
    except (LookupError, ValueError):
        codec = ""
    if not _text(codec):
        raise HTTPException(415, "the charset of the form is not supported")
    return codec
