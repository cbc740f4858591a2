"""`kernel new project --full`: a project that uses every feature, and does so from its first minute."""

import json
import os
import re
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest
from kernel_admin.scaffold import TEMPLATES, tree, write

PROJECT = tree("project", "notes", True)
CONFIGS = ["config.ini", "config.dev.ini", "config.sample.ini"]
JSON = ("-H", "content-type: application/json")
FORM = ("-H", "content-type: application/x-www-form-urlencoded")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "notes", PROJECT)
    return tmp_path / "notes"


def parsed(name: str) -> ConfigParser:
    config = ConfigParser(interpolation=None)
    config.read_string(PROJECT[name])
    return config


@pytest.mark.parametrize("kind", ["project", "app"])
@pytest.mark.parametrize(
    "path",
    [
        "README.md",
        ".gitignore",
        "notes/data.py",
        "notes/errors.py",
        "notes/handlers.py",
        "notes/hooks.py",
        "notes/init.py",
        "notes/middlewares.py",
        "notes/migrations/versions/0001_notes.py",
        "notes/models.py",
        "notes/pages.py",
        "notes/queries.py",
        "notes/static/site.css",
        "notes/templates/home.html",
        "notes/urls.py",
        "tests/conftest.py",
    ],
)
def test_every_feature_has_its_place(kind: str, path: str) -> None:
    assert path in tree(kind, "notes", True)


@pytest.mark.parametrize(
    ("feature", "text"),
    [
        ("a typed body", "new: NewNote"),
        ("a data handler", "data_handler=NoteFilter"),
        ("an upload", "File(processors="),
        ("a session as parameter", "session: AsyncSession"),
        ("a session from the context", 'context["db_session"]()'),
        ("error codes", "ErrorList("),
        ("a listener", '@hooks.event("note_added")'),
        ("an event", 'execute_event("note_added"'),
        ("a middleware", "(Middleware)"),
        ("a template", 'Template("home.html"'),
        ("a link to a route", "url_for("),
        ("a link to a file", "static_url("),
        ("an init function", "init_func=init_data"),
        ("a test case of unittest", "(AsyncTestCase)"),
    ],
)
def test_every_feature_is_used(feature: str, text: str) -> None:
    assert any(text in file for file in PROJECT.values()), feature


def test_an_app_and_a_project_share_their_code() -> None:
    app = tree("app", "notes", True)
    shared = [path for path in PROJECT if path.startswith("notes/") and path not in ("notes/main.py", "notes/urls.py")]

    def comparable(text: str) -> str:
        return re.sub("notes_[0-9a-f]{12}", "REVISION", text)

    assert len(shared) > 12
    assert all(comparable(app[path]) == comparable(PROJECT[path]) for path in shared)


@pytest.mark.parametrize("name", CONFIGS)
def test_every_configuration_runs_the_app_its_middleware_and_a_database(name: str) -> None:
    config = parsed(name)

    assert config["apps"]["active"].split() == ["notes"]
    assert config["middlewares"]["active"].split() == ["notes.middlewares.TimingMiddleware"]
    assert "database" in config


def test_the_sample_differs_from_the_configuration_in_its_secret_alone() -> None:
    one, other = parsed("config.ini"), parsed("config.sample.ini")
    del one["security"], other["security"]

    assert one == other


def test_development_keeps_its_data_apart() -> None:
    config = parsed("config.dev.ini")

    assert config["database"]["url"] == "sqlite:///dev.sqlite"
    assert f"{config['environment']['media_path']}/.gitignore" in PROJECT
    assert config["debug"]["enabled"] == "true"
    assert "debug" not in parsed("config.ini")


def test_the_readme_names_every_module() -> None:
    named = set(re.findall("`(notes/[a-z]+[.]py)`", PROJECT["README.md"]))

    assert named == {path for path in PROJECT if re.fullmatch("notes/[a-z]+[.]py", path)}


