"""The boundary of a multipart form."""

import re

_parameters = re.compile(r';[ \t]*([A-Za-z0-9_-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^;]*))').findall
_escaped = re.compile(r"\\(.)")


def boundary(content_type: str) -> str:
    """Return the boundary of a multipart type (RFC 2046 §5.1.1); "" if there is none.

    A value without quotes reaches to the next semicolon, because senders forget to quote boundaries.
    """
    for name, quoted, plain in reversed(_parameters(content_type)):  # the last one counts
        if name.lower() == "boundary":
            return (_escaped.sub(r"\1", quoted) if quoted else plain).strip()
    return ""
