"""What plugins let `kernel doctor` examine: databases, folders, whatever lies outside of the process.

The hook `kernel_doctor` exists only while the doctor looks: `Examiner` specifies it in a boot of its own.
"""

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import anyio

from kernel import Kernel, Plugin, Problem, hookspec
from kernel.boot.registry import blame, innermost
from kernel.errors import KernelError
from kernel.layers import as_tuple

Examine = Callable[[], Any]
PATIENCE = 10
"""Seconds that one examination may take."""


class Specs:
    """What the doctor asks plugins."""

    @hookspec(since=(1, 0))
    def kernel_doctor(self) -> Mapping[str, Examine] | None:
        """Name what of yours can be examined: a few words -> `() -> Iterable[Problem]`, sync or async.

        The function may look at disks and servers, and changes nothing. Only `kernel doctor` asks: write
        `@hookimpl(optionalhook=True)`, since in every other boot the hook does not exist.
        """


class Examiner(Plugin):
    """Ask `kernel_doctor`."""

    name = "doctor"
    specs = (Specs,)


def examined(project: Kernel) -> dict[str, list[Problem]]:
    """Ask every plugin, examine what it names, and return what was found by name."""
    found: dict[str, list[Problem]] = {}
    for plugin, answer in answers(project):
        if isinstance(answer, KernelError):
            found[plugin] = [failed(f"plugin '{plugin}'", answer)]
            continue
        for name, examine in answer.items():
            found.setdefault(name, []).extend(anyio.run(patiently, f"{name} (plugin '{plugin}')", examine))
    return found


def answers(project: Kernel) -> Iterator[tuple[str, Any]]:
    """Yield each plugin and what it answers, or why it does not."""
    registry = project.booted.registry
    if "kernel_doctor" not in registry.specs:  # the boot did not get that far
        return
    for plugin, _, _ in list(registry.implementations("kernel_doctor")):
        try:
            yield from registry.collect("kernel_doctor", only=plugin)
        except KernelError as error:
            yield plugin, error


async def patiently(what: str, examine: Examine) -> Iterable[Problem]:
    """Return what one examination finds; that it fails, or takes too long, is a finding too."""
    try:
        with anyio.fail_after(PATIENCE):
            value = examine()
            return as_tuple(await value if inspect.isawaitable(value) else value)
    except TimeoutError:
        message = f"{what}: no answer within {PATIENCE} seconds"
        return [Problem("doctor.timeout", "error", message, "see whether what it examines is alive")]
    except Exception as error:
        return [failed(what, error)]


def failed(what: str, error: Exception) -> Problem:
    """Return the finding that an examination raised *error*."""
    message = f"{what} could not be examined: {error if isinstance(error, KernelError) else blame(error)}"
    return Problem("doctor.failed", "error", message, "mend what it names", innermost(error))
