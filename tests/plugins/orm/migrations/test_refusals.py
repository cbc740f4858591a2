"""What `kernel db` refuses, and what it says then."""

from typing import Any

import pytest


def test_without_a_section_there_is_no_database(project: Any) -> None:
    project.configure("")
    said = project.fails("check", code=78)
    assert "error db.unconfigured: there is no section [database]" in said
    assert "-> write it into config.ini; an empty one means an SQLite file in the project" in said


def test_an_unknown_database_is_named_with_the_nearest(project: Any) -> None:
    project.configure("[database]\n[database.archive]\n")
    said = project.fails("check", "--database", "archiv", code=78)
    assert "there is no section [database.archiv]; did you mean 'archive'?" in said


def test_a_project_without_models_is_told_how_to_have_some(project: Any) -> None:
    project.configure("[database]\n", apps="")
    said = project.fails("upgrade")
    assert "error db.models: no active app has models" in said
    assert "App(models=[...])" in said


def test_models_that_cannot_be_imported_are_a_finding_of_the_project(project: Any) -> None:
    project.append("shop/models.py", "import nowhere\n")
    assert "the models 'shop.models' cannot be imported" in project.fails("check", code=3)


@pytest.mark.parametrize("command", ["check", "current", "upgrade"])
def test_a_file_that_does_not_exist_is_not_made_by_the_way(command: str, project: Any) -> None:
    said = project.fails(command)
    assert "error db.missing: database 'default' does not exist" in said
    assert "-> 'kernel db create' creates it" in said
    assert not list(project.folder.glob("*.sqlite"))


def test_a_database_in_memory_has_nothing_to_migrate(project: Any) -> None:
    project.configure("[database]\nurl = sqlite://\n")
    assert "database 'default' is in memory, so nothing lasts in it" in project.fails("create")


@pytest.mark.parametrize("command", ["create", "check"])
def test_a_server_that_cannot_be_reached_is_shown_without_its_password(command: str, project: Any) -> None:
    project.configure("[database]\nurl = postgresql://jane:sesame@127.0.0.1:1/shop\n")
    said = project.fails(command)
    assert "error db.unreachable: database 'default' (postgresql" in said
    assert "cannot be reached" in said
    assert "sesame" not in said


@pytest.mark.e2e
def test_a_database_that_a_server_does_not_have_is_told_apart(make_project: Any, postgres: Any) -> None:
    project = make_project(f"[database]\nhost = {postgres.socket}\nusername = postgres\nname = nowhere\n")
    said = project.fails("check")
    assert "error db.missing: database 'default' does not exist" in said
    assert "/nowhere" in said


def test_an_unknown_app_is_named_with_the_nearest(project: Any) -> None:
    for words in (("revision", "shopp"), ("upgrade", "shopp@head"), ("history", "shopp")):
        said = project.fails(*words)
        assert "error db.app: no active app 'shopp' has models; did you mean 'shop'?" in said
        assert "-> apps with models: accounts, shop" in said


def test_an_unknown_revision_is_refused(project: Any) -> None:
    project.ok("create")
    said = project.fails("upgrade", "xyz")
    assert "error db.history: Can't locate revision identified by 'xyz'" in said
    assert "'kernel db history' lists the revisions" in said


def test_downgrade_has_to_be_told_how_far(project: Any) -> None:
    said = project.fails("downgrade", "shop")
    assert "'shop' does not say how far" in said
    assert "one step: shop@-1; all: shop@base" in said


def test_a_revision_without_a_change_is_not_written(project: Any) -> None:
    project.ok("revision", "accounts")
    project.ok("create")
    said = project.fails("revision", "accounts")
    assert "nothing changed in the models of 'accounts'" in said
    assert "--empty" in said
    assert len(project.revisions("accounts")) == 1


def test_a_change_is_not_looked_for_in_a_database_that_is_behind(project: Any) -> None:
    project.ok("revision", "accounts")
    project.ok("create")
    project.ok("downgrade", "accounts@base")
    said = project.fails("revision", "accounts")
    assert "the database 'default' lacks 1 revision of 'accounts'" in said
    assert "kernel db upgrade accounts" in said


