"""A revision as it is written: what it imports, what it needs, and that a formatter leaves it as it is."""

import shutil
import subprocess
from typing import Any

import pytest

TYPES = """
class Money(TypeDecorator):
    impl = Numeric
    cache_ok = True
"""
MODELS = """
from kernel_orm import Base
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column
from shop.money import Money

class Price(Base):
    __tablename__ = "prices"
    id: Mapped[int] = mapped_column(primary_key=True)
    amount: Mapped[int] = mapped_column(Money(10, 2), comment='in "cents", and it\\'s a long story that goes on and on')
    data: Mapped[dict] = mapped_column(JSONB)
"""


@pytest.fixture
def shop(project: Any) -> Any:
    """Return a project whose model has a type of the project's and one of a dialect."""
    project.configure("[database]\nurl = postgresql://nowhere/shop\n", apps="[apps]\nactive = shop\n")
    project.write("shop/money.py", f"from sqlalchemy import Numeric, TypeDecorator\n{TYPES}")
    project.write("shop/models.py", MODELS)
    return project


def test_the_first_revision_is_written_without_a_database(shop: Any) -> None:
    path = shop.ok("revision", "shop").strip()
    assert path == str(shop.revision("first"))


def test_what_the_code_names_is_imported_and_nothing_else(shop: Any) -> None:
    shop.ok("revision", "shop")
    text = shop.revision("first").read_text()
    lines = [line for line in text.splitlines() if line.startswith(("import", "from"))]
    assert lines == [
        "import shop.money",
        "import sqlalchemy as sa",
        "from alembic import op",
        "from sqlalchemy.dialects import postgresql",
    ]
    compile(text, "revision", "exec")


def test_a_message_may_hold_anything(shop: Any) -> None:
    shop.ok("revision", "shop", "--empty", "-m", 'say """so"""\\ and\n{% go %} ${on}.')
    text = shop.revision("say_so_and_go_on").read_text()
    assert text.startswith("\"\"\"Say '''so'''/ and {% go %} ${on}.\n")
    assert [row["title"] for row in shop.json("history")] == ["Say '''so'''/ and {% go %} ${on}"]


@pytest.mark.parametrize("words", [(), ("--empty",)])
def test_ruff_leaves_a_revision_as_it_is(words: tuple[str, ...], shop: Any) -> None:
    ruff = shutil.which("ruff") or pytest.skip("ruff is not installed")
    shop.ok("revision", "shop", "-m", "a title", *words)
    for width in ("79", "88", "120"):
        command = [ruff, "format", "--isolated", "--check", "--line-length", width, *map(str, shop.revisions())]
        subprocess.run(command, check=True)


def test_what_is_referred_to_is_needed_once(project: Any, price: str) -> None:
    for app in ("accounts", "shop"):
        project.ok("revision", app)
    project.ok("create")
    second = 'class Note(Base):\n    __tablename__ = "notes"\n    id: Mapped[int] = mapped_column({}primary_key=True)\n'
    project.append("shop/models.py", f"\n{second.format('ForeignKey(' + repr('users.id') + '), ')}")
    project.ok("revision", "shop")
    newest, oldest = project.json("history", "shop")
    assert (newest["needs"], len(oldest["needs"])) == ([], 1)


def test_a_new_foreign_key_needs_the_newest_revision_of_the_other_app(project: Any) -> None:
    for app in ("accounts", "shop"):
        project.ok("revision", app)
    project.ok("revision", "accounts", "--empty")
    project.ok("create")
    project.append("shop/models.py", '    by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))\n')
    project.ok("revision", "shop")
    assert project.json("history", "shop")[0]["needs"] == [project.json("history", "accounts")[0]["revision"]]
