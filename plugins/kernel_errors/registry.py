"""The error codes of one kernel: the built-in ones and those of all apps, each with its owner."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from kernel import Problem
from kernel.boot.plan import Plan
from kernel_errors.codes import ErrorCode, ErrorList, base_errors

BUILT_IN = "errors"
UNPLANNED = Plan().claims
"""Words claims where no plan tells from which distribution they come."""
PURPOSE = "or let one win on purpose: ErrorCode(..., replaces='app')"


class ErrorRegistry:
    """Every code by number; the service "errors".

    Iterating yields (owner, ErrorCode), ordered by number; `problems` holds every clash.
    """

    def __init__(self, answers: Iterable[tuple[str, Any]] = (), claims: Callable[..., str] = UNPLANNED) -> None:
        self._claims = claims
        self._codes: dict[int, tuple[str, ErrorCode]] = {}
        self.problems: list[Problem] = []
        self._claim(BUILT_IN, base_errors)
        for owner, answer in answers:
            for errors in (answer,) if isinstance(answer, ErrorList) else answer:
                self._claim(owner, errors)

    def _claim(self, owner: str, errors: Any) -> None:
        if not isinstance(errors, ErrorList):
            message = f"plugin '{owner}': hook 'kernel_errors' answers with ErrorList objects, not with {errors!r}"
            self.problems.append(Problem("error.type", "error", message, "wrap the codes: ErrorList(ErrorCode(...))"))
            return
        for code in errors:
            holder, known = self._codes.get(code.code, (owner, code))
            if known is code or code.replaces == holder:
                self._codes[code.code] = owner, code
            if (holder == owner and known is code) or code.replaces == holder or known.replaces == owner:
                continue
            both = self._claims((holder, known.where), (owner, code.where))
            message = f"error code {code.code} is declared by {both}"
            hint = f"give '{known.message}' or '{code.message}' another number, switch one of the two off, {PURPOSE}"
            self.problems.append(Problem("error.duplicate", "error", message, hint, code.where))

    def __getitem__(self, code: int) -> ErrorCode:
        return self._codes[code][1]

    def get(self, code: object) -> ErrorCode | None:
        """Return the code of that number, or None."""
        return self._codes[code][1] if isinstance(code, int) and code in self._codes else None

    def owner(self, code: int) -> str:
        """Return the app or plugin that declares *code*."""
        return self._codes[code][0]

    def __contains__(self, code: object) -> bool:
        return code in self._codes

    def __iter__(self) -> Iterator[tuple[str, ErrorCode]]:
        return (self._codes[code] for code in sorted(self._codes))

    def __len__(self) -> int:
        return len(self._codes)
