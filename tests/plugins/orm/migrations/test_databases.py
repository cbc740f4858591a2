"""Several databases: each has tables, revisions and versions of its own."""

from typing import Any

import pytest

ARCHIVE = """
from kernel_orm import Base
from sqlalchemy.orm import Mapped, mapped_column

class Archived(Base):
    __abstract__ = True
    __table_args__ = {"info": {"database": "archive"}}

class Old(Archived):
    __tablename__ = "old"
    id: Mapped[int] = mapped_column(primary_key=True)
"""


@pytest.fixture
def two(project: Any) -> Any:
    """Return a project with a second database."""
    project.configure("[database]\nurl = sqlite:///shop.sqlite\n[database.archive]\nurl = sqlite:///archive.sqlite\n")
    project.append("shop/models.py", ARCHIVE)
    return project


def test_a_table_is_made_in_the_database_it_names(two: Any) -> None:
    assert two.ok("create").splitlines()[1:] == ["table 'users' created", "table 'orders' created"]
    assert two.ok("create", "--database", "archive").splitlines() == [
        "database 'archive' created",
        "table 'old' created",
    ]
    assert two.ok("check") == two.ok("check", "--database", "archive")


def test_revisions_of_a_further_database_have_a_folder_of_their_own(two: Any) -> None:
    two.ok("revision", "shop", "--database", "archive")
    [path] = (two.folder / "shop/migrations/archive/versions").glob("*.py")
    assert '"old"' in path.read_text()
    assert not two.revisions()
    two.ok("create", "--database", "archive")
    states = [row["state"] for row in two.json("current", "--database", "archive")]
    assert states == ["no revisions", "up to date"]


def test_a_table_of_a_database_that_does_not_exist_is_told(two: Any) -> None:
    two.write("shop/models.py", (two.folder / "shop/models.py").read_text().replace('"archive"', '"archiv"'))
    two.ok("create")
    [problem] = two.json("check")["problems"]
    assert problem["id"] == "db.database"
    assert problem["level"] == "error"
    assert problem["message"] == "table 'old' names database 'archiv', which has no section; did you mean 'archive'?"
