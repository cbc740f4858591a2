"""The modules in which apps declare their models: imported when somebody needs all of them."""

from collections.abc import Iterable, Iterator
from importlib import import_module

from kernel import Problem, hookspec
from kernel.boot.registry import blame, innermost
from kernel.errors import BootError
from kernel.layers import as_tuple
from kernel.types import Application


class Specs:
    """What this plugin asks others."""

    @hookspec(since=(1, 0))
    def kernel_models(self) -> Iterable[str] | None:
        """Name the modules that declare models: dotted paths, imported before tables are made or migrated."""


def declared(kernel: Application) -> list[tuple[str, str]]:
    """Return (app, dotted module path) in the order of the apps."""
    return [(app, module) for app, modules in kernel.collect("kernel_models") for module in as_tuple(modules)]


def import_models(kernel: Application) -> None:
    """Import every module with models, so that `Base.metadata` knows all tables.

    Raises:
        BootError: with all that cannot be imported.
    """
    problems = list(unimportable(kernel))
    if problems:
        raise BootError(problems)


def unimportable(kernel: Application) -> Iterator[Problem]:
    """Import the modules; yield what is wrong with each that cannot be."""
    for app, module in declared(kernel):
        try:
            import_module(module)
        except Exception as error:  # whatever a stranger's module raises
            message = f"app '{app}': the models '{module}' cannot be imported: {blame(error)}"
            yield Problem("orm.models", "error", message, "models= takes dotted module paths", innermost(error))
