"""The parameters of the query, read in one pass (URL Standard, application/x-www-form-urlencoded)."""

import re
from collections.abc import Callable

from kernel import Request
from kernel.errors import HTTPException
from kernel_requests.limits import Limits
from kernel_requests.values import Fields, fill

_escapes = re.compile(r"(?:%[0-9a-fA-F]{2})+").sub
HEX = "0123456789abcdefABCDEF"
ASCII = {a + b: chr(int(a + b, 16)) for a in "01234567" for b in HEX}
"""What one escape stands for that is a character by itself."""


class Query(Fields):
    """The parameters of the query; a key that ends in "[]" has the list of its values."""

    @classmethod
    def parse(cls, raw: bytes, fields: int, size: int = 16 * 1024) -> "Query":
        """Return the parameters of a query string, blank values too; what is not UTF-8 is replaced.

        Args:
            raw: what follows "?".
            fields: the most fields to take.
            size: the most bytes to take.

        Raises:
            HTTPException: 400, there are more fields; 414, there are more bytes (RFC 9110 §15.5.15).
        """
        if not raw:
            return cls()
        if len(raw) >= fields and raw.count(b"&") >= fields:
            raise HTTPException(400, f"the query has more than {fields} fields")
        if len(raw) > size:
            raise HTTPException(414, f"the query has more than {size} bytes")
        text = raw.decode("utf-8", "replace")
        found = pairs(text)
        if "]" in text or "%5" in text:  # perhaps a key ends in "[]"
            return cls(found)
        query = cls.__new__(cls)
        query._pairs = found
        fill(query, found)
        return query


def query_reader(limits: Limits) -> Callable[[Request], Query]:
    """Return what reads the parameters of a request. It raises as `Query.parse`."""
    fields, size, nothing = limits.max_query_fields, limits.max_query_size, Query()

    def query(request: Request) -> Query:
        raw = request.scope.get("query_string")
        return Query.parse(raw, fields, size) if raw else nothing

    return query


def pairs(text: str) -> list[tuple[str, str]]:
    """Return the fields of an urlencoded text, blank values too; what is not UTF-8 is replaced."""
    found = []
    for field in text.replace("+", " ").replace("%20", " ").split("&"):  # blanks are what is escaped most
        if field:
            name, _, value = field.partition("=")
            if "%" in field:
                name, value = unescaped(name), unescaped(value)
            found.append((name, value))
    return found


def unescaped(text: str) -> str:
    """Return *text* with its escapes decoded as UTF-8; what is not UTF-8 is replaced."""
    if "%" not in text:
        return text
    first, *others = text.split("%")
    parts = [first]
    for other in others:
        character = ASCII.get(other[:2])
        if character is None:  # a character of several bytes, or no escape
            return _escapes(_decoded, text)
        parts += character, other[2:]
    return "".join(parts)


def _decoded(run: re.Match[str]) -> str:
    return bytes.fromhex(run[0].replace("%", "")).decode("utf-8", "replace")
