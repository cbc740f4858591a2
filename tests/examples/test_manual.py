"""The project of the manual, end to end: database, first user, server, pages, API, and its own tests."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from kernel_testing import HttpClient

MANUAL = Path(__file__).parents[2] / "examples" / "manual"
pytestmark = [pytest.mark.e2e, pytest.mark.skipif("sys.platform == 'win32'", reason="signals and process groups")]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "manual" / "project"
    shutil.copytree(MANUAL / "project", folder, ignore=shutil.ignore_patterns("__pycache__", "*.sqlite*"))
    return folder


def run(installed: Any, project: Path, *words: str, answers: str = "", **environment: str) -> str:
    """Run a command of the environment in the project; return what it says."""
    done = subprocess.run(
        [str(installed.program(words[0])), *words[1:]],
        cwd=project,
        env={**{key: value for key, value in os.environ.items() if not key.startswith("KERNEL_")}, **environment},
        input=answers,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.mark.parametrize(
    "command", [("hypercorn", "main:bp", "--bind", "{bind}"), ("kernel", "run", "--bind", "{bind}")]
)
def test_the_project_of_the_manual_runs(
    serve: Callable[..., Any], installed: Any, project: Path, command: tuple[str, ...]
) -> None:
    assert "no problems" in run(installed, project, "kernel", "check")
    run(installed, project, "kernel", "db", "create")
    run(installed, project, "kernel", "init", answers="Ada\nLovelace\nada\nada@example.org\n")
    with serve(project, *command) as server:
        server.ready()
        with HttpClient("127.0.0.1", server.port) as client:
            looked_at(client)
        run(
            installed,
            project,
            "python",
            "-m",
            "unittest",
            "discover",
            "-t",
            "..",
            "-s",
            "apps/hello/tests",
            MANUAL_PORT=str(server.port),
        )
        server.process.terminate()
        server.process.wait(20)


def looked_at(client: HttpClient) -> None:
    assert client.get("/hello-world").text == "Hello World!"
    home = client.get("/home")
    assert (home.status, "<h1>Hello World!</h1>" in home.text) == (200, True)
    style = home.text.partition('href="')[2].partition('"')[0]
    assert "max-width" in client.get(style).text
    assert "Ada" in client.get("/users").text
    assert client.get("/users/1").data["data"]["username"] == "ada"
    assert client.get("/users/7").data == {"status": "error", "code": 1101, "message": "User '7' does not exist"}
    assert client.get("/example-error").status == 401
    assert client.post("/login").data == {"message": "Login failed!"}
    assert client.get("/users", headers={"authorization": "Bearer no"}).data == {"error": "Invalid auth token"}
    assert client.get("/file", headers={"range": "bytes=0-4"}).body == b"Hello"
    assert client.get("/stream").text == "line 0\nline 1\nline 2\n"
    assert client.get("/redirect", follow=True).body == home.body
    assert client.get("/binary").body == b"\x00\x01"
    assert client.get("/success").data == {"status": "success", "data": "Successful!"}
    assert "server-timing" in client.get("/nowhere").headers
