"""Mappings in which a key may have several values: headers, the query, forms."""

from collections.abc import Callable, Iterable
from functools import cached_property
from itertools import chain
from typing import Any, NoReturn

from kernel import Request
from kernel.errors import HTTPException
from kernel_requests.limits import Limits

fill = dict.update
"""Fill a new mapping that cannot be changed afterwards."""

MOST_NAMES, LONGEST_NAME = 500, 64
"""How many names of headers are kept decoded, before those of one more request, and up to how many bytes."""


class Fixed(dict[str, Any]):
    """A mapping that stays as it is: a dict, because nothing is looked up faster."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({dict(self)!r})"

    def _refuse(self, *args: Any, **more: Any) -> NoReturn:
        raise TypeError(f"{type(self).__name__} cannot be changed; dict() makes a copy that can")

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse


class Values(Fixed):
    """An immutable mapping of str to str, the last value of each key; `getlist` has all of them."""

    _pairs: Any

    def __init__(self, pairs: Iterable[tuple[str, Any]] = ()) -> None:
        self._pairs = pairs if isinstance(pairs, list) else list(pairs)
        super().__init__(self._pairs)

    def getlist(self, key: str) -> list[Any]:
        """Return all values of *key* in order of arrival; an absent key has none."""
        return list(self._values.get(key, ()))

    @cached_property
    def _values(self) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {}
        for name, value in self._pairs:
            found.setdefault(name, []).append(value)
        return found

    def multi_items(self) -> list[tuple[str, Any]]:
        """Return every pair in order of arrival, repeated keys too."""
        return list(self._pairs)


class Fields(Values):
    """Values of which a key that ends in "[]" has the list of its values: the query, a form."""

    def __init__(self, pairs: Iterable[tuple[str, Any]] = ()) -> None:
        super().__init__(pairs)
        for key in self:
            if key[-2:] == "[]":
                fill(self, {key: self.getlist(key)})


class Headers(Values):
    """The headers of a request: names in lower case, found in any case, values as latin-1."""

    _raw: Iterable[tuple[bytes, bytes]] = ()

    @classmethod
    def decoded(cls, raw: Iterable[tuple[bytes, bytes]]) -> "Headers":
        """Return the headers of a scope; lists of values are made when they are asked for."""
        return cls.of({name.decode("latin-1").lower(): value.decode("latin-1") for name, value in raw}, raw)

    @classmethod
    def of(cls, values: dict[str, str], raw: Iterable[tuple[bytes, bytes]]) -> "Headers":
        """Return the headers of a scope, of which *values* are the last of each name."""
        headers = cls.__new__(cls)
        fill(headers, values)
        headers._raw = raw
        return headers

    @cached_property
    def _pairs(self) -> Any:
        return [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in self._raw]

    def __missing__(self, key: str) -> Any:
        lower = key.lower()
        if lower == key:
            raise KeyError(key)
        return self[lower]

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and super().__contains__(key.lower())

    def __repr__(self) -> str:
        return f"Headers({list(self)!r})"  # names only: values are secrets or personal

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value of the last line of a header, else *default*."""
        return super().get(key.lower(), default)

    def getlist(self, key: str) -> list[str]:
        """Return the values of all lines of a header."""
        return super().getlist(key.lower())


def header_reader(limits: Limits) -> Callable[[Request], Headers]:
    """Return what reads the headers of a request.

    It raises HTTPException(431) if they are too many or too large (RFC 6585 §5).
    """
    most, suspicious = limits.max_headers, min(limits.max_header_size, limits.max_headers_total)
    names = dict[bytes, str]()  # as text, those met before: clients send the same ones with every request

    def headers(request: Request) -> Headers:
        raw = request.scope["headers"]
        if len(raw) > most:
            refuse_large(raw, limits)
        try:
            found = {names[name]: value.decode("ascii") for name, value in raw}
        except (KeyError, UnicodeDecodeError):
            found = {}
            learn(names, raw)
        if len(found) == len(raw) and LONGEST_NAME * len(raw) + sum(map(len, found.values())) <= suspicious:
            return Headers.of(found, raw)  # each is ASCII, and there once; all are small
        if len(b"".join(chain.from_iterable(raw))) > suspicious:
            refuse_large(raw, limits)
        return Headers.decoded(raw)

    return headers


def learn(names: dict[bytes, str], raw: Iterable[tuple[bytes, bytes]]) -> None:
    """Keep the names of some headers, unless they are long; before there are too many, all are dropped."""
    if len(names) >= MOST_NAMES:
        names.clear()
    names.update((name, name.decode("latin-1").lower()) for name, _ in raw if len(name) <= LONGEST_NAME)


def refuse_large(raw: Iterable[tuple[bytes, bytes]], limits: Limits) -> None:
    """Raise HTTPException(431) if headers exceed a limit of number, size of one, or of all."""
    sizes = [len(name) + len(value) for name, value in raw]
    if len(sizes) > limits.max_headers:
        raise HTTPException(431, f"the request has more than {limits.max_headers} headers")
    if max(sizes) > limits.max_header_size:
        raise HTTPException(431, f"a header of the request has more than {limits.max_header_size} bytes")
    if sum(sizes) > limits.max_headers_total:
        raise HTTPException(431, f"the headers of the request have more than {limits.max_headers_total} bytes")