def test_an_installed_app_has_its_files_with_it() -> None:
    app = tree("app", "notes", True)
    config = ConfigParser()
    config.read_string(app["setup.cfg"])
    patterns = config["options.package_data"]["notes"].split()
    data = [path for path in app if path.startswith("notes/") and path.count("/") > 1]

    assert data
    for path in data:
        assert any(Path(path).match(f"notes/{pattern}") for pattern in patterns), path


def test_every_template_is_packaged() -> None:
    files = [path for path in TEMPLATES.rglob("*") if path.is_file()]

    assert len(files) > 60
    assert {path.suffix for path in files} == {".tmpl"}


def linted(folder: Path, command: str, *options: str) -> None:
    words = [sys.executable, "-m", "ruff", command, "--isolated", "--no-cache", "--line-length=120", *options, "."]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("full", [False, True], ids=["plain", "full"])
@pytest.mark.parametrize("kind", ["project", "app", "plugin"])
def test_what_is_written_is_as_ruff_would_write_it(tmp_path: Path, kind: str, full: bool) -> None:
    pytest.importorskip("ruff")
    folder = tmp_path / "my_weather_station"
    write(folder, tree(kind, folder.name, full))

    linted(folder, "check", "--select", "E,F,I,UP,B")
    linted(folder, "format", "--check")


def kernel(folder: Path, *words: str, code: int = 0, **environment: str) -> str:
    """Run `kernel WORDS` in the project; return what it prints."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("KERNEL_", "COVERAGE_"))}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "kernel_admin", *words],
        cwd=folder,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert "DEBUG" not in done.stderr
    return done.stdout


def asked(folder: Path, *words: str, code: int = 0) -> tuple[int, Any]:
    """Return status and body of an answer."""
    answer = json.loads(kernel(folder, "request", *words, "--json", code=code))
    return answer["status"], answer["body"]


@pytest.mark.e2e
def test_the_commands_of_the_readme_do_what_it_says(folder: Path) -> None:
    assert "no problems" in kernel(folder, "check")
    kernel(folder, "db", "create")
    assert kernel(folder, "db", "upgrade") == "nothing to do\n"
    assert "agree" in kernel(folder, "db", "check")
    for _ in range(2):
        assert kernel(folder, "init") == "notes: done\n"
    note = {"id": 2, "author": "Ada", "text": "Hello!"}

    status, body = asked(folder, "POST", "/api/notes", *JSON, "-d", '{"author": "Ada", "text": "Hello!"}')
    assert (status, json.loads(body)) == (201, {"status": "success", "data": note})
    assert json.loads(asked(folder, "GET", "/api/notes?author=Ada")[1])["data"] == [note]
    assert "There is no note 7" in asked(folder, "GET", "/api/notes/7", code=1)[1]
    assert asked(folder, "POST", "/", *FORM, "-d", "author=Eve&text=<hi>")[0] == 303
    page = asked(folder, "GET", "/")[1]
    assert ["&lt;hi&gt;" in page, "Hello!" in page, "Welcome!" in page] == [True] * 3
    style = re.search('href="(/static/notes/site[^"]+css)"', page)
    assert style
    assert "max-width" in asked(folder, "GET", style[1])[1]


@pytest.mark.e2e
def test_a_column_that_is_added_gets_a_revision(folder: Path) -> None:
    kernel(folder, "db", "create")
    models = folder / "notes" / "models.py"
    models.write_text(models.read_text() + "    likes: Mapped[int | None]\n")
    kernel(folder, "db", "revision", "notes", "-m", "likes")
    kernel(folder, "db", "upgrade")

    assert "agree" in kernel(folder, "db", "check")
    assert len(list((folder / "notes" / "migrations" / "versions").glob("*.py"))) == 2


@pytest.mark.e2e
def test_development_and_another_machine_start_at_once(folder: Path) -> None:
    assert "no problems" in kernel(folder, "check", KERNEL_ENV="dev")
    kernel(folder, "db", "create", KERNEL_ENV="dev")
    assert (folder / "dev.sqlite").exists()
    assert not (folder / "notes.sqlite").exists()
    shutil.copy(folder / "config.sample.ini", folder / "config.ini")

    assert "no problems" in kernel(folder, "check", SECRET_KEY="x" * 64)
