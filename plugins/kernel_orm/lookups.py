"""Ask, within the session of a request, whether a row is there."""

from typing import TYPE_CHECKING, Any

from kernel import Request
from kernel.errors import did_you_mean
from kernel_orm.config import DEFAULT
from kernel_orm.values import ABSENT, fitting

if TYPE_CHECKING:
    from sqlalchemy import Column
    from sqlalchemy.ext.asyncio import AsyncSession


def columns_of(model: Any) -> Any:
    """Return the columns of a model by attribute; TypeError for anything else."""
    from sqlalchemy import inspect

    mapper = inspect(model, raiseerr=False)
    if not isinstance(model, type) or mapper is None:
        raise TypeError(f"{model!r} is no model; write a class that derives from kernel_orm.Base")
    return mapper.columns


def column_of(model: Any, name: str) -> "Column[Any]":
    """Return one column of a model by attribute.

    Raises:
        LookupError: it has none of this name.
    """
    columns = columns_of(model)
    if name not in columns:
        raise LookupError(f"model '{model.__name__}' has no column '{name}'{did_you_mean(name, columns.keys())}")
    column: Column[Any] = columns[name]
    return column


def session_for(request: Request, model: Any) -> "AsyncSession":
    """Return the session of a request for the database of a model.

    Raises:
        LookupError: there is no database.
    """
    name = str(model.__table__.info.get("database", DEFAULT))
    make = request.app.context.get("db_session")
    if make is None:
        raise LookupError(f"model '{model.__name__}': there is no database; write a section [database]")
    session: AsyncSession = make() if name == DEFAULT else make(name)
    return session


async def is_there(
    session: "AsyncSession", column: "Column[Any]", value: Any, other: "tuple[Column[Any], Any] | None" = None
) -> bool:
    """Tell whether a row has *value* in *column*, one with *other* left out."""
    from sqlalchemy import exists, select

    dialect = session.get_bind().dialect.name
    fit = fitting(column, value, dialect)
    if fit is ABSENT:
        return False
    conditions = [column == fit]
    own = ABSENT if other is None else fitting(other[0], other[1], dialect)
    if other is not None and own is not ABSENT:
        conditions.append(other[0] != own)
    return bool(await session.scalar(select(exists().where(*conditions))))
