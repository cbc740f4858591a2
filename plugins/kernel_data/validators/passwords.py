"""How hard a password is to guess, as a score of its own characters."""

import re
from itertools import pairwise
from string import ascii_lowercase, ascii_uppercase, digits
from typing import Any

from kernel_data.validators.validator import Condition

SYMBOLS = "!@#$%^&*?_~,"
LOWER, UPPER, DIGITS = frozenset(ascii_lowercase + " "), frozenset(ascii_uppercase), frozenset(digits)
ROWS = f"{ascii_lowercase} {ascii_uppercase} 01234567890 qwertyuiop asdfghjkl zxcvbnm"
LONGEST = 1024
COMBINED = {3: 25, 2: 15}
_kinds = [re.compile(text).findall for text in ("[A-Z]", "[0-9]", f"[{re.escape(SYMBOLS)}]")]


class PasswordPolicy(Condition):
    """Accept passwords of at least *min_length* and at most 1024 characters that score *min_score* or more.

    Args:
        min_score: 50 is eight characters without merit; capitals, digits and symbols add, rows and repeats subtract.
        min_length: fewer characters are refused whatever they score.
        explain: add the reason to the message.
    """

    def __init__(
        self, min_score: int = 50, message: str | None = None, *, min_length: int = 8, explain: bool = False
    ) -> None:
        super().__init__("Not acceptable password error" if message is None else message)
        self._score, self._length, self._explain = min_score, min_length, explain

    def check(self, value: Any, meta: Any) -> Any:
        """Return the message, with the reason if it is wanted."""
        message = super().check(value, meta)
        return f"{message}: {self.reason(value)}" if message and self._explain else message

    def accepts(self, value: Any) -> bool:
        """Tell whether it is good enough."""
        return not self.reason(value)

    def reason(self, value: Any) -> str:
        """Return why a password is refused, or ""."""
        if not isinstance(value, str):
            return "not a text"
        if len(value) < self._length:
            return f"at least {self._length} characters"
        if len(value) > LONGEST:
            return f"at most {LONGEST} characters"
        return "" if score(value) >= self._score else "too easy to guess; add capitals, digits and symbols"

    def describe(self, schema: dict[str, Any]) -> None:
        """Give the lengths."""
        schema.update(minLength=self._length, maxLength=LONGEST)


def score(password: str) -> int:
    """Return the score of a password: 50 for eight lower-case letters that follow no order."""
    upper, numbers, symbols = (len(find(password)) for find in _kinds)
    total = 50 + 3 * (len(password) - 8) + 4 * upper + 5 * numbers + 5 * symbols
    total += COMBINED.get(sum(map(bool, (upper, numbers, symbols))), 0)
    used = set(password)
    total -= 30 if used <= LOWER else 0
    total -= 90 if used <= DIGITS | {" "} else 0
    return total - (35 if password in ROWS else sum(repeated(a) for a, b in pairwise(password) if a == b))


def repeated(character: str) -> int:
    """Return what a character that stands twice costs."""
    return 3 if character in LOWER else 7 if character in UPPER else 8
