"""What one database of a project is to hold: its tables by app, and the history of each app."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kernel import Problem
from kernel.errors import ConfigError, did_you_mean
from kernel.types import Application
from kernel_orm.checks import section_of
from kernel_orm.config import DEFAULT
from kernel_orm.database import Database
from kernel_orm.declared import import_models
from kernel_orm.migrations.branches import Branch, branches
from kernel_orm.migrations.faults import Fault
from kernel_orm.migrations.history import History
from kernel_orm.migrations.ownership import Key, created, database_of, key, owners

if TYPE_CHECKING:
    from sqlalchemy import Table


class Schema:
    """The wanted state of one database, from the models and the revisions of all active apps.

    Args:
        name: "default", or NAME of [database.NAME].

    Raises:
        ConfigError: there is no such database.
        BootError: models cannot be imported.
        Fault: the revisions contradict one another.
    """

    def __init__(self, kernel: Application, name: str = DEFAULT) -> None:
        self.database = chosen(kernel.service("databases"), name)
        import_models(kernel)
        self.branches = branches(kernel, name)
        self.history = History(self.branches)
        everywhere = owners(self.branches)
        self.owners = {table: owner for table, owner in everywhere.items() if database_of(table) == name}
        self.homeless = [table for table in everywhere if database_of(table) not in kernel.service("databases")]
        self.databases = tuple(kernel.service("databases"))

    def tables(self, branch: Branch | None) -> "list[Table]":
        """Return the tables of one app, or those of none, in the order of their references."""
        return [table for table, owner in self.owners.items() if owner == branch]

    def unversioned(self) -> "list[Table]":
        """Return the tables of all that has no revisions."""
        versioned = [branch for branch in self.branches if self.history.heads(branch)]
        return [table for table, owner in self.owners.items() if owner not in versioned]

    def gone(self, branch: Branch) -> set[Key]:
        """Return the tables that an app's revisions created and that no model has any more."""
        return created(self.history.of(branch)) - {key(table) for table in self.owners}

    def demand_models(self) -> None:
        """Raise Fault if no app has models."""
        if not self.branches:
            hint = "write a class that derives from kernel_orm.Base, and name its module: App(models=[...])"
            raise Fault("models", "no active app has models", hint)


def chosen(databases: Mapping[str, Database], name: str) -> Database:
    """Return a database by name.

    Raises:
        ConfigError: there is none.
    """
    if name not in databases:
        message = f"there is no section [{section_of(name)}]{did_you_mean(name, databases)}"
        hint = "write it into config.ini; an empty one means an SQLite file in the project"
        raise ConfigError([Problem("db.unconfigured", "error", message, hint)])
    return databases[name]
