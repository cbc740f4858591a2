"""The plugin: it owns [database] and every [database.NAME], and has their sessions follow requests."""

import inspect
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any

from kernel_settings.sections import validate

from kernel import Plugin, Problem, hookimpl
from kernel.boot.config import Config as Sections
from kernel.errors import Findings
from kernel.layers import Route
from kernel.types import Application
from kernel_orm.binding import bind
from kernel_orm.checks import check, section_of
from kernel_orm.config import DEFAULT, SECTION, WANTED, DatabaseConfig
from kernel_orm.database import Database
from kernel_orm.declared import Specs
from kernel_orm.opening import opened
from kernel_orm.rescue import rescuer
from kernel_orm.scope import CurrentSession


class Orm(Plugin):
    """Databases through SQLAlchemy; provides "databases", which maps names to `Database`.

    Without a section it stays dormant: the mapping is empty and SQLAlchemy is not imported.
    """

    name = "orm"
    requires = ("settings", "outcomes")
    section = SECTION
    specs = (Specs,)
    Config = DatabaseConfig

    def __init__(self) -> None:
        self.databases: dict[str, Database] = {}
        self._written, self._named = False, dict[str, Any]()

    @hookimpl(tryfirst=True)
    def kernel_settings(self, config: Sections, section: str, problems: Findings) -> None:
        """Abstain, but see whether the section is written at all, and validate those of further databases."""
        if section != SECTION:
            return
        self._written = SECTION in config
        for one in [one for one in config if one.startswith(f"{SECTION}.")]:
            self._named[one.removeprefix(f"{SECTION}.")] = validate(config, one, DatabaseConfig, problems)

    @hookimpl
    def kernel_configure(self, kernel: Application, config: DatabaseConfig) -> None:
        """Offer the databases; nothing is opened and nothing is imported."""
        self._kernel = kernel
        configs = {DEFAULT: config} if self._written or WANTED in kernel.context else {}
        configs |= self._named
        folder, project = kernel.config.root, kernel.config["environment"]["project_name"]
        for name, one in configs.items():
            self.databases[name] = Database(name, one, folder, project if name == DEFAULT else name)
        kernel.provide("databases", self.databases)
        if self.databases:
            kernel.context["db_session"] = CurrentSession(kernel, self.databases)
            kernel.service("schemas").update({section_of(name): DatabaseConfig for name in configs})

    @hookimpl
    def kernel_bind(self, parameter: inspect.Parameter, route: Route) -> Callable[..., Any] | None:
        """Fill a parameter of type AsyncSession."""
        return bind(parameter, route, self.databases)

    @hookimpl
    def kernel_rescue(self, exc_type: type[Exception], route: Any) -> Callable[..., Any] | None:
        """Answer 503 while a database cannot serve."""
        return rescuer(self._kernel, exc_type, route)

    @hookimpl
    def kernel_lifespan(self, kernel: Application) -> AbstractAsyncContextManager[None] | None:
        """Open the databases before, and close them after everything that may use them."""
        return opened(kernel, self.databases) if self.databases else None

    @hookimpl
    def kernel_checks(self, kernel: Application, deploy: bool) -> Iterable[Problem]:
        """Report urls, drivers and models that cannot be used."""
        return check(kernel, self.databases, deploy)

    @hookimpl(optionalhook=True)
    def kernel_doctor(self) -> dict[str, Callable[[], Any]]:
        """Have every database examined."""
        from kernel_orm.migrations.examining import examine

        return {f"database '{name}'": partial(examine, self._kernel, one) for name, one in self.databases.items()}

    @hookimpl
    def kernel_commands(self, cli: Any) -> None:
        """Add `kernel db`."""
        from kernel_orm.migrations.commands import db

        cli.add_command(db)
