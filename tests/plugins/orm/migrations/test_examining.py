"""What `kernel doctor` finds of databases."""

import json
import logging
from typing import Any

from click.testing import CliRunner
from kernel_admin.main import cli

FREE = "[networking]\nbind = 127.0.0.1:0\n"


def found(project: Any) -> dict[str, str]:
    """Return what the doctor says of databases: id -> hint."""
    project.forget()
    result = CliRunner().invoke(cli, ["doctor", "--json"], prog_name="kernel")
    problems = json.loads(result.stdout)["problems"]
    return {problem["id"]: problem["hint"] for problem in problems if problem["id"].startswith("db.")}


def test_a_database_that_is_not_there_is_a_finding(make_project: Any) -> None:
    assert found(make_project(f"{FREE}[database]\n")) == {"db.missing": "'kernel db create' creates it"}


def test_a_database_like_its_models_is_none_and_one_that_lacks_revisions_is(make_project: Any) -> None:
    project = make_project(f"{FREE}[database]\n")
    project.ok("create")
    assert found(project) == {}
    project.ok("revision", "accounts", "-m", "users")
    assert found(project) == {"db.pending": "kernel db upgrade accounts"}


def test_what_alembic_does_is_not_told(make_project: Any, caplog: Any, monkeypatch: Any) -> None:
    project = make_project(f"{FREE}[database]\n")
    project.ok("create")
    monkeypatch.setattr(logging.getLogger("alembic"), "level", logging.INFO)
    caplog.set_level(logging.INFO)
    found(project)
    assert [record.name for record in caplog.records if record.name.startswith("alembic")] == []


def test_a_server_that_does_not_answer_is_a_finding(make_project: Any) -> None:
    project = make_project(f"{FREE}[database]\nurl = postgresql://nobody@127.0.0.1:1/none\n")
    assert found(project) == {"db.unreachable": "is the server running, and is it where the url says?"}


def test_a_database_in_memory_has_nothing_to_examine(make_project: Any) -> None:
    assert found(make_project(f"{FREE}[database]\nurl = sqlite://\n")) == {}
