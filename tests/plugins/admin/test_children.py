"""Children and reloading: with children that only pretend, and once with a real one."""

import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kernel_admin import children, reload, watching
from kernel_admin.binding import Place
from kernel_admin.children import Serving, kill, stop
from kernel_admin.reload import Reloader, folders

from kernel.boot.config import read

pytestmark = pytest.mark.usefixtures("signals_kept")


class Child:
    """A process that ended with *code*, or runs on if that is None."""

    pid = 7

    def __init__(self, code: int | None = None) -> None:
        self.code, self.ends = code, ""

    def poll(self) -> int | None:
        return self.code

    def wait(self) -> int | None:
        return self.code

    def terminate(self) -> None:
        self.ends += "t"
        self.code = 0 if self.code is None else self.code

    def kill(self) -> None:
        self.ends += "k"
        self.code = -9


class Stubborn(Child):
    """A process that does not mind SIGTERM."""

    def terminate(self) -> None:
        self.ends += "t"


def test_a_child_that_does_not_stop_is_killed() -> None:
    child: Any = Stubborn()

    assert stop([child], 0.03) == 1
    assert child.ends == "tk"


def test_only_the_living_are_killed() -> None:
    family: Any = [Child(0), Child()]
    kill(family)

    assert [child.ends for child in family] == ["", "k"]


class Scripted(Reloader):
    """A reloader whose children and changes are given; a number is a signal."""

    def __init__(self, changes: list[Any], *codes: int | None, bind: str = "127.0.0.1:0") -> None:
        self.said: list[str] = []
        super().__init__(bind, "hypercorn", "asyncio", lambda place: self.said.append(place.url))
        self.script, self.spawned = iter(changes), list[Any]()
        self.codes = iter(codes)


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that runs a reloader by script: its exit code and itself."""
    current: list[Scripted] = []

    def spawn(serving: Serving) -> Any:
        serving.place.listen()
        current[0].spawned.append(Child(next(current[0].codes)))
        return current[0].spawned[-1]

    def changes(paths: Any) -> Iterator[set[str]]:
        for step in current[0].script:
            if isinstance(step, int):
                signal.raise_signal(step)
            yield step if isinstance(step, set) else set()
            if isinstance(step, set) and step:
                return

    monkeypatch.setattr(children.Serving, "spawn", spawn)
    monkeypatch.setattr(reload, "changes", changes)

    def run(script: list[Any], *codes: int | None) -> tuple[int, Scripted]:
        current[:] = [Scripted(script, *codes)]
        return current[0].run(), current[0]

    return run


def test_a_change_starts_another_child(project: Path, scripted: Any, capsys: pytest.CaptureFixture[str]) -> None:
    code, reloader = scripted([set(), {"a/shop.py"}, set(), signal.SIGTERM], None, None)

    assert code == 0
    assert [child.ends for child in reloader.spawned] == ["t", "t"]
    assert len(reloader.said) == 1
    assert "reloading: shop.py changed" in capsys.readouterr().err


def test_a_child_that_cannot_start_waits_for_a_change(
    project: Path, scripted: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    code, reloader = scripted([set(), set(), {"shop.py"}, set(), signal.SIGINT], 78, None)

    assert code == 0
    assert len(reloader.spawned) == 2
    assert capsys.readouterr().err.count("not serving; waiting for a change") == 1


def test_while_nothing_serves_clients_are_refused_and_later_served_at_the_same_address(
    project: Path, scripted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = []

    def refused(reloader: Reloader) -> None:
        leave(reloader)
        host, port = reloader._bind.split(":")
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((host, int(port)), timeout=1)
        said.append(reloader._bind)

    leave = Reloader._leave
    monkeypatch.setattr(Reloader, "_leave", refused)
    code, reloader = scripted([set(), {"shop.py"}, set(), {"shop.py"}, set(), signal.SIGINT], None, 3, None)

    assert code == 0
    assert len(said) == 2
    assert [url.removeprefix("http://") for url in reloader.said] == said


def test_a_configuration_that_cannot_be_read_waits_for_a_change(
    make_project: Any, scripted: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    make_project("[apps\n")
    code, reloader = scripted([set(), signal.SIGTERM])

    assert (code, reloader.spawned) == (0, [])
    assert "config.unreadable" in capsys.readouterr().err


def test_a_child_that_ends_in_order_ends_all(project: Path, scripted: Any) -> None:
    assert scripted([set()], 0)[0] == 0


def test_a_watcher_that_ends_ends_all(project: Path, scripted: Any) -> None:
    assert scripted([], None)[0] == 0


def test_the_project_and_what_it_names_are_watched(make_project: Any) -> None:
    folder = make_project("[plugins]\nactive = standard\n[apps]\nactive = shop:app, nowhere.main, .odd:app, pages\n")
    found = list(folders(read(folder / "config.ini")))

    assert found[0] == folder
    assert {"kernel_router", "kernel_demo"} <= {path.name for path in found}


@pytest.mark.parametrize("installed", [True, False])
def test_changes_are_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, installed: bool) -> None:
    monkeypatch.setattr(watching, "PAUSE", 0.05)
    if installed:
        pytest.importorskip("watchfiles")
    else:
        monkeypatch.setitem(sys.modules, "watchfiles", None)
    (tmp_path / "old.py").write_text("old")
    (tmp_path / "__pycache__").mkdir()
    seen = watching.changes([tmp_path, tmp_path / "missing"])
    while next(seen):
        pass  # what the file system tells late of the files above
    (tmp_path / "__pycache__" / "old.py").write_text("no")
    (tmp_path / "notes.md").write_text("no")
    (tmp_path / "new.html").write_text("yes")
    found = next(filter(None, seen))

    assert {Path(path).name for path in found} == {"new.html"}


def test_a_file_that_is_gone_meanwhile_is_no_matter(tmp_path: Path) -> None:
    (tmp_path / "link.py").symlink_to(tmp_path / "nowhere")

    assert watching.times([tmp_path]) == {}


def test_a_child_serves_on_the_socket_of_its_parent(project: Path) -> None:
    place = Place.open("127.0.0.1:0")
    child = Serving(place, "hypercorn", "asyncio").spawn()
    try:
        for _ in range(200):
            if place.listening:
                break
            time.sleep(0.05)
        assert place.listening
        assert stop([child], 10) == 0
    finally:
        kill([child])
        place.close()
