"""Content coding: gzip, for clients that ask for it (RFC 9110 §8.4, §12.5.3).

Never coded are partial answers, bodies under 500 bytes, what is already coded or must not be
transformed, and answers that set cookies (compression next to secrets leaks them: BREACH).
"""

import re
import zlib
from collections.abc import Iterable, Sequence

from anyio import to_thread

from kernel import Request, Response
from kernel.response import Pair
from kernel_responses.fields import received

Pairs = tuple[Pair, ...]
MINIMUM = 500
LARGE = 16 * 1024
"""Bytes from which compressing takes long enough to be done in a worker thread."""
VARY = (b"vary", b"accept-encoding")
GZIP = (b"content-encoding", b"gzip")
_weight = re.compile(r"[ \t]*q[ \t]*=[ \t]*([01](?:\.[0-9]{0,3})?)[ \t]*", re.IGNORECASE).fullmatch


def accepted(accept: str, codings: Sequence[str]) -> list[str]:
    """Return those *codings* that an Accept-Encoding wants, and the plain form not more; the best first."""
    weights = {}
    for item in accept.lower().split(","):
        coding, semicolon, parameter = item.partition(";")
        match = _weight(parameter)
        weights[coding.strip()] = float(match[1]) if match else float(not semicolon)
    found = {coding: weights.get(coding, weights.get(f"x-{coding}", weights.get("*", 0.0))) for coding in codings}
    least = weights.get("identity", 0.0)
    return sorted((coding for coding in codings if found[coding] >= least and found[coding]), key=lambda c: -found[c])


def codable(status: int, headers: Iterable[Pair], length: int | None) -> bool:
    """Tell whether an answer may be compressed; *length* is in bytes, None if it is unknown."""
    if status in (204, 206) or (length is not None and length < MINIMUM):
        return False
    return not any(
        name in (b"set-cookie", b"content-encoding") or (name == b"cache-control" and b"no-transform" in value.lower())
        for name, value in headers
    )


def negotiated(request: Request, status: int, headers: Pairs, length: int | None) -> tuple[Pairs, bool]:
    """Return the headers to send and whether the body is to be compressed.

    A coded body is another representation: a strong entity tag becomes a weak one (RFC 9110 §8.8.1).
    """
    varies = any(name == b"vary" and b"accept-encoding" in value.lower() for name, value in headers)
    sent = headers if varies else (*headers, VARY)
    if not codable(status, headers, length) or not accepted(received(request, b"accept-encoding"), ["gzip"]):
        return sent, False
    return (*map(_weakened, sent), GZIP), True


def _weakened(pair: Pair) -> Pair:
    name, value = pair
    return (name, b"W/" + value) if name == b"etag" and not value.startswith(b"W/") else pair


class Gzip:
    """A gzip coding that lets every chunk be read as soon as it arrives (RFC 1952)."""

    def __init__(self) -> None:
        self._coder = zlib.compressobj(wbits=31)  # 31: a gzip frame, its time stamp 0

    def _add(self, chunk: bytes) -> bytes:
        return self._coder.compress(chunk) + self._coder.flush(zlib.Z_SYNC_FLUSH)

    async def add(self, chunk: bytes) -> bytes:
        """Return the coded form of *chunk*."""
        return self._add(chunk) if len(chunk) < LARGE else await to_thread.run_sync(self._add, chunk)

    def finish(self) -> bytes:
        """Return what ends the coding."""
        return self._coder.flush()


async def gzip(body: bytes) -> bytes:
    """Return *body* coded; a large one is coded in a worker thread."""
    return _gzip(body) if len(body) < LARGE else await to_thread.run_sync(_gzip, body)


def _gzip(body: bytes) -> bytes:
    return zlib.compress(body, wbits=31)


async def compressed(response: Response, request: Request) -> Response:
    """Return what to send in the place of *response*, which stays as it is."""
    headers, coded = negotiated(request, response.status, tuple(response.raw_headers(None)), len(response.body))
    return Response.trusted(await gzip(response.body) if coded else response.body, response.status, headers)
