"""`kernel db` from the first table to the second revision, on SQLite and on PostgreSQL."""

import json
import re
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError


def first(project: Any) -> None:
    project.ok("revision", "accounts", "-m", "users")
    project.ok("revision", "shop", "-m", "orders")


def second(project: Any, price: str) -> None:
    first(project)
    project.ok("create")
    project.append("shop/models.py", price)
    project.ok("revision", "shop", "-m", "add price")


def test_create_makes_the_database_and_the_tables_of_all_apps(everywhere: Any) -> None:
    assert everywhere.ok("create").splitlines() == [
        "database 'default' created",
        "table 'users' created",
        "table 'orders' created",
    ]
    assert everywhere.tables() == {"users", "orders"}


def test_create_leaves_what_is_there(everywhere: Any) -> None:
    everywhere.ok("create")
    everywhere.sql("INSERT INTO users (id, name) VALUES (1, 'jane')")
    assert everywhere.ok("create").splitlines() == ["database 'default' exists"]
    assert everywhere.sql("SELECT name FROM users") == [("jane",)]


def test_create_brings_apps_with_revisions_to_their_heads(everywhere: Any) -> None:
    everywhere.ok("revision", "accounts")
    lines = everywhere.ok("create").splitlines()
    assert lines[0] == "database 'default' created"
    assert lines[1].startswith("upgrade accounts accounts_")
    assert lines[2:] == ["table 'orders' created"]
    assert everywhere.tables() == {"users", "orders", "alembic_version"}


def test_an_app_without_models_is_no_obstacle(everywhere: Any) -> None:
    everywhere.write("shop/__init__.py", "from kernel import App\napp = App()\n")
    everywhere.ok("create")
    assert everywhere.tables() == {"users"}


def test_a_change_of_a_model_becomes_a_revision_and_then_a_column(everywhere: Any, price: str) -> None:
    second(everywhere, price)
    assert re.search(r"/20\d{6}_\d{6}_add_price_shop_[0-9a-f]{12}\.py$", str(everywhere.revision("add_price")))
    everywhere.sql("INSERT INTO users VALUES (1, 'jane')", "INSERT INTO orders VALUES (7, 'tea', 1)")
    assert everywhere.ok("upgrade").startswith("upgrade shop shop_")
    assert everywhere.sql("SELECT id, title, price FROM orders") == [(7, "tea", None)]
    everywhere.ok("downgrade", "shop@-1")
    assert everywhere.sql("SELECT * FROM orders") == [(7, "tea", 1)]


def test_a_column_that_no_row_could_have_is_told_when_its_revision_is_written(everywhere: Any) -> None:
    first(everywhere)
    everywhere.append(
        "shop/models.py", "    price: Mapped[int]\n    cents: Mapped[int] = mapped_column(server_default='0')\n"
    )
    everywhere.ok("create")
    result = everywhere.db("revision", "shop", "-m", "price")
    assert result.exit_code == 0
    assert result.stdout.strip() == str(everywhere.revision("price"))
    assert result.stderr.startswith("warning db.default: column 'orders.price' must not be null")
    assert f"    at {everywhere.revision('price')}\n" in result.stderr
    assert "cents" not in result.stderr


def test_a_table_that_is_built_anew_keeps_what_refers_to_it(everywhere: Any) -> None:
    first(everywhere)
    everywhere.ok("create")
    everywhere.sql("INSERT INTO users VALUES (1, 'jane')", "INSERT INTO orders VALUES (7, 'tea', 1)")
    models = (everywhere.folder / "accounts/models.py").read_text()
    everywhere.write("accounts/models.py", models.replace("name: Mapped[str]", "name: Mapped[str | None]"))
    everywhere.ok("revision", "accounts")
    everywhere.ok("upgrade")
    assert everywhere.sql("SELECT title FROM orders") == [("tea",)]
    with pytest.raises(IntegrityError):
        everywhere.sql("INSERT INTO users VALUES (2, 'jane')")


