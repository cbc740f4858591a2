"""What is declared: error codes, and lists of them in which a number stands once."""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any


def _declared() -> str:
    """Return "file:line" of what makes the code: the frame behind those of its constructor."""
    frame = sys._getframe(1)
    while frame.f_back and frame.f_code.co_name == "__init__":
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """One error a client can meet: a number, a message and a status.

    Args:
        code: stable number, unique in a project; 1000 to 1099 are built in.
        message: text for the client; `{}` and `{name}` are filled with `message_data` of `Error`.
        status: HTTP status code of the answer.
        replaces: app or plugin whose code of that number this one takes the place of.

    Raises:
        ValueError: a status that is none of an error (RFC 9110 §15.5, §15.6).
    """

    code: int
    message: str
    status: int
    replaces: str = field(default="", compare=False, repr=False, kw_only=True)
    where: str = field(default_factory=_declared, compare=False, repr=False, kw_only=True)

    def __post_init__(self) -> None:
        if not 400 <= self.status <= 599:
            raise ValueError(f"error code {self.code}: status {self.status} is not within 400 to 599")
        object.__setattr__(self, "status", int(self.status))

    def as_dict(self) -> dict[str, Any]:
        """Return the body of the answer."""
        return {"status": "error", "code": self.code, "message": self.message}


class ErrorList:
    """Error codes in the order they were declared; `errors[1100]` is one of them.

    Raises:
        TypeError: something else than an ErrorCode.
        ValueError: a number for the second time.
    """

    def __init__(self, *codes: ErrorCode) -> None:
        self._codes: dict[int, ErrorCode] = {}
        self.extend(*codes)

    @property
    def items(self) -> Mapping[int, ErrorCode]:
        """The codes by number."""
        return MappingProxyType(self._codes)

    def extend(self, *codes: ErrorCode) -> None:
        """Add *codes*, all or none; raises as the class."""
        known = dict(self._codes)
        for code in codes:
            if not isinstance(code, ErrorCode):
                raise TypeError(f"an error list holds ErrorCode(code, message, status), not {code!r}")
            if code.code in known:
                first = known[code.code]
                both = f"'{first.message}' ({first.where}) and '{code.message}' ({code.where})"
                raise ValueError(f"error code {code.code} is declared twice: {both}")
            known[code.code] = code
        self._codes = known

    def merge(self, other: "ErrorList") -> None:
        """Add every code of *other*; raises as the class."""
        if not isinstance(other, ErrorList):
            raise TypeError(f"an error list merges with another ErrorList, not with {other!r}")
        self.extend(*other)

    def __getitem__(self, code: int) -> ErrorCode:
        return self._codes[code]

    def __contains__(self, code: object) -> bool:
        return code in self._codes

    def __iter__(self) -> Iterator[ErrorCode]:
        return iter(self._codes.values())

    def __len__(self) -> int:
        return len(self._codes)


SERVER_ERROR = ErrorCode(1000, "Server error", 500)

base_errors = ErrorList(
    SERVER_ERROR,
    ErrorCode(1001, "Not found", 404),
    ErrorCode(1002, "Unexpected data", 400),
    ErrorCode(1003, "Disallowed host", 400),
    ErrorCode(1004, "Method not allowed", 405),
    ErrorCode(1005, "Payload too large", 413),
    ErrorCode(1006, "Service unavailable", 503),
    ErrorCode(1007, "Gateway timeout", 504),
)
"""The codes of every project."""
