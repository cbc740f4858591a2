"""What it takes to put another request in the place of one."""

from typing import Any

from kernel import Request
from kernel.types import Application

CARRIED = (
    "context",
    "settlers",
    "always",
    "after",
    "answered",
    "finishers",
    "waiting",
    "bypassed",
    "rescued",
    "connection",
)
"""What belongs to the exchange and not to the object; a new request that has its own keeps it."""


class Replacing:
    """Makes a request that a middleware returns the one that everything inside sees.

    It becomes the current request. Those outside, the kernel first of all, keep the object they
    have; so that they learn what happens inside, a background call say, both share their state.
    """

    def __init__(self, kernel: Application) -> None:
        self._kernel = kernel
        self._kinds: dict[tuple[type, type], type] = {}

    def __call__(self, old: Request, new: Request) -> Request:
        """Return *new* ready to go inside."""
        new, state = self._completed(new, type(old)), vars(old)
        carried = {name: state[name] for name in CARRIED if name in state}
        changed = {**carried, **vars(new)}
        state.clear()
        state.update(changed)
        new.__dict__ = state
        self._kernel._current.set(new)
        return new

    def _completed(self, new: Request, full: type[Request]) -> Request:
        """Return *new* with what plugins add to requests, which the bare class and a user's own lack."""
        kind = type(new)
        if not issubclass(kind, full):
            fitting = self._kinds.get((kind, full)) or self._combined(kind, full)
            completed: Request = object.__new__(fitting)
            vars(completed).update(vars(new))
            return completed
        return new

    def _combined(self, kind: type, full: type) -> type:
        made: Any = full if issubclass(full, kind) else type(kind.__name__, (kind, full), {})
        self._kinds[kind, full] = made
        return made  # type: ignore[no-any-return]  # a class
