"""Which headers an answer gets: those of a preflight, and those of every other answer (Fetch standard §3.2.3)."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from kernel.response import Pair
from kernel_cors.origins import Origins

ALLOW_ORIGIN = b"access-control-allow-origin"
ASKING = b"origin, access-control-request-method, access-control-request-headers"
CREDENTIALS = ((b"access-control-allow-credentials", b"true"),)
PRIVATE = b"access-control-request-private-network"
_token = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+").fullmatch


def is_token(name: str) -> bool:
    """Tell whether *name* can be a method or a header (RFC 9110 §5.6.2)."""
    return bool(_token(name))


@dataclass(frozen=True)
class Policy:
    """Who may call, and how; `methods` and `headers` hold "*" for all.

    Args:
        headers: names of request headers, in lower case.
        exposed: names of response headers that scripts may read.
        max_age: seconds for which a browser need not ask again.
    """

    origins: Origins
    methods: Sequence[str] = ()
    headers: Collection[str] = ()
    exposed: Sequence[str] = ()
    max_age: int = 0
    credentials: bool = False
    private_network: bool = False

    @property
    def _granted(self) -> tuple[Pair, ...]:
        return CREDENTIALS if self.credentials else ()

    def preflight(self, asked: Mapping[bytes, bytes]) -> list[Pair]:
        """Return the headers of the answer to a preflight, whose headers are *asked*."""
        allowed = self.origins.allowed(asked[b"origin"])
        if allowed is None:
            return [(b"vary", ASKING)]
        method, names = asked[b"access-control-request-method"], asked.get(b"access-control-request-headers", b"")
        optional = {
            b"access-control-allow-methods": self._methods(method),
            b"access-control-allow-headers": b", ".join(self._accepted(names)),
            b"access-control-allow-private-network": b"true" if self.private_network and PRIVATE in asked else b"",
        }
        return [
            (b"vary", ASKING),
            (ALLOW_ORIGIN, allowed),
            *self._granted,
            *((name, value) for name, value in optional.items() if value),
            (b"access-control-max-age", b"%d" % self.max_age),
        ]

    def _methods(self, method: bytes) -> bytes:
        if "*" in self.methods:
            return method if is_token(method.decode("latin-1")) else b""
        return ", ".join(self.methods).encode()

    def _accepted(self, asked: bytes) -> Iterable[bytes]:
        """Return the names among those asked for that are allowed."""
        everything = "*" in self.headers
        names = [name.strip().lower() for name in asked.decode("latin-1").split(",")]
        return [name.encode() for name in names if name in self.headers or (everything and is_token(name))]

    def answer(self, origin: bytes | None, headers: Iterable[Pair]) -> list[Pair]:
        """Return the *headers* of an answer with what the request's *origin* adds.

        An answer that says itself who may read it is only told to vary.
        """
        given = list(headers)
        allowed = self.origins.allowed(origin or b"")
        if not self.origins.everybody:
            given = varied(given, b"origin")
        if allowed is None or any(name.lower() == ALLOW_ORIGIN for name, _ in given):
            return given
        exposed = [(b"access-control-expose-headers", ", ".join(self.exposed).encode())] if self.exposed else []
        return [*given, (ALLOW_ORIGIN, allowed), *self._granted, *exposed]


def varied(headers: list[Pair], name: bytes) -> list[Pair]:
    """Return *headers* whose Vary names *name* too, and in one place all that it named before."""
    values = [value for key, value in headers if key.lower() == b"vary"]
    members = [member.strip().lower() for value in values for member in value.split(b",")]
    if name in members or b"*" in members:
        return headers
    others = [pair for pair in headers if pair[0].lower() != b"vary"]
    return [*others, (b"vary", b", ".join([*values, name]))]
