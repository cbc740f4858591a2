"""Write a revision: what changed in the models of one app, as code."""

import ast
import sys
from collections.abc import Iterator
from textwrap import dedent
from typing import TYPE_CHECKING

from alembic.autogenerate import render_python_code
from alembic.operations import ops
from alembic.runtime.migration import MigrationContext
from sqlalchemy.engine import Dialect

from kernel import Problem
from kernel.layers import as_tuple
from kernel_orm.migrations.branches import Branch
from kernel_orm.migrations.differences import differences, flat, table_of, whole
from kernel_orm.migrations.faults import Fault
from kernel_orm.migrations.formatting import formatted
from kernel_orm.migrations.history import counted
from kernel_orm.migrations.schema import Schema
from kernel_orm.migrations.versions import Versions

if TYPE_CHECKING:
    from alembic.script import Script
    from sqlalchemy import Connection

BODY = "    pass"
KNOWN = {"sa": "import sqlalchemy as sa", "op": "from alembic import op", "batch_op": ""}
"""What brings the names that Alembic writes."""


def first(schema: Schema, branch: Branch, title: str) -> "Script":
    """Write the first revision of an app: all its tables. No database is looked at."""
    dialect = schema.database.url.get_dialect()()
    return _generated(schema, branch, title or "first", whole(schema.tables(branch)), dialect)


def following(connection: "Connection", schema: Schema, branch: Branch, title: str) -> tuple["Script", list[Problem]]:
    """Write what makes the database, which is at the head of the app, equal to its models; tell what may fail of it.

    Raises:
        Fault: it is not at the head.
    """
    with connection.begin():
        heads = Versions(connection, schema.history).get_current_heads()
    if pending := schema.history.pending(branch, heads):
        message = f"the database '{schema.database.name}' lacks {counted(pending)} of '{branch.app}'"
        raise Fault("behind", message, f"what changed is seen against the last one: kernel db upgrade {branch.app}")
    operations = differences(connection, schema.history, schema.tables(branch), schema.gone(branch))
    script = _generated(schema, branch, title or "change", operations, connection.dialect)
    return script, list(doubts(operations, script.path))


def doubts(operations: ops.UpgradeOps, path: str) -> Iterator[Problem]:
    """Yield a warning for each new column that the rows of its table would have no value for."""
    for one in flat(operations):
        if isinstance(one, ops.AddColumnOp) and not one.column.nullable and one.column.server_default is None:
            name = f"{one.table_name}.{one.column.name}"
            message = f"column '{name}' must not be null and has no server_default, so no table with rows can get it"
            hint = "give it a server_default, here or in the model, or let it be null until it is filled"
            yield Problem("db.default", "warning", message, hint, path)


def empty(schema: Schema, branch: Branch, title: str) -> "Script":
    """Write a revision that does nothing yet."""
    head = schema.history.head(branch)
    heads = [head] if head else []
    lines = "\n".join(filter(None, KNOWN.values()))
    return schema.history.write(branch, title or "empty", heads, upgrades=BODY, downgrades=BODY, imports=lines)


def merge(schema: Schema, branch: Branch, title: str) -> "Script":
    """Write a revision that joins the heads of an app.

    Raises:
        Fault: there is nothing to join.
    """
    heads = schema.history.heads(branch)
    if len(heads) < 2:
        raise Fault("heads", f"app '{branch.app}' has {len(heads)} heads, so there is nothing to join")
    return schema.history.write(branch, title or "join", heads, upgrades=BODY, downgrades=BODY, imports="")


def _generated(schema: Schema, branch: Branch, title: str, up: ops.UpgradeOps, dialect: Dialect) -> "Script":
    if up.is_empty():
        message = f"nothing changed in the models of '{branch.app}'"
        raise Fault("unchanged", message, "--empty writes a revision to fill in by hand")
    down = up.reverse_into(ops.DowngradeOps([]))
    head = schema.history.head(branch)
    code = [_code(operations, dialect) for operations in (up, down)]
    body = {"upgrades": formatted(code[0]), "downgrades": formatted(code[1]), "imports": imports("\n".join(code))}
    return schema.history.write(branch, title, [head] if head else [], depends_on=needs(schema, branch, up), **body)


def _code(operations: ops.UpgradeOps | ops.DowngradeOps, dialect: Dialect) -> str:
    context = MigrationContext.configure(dialect=dialect)
    text = render_python_code(operations, render_as_batch=True, migration_context=context)
    return dedent(f"    {text}")


def imports(code: str) -> str:
    """Return the import lines of generated code: Alembic's own, a dialect's, and those of types of the project."""
    lines = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Attribute):
            lines.add(_import(ast.unparse(node)))
    return "\n".join(sorted(lines - {""}, key=lambda line: (line.startswith("from"), line)))


def _import(dotted: str) -> str:
    """Return what brings the first name of *dotted*; nothing for a name that the code itself makes."""
    root = dotted.partition(".")[0]
    if root in KNOWN:
        return KNOWN[root]
    if f"sqlalchemy.dialects.{root}" in sys.modules:
        return f"from sqlalchemy.dialects import {root}"
    while dotted and dotted not in sys.modules:
        dotted = dotted.rpartition(".")[0]
    return f"import {dotted}" if dotted else ""


def needs(schema: Schema, branch: Branch, operations: ops.UpgradeOps) -> list[str]:
    """Return the revisions of other apps that *operations* refer to, without those that earlier ones name.

    Raises:
        Fault: an app that is referred to has no revision.
    """
    kinds = (ops.CreateTableOp, ops.CreateForeignKeyOp)
    touched = {table_of(operation) for operation in flat(operations) if isinstance(operation, kinds)}
    referred = {k.column.table for t in schema.tables(branch) if t.name in touched for k in t.foreign_keys}
    named = {need for revision in schema.history.of(branch) for need in as_tuple(revision.dependencies)}
    others = {owner for table, owner in schema.owners.items() if table in referred and owner not in (None, branch)}
    heads = {other: schema.history.head(other) for other in schema.branches if other in others}
    for other in [other for other, head in heads.items() if head is None]:
        message = f"app '{branch.app}' refers to tables of '{other.app}', which has no revision yet"
        raise Fault("order", message, f"write that one first: kernel db revision {other.app}")
    return [head for head in heads.values() if head and head not in named]
