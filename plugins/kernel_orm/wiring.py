"""Helpers for a project that owns its entry, or brings an engine of its own."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from kernel_settings.sections import validate
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_scoped_session

from kernel import Kernel
from kernel.boot.config import Config
from kernel.errors import ConfigError, Findings, KernelError
from kernel_orm.config import DEFAULT, SECTION, WANTED, DatabaseConfig
from kernel_orm.database import Database
from kernel_orm.engine import session_maker


def get_db_engine(config: Mapping[str, Any] | DatabaseConfig, echo: bool | str | None = None) -> AsyncEngine:
    """Return a new engine; whoever asks for it disposes of it.

    Args:
        config: the keys of a section [database].
        echo: log every statement; default is what the section says.

    Raises:
        ConfigError: a key or a value that does not fit.
    """
    given = vars(config) if isinstance(config, DatabaseConfig) else config
    keys = {**given, **({} if echo is None else {"echo": echo})}
    problems = Findings()
    checked = validate(Config({SECTION: keys}), SECTION, DatabaseConfig, problems)
    if problems:
        raise ConfigError(problems)
    return Database(DEFAULT, checked, Path.cwd(), Path.cwd().name).engine


def get_db_session(engine: AsyncEngine, scope_func: Callable[[], Any]) -> async_scoped_session[AsyncSession]:
    """Return a registry that holds one session for each value of *scope_func*, until its `remove()`.

    Args:
        scope_func: says what a session belongs to, as `app.get_current_request` does.
    """
    return async_scoped_session(session_maker(engine), scope_func)


def set_database_hooks(app: Kernel) -> None:
    """Give *app* a database, even if its configuration has no section [database].

    What the plugin does for a section happens then too: `db_engine` and `db_session` in the context,
    commit, rollback and close at the end of every request.
    """
    app.context[WANTED] = True

    @app.event("startup")
    def demand() -> None:
        if "db_session" not in app.context:
            raise KernelError("set_database_hooks: the plugin 'orm' is not active; name it in [plugins] active")
