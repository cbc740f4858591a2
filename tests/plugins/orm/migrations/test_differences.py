"""`kernel db check` says in words what differs, and a revision mends all of it."""

from typing import Any

import pytest
from alembic.operations import ops
from kernel_orm.migrations.differences import in_words

MODELS = """
from kernel_orm import Base
from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

class Kind(Base):
    __tablename__ = "kinds"
    id: Mapped[int] = mapped_column(primary_key=True)

class Thing(Base):
    __tablename__ = "things"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(10), index=True)
    code: Mapped[str]
    kind: Mapped[int]
    __table_args__ = (UniqueConstraint("code"),)
"""
SORT = "class Sort(Base):\n    __tablename__ = 'sorts'\n    id: Mapped[int] = mapped_column(primary_key=True)\n\n"
CHANGES = [
    [
        ("class Kind", f"{SORT}class Kind", "table 'sorts' is missing"),
        ("kind: Mapped[int]", "kind: Mapped[int]\n    size: Mapped[int | None]", "column 'things.size' is missing"),
        ("String(10)", "String(20)", "column 'things.name' differs: type VARCHAR(10) is to be VARCHAR(20)"),
        ("Mapped[str]\n", "Mapped[str] = mapped_column(index=True)\n", "index 'ix_things_code' on 'things' is missing"),
        ("kind: Mapped[int]", "kind: Mapped[int] = mapped_column(unique=True)",
         "constraint 'uq_things_kind' on 'things' is missing"),
    ],
    [
        ("Mapped[str] =", "Mapped[str | None] =", "column 'things.name' differs: nullable False is to be True"),
        (", index=True", "", "index 'ix_things_name' on 'things' is not declared any more"),
        ('UniqueConstraint("code"),', "", "constraint 'uq_things_code' on 'things' is not declared any more"),
        ("kind: Mapped[int]", "kind: Mapped[int] = mapped_column(ForeignKey('kinds.id'))",
         "constraint 'fk_things_kind_kinds' on 'things' is missing"),
    ],
    [("kind: Mapped[int]", "", "column 'things.kind' has no attribute any more")],
]  # fmt: skip


@pytest.fixture
def shop(everywhere: Any) -> Any:
    """Return a project with one app, at its first revision."""
    apps = "[apps]\nactive = shop\n"
    everywhere.configure((everywhere.folder / "config.ini").read_text().partition("shop\n")[2], apps=apps)
    everywhere.write("shop/models.py", MODELS)
    everywhere.ok("revision", "shop")
    everywhere.ok("create")
    return everywhere


def words(project: Any) -> list[str]:
    return [problem["message"].removeprefix("app 'shop': ") for problem in project.json("check")["problems"]]


@pytest.mark.parametrize("changes", CHANGES)
def test_differences_are_told_and_mended_there_and_back(changes: list[tuple[str, str, str]], shop: Any) -> None:
    models = MODELS
    for before, after, _ in changes:
        models = models.replace(before, after)
    shop.write("shop/models.py", models)
    assert sorted(words(shop)) == sorted(said for _, _, said in changes)
    shop.ok("revision", "shop")
    shop.ok("upgrade")
    assert words(shop) == []
    shop.ok("downgrade", "-1")
    shop.write("shop/models.py", MODELS)
    (shop.folder / max(shop.json("history"), key=lambda row: row["head"])["file"]).unlink()
    assert words(shop) == []


def test_a_table_whose_model_is_gone_is_dropped_only_by_the_app_that_made_it(shop: Any) -> None:
    shop.sql("CREATE TABLE strange (id INTEGER)")
    shop.write("shop/models.py", MODELS.replace("class Kind(Base)", "class Kind"))
    assert words(shop) == ["table 'kinds' has no model any more"]
    shop.ok("revision", "shop")
    shop.ok("upgrade")
    assert words(shop) == []
    assert shop.tables() == {"strange", "things", "alembic_version"}


def test_two_apps_do_not_touch_the_tables_of_one_another(everywhere: Any, price: str) -> None:
    everywhere.ok("revision", "accounts")
    everywhere.ok("revision", "shop")
    everywhere.ok("create")
    everywhere.append("shop/models.py", price)
    assert "nothing changed in the models of 'accounts'" in everywhere.fails("revision", "accounts")
    everywhere.ok("revision", "shop")
    assert "users" not in everywhere.revision("change").read_text()


def test_a_difference_without_words_is_called_by_its_operation() -> None:
    comment = ops.CreateTableCommentOp("things", "all")
    assert in_words(ops.UpgradeOps([comment])) == ["CreateTableCommentOp on 'things'"]


def test_a_comment_differs_where_the_database_has_comments(shop: Any) -> None:
    shop.write(
        "shop/models.py",
        MODELS.replace('("code"),)', '("code"), {"comment": "all"})'),
    )
    assert words(shop) in ([], ["CreateTableCommentOp on 'things'"])
