"""How the tables of an app differ from its models, as Alembic's operations and in words."""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from alembic.autogenerate import produce_migrations
from alembic.operations import ops

from kernel_orm.migrations.history import History
from kernel_orm.migrations.ownership import Key, key
from kernel_orm.migrations.versions import Versions

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table

Operations = ops.UpgradeOps
TABLES = (ops.CreateTableOp, ops.DropTableOp)


def whole(tables: "Iterable[Table]") -> Operations:
    """Return what creates *tables*, given in the order of their references."""
    found: list[ops.MigrateOperation] = []
    for table in tables:
        indexes = sorted(table.indexes, key=lambda index: str(index.name))
        found += [ops.CreateTableOp.from_table(table), *map(ops.CreateIndexOp.from_index, indexes)]
    return Operations(found)


def differences(connection: "Connection", history: History, tables: "Iterable[Table]", gone: set[Key]) -> Operations:
    """Return what makes a database equal to *tables*; of those without a model only *gone* are looked at."""
    tables = list(tables)
    wanted = {key(table) for table in tables}
    seen = wanted | gone
    schemas = {schema for schema, _ in seen}

    def known(name: str | None, kind: str, parents: Any) -> bool:
        if kind == "schema":
            return name in schemas
        return kind != "table" or (parents["schema_name"], name) in seen

    def meant(thing: Any, name: str | None, kind: str, reflected: bool, other: Any) -> bool:
        return kind != "table" or reflected or key(thing) in wanted

    options: dict[str, Any] = {"include_name": known, "include_object": meant, "include_schemas": schemas != {None}}
    with connection.begin():
        metadata = tables[0].metadata if tables else _nothing()
        script = produce_migrations(Versions(connection, history, **options), metadata)
    assert script.upgrade_ops
    return script.upgrade_ops


def _nothing() -> Any:
    from sqlalchemy import MetaData

    return MetaData()


def flat(operation: Any) -> Iterator[Any]:
    """Yield the operations within an operation, containers left out."""
    if isinstance(operation, ops.OpContainer):
        for inner in operation.ops:
            yield from flat(inner)
    else:
        yield operation


def in_words(operations: Operations) -> list[str]:
    """Return a sentence for each difference; a whole table counts as one."""
    found = list(flat(operations))
    whole_tables = {operation.table_name for operation in found if isinstance(operation, TABLES)}
    return [_sentence(one) for one in found if isinstance(one, TABLES) or table_of(one) not in whole_tables]


def _sentence(operation: Any) -> str:
    for kind, say in WORDS.items():
        if isinstance(operation, kind):
            return say(operation)
    return f"{type(operation).__name__} on '{table_of(operation)}'"


def _altered(operation: Any) -> str:
    changes = [(what.removeprefix("modify_"), old, new) for what, *_, old, new in operation.to_diff_tuple()]
    told = ", ".join(f"{what} {old} is to be {new}" for what, old, new in changes)
    return f"column '{operation.table_name}.{operation.column_name}' differs: {told}"


def table_of(operation: Any) -> str:
    """Return the name of the table an operation changes; for a foreign key that it leads from."""
    name: str = getattr(operation, "table_name", None) or operation.source_table
    return name


WORDS: dict[type, Callable[[Any], str]] = {
    ops.CreateTableOp: lambda op: f"table '{op.table_name}' is missing",
    ops.DropTableOp: lambda op: f"table '{op.table_name}' has no model any more",
    ops.AddColumnOp: lambda op: f"column '{op.table_name}.{op.column.name}' is missing",
    ops.DropColumnOp: lambda op: f"column '{op.table_name}.{op.column_name}' has no attribute any more",
    ops.AlterColumnOp: _altered,
    ops.CreateIndexOp: lambda op: f"index '{op.index_name}' on '{op.table_name}' is missing",
    ops.DropIndexOp: lambda op: f"index '{op.index_name}' on '{op.table_name}' is not declared any more",
    ops.AddConstraintOp: lambda op: f"constraint '{op.constraint_name}' on '{table_of(op)}' is missing",
    ops.DropConstraintOp: lambda op: f"constraint '{op.constraint_name}' on '{op.table_name}' is not declared any more",
}
