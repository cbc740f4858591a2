"""The plugin "compat": it warns of plugins that use what is newer than they say, or what is deprecated."""

from collections.abc import Iterable

from kernel import Plugin, Problem, hookimpl
from kernel.types import Application
from kernel_compat.usage import problems


class Compat(Plugin):
    """Hold what plugins use of the hook API against the version that each was written for."""

    name = "compat"

    @hookimpl
    def kernel_checks(self, kernel: Application) -> Iterable[Problem]:
        """Warn of what is newer than a plugin says, and of what is deprecated."""
        return list(problems(kernel))
