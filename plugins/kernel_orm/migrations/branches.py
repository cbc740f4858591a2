"""The branch of each app that has models: its label, and the folder of its revisions."""

import inspect
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from kernel import App
from kernel.errors import did_you_mean
from kernel.types import Application
from kernel_orm.config import DEFAULT
from kernel_orm.declared import declared
from kernel_orm.migrations.faults import Fault

PREFIX = 19
"""Characters of an app's name in its revisions: Alembic keeps an identifier of at most 32."""


@dataclass(frozen=True, slots=True)
class Branch:
    """The revisions of one app; `label` is its name without what Alembic reserves, `modules` hold its models."""

    app: str
    modules: tuple[str, ...]
    folder: Path

    @property
    def label(self) -> str:
        """What stands before "@" in a target."""
        return re.sub(r"[^\w.]", "_", self.app)

    @property
    def prefix(self) -> str:
        """How its revisions begin."""
        return self.label.rpartition(".")[2][:PREFIX]

    def owns(self, module: str) -> bool:
        """Tell whether the models of *module* are this app's."""
        return any(f"{module}.".startswith(f"{own}.") for own in self.modules)


def branches(kernel: Application, database: str = DEFAULT) -> list[Branch]:
    """Return the branch of each active app that names models, in order."""
    members = {member.name: member.plugin for member in kernel.plan.active}
    modules: dict[str, tuple[str, ...]] = {}
    for app, module in declared(kernel):
        modules[app] = (*modules.get(app, ()), module)
    return [Branch(app, names, folder(members[app], database)) for app, names in modules.items()]


def folder(plugin: Any, database: str = DEFAULT) -> Path:
    """Return where an app's revisions are, beside the file that declares it.

    That is migrations/versions, and migrations/NAME/versions for [database.NAME].
    """
    if isinstance(plugin, App):
        file = plugin.where.rpartition(":")[0]
    else:
        file = inspect.getfile(plugin if isinstance(plugin, (type, ModuleType)) else type(plugin))
    return Path(file).resolve().parent.joinpath("migrations", *(() if database == DEFAULT else (database,)), "versions")


def chosen(known: Iterable[Branch], app: str) -> Branch:
    """Return the branch of *app*.

    Raises:
        Fault: no active app of this name has models.
    """
    by_name = {name: branch for branch in known for name in (branch.label, branch.app)}
    if app not in by_name:
        names = ", ".join(dict.fromkeys(branch.app for branch in by_name.values()))
        message = f"no active app '{app}' has models{did_you_mean(app, by_name)}"
        raise Fault("app", message, f"apps with models: {names}")
    return by_name[app]
