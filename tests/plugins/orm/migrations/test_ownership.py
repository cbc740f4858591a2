"""Each table belongs to the app whose models declare it, however they do."""

from pathlib import Path
from typing import Any

from kernel_orm.migrations.ownership import created

MODELS = """
from accounts.models import User
from kernel_orm import Base
from sqlalchemy import Column, ForeignKey, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

bare = Table("bare", Base.metadata, Column("id", ForeignKey("users.id")))

class Group(Base):
    __tablename__ = "groups"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    owner: Mapped[User] = relationship()
    members: Mapped[list[User]] = relationship(
        secondary=Table("members", Base.metadata, *(Column(n, ForeignKey(f"{n}.id")) for n in ("groups", "users")))
    )

class Admin(User):
    pass

class Guest(User):
    __tablename__ = "guests"
    id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
"""
PLAIN = """
from kernel_orm import Base
from sqlalchemy import Column, Integer, Table
table = Table({!r}, Base.metadata, Column("x", Integer))
"""
REVISION = """
def upgrade():
    op.create_table("one", sa.Column("id"))
    op.create_table(table_name="two", schema="far")
    op.rename_table("two", "three")
    op.create_table(name_of_it)
    create_table("none")
"""


def owners(project: Any) -> dict[str, str | None]:
    schema = project.schema()
    return {table.name: owner and owner.app for table, owner in schema.owners.items()}


def test_a_table_is_its_class_s_its_module_s_or_that_of_the_class_that_names_it(project: Any) -> None:
    project.write("shop/models.py", MODELS)
    shop = dict.fromkeys(("bare", "groups", "members", "guests"), "shop")
    assert owners(project) == {"users": "accounts", **shop}


def test_a_package_of_models_owns_its_modules_and_not_those_of_a_longer_name(project: Any) -> None:
    (project.folder / "shop/models.py").unlink()
    project.write("shop/models/__init__.py", "import shop.models.inner, shop.models_of_old\n")
    project.write("shop/models/inner.py", PLAIN.format("inner"))
    project.write("shop/models_of_old.py", PLAIN.format("old"))
    assert owners(project) == {"users": "accounts", "inner": "shop", "old": None}
    project.ok("create")
    [problem] = project.json("check")["problems"]
    assert (problem["id"], problem["level"]) == ("db.stray", "warning")
    assert problem["message"] == "table 'old' is in no module that an active app names"
    assert project.db("check").exit_code == 0
    assert project.tables() == {"users", "inner", "old"}


def test_what_revisions_create_is_read_in_their_sources(tmp_path: Path) -> None:
    class Revision:
        path = str(tmp_path / "one.py")

    Path(Revision.path).write_text(REVISION)
    assert created([Revision()]) == {(None, "one"), ("far", "two"), (None, "three")}  # type: ignore[list-item]  # as much of one as is needed
