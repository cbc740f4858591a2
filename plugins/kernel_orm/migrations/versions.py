"""What a database says of its versions, and how it moves from one to another."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.util import CommandError

from kernel_orm.migrations.faults import Fault
from kernel_orm.migrations.history import History

if TYPE_CHECKING:
    from sqlalchemy import Connection


class Versions(MigrationContext):
    """The versions noted in one database; those of apps that are not active are left alone.

    Args:
        connection: in no transaction, unless nothing is to be changed.
    """

    def __init__(self, connection: "Connection", history: History, **options: Any) -> None:
        transactional = True if connection.dialect.name == "sqlite" else None
        defaults = {"script": history.script, "render_as_batch": True, "transactional_ddl": transactional}
        super().__init__(connection.dialect, connection, {**defaults, **options})
        self.history = history

    def get_current_heads(self) -> tuple[str, ...]:
        """Return the revisions the database is at.

        Raises:
            Fault: one belongs to an active app that does not have it.
        """
        heads = super().get_current_heads()
        strange = [head for head in heads if head not in self.history]
        for head in strange:
            prefix = head.rpartition("_")[0]
            if not prefix or prefix in {branch.prefix for branch in self.history.branches}:
                message = f"the database is at revision '{head}', of which there is no file"
                raise Fault("revision", message, "bring the file back: another branch of the code may have it")
        return tuple(head for head in heads if head not in strange)


def current(connection: "Connection", history: History) -> tuple[str, ...]:
    """Return the revisions the database is at, and end the transaction."""
    with connection.begin():
        return Versions(connection, history).get_current_heads()


def upgrade(connection: "Connection", history: History, target: str) -> list[str]:
    """Run what leads up to *target*, in one transaction where the database can; return what ran."""
    return _move(connection, history, lambda heads: history.script._upgrade_revs(target, heads))


def downgrade(connection: "Connection", history: History, target: str) -> list[str]:
    """Run what leads down to *target*, in one transaction where the database can; return what ran."""
    return _move(connection, history, lambda heads: history.script._downgrade_revs(target, heads))


def stamp(connection: "Connection", history: History, target: str) -> list[str]:
    """Note that the database is at *target*, without running anything."""
    return _move(connection, history, lambda heads: history.script._stamp_revs(target, heads))


def _move(connection: "Connection", history: History, plan: Any) -> list[str]:
    ran: list[Any] = []

    def steps(heads: tuple[str, ...], context: Versions) -> Iterator[Any]:
        for step in plan(heads):
            ran.append(step)
            yield step

    context = Versions(connection, history, fn=steps)
    with _told(ran, history), context.begin_transaction(), Operations.context(context):
        context.run_migrations()
        if connection.dialect.name == "sqlite":
            whole(connection)
    return [_described(step, history) for step in ran]


def _described(step: Any, history: History) -> str:
    """Return one line about a step that ran."""
    info = step.info
    names = [history.named(revision) for revision in info.up_revision_ids]
    return f"{'stamp' if info.is_stamp else 'upgrade' if info.is_upgrade else 'downgrade'} {', '.join(names)}"


@contextmanager
def _told(ran: list[Any], history: History) -> Iterator[None]:
    """Turn what fails into a finding that names the revision.

    Whatever a revision raises is its finding: it is code of the project.
    """
    try:
        yield
    except Fault:
        raise
    except CommandError as error:
        raise Fault("history", str(error), "'kernel db history' lists the revisions") from error
    except Exception as error:
        reason = getattr(error, "orig", None) or error
        last = ran[-1].info.up_revision_ids[0] if ran else ""
        what, where = (history.named(last), history.script.get_revision(last).path) if last else ("the history", "")
        message = f"{what} failed: {type(reason).__name__}: {reason}"
        hint = "mend the revision: its transaction is rolled back; --traceback shows more"
        raise Fault("failed", message, hint, where) from error


def whole(connection: "Connection") -> None:
    """Look for rows whose foreign keys lead nowhere: tables are rebuilt while SQLite does not look itself.

    Raises:
        Fault: there are some.
    """
    rows = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if rows:
        pairs = sorted({f"'{table}' to '{parent}'" for table, _, parent, _ in rows})
        message = f"{len(rows)} rows would refer to rows that do not exist: {', '.join(pairs)}"
        raise Fault("references", message, "let the revision mend or delete them")
