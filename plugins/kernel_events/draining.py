"""The stop that was asked for, as those see it who would go on for ever: streams and websockets."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Draining:
    """Whether a kernel is about to stop; service "draining".

    It begins with the phase "drain", before anybody listens to that, and is over at the next start.
    """

    def __init__(self) -> None:
        self.begun = False
        self._acts: list[Callable[[], object]] = []

    def begin(self) -> None:
        """Call everybody who waits for it; once."""
        begun, self.begun = self.begun, True
        for act in () if begun else tuple(self._acts):
            act()

    def over(self) -> None:
        """Forget it: the kernel starts again."""
        self.begun = False

    @contextmanager
    def calling(self, act: Callable[[], object]) -> Iterator[None]:
        """Have *act*, `scope.cancel` or `event.set` say, called as soon as it begins, while the context lasts."""
        self._acts.append(act)
        try:
            if self.begun:
                act()
            yield
        finally:
            self._acts.remove(act)
