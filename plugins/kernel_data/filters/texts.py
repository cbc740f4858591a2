"""Texts into other texts."""

import html
import unicodedata
from typing import Any, Literal

from kernel_data.filters.filter import BLANK, Filter
from kernel_data.invalid import Invalid


class Escape(Filter):
    """Escape HTML, quotes too; what is escaped already is not escaped twice."""

    def apply(self, value: Any) -> Any:
        """Return the escaped text."""
        return html.escape(html.unescape(value))


class Cut(Filter):
    """Keep the first *length* characters, bytes or elements."""

    def __init__(self, length: int, message: str | None = None) -> None:
        super().__init__(message)
        self._length = length

    def apply(self, value: Any) -> Any:
        """Return the beginning."""
        return value[: self._length]


class BlankToNull(Filter):
    """Make '' and b'' None."""

    takes_blank = keeps_form = converts = True

    def apply(self, value: Any) -> Any:
        """Return None for a blank value."""
        return None if not value and type(value) in BLANK else value


class Normalize(Filter):
    """Give equal texts one form, so that names that look alike are alike (Unicode Annex 15).

    Args:
        form: NFC, NFD, NFKC or NFKD.
        casefold: also remove the difference of cases.
        max_length: most characters; longer texts are refused before they are looked at.
    """

    def __init__(
        self,
        form: Literal["NFC", "NFD", "NFKC", "NFKD"] = "NFKC",
        casefold: bool = False,
        max_length: int = 1000,
        message: str | None = None,
    ) -> None:
        super().__init__(message)
        self._form, self._casefold, self._most = form, casefold, max_length

    def apply(self, value: Any) -> Any:
        """Return the text in its form."""
        if len(value) > self._most:
            raise Invalid(self.message)
        if self._casefold:  # folding may undo a form and the form a folding (Unicode §3.13, D146)
            value = unicodedata.normalize(self._form, value).casefold()
        return unicodedata.normalize(self._form, value)
