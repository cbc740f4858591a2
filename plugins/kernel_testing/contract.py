"""What every plugin has to keep: `kernel plugins contract NAME`, and the pytest fixture `contract`."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from kernel.layers import where
from kernel_testing.clauses import CLAUSES, UNLOADED
from kernel_testing.subject import Config, Subject, subject


@dataclass(frozen=True, slots=True)
class Breach:
    """One way in which a clause is broken."""

    clause: str
    message: str
    where: str = ""

    def __str__(self) -> str:
        return f"{self.clause}: {self.message}{f' ({self.where})' if self.where else ''}"


def breaches(subject: Subject, clauses: Iterable[str] = CLAUSES) -> list[Breach]:
    """Return how *subject* breaks the contract; a clause that itself fails is broken."""
    found: list[Breach] = []
    for clause in clauses:
        if any(breach.message.startswith(UNLOADED) for breach in found):
            break
        try:
            found += [Breach(clause, message, place(subject)) for message in CLAUSES[clause](subject)]
        except Exception as error:
            found.append(Breach(clause, f"{type(error).__name__}: {error}", place(subject)))
    return found


def place(subject: Subject) -> str:
    """Return the entry point, or where an object was declared."""
    return subject.target or where(subject.thing) or getattr(subject.thing, "__module__", "")


def keeps(thing: Any, config: Config | None = None, clauses: Iterable[str] = CLAUSES) -> None:
    """Hold a plugin or app to the contract: the fixture `contract`.

    Args:
        thing: the name of an entry point, "module:attribute", a class or an object.
        config: the sections it needs.
        clauses: which clauses; all by default.

    Raises:
        AssertionError: it is broken; every breach is in the message.
        LookupError: nothing of that name is installed.
    """
    found = breaches(subject(thing, config), clauses)
    if found:
        raise AssertionError("the contract is broken\n" + "\n".join(f"  {breach}" for breach in found))
