"""All headers of an answer, remembered by those it brings."""

from kernel.response import Pair

Pairs = tuple[Pair, ...]
PAGES = (b"text/html", b"application/xhtml+xml")
REMEMBERED = 256
"""How many sets of headers are remembered; only the short ones are, which many answers share."""


class Standing(dict[Pairs, Pairs]):
    """All pairs of an answer: `standing[pairs]`, the first those it brings. What it names itself is not added.

    Args:
        always: pairs for every answer.
        pages: further ones for what a browser shows as a page (WHATWG HTML §7.1.3).
    """

    def __init__(self, always: Pairs, pages: Pairs) -> None:
        self._always, self._pages = always, pages

    def __missing__(self, pairs: Pairs) -> Pairs:
        own = {name.lower(): value for name, value in pairs}  # a mounted application may write them as it likes
        page = own.get(b"content-type", b"").partition(b";")[0].strip().lower() in PAGES
        more = tuple(pair for pair in (*self._always, *(self._pages if page else ())) if pair[0] not in own)
        return self.setdefault(pairs, pairs + more) if len(pairs) < 2 and len(self) < REMEMBERED else pairs + more
