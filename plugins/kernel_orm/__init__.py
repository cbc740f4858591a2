"""Databases through SQLAlchemy: one session for each request, committed before its answer begins.

    from kernel_orm import Base

    class Note(Base):
        __tablename__ = "notes"
        id: Mapped[int] = mapped_column(primary_key=True)

    @routes.post("/notes")
    async def add(request: Request, session: AsyncSession) -> dict: ...

Without a section [database] nothing of this is loaded. SQLAlchemy itself is imported on first need.
"""

from typing import TYPE_CHECKING, Any

from kernel_orm.background import session as session
from kernel_orm.config import DatabaseConfig as DatabaseConfig
from kernel_orm.database import Database as Database
from kernel_orm.declared import import_models as import_models
from kernel_orm.errors import ResponseBegun as ResponseBegun, Unreachable as Unreachable
from kernel_orm.values import fold as fold

if TYPE_CHECKING:
    from kernel_orm.models import Base as Base
    from kernel_orm.wiring import (
        get_db_engine as get_db_engine,
        get_db_session as get_db_session,
        set_database_hooks as set_database_hooks,
    )

LAZY = {
    "Base": "models",
    "get_db_engine": "wiring",
    "get_db_session": "wiring",
    "set_database_hooks": "wiring",
}
"""The names that need SQLAlchemy, and where they stand."""


def __getattr__(name: str) -> Any:
    """Import what needs SQLAlchemy when it is first asked for."""
    if name not in LAZY:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{LAZY[name]}"), name)
