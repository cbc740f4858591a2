"""What a body is: its media type, its charset, its text (RFC 9110 §8.3)."""

import codecs
import re

from kernel import Request
from kernel.errors import HTTPException

_charset = re.compile(r';[ \t]*charset[ \t]*=[ \t]*"?([^";]*)', re.IGNORECASE).search
TEXTS = ("utf-", "ascii", "iso8859-", "cp125", "koi8-", "gb", "big5", "euc_", "shift_jis")
"""How the names of codecs begin that only decode text, in linear time."""


def content_type(request: Request) -> str:
    """Return the media type of the body in lower case, without parameters; "" if there is none."""
    kind: str = request.headers.get("content-type", "")
    return kind.partition(";")[0].strip().lower()


def charset(request: Request) -> str | None:
    """Return the charset that the media type names, in lower case; None if it names none."""
    found = _charset(request.headers.get("content-type", ""))
    return found[1].strip().lower() if found else None


def content_length(request: Request) -> int | None:
    """Return the number of bytes that were announced; None if none was."""
    announced = request.headers.get("content-length", "")
    return int(announced) if len(announced) < 20 and announced.isascii() and announced.isdecimal() else None


def text(body: bytes, name: str) -> str:
    """Return *body* decoded from the charset *name*.

    Raises:
        HTTPException: 415, it is not a charset of texts; 400, the body is not in it.
    """
    try:
        codec = codecs.lookup(name).name
    except (LookupError, ValueError):
        codec = ""
    if not codec.startswith(TEXTS) or codec == "utf-7":  # others unpack, or take quadratic time
        raise HTTPException(415, "the charset of the body is not known here")
    try:
        return body.decode(codec)
    except UnicodeDecodeError as error:
        raise HTTPException(400, f"the body is not valid {codec}") from error