def test_a_revision_that_fails_leaves_nothing_of_itself_and_of_those_before_it(everywhere: Any, price: str) -> None:
    second(everywhere, price)
    everywhere.ok("revision", "shop", "--empty", "-m", "break")
    path = everywhere.revision("break")
    path.write_text(path.read_text().replace("    pass", "    op.drop_table('nowhere')", 1))
    said = everywhere.fails("upgrade")
    assert "error db.failed: shop shop_" in said
    assert "(Break) failed" in said
    assert f"\n    at {path}\n" in said
    assert "nowhere" in said
    assert everywhere.json("current")[1]["pending"] == 2
    assert everywhere.sql("SELECT * FROM orders") == []
    assert "db.differs" not in str(everywhere.json("check"))


def test_check_agrees_after_create_and_after_each_upgrade(everywhere: Any, price: str) -> None:
    everywhere.ok("create")
    assert everywhere.ok("check") == "models, revisions and database agree\n"
    everywhere.append("shop/models.py", price)
    [problem] = everywhere.json("check")["problems"]
    assert (problem["id"], problem["level"]) == ("db.differs", "error")
    assert problem["message"] == "app 'shop': column 'orders.price' is missing"
    assert (
        problem["hint"] == "kernel db create makes missing tables; for more write a revision: kernel db revision shop"
    )


def test_check_tells_what_is_not_applied(everywhere: Any, price: str) -> None:
    second(everywhere, price)
    assert everywhere.db("check").exit_code == 1
    [problem] = everywhere.json("check")["problems"]
    assert problem["id"] == "db.pending"
    assert problem["hint"] == "kernel db upgrade shop"
    everywhere.ok("upgrade")
    assert everywhere.json("check") == {"problems": []}


def test_current_and_history_tell_where_each_app_is(everywhere: Any, price: str) -> None:
    second(everywhere, price)
    accounts, shop = everywhere.json("current")
    assert (accounts["app"], accounts["state"], accounts["pending"]) == ("accounts", "up to date", 0)
    assert (shop["app"], shop["title"], shop["state"], shop["pending"]) == ("shop", "Orders", "lacks 1", 1)
    rows = everywhere.json("history", "shop")
    assert [(row["title"], row["head"]) for row in rows] == [("Add price", True), ("Orders", False)]
    assert rows[0]["after"] == [rows[1]["revision"]] == [shop["revision"]]
    assert rows[1]["needs"] == [accounts["revision"]]
    assert "Add price" in everywhere.ok("history")
    assert "lacks 1" in everywhere.ok("current")


def test_a_target_may_be_an_app_a_step_or_a_revision(everywhere: Any, price: str) -> None:
    second(everywhere, price)
    newest = everywhere.json("history", "shop")[0]["revision"]
    for target in ("shop", "shop@head", "shop@+1", newest):
        assert everywhere.ok("upgrade", target).startswith(f"upgrade shop {newest}")
        assert everywhere.ok("downgrade", "-1").startswith(f"downgrade shop {newest}")


def test_downgrade_to_base_undoes_all_of_an_app_and_what_needs_it(everywhere: Any) -> None:
    first(everywhere)
    everywhere.ok("create")
    everywhere.ok("downgrade", "shop@base")
    assert everywhere.tables() == {"users", "alembic_version"}
    everywhere.ok("upgrade")
    everywhere.ok("downgrade", "accounts@base")
    assert everywhere.tables() == {"alembic_version"}
    assert everywhere.ok("upgrade", "shop").count("upgrade") == 2


def test_stamp_notes_what_create_has_made(everywhere: Any) -> None:
    everywhere.ok("create")
    first(everywhere)
    assert "db.unmarked: table 'users' of app 'accounts' is there" in everywhere.fails("upgrade")
    assert "kernel db stamp accounts" in everywhere.fails("upgrade", "accounts")
    everywhere.ok("stamp", "accounts")
    everywhere.ok("stamp", "shop")
    assert everywhere.ok("upgrade") == "nothing to do\n"
    assert json.loads(everywhere.db("check", "--json").stdout) == {"problems": []}
