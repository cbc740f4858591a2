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
    return charset_of(request.headers.get("content-type", ""))


def charset_of(kind: str) -> str | None:
    """Return the charset that a Content-Type names, in lower case; None if it names none."""
    found = _charset(kind)
    return found[1].strip().lower() if found else None


def content_length(request: Request) -> int | None:
    """Return the number of bytes that were announced; None if none was."""
    announced = request.headers.get("content-length", "")
    return int(announced) if len(announced) < 20 and announced.isascii() and announced.isdecimal() else None


def check_coding(request: Request) -> None:
    """Raise HTTPException(415) if the body was compressed, or coded otherwise: who reads it whole may decode it.

    The answer says so (RFC 9110 §12.5.3, §15.5.16).
    """
    for name, _ in request.scope["headers"]:
        if name == b"content-encoding":
            break
    else:
        return  # as nearly all bodies: to decode the headers costs more
    if request.headers.get("content-encoding", "").strip().lower() not in ("", "identity"):
        reason = "the body has to come as it is, without a content-encoding"
        raise HTTPException(415, reason, [(b"accept-encoding", b"identity")])


def codec(name: str | None) -> str:
    """Return the codec of a charset, UTF-8 for None; only those of plain text, none that could cost more than reading.

    Raises:
        HTTPException: 415, it is not a charset of texts.
    """
    try:
        found = codecs.lookup("utf-8" if name is None else name).name
    except (LookupError, ValueError):
        found = ""
    if not found.startswith(TEXTS) or found == "utf-7":  # others unpack, or take quadratic time
        raise HTTPException(415, "the charset of the body is not known here")
    return found


def text(body: bytes, name: str | None) -> str:
    """Return *body* decoded from the charset *name*.

    Raises:
        HTTPException: 415, it is not a charset of texts; 400, the body is not in it.
    """
    found = codec(name)
    try:
        return body.decode(found)
    except UnicodeDecodeError as error:
        raise HTTPException(400, f"the body is not valid {found}") from error
