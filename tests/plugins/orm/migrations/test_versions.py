"""Migrations on a server that others use at the same time."""

import subprocess
import sys
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import pytest
from kernel_orm.migrations import versions

SLOW = """    op.execute("SELECT pg_sleep(1)")
    op.create_table("slow", sa.Column("id", sa.Integer()))
"""


@pytest.fixture
def shop(make_project: Any, postgres: Any) -> Any:
    """Return a project on PostgreSQL."""
    name = "kernel_versions"
    yield make_project(f"[database]\nhost = {postgres.socket}\nusername = postgres\nname = {name}\n")
    postgres.sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


class Context:
    """Versions of a database that has nothing to do."""

    impl = None

    def __init__(self, connection: Any, history: Any, **options: Any) -> None: ...

    def begin_transaction(self) -> Any:
        return nullcontext()

    def run_migrations(self) -> None: ...


def test_a_server_looks_after_its_foreign_keys_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "Versions", Context)
    server: Any = SimpleNamespace(dialect=SimpleNamespace(name="postgresql"))  # which cannot be asked anything
    history: Any = None
    assert versions.upgrade(server, history, "heads") == []


@pytest.mark.e2e
def test_two_who_upgrade_at_once_do_not_get_into_each_other_s_way(shop: Any) -> None:
    shop.ok("create")
    shop.ok("revision", "accounts", "--empty", "-m", "slow")
    path = shop.revision("slow", "accounts")
    path.write_text(path.read_text().replace("    pass\n", SLOW, 1))
    command = [sys.executable, "-m", "kernel", "db", "upgrade"]
    both = [subprocess.Popen(command, cwd=shop.folder, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = sorted(process.communicate()[0] for process in both)
    assert [process.returncode for process in both] == [0, 0]
    assert said[0] == "nothing to do\n"
    assert said[1].startswith("upgrade accounts")


@pytest.mark.e2e
def test_a_revision_may_leave_the_transaction(shop: Any) -> None:
    shop.ok("create")
    shop.ok("revision", "accounts", "--empty", "-m", "index")
    path = shop.revision("index", "accounts")
    block = """    with op.get_context().autocommit_block():
        op.create_index("ix_now", "users", ["name"], postgresql_concurrently=True)
"""
    path.write_text(path.read_text().replace("    pass\n", block, 1))
    shop.ok("stamp", "accounts@base")
    assert shop.db("upgrade").exit_code == 0
    assert shop.sql("SELECT indexname FROM pg_indexes WHERE indexname = 'ix_now'") == [("ix_now",)]
