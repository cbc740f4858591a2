"""The media type of a form, its parameters, and the charsets of its text."""

import codecs
import re

from kernel.errors import HTTPException

_parameter = re.compile(r';[ \t]*([A-Za-z0-9_-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^;]*))').findall
_escaped = re.compile(r"\\(.)")
_text = re.compile(
    r"utf-8|ascii|iso8859-\d{1,2}|cp125\d|koi8-[ru]|gb2312|gbk|gb18030|big5|shift_jis|euc_jp|euc_kr"
).fullmatch


def parse(content_type: str) -> tuple[str, dict[str, str]]:
    """Return the media type in lower case and its parameters (RFC 9110 §5.6.6).

    A value without quotes reaches to the next semicolon, because senders forget to quote boundaries.
    """
    found = _parameter(content_type)
    parameters = {name.lower(): _escaped.sub(r"\1", quoted) or plain.strip() for name, quoted, plain in found}
    return content_type.partition(";")[0].strip().lower(), parameters


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
