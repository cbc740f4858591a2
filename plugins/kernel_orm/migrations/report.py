"""What commands tell: where the apps are, what their revisions are, what is wrong."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from kernel import Problem
from kernel.errors import did_you_mean
from kernel.layers import as_tuple
from kernel_orm.checks import section_of
from kernel_orm.migrations.differences import differences, in_words
from kernel_orm.migrations.faults import Fault
from kernel_orm.migrations.history import counted, title_of
from kernel_orm.migrations.ownership import database_of
from kernel_orm.migrations.schema import Schema
from kernel_orm.migrations.versions import current

if TYPE_CHECKING:
    from alembic.script import Script
    from sqlalchemy import Connection

Row = dict[str, Any]


def positions(connection: "Connection", schema: Schema) -> list[Row]:
    """Return a row for each app: the revision it is at in the database, and how many it lacks."""
    heads = current(connection, schema.history)
    applied, rows = schema.history.applied(heads), list[Row]()
    for branch in schema.branches:
        revisions = schema.history.of(branch)
        at = next((revision for revision in revisions if revision.revision in applied), None)
        lacking = len(schema.history.pending(branch, heads))
        state = "up to date" if not lacking else f"lacks {lacking}" if at else "not migrated"
        row = {"app": branch.app, "revision": at.revision if at else None, "title": title_of(at) if at else None}
        rows.append({**row, "pending": lacking, "state": state if revisions else "no revisions"})
    return rows


def revisions(schema: Schema, app: str | None) -> list[Row]:
    """Return a row for each revision, newest first, of one app or of all."""
    wanted = schema.history.chosen(app) if app else None
    return [
        _row(schema, revision)
        for branch in schema.branches
        if wanted in (None, branch)
        for revision in schema.history.of(branch)
    ]


def _row(schema: Schema, revision: "Script") -> Row:
    owner = schema.history.owner(revision)
    return {
        "app": owner.app if owner else None,
        "revision": revision.revision,
        "after": list(as_tuple(revision.down_revision)),
        "needs": list(as_tuple(revision.dependencies)),
        "title": title_of(revision),
        "head": revision.is_head,
        "file": str(revision.path),
    }


def problems(connection: "Connection", schema: Schema) -> list[Problem]:
    """Return what keeps models, revisions and database from being equal."""
    heads = current(connection, schema.history)
    found = list(_strays(schema))
    for branch in schema.branches:
        try:
            schema.history.head(branch)
        except Fault as fault:
            found.append(fault.problem)
            continue
        if pending := schema.history.pending(branch, heads):
            names = ", ".join(revision.revision for revision in pending)
            message = f"the database lacks {counted(pending)} of '{branch.app}': {names}"
            found.append(Problem("db.pending", "error", message, f"kernel db upgrade {branch.app}"))
            continue
        operations = differences(connection, schema.history, schema.tables(branch), schema.gone(branch))
        hint = f"kernel db revision {branch.app}"
        if not schema.history.of(branch):
            hint = f"kernel db create makes missing tables; for more write a revision: {hint}"
        found += [Problem("db.differs", "error", f"app '{branch.app}': {text}", hint) for text in in_words(operations)]
    return found


def _strays(schema: Schema) -> Iterator[Problem]:
    """Yield the tables that belong to no app, and those that belong to no database."""
    for table in schema.homeless:
        wanted = database_of(table)
        guess = did_you_mean(wanted, schema.databases)
        message = f"table '{table.name}' names database '{wanted}', which has no section{guess}"
        yield Problem("db.database", "error", message, f"write a section [{section_of(wanted)}]")
    for table in schema.tables(None):
        message = f"table '{table.name}' is in no module that an active app names"
        yield Problem("db.stray", "warning", message, "name the module of its model in App(models=[...])")


def table(rows: Iterable[Row], columns: Iterable[str]) -> str:
    """Return rows in aligned columns, with a heading."""
    cells = [list(columns), *([text(row[column]) for column in columns] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ("  ".join(word.ljust(width) for word, width in zip(line, widths, strict=True)) for line in cells)
    return "\n".join(line.rstrip() for line in lines)


def text(value: Any) -> str:
    """Return one cell."""
    if isinstance(value, (list, bool)):
        return ", ".join(value) if isinstance(value, list) else "yes" if value else ""
    return "" if value is None else str(value)
