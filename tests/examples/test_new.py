"""What `kernel new` writes where only the wheel is installed: every file of it, and a project that serves."""

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from kernel_admin.scaffold import tree
from kernel_testing import HttpClient

pytestmark = [pytest.mark.e2e, pytest.mark.skipif("sys.platform == 'win32'", reason="signals and process groups")]
FORM = {"author": "Ada", "text": "Look at <this>!"}
PICTURE = {"picture": ("cat.png", b"not really a cat", "image/png")}


def run(installed: Any, folder: Path, *words: str) -> str:
    """Run a command of the environment; return what it says."""
    done = installed.run(*words, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return str(done.stdout)


@pytest.mark.parametrize("full", [False, True], ids=["plain", "full"])
@pytest.mark.parametrize("kind", ["project", "app", "plugin"])
def test_the_wheel_brings_every_file(installed: Any, tmp_path: Path, kind: str, full: bool) -> None:
    run(installed, tmp_path, "kernel", "new", kind, "notes", *["--full"] * full)
    written = {path.relative_to(tmp_path / "notes").as_posix() for path in tmp_path.rglob("*") if path.is_file()}

    assert written == set(tree(kind, "notes", full))


def test_a_full_project_serves_and_passes_its_tests(serve: Callable[..., Any], installed: Any, tmp_path: Path) -> None:
    run(installed, tmp_path, "kernel", "new", "project", "notes", "--full")
    folder = tmp_path / "notes"
    for command in (["db", "create"], ["init"], ["check"]):
        run(installed, folder, "kernel", *command)
    with serve(folder, "kernel", "run", "--bind", "{bind}") as server:
        server.ready()
        with HttpClient("127.0.0.1", server.port) as client:
            looked_at(client)
        server.end()

    assert " passed" in run(installed, folder, "python", "-W", "error", "-m", "pytest", "-q")


def test_a_full_app_is_installed_with_all_it_needs(serve: Callable[..., Any], installed: Any, tmp_path: Path) -> None:
    run(installed, tmp_path, "kernel", "new", "app", "cart", "--full")
    installed.pip("install", "--quiet", "--no-deps", "--no-build-isolation", tmp_path / "cart")
    shop = tmp_path / "shop"
    shop.mkdir()
    active = "[apps]\nactive = cart\n[middlewares]\nactive = cart.middlewares.TimingMiddleware\n[database]\n"
    (shop / "config.ini").write_text(active)
    try:
        for command in (["check"], ["db", "create"], ["init"]):
            run(installed, shop, "kernel", *command)
        with serve(shop, "kernel", "run", "--bind", "{bind}") as server:
            server.ready()
            with HttpClient("127.0.0.1", server.port) as client:
                looked_at(client, "/cart")
            server.end()
    finally:
        installed.pip("uninstall", "--quiet", "--yes", "cart")


def test_a_plugin_passes_every_step_of_its_own_workflow(installed: Any, tmp_path: Path) -> None:
    run(installed, tmp_path, "kernel", "new", "plugin", "paint")
    folder = tmp_path / "paint"
    steps = re.findall("^      - run: (.+)$", (folder / ".github/workflows/test.yml").read_text(), re.M)
    try:
        said = [run(installed, folder, *shlex.split(step)) for step in steps]
        (folder / "config.ini").write_text("[plugins]\nactive = standard, paint\n")
        rows = json.loads(run(installed, folder, "kernel", "plugins", "compat", "--json"))["plugins"]
    finally:
        installed.pip("uninstall", "--quiet", "--yes", "paint")

    assert [step.split()[-1] for step in steps] == [".[test]", "pytest", "paint"]
    assert " passed" in said[1]
    assert (said[2].count("kept "), said[2].count("broken ")) == (9, 0)
    assert [(row["declared"], row["refused"]) for row in rows if row["name"] == "paint"] == [(True, "")]


def looked_at(client: HttpClient, prefix: str = "") -> None:
    assert "Welcome!" in client.get(f"{prefix}/").text
    page = client.post(f"{prefix}/", form=FORM, files=PICTURE, follow=True)
    assert "Look at &lt;this&gt;!" in page.text
    picture = page.text.partition('<img src="')[2].partition('"')[0]
    assert client.get(picture).body == b"not really a cat"
    style = page.text.partition('rel="stylesheet" href="')[2].partition('"')[0]
    assert "max-width" in client.get(style).text
    assert [note["author"] for note in client.get(f"{prefix}/api/notes?author=Ada").data["data"]] == ["Ada"]
    assert client.get(f"{prefix}/api/notes/7").data["code"] == 2000
    assert "server-timing" in client.get("/nowhere").headers
