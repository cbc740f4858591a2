"""Which app a table belongs to, and which database."""

import ast
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kernel_orm.config import DEFAULT
from kernel_orm.migrations.branches import Branch

if TYPE_CHECKING:
    from alembic.script import Script
    from sqlalchemy import Table

Key = tuple[str | None, str]
"""Schema and name of a table."""
CREATING: dict[str, tuple[int | str, ...]] = {
    "create_table": (0, "table_name"),
    "rename_table": (1, "new_table_name"),
}
"""Operations after which a table is there, and where among their arguments its name is."""


def owners(branches: Sequence[Branch]) -> "dict[Table, Branch | None]":
    """Return the app of each table of `Base`: that whose models hold its class; None where no app does."""
    from kernel_orm.models import Base

    Base.registry.configure()
    found: dict[Table, Branch | None] = {}
    for module, table in (*_mapped(Base.registry.mappers), *_bare(branches), *_secondary(Base.registry.mappers)):
        branch = next((branch for branch in branches if branch.owns(module)), None)
        found.setdefault(table, branch)
    return {table: found.get(table) for table in Base.metadata.sorted_tables}


def _mapped(mappers: Iterable[Any]) -> "Iterator[tuple[str, Table]]":
    """Yield the tables of classes; a class that shares the table of its parent brings none."""
    for mapper in mappers:
        if mapper.inherits is None or mapper.local_table is not mapper.inherits.local_table:
            yield mapper.class_.__module__, mapper.local_table


def _bare(branches: Sequence[Branch]) -> "Iterator[tuple[str, Table]]":
    """Yield the tables that stand in models modules without a class."""
    from sqlalchemy import Table

    for name, module in list(sys.modules.items()):
        if any(branch.owns(name) for branch in branches):
            yield from ((name, thing) for thing in vars(module).values() if isinstance(thing, Table))


def _secondary(mappers: Iterable[Any]) -> "Iterator[tuple[str, Table]]":
    """Yield the tables between two classes, as those of the class that names them."""
    for mapper in mappers:
        for relation in mapper.relationships:
            if relation.secondary is not None:
                yield mapper.class_.__module__, relation.secondary


def database_of(table: "Table") -> str:
    """Return the name of the database a table is in: `info["database"]`, else the default one."""
    return str(table.info.get("database", DEFAULT))


def key(table: "Table") -> Key:
    """Return schema and name of a table."""
    return table.schema, table.name


def created(revisions: "Iterable[Script]") -> set[Key]:
    """Return the tables that revisions create or rename to: read in their sources, nothing is run."""
    found = set[Key]()
    for revision in revisions:
        for node in ast.walk(ast.parse(Path(revision.path).read_bytes())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CREATING:
                words = {word.arg: word.value for word in node.keywords} | dict(enumerate(node.args))
                name = next((text for place in CREATING[node.func.attr] if (text := _text(words.get(place)))), None)
                found |= {(_text(words.get("schema")), name)} if name else set()
    return found


def _text(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
