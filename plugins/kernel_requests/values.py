"""Mappings in which a key may have several values: headers and the query."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

from kernel import Request
from kernel.errors import HTTPException


class Values(Mapping[str, Any]):
    """An immutable mapping of str to str, the last value of each key; `getlist` has all of them."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._values: dict[str, list[str]] = {}
        for key, value in pairs:
            self._values.setdefault(key, []).append(value)

    def __getitem__(self, key: str) -> Any:
        return self._values[key][-1]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({dict(self)!r})"

    def getlist(self, key: str) -> list[str]:
        """Return all values of *key* in order of arrival; an absent key has none."""
        return list(self._values.get(key, ()))


class Headers(Values):
    """The headers of a request: names in lower case, found in any case, values as latin-1."""

    def __getitem__(self, key: str) -> Any:
        return super().__getitem__(key.lower())

    def __repr__(self) -> str:
        return f"Headers({list(self)!r})"  # names only: values are secrets or personal

    def getlist(self, key: str) -> list[str]:
        """Return the values of all lines of a header."""
        return super().getlist(key.lower())


class Query(Values):
    """The parameters of the query; a key that ends in "[]" has the list of its values."""

    def __getitem__(self, key: str) -> Any:
        return self.getlist(key) if key.endswith("[]") and key in self._values else super().__getitem__(key)

    @classmethod
    def parse(cls, raw: bytes, limit: int) -> "Query":
        """Return the parameters of a query string, blank values too; what is not UTF-8 is replaced.

        Raises:
            HTTPException: 400, there are more than *limit* fields.
        """
        if not raw:
            return cls()
        if raw.count(b"&") >= limit:
            raise HTTPException(400, f"the query has more than {limit} fields")
        return cls(parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True))


def headers(request: Request) -> Headers:
    """Return the headers of a request."""
    return Headers((k.decode("latin-1").lower(), v.decode("latin-1")) for k, v in request.scope["headers"])
