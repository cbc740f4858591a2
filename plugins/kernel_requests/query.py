"""The parameters of the query, read in one pass (URL Standard, application/x-www-form-urlencoded)."""

import re
from collections.abc import Callable

from kernel import Request
from kernel.errors import HTTPException
from kernel_requests.limits import Limits
from kernel_requests.values import Fields, fill

_escapes = re.compile(r"(?:%[0-9a-fA-F]{2})+").sub


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
        if raw.count(b"&") >= fields:
            raise HTTPException(400, f"the query has more than {fields} fields")
        if len(raw) > size:
            raise HTTPException(414, f"the query has more than {size} bytes")
        found = pairs(raw)
        if b"]" in raw or b"%5" in raw:  # perhaps a key ends in "[]"
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


def pairs(raw: bytes) -> list[tuple[str, str]]:
    """Return the fields of an urlencoded text, blank values too; what is not UTF-8 is replaced."""
    found = []
    for field in raw.decode("utf-8", "replace").replace("+", " ").split("&"):
        if field:
            name, _, value = field.partition("=")
            if "%" in value:
                value = _escapes(_decoded, value)
            found.append((_escapes(_decoded, name) if "%" in name else name, value))
    return found


def _decoded(run: re.Match[str]) -> str:
    return bytes.fromhex(run[0].replace("%", "")).decode("utf-8", "replace")