def test_an_app_is_written_after_those_it_refers_to(project: Any) -> None:
    said = project.fails("revision", "shop")
    assert "app 'shop' refers to tables of 'accounts', which has no revision yet" in said
    assert "kernel db revision accounts" in said


def test_a_folder_that_cannot_be_made_is_told(project: Any) -> None:
    project.write("accounts/migrations", "a file")
    assert "error db.history: " in project.fails("revision", "accounts")


def forked(project: Any) -> None:
    project.ok("revision", "accounts")
    project.ok("revision", "accounts", "--empty", "-m", "one")
    [one] = [path for path in project.revisions("accounts") if "_one_" in path.name]
    text = one.read_text()
    project.write("accounts/migrations/versions/two.py", text.replace(project.json("history")[0]["revision"], "two"))


def test_several_heads_of_an_app_are_named_until_they_are_joined(project: Any) -> None:
    forked(project)
    for words in (("upgrade",), ("create",), ("revision", "accounts", "--empty")):
        said = project.fails(*words)
        assert "error db.heads: app 'accounts' has 2 heads: accounts_" in said
        assert ", two" in said
        assert "-> kernel db revision accounts --merge" in said
    assert [problem["id"] for problem in project.json("check")["problems"]] == ["db.heads", "db.differs"]
    project.ok("revision", "accounts", "--merge")
    assert project.ok("upgrade").count("upgrade accounts") == 4
    assert "which has no" not in project.ok("create")


def test_one_head_cannot_be_joined(project: Any) -> None:
    project.ok("revision", "accounts")
    assert "app 'accounts' has 1 heads, so there is nothing to join" in project.fails("revision", "accounts", "--merge")


def test_empty_and_merge_exclude_one_another(project: Any) -> None:
    assert "--empty and --merge exclude" in project.fails("revision", "shop", "--empty", "--merge", code=2)


def test_a_database_that_is_ahead_of_the_files_is_left_alone(project: Any) -> None:
    project.ok("revision", "accounts")
    project.ok("create")
    [path] = project.revisions("accounts")
    path.unlink()
    said = project.fails("upgrade")
    assert "error db.revision: the database is at revision 'accounts_" in said
    assert "of which there is no file" in said


def test_revisions_of_apps_that_are_not_active_stay_as_they_are(project: Any) -> None:
    project.ok("revision", "accounts")
    project.ok("revision", "shop")
    project.ok("create")
    project.configure("[database]\nurl = sqlite:///shop.sqlite\n", apps="[apps]\nactive = accounts\n")
    project.sql("INSERT INTO alembic_version VALUES ('blog_0123456789ab')")
    project.ok("stamp", "accounts")
    assert project.ok("upgrade") == "nothing to do\n"
    assert ("blog_0123456789ab",) in project.sql("SELECT version_num FROM alembic_version")


def test_rows_that_would_refer_to_nothing_undo_a_revision(project: Any) -> None:
    project.ok("revision", "accounts")
    project.ok("revision", "shop")
    project.ok("create")
    project.sql("INSERT INTO users VALUES (1, 'jane')", "INSERT INTO orders VALUES (7, 'tea', 1)")
    project.ok("revision", "accounts", "--empty", "-m", "purge")
    path = project.revision("purge", "accounts")
    path.write_text(path.read_text().replace("    pass", '    op.execute("DELETE FROM users")', 1))
    said = project.fails("upgrade")
    assert "1 rows would refer to rows that do not exist: 'orders' to 'users'" in said
    assert project.sql("SELECT name FROM users") == [("jane",)]


def test_traceback_shows_where_a_revision_failed(project: Any) -> None:
    project.ok("revision", "accounts", "--empty", "-m", "break")
    path = project.revision("break", "accounts")
    path.write_text(path.read_text().replace("    pass", "    1 / 0", 1))
    said = project.db("create", "--traceback").stderr
    assert "ZeroDivisionError" in said
    assert f'File "{path}"' in said
    assert "error db.failed" in said
