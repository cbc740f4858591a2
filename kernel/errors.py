"""Everything the kernel raises, drawn before the first class.

KernelError
├── BootError            nothing was started; carries every finding of the boot
│   └── ConfigError      the configuration could not be used (exit code 78)
├── ClientDisconnect     the client went away while its body was read
└── HTTPException        an answer other than success, to be rendered for the client

ServerInterrupt          not an error: asks for an orderly end of the whole process
"""

from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal


class KernelError(Exception):
    """The root of the tree."""


# The ways out of a conflict.
WAYS = "rename one of the two, or switch one off, as [plugins] blocked does"


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding of a boot or of `kernel check`.

    Args:
        id: stable name, dotted, as "plugin.unknown".
        level: "error" fails the boot and the check, "warning" does neither.
        message: who and what.
        hint: the next step.
        where: "file:line", an entry point or a config key.
    """

    id: str
    level: Literal["error", "warning"] = "error"
    message: str = ""
    hint: str = ""
    where: str = ""

    def __str__(self) -> str:
        more = [f"\n    {mark} {text}" for mark, text in (("at", self.where), ("->", self.hint)) if text]
        return f"{self.level} {self.id}: {self.message}{''.join(more)}"


class Findings(list[Problem]):
    """What one boot found, in order."""

    def error(self, kind: str, message: str, hint: str = "", where: str = "") -> None:
        """Note a problem that forbids to run."""
        self.append(Problem(kind, "error", message, hint, where))

    # Whether one of them forbids to run.
    fatal = property(lambda self: any(problem.level == "error" for problem in self))


class BootError(KernelError):
    """The project cannot run; every finding is in `problems`."""

    exit_code = 3

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class ConfigError(BootError):
    """The configuration cannot be read or holds values that do not fit."""

    exit_code = 78


class ClientDisconnect(KernelError):
    """The client closed the connection before its request was read (ASGI `http.disconnect`)."""


class HTTPException(KernelError):
    """Answer the request with *status* instead of a result.

    Args:
        status: HTTP status code (RFC 9110 §15).
        detail: text for the client; default is the phrase of the status.
        headers: further response headers, lower-case name and value in bytes.
    """

    def __init__(self, status: int, detail: str = "", headers: Iterable[tuple[bytes, bytes]] = ()) -> None:
        self.status, self.detail, self.headers = int(status), detail or HTTPStatus(status).phrase, tuple(headers)
        super().__init__(f"{self.status} {self.detail}")


NOT_FOUND = HTTPException(404)


class ServerInterrupt(Exception):
    """Raise from a server hook to end the whole process in order, with exit code 0."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return "; did you mean 'x'?" for the nearest of *known*, or nothing."""
    from difflib import get_close_matches  # needed only where something is wrong

    return next((f"; did you mean '{near}'?" for near in get_close_matches(word, list(known), n=1)), "")
