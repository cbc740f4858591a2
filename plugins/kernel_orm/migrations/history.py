"""All revisions of all branches, read from their folders."""

from collections.abc import Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alembic.script import ScriptDirectory
from alembic.util import CommandError, rev_id

from kernel.layers import as_tuple
from kernel_orm.migrations.branches import Branch, chosen
from kernel_orm.migrations.faults import Fault
from kernel_orm.migrations.formatting import literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from alembic.script import Script

HERE = Path(__file__).parent


class History:
    """The revisions of *branches*; each app has one line of them, from its base to its head.

    Raises:
        Fault: the files contradict one another.
    """

    def __init__(self, branches: Sequence[Branch]) -> None:
        self.branches, self.now = branches, datetime.now(UTC)
        name = f"{self.now:%Y%m%d_%H%M%S}_%(slug)s_%(rev)s"
        folders = dict.fromkeys(branch.folder for branch in branches)
        self.script = ScriptDirectory(HERE, name, version_locations=list(folders), messaging_opts={"quiet": True})
        with told():
            self.revisions: list[Script] = list(self.script.walk_revisions())

    def __contains__(self, revision: str) -> bool:
        return any(one.revision == revision for one in self.revisions)

    def owner(self, revision: "Script") -> Branch | None:
        """Return the branch of a revision; None for one that no active app labels."""
        return next((branch for branch in self.branches if branch.label in revision.branch_labels), None)

    def of(self, branch: Branch) -> "list[Script]":
        """Return the revisions of one app, newest first."""
        return [revision for revision in self.revisions if self.owner(revision) == branch]

    def heads(self, branch: Branch) -> list[str]:
        """Return the last revisions of one app: none, one, or several that have to be merged."""
        return [revision.revision for revision in self.of(branch) if revision.is_head]

    def head(self, branch: Branch) -> str | None:
        """Return the last revision of one app.

        Raises:
            Fault: there are several.
        """
        heads = self.heads(branch)
        if len(heads) > 1:
            message = f"app '{branch.app}' has {len(heads)} heads: {', '.join(sorted(heads))}"
            raise Fault("heads", message, f"kernel db revision {branch.app} --merge", str(branch.folder))
        return heads[0] if heads else None

    def chosen(self, app: str) -> Branch:
        """Return the branch of *app*; Fault without."""
        return chosen(self.branches, app)

    def demand_single_heads(self) -> None:
        """Raise Fault if an app has several heads."""
        for branch in self.branches:
            self.head(branch)

    def named(self, identifier: str) -> str:
        """Return app, identifier and title of a revision."""
        revision = self.script.get_revision(identifier)
        owner = self.owner(revision)
        return f"{owner.app if owner else '?'} {identifier} ({title_of(revision)})"

    def applied(self, heads: "Iterable[str]") -> set[str]:
        """Return the revisions that a database at *heads* has been through."""
        found, todo = set[str](), list(heads)
        while todo:
            revision = self.script.get_revision(todo.pop())
            if revision.revision not in found:
                found.add(revision.revision)
                todo += [*as_tuple(revision.down_revision), *as_tuple(revision.dependencies)]
        return found

    def pending(self, branch: Branch, heads: "Iterable[str]") -> "list[Script]":
        """Return the revisions of one app that a database at *heads* has not been through, oldest first."""
        applied = self.applied(heads)
        return [revision for revision in reversed(self.of(branch)) if revision.revision not in applied]

    def target(self, text: str, alone: str = "") -> str:
        """Return a target as Alembic reads it: an app may be named as the project names it.

        Args:
            alone: what is meant by an app's name alone; without it that is refused.
        """
        app, at, step = text.partition("@")
        if at:
            return f"{self.chosen(app).label}@{step}"
        if text in {name for branch in self.branches for name in (branch.app, branch.label)}:
            if not alone:
                raise Fault("target", f"'{text}' does not say how far", f"one step: {text}@-1; all: {text}@base")
            return f"{self.chosen(text).label}@{alone}"
        return text

    def write(self, branch: Branch, title: str, heads: Sequence[str], **body: Any) -> "Script":
        """Write a revision of *branch* after *heads*, of which none makes it the first, and return it.

        Raises:
            Fault: the file cannot be written.
        """
        title = " ".join(title.replace("\\", "/").replace('"', "'").split()).rstrip(".")
        identifier = f"{branch.prefix}_{rev_id()}"
        label = None if heads else branch.label
        after, words = list(heads) or "base", {"app": branch.app, "written": self.now, "literal": literal, **body}
        with told():
            script = self.script.generate_revision(identifier, title, after, False, label, branch.folder, **words)
        assert script, "Alembic reads what it wrote"
        return script


def counted(revisions: "Sequence[Script]") -> str:
    """Return how many revisions these are, in words."""
    return f"{len(revisions)} revision{'' if len(revisions) == 1 else 's'}"


def title_of(revision: "Script") -> str:
    """Return the first line of what a revision says of itself."""
    return (revision.doc or "").rstrip(".")


@contextmanager
def told() -> "Iterator[None]":
    """Turn what Alembic, or the disk, has against something into a finding."""
    try:
        yield
    except (CommandError, OSError) as error:
        raise Fault("history", str(error)) from error
