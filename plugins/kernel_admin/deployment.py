"""What `kernel check` finds: the boot's own findings, those for production, and which of them are silenced."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from kernel import Kernel, Problem
from kernel.boot.config import items
from kernel.boot.discovery import scan
from kernel.errors import BootError, ConfigError, did_you_mean
from kernel_admin import locking
from kernel_admin.binding import default_bind

DEPLOY = "deploy"
"""The tag of findings that only `kernel check --deploy` looks for."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem, what it is about, and whether the project wants to hear of it."""

    problem: Problem
    tags: tuple[str, ...]
    silenced: bool

    def row(self) -> dict[str, Any]:
        """Return it as `kernel check --json` prints it."""
        return {**asdict(self.problem), "tags": list(self.tags)}


def survey(project: Kernel, deploy: bool) -> list[Finding]:
    """Return everything that is to say about a project.

    What a plugin tells of another level for production takes the place of what it told the boot. A
    project that does not boot is asked nothing more, and none of its findings can be silenced.
    """
    boot = project.booted
    before, for_production = list[Problem](boot.problems), list[Problem]()
    if boot.problems.fatal:
        return [Finding(one, tags(one), silenced=False) for one in dict.fromkeys(before)]
    before += unbindable(project)
    if deploy:
        told, asked = boot.check(deploy=False), boot.check(deploy=True)
        before = [one for one in before if one in asked or one not in told]
        for_production = [one for one in (*asked, *unlocked(project)) if one not in before]
    quiet = [str(one) for one in items(project.config.get("checks", {}).get("silenced", ()))]
    found = [Finding(one, tags(one), one.id in quiet) for one in dict.fromkeys(before)]
    found += [Finding(one, (*tags(one), DEPLOY), one.id in quiet) for one in dict.fromkeys(for_production)]
    if deploy:
        found += [Finding(one, (*tags(one), DEPLOY), silenced=False) for one in unused(project, quiet, found)]
    return found


def tags(problem: Problem) -> tuple[str, ...]:
    """Return the tag that the id of a problem begins with."""
    return (problem.id.partition(".")[0],)


def unbindable(project: Kernel) -> tuple[Problem, ...]:
    """Report a [networking] bind that is no address, which `kernel run` would not start with."""
    try:
        default_bind(project.config)
    except ConfigError as error:
        return tuple(error.problems)
    return ()


def unused(project: Kernel, quiet: list[str], found: list[Finding]) -> Iterator[Problem]:
    """Report ids that are silenced and were not found: a slip, or what was mended since."""
    ids = list(dict.fromkeys(one.problem.id for one in found))
    for name in [name for name in quiet if name not in ids]:
        message = f"[checks] silenced: nothing was found with the id '{name}'{did_you_mean(name, ids)}"
        where = project.config.origin("checks", "silenced")
        yield Problem("checks.silenced", "warning", message, "mend it, or take it out", where)


def unlocked(project: Kernel) -> Iterator[Problem]:
    """Report a project whose plugins are not locked, or are not what is locked."""
    if not project.config.path:
        return
    try:
        held = locking.read()
    except BootError as error:
        if locking.path().exists():
            yield from error.problems
        else:
            message = "there is no plugins.lock, so nothing says whether what runs is what was tested"
            hint = "kernel plugins lock writes it; kernel run --locked starts with nothing else"
            yield Problem("lock.missing", "warning", message, hint, str(locking.path()))
        return
    yield from locking.distributions(held)
    yield from locking.unlocked(held)
    yield from locking.differences(held, locking.written(project, scan()))
