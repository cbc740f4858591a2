"""The guestbook as a stranger's distribution: installed from a wheel, switched on, served, asked."""

import json
import shutil
import socket
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.skipif("sys.platform == 'win32'", reason="signals and process groups")]
GUESTBOOK = Path(__file__).parents[2] / "examples" / "kernel-guestbook"
CONFIG = """\
[plugins]
active = standard, greetings

[apps]
active =
    guestbook
    farewell

[greetings]
extra = Ahoy {name}!
"""
FAREWELL = """\
from pathlib import Path

from kernel import App, Hooks

hooks = Hooks()


@hooks.event("shutdown")
def leave():
    Path("farewell.txt").write_text("goodbye")


app = App(hooks=[hooks])
"""
HYPERCORN = ("hypercorn", "kernel:app", "--bind", "{bind}", "--worker-class")
Serve = Callable[..., Any]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a folder with a config.ini and one app of its own."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "config.ini").write_text(CONFIG)
    (folder / "farewell.py").write_text(FAREWELL)
    return folder


@pytest.fixture(params=["asyncio", "trio"])
def server(request: pytest.FixtureRequest, serve: Serve, project: Path) -> Iterator[Any]:
    """Return a server that answers."""
    with serve(project, *HYPERCORN, request.param) as running:
        running.ready()
        yield running


def test_the_installed_guestbook_is_served_and_ends_in_order(server: Any, project: Path) -> None:
    status, headers, page = server.ask("GET", "/")
    assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "<h1>Guestbook</h1>" in page
    status, headers, _ = server.ask("POST", "/", "name=Ada&text=I+was+here")
    assert (status, headers["location"]) == (303, "/")
    assert "I was here" in server.ask("GET", "/")[2]
    greeted = [json.loads(server.ask("GET", "/greet/Bob")[2])["greeting"] for _ in range(3)]
    assert greeted == ["Good to see you, Bob!", "Ahoy Bob!", "Welcome, Bob!"]
    status, _, body = server.ask("GET", "/nowhere")
    assert (status, json.loads(body)["code"]) == (404, 1001)
    server.end()
    assert (project / "farewell.txt").read_text() == "goodbye"


def test_a_request_by_hand_gets_one_well_formed_answer(server: Any) -> None:
    with closing(socket.create_connection(("127.0.0.1", server.port), timeout=10)) as connection:
        connection.sendall(b"GET /entries HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = received.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    assert b"content-length: 2" in head.lower()
    assert body == b"[]"


@pytest.mark.parametrize("worker", ["asyncio", "trio"])
def test_an_unknown_app_is_named_and_nothing_is_served(serve: Serve, project: Path, worker: str) -> None:
    (project / "config.ini").write_text(CONFIG.replace("    guestbook", "    guestbok"))
    with serve(project, *HYPERCORN, worker) as server:
        server.process.wait(30)
        log = server.log.read_text()
        assert not server.answers()
    for part in ("guestbok", "config.ini", "[apps] active"):
        assert part in log
    assert not (project / "farewell.txt").exists()


def test_the_keyword_of_a_plugin_that_is_off_is_refused_by_name(serve: Serve, project: Path) -> None:
    (project / "config.ini").write_text("[apps]\nactive = guestbook\n")
    with serve(project, *HYPERCORN, "asyncio") as server:
        server.process.wait(30)
        assert "app 'guestbook' requires 'greetings', which is not active" in server.log.read_text()


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (["check"], ""),
        (["plugins", "list", "--json"], '"greetings"'),
        (["routes", "--json"], '"/greet/<name:str>"'),
    ],
)
def test_the_command_sees_what_is_installed(installed: Any, project: Path, command: list[str], expected: str) -> None:
    done = installed.run("kernel", *command, cwd=project)
    assert done.returncode == 0, done.stdout + done.stderr
    assert expected in done.stdout
    assert json.loads(done.stdout) if "--json" in command else True


def test_the_command_will_not_run_half_a_project(installed: Any, project: Path) -> None:
    (project / "config.ini").write_text("[apps]\nactive = guestbook\n")
    done = installed.run("kernel", "run", "--bind", "127.0.0.1:0", cwd=project)
    assert done.returncode == 3, done.stdout + done.stderr
    assert "requires 'greetings'" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_the_tests_of_the_guestbook_pass_where_it_is_installed(installed: Any, tmp_path: Path) -> None:
    shutil.copytree(GUESTBOOK / "tests", tmp_path / "tests")
    shutil.copy(GUESTBOOK / "setup.cfg", tmp_path / "setup.cfg")
    done = installed.run("python", "-m", "pytest", "-q", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_wheels_hold_packages_and_their_types_only(wheels: dict[str, Path]) -> None:
    names = {name: zipfile.ZipFile(path).namelist() for name, path in wheels.items()}
    tops = {name.split("/")[0] for files in names.values() for name in files}
    assert not tops & {"plugins", "contrib", "tests", "examples"}
    packages = {top for top in tops if not top.endswith(".dist-info")}
    assert {f"{package}/py.typed" for package in packages} <= {name for files in names.values() for name in files}
