"""Validators that look into the database, and what catches those who write in between.

`kernel_data.validators` has them too, as `v.Unique` and `v.Exists`. A check reads, and a row may
be written before yours is: what keeps values unique is a constraint of the table. `conflicts`
turns its error into the one of the validator.
"""

from abc import abstractmethod
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from kernel_data.field import Field
from kernel_data.invalid import Invalid
from kernel_data.validators.validator import BLANK, Meta, Validator
from kernel_errors import Error

from kernel_orm.lookups import column_of, columns_of, is_there, session_for
from kernel_orm.values import fold

if TYPE_CHECKING:
    from sqlalchemy.exc import IntegrityError
    from sqlalchemy.ext.asyncio import AsyncSession

UNEXPECTED_DATA = 1002
LONGEST = 1000
"""Characters of a text that is folded."""


class Lookup(Validator):
    """A validator that asks for a row of *model*; None, '' and b'' pass.

    Raises:
        TypeError: it is no model.
        LookupError: it has no column of this name.
    """

    def __init__(self, model: Any, model_field_name: str | None, folded: bool, message: str | None) -> None:
        super().__init__(message)
        columns_of(model)
        if model_field_name is not None:
            column_of(model, model_field_name)
        self.model, self.model_field_name, self.folded = model, model_field_name, folded

    def findings(self, name: str) -> Iterator[str]:
        """Yield what is wrong with it as a validator of the field *name*."""
        try:
            column_of(self.model, self.model_field_name or name)
        except LookupError as error:
            yield f"{type(self).__name__}: {error}"

    async def check(self, value: Any, meta: Meta) -> Any:
        """Return the message if the row is there and must not be, or the other way round."""
        if value is None or (not value and type(value) in BLANK):
            return None
        if self.folded and isinstance(value, str):
            if len(value) > LONGEST:  # before it is folded, which makes it longer still
                return f"Length error max: {LONGEST}"
            value = fold(value)
        return await self.judge(value, meta)

    @abstractmethod
    async def judge(self, value: Any, meta: Meta) -> Any:
        """Return None or the message for a value that is not blank."""


class Unique(Lookup):
    """Refuse a value that a row has already.

    Args:
        model: a class that derives from `kernel_orm.Base`.
        model_field_name: its attribute; default is the name of the field.
        exclude_self_by_field: the field, or its name, that tells which row is being changed; if it
            was sent, that row may have the value.
        exclude_default_value: let pass what is the default of the column.
        message: what the client is told.
        exclude_column: the attribute that the field is about; default is its name.
        folded: the column holds `kernel_orm.fold(text)`, so that case does not matter.
    """

    message = "Non unique value error"

    def __init__(
        self,
        model: Any,
        model_field_name: str | None = None,
        exclude_self_by_field: Field | str | None = None,
        exclude_default_value: bool = False,
        message: str | None = None,
        *,
        exclude_column: str | None = None,
        folded: bool = False,
    ) -> None:
        super().__init__(model, model_field_name, folded, message)
        self.exclude_default_value, self._own_field, self._own = exclude_default_value, exclude_self_by_field, None
        if exclude_self_by_field is not None:
            name = exclude_self_by_field if isinstance(exclude_self_by_field, str) else exclude_self_by_field.data_name
            if not name:
                raise ValueError("Unique: the field given as exclude_self_by_field has no name; write name=")
            self._own = name, column_of(model, exclude_column or name)

    async def judge(self, value: Any, meta: Meta) -> Any:
        """Return the message if another row has the value."""
        column = column_of(self.model, self.model_field_name or meta["name"])
        default = getattr(column.default, "arg", None)
        if self.exclude_default_value and default is not None and value == default:
            return None
        session = session_for(meta["request"], self.model)
        return self.message if await is_there(session, column, value, await self._other(meta)) else None

    async def _other(self, meta: Meta) -> Any:
        """Return the column and the value of the row that may have it, None if there is none."""
        received = meta["received_data"]
        if self._own is None or received.get(self._own[0]) is None:
            return None
        name, column = self._own
        if not isinstance(self._own_field, Field):
            return column, received[name]
        try:
            cleaned = await self._own_field.process(received[name], {**meta, "name": name})
        except Invalid:  # which is an error of that field
            return None
        return None if cleaned is None else (column, cleaned)


class Exists(Lookup):
    """Refuse a value that no row has.

    Args:
        model: a class that derives from `kernel_orm.Base`.
        model_field_name: its attribute; default is the name of the field.
        message: what the client is told.
        folded: the column holds `kernel_orm.fold(text)`, so that case does not matter.
    """

    message = "Does not exists"

    def __init__(
        self, model: Any, model_field_name: str | None = None, message: str | None = None, *, folded: bool = False
    ) -> None:
        super().__init__(model, model_field_name, folded, message)

    async def judge(self, value: Any, meta: Meta) -> Any:
        """Return the message if no row has the value."""
        column = column_of(self.model, self.model_field_name or meta["name"])
        return None if await is_there(session_for(meta["request"], self.model), column, value) else self.message


@asynccontextmanager
async def conflicts(
    session: "AsyncSession", message: str = Unique.message, **fields: Any
) -> "AsyncIterator[AsyncSession]":
    """Flush at the end of the block, and answer a value that is taken meanwhile as `Unique` would.

        async with conflicts(session, email=User.email):
            session.add(User(email=data["email"]))

    Args:
        message: what the client is told.
        fields: name of the field in the answer, and the attribute of the model that is unique.

    Raises:
        Error: 1002, one of *fields* is taken; the session is rolled back.
        IntegrityError: another constraint is violated.
    """
    from sqlalchemy.exc import IntegrityError

    try:
        yield session
        await session.flush()
    except IntegrityError as error:
        taken = [name for name, attribute in fields.items() if is_taken(error, attribute)]
        await session.rollback()
        if not taken:
            raise
        raise Error(UNEXPECTED_DATA, data={name: [message] for name in taken}) from error


def is_taken(error: "IntegrityError", attribute: Any) -> bool:
    """Tell whether an error is about a value of *attribute* that has to be unique, and is not.

    PostgreSQL names the constraint, SQLite the columns.
    """
    cause: Any = getattr(error.orig, "__cause__", None) or error.orig
    column = attribute.property.columns[0]
    if getattr(error.orig, "sqlstate", None) == "23505":
        return str(getattr(cause, "constraint_name", "")) in constraints(column)
    text = str(error.orig)
    return text.startswith("UNIQUE constraint failed:") and f"{column.table.name}.{column.name}" in names_in(text)


def names_in(text: str) -> list[str]:
    """Return what SQLite says is not unique: columns, or an index of expressions."""
    return [name.strip() for name in text.partition(":")[2].split(",")]


def constraints(column: Any) -> set[str]:
    """Return the names of what may keep a column unique, alone or with others, as the database has them."""
    table = column.table
    all_ = [*table.constraints, *table.indexes]
    return {str(one.name) for one in all_ if column in list(getattr(one, "columns", ()))}
