"""`kernel demo` as installed from the wheel, in a folder of its own."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.skipif("sys.platform == 'win32'", reason="signals and process groups")]


def test_the_demo_is_served_keeps_what_it_is_given_and_ends_in_order(serve: Callable[..., Any], tmp_path: Path) -> None:
    command = ("kernel", "demo", "--bind", "{bind}", "--data", str(tmp_path / "data"))
    with serve(tmp_path, *command) as server:
        server.ready()
        home = server.ask("GET", "/")[2]
        assert "pluggy" in home
        style = re.search(r'href="(/static/pages/style[^"]+)"', home)
        assert style
        assert ".tile" in server.ask("GET", style[1])[2]
        form = "address=https%3A%2F%2Fexample.org%2F&title=Kept&signer=Ada"
        status, headers, _ = server.ask("POST", "/bookmarks", form)
        assert (status, headers["location"]) == (303, "/bookmarks/4")
        assert server.ask("GET", "/nowhere", accept="text/html")[0] == 404
        assert f"http://127.0.0.1:{server.port}" in server.log.read_text()
        server.end()
    with serve(tmp_path, *command) as server:
        server.ready()
        assert "Kept" in server.ask("GET", "/bookmarks/4")[2]
        server.end()
