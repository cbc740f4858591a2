"""Where the demo is put, and that what is written there boots."""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest
from kernel_demo.serve import FOLDER, config_path
from kernel_testing import Client
from kernel_testing.life import LifespanFailed

from kernel import Kernel
from kernel.errors import BootError


def test_a_config_is_written_once_and_kept(tmp_path: Path) -> None:
    path = config_path(tmp_path / "deep" / "folder")
    path.write_text("; mine")
    assert config_path(path.parent) == path
    assert path.read_text() == "; mine"


@pytest.mark.anyio
async def test_the_written_config_serves_the_demo_with_examples(tmp_path: Path) -> None:
    async with Client(Kernel(config_path(tmp_path))) as client:
        assert "pluggy" in (await client.get("/")).text
    assert (tmp_path / "bookmarks.sqlite").stat().st_size > 0


def test_the_written_config_has_no_findings(tmp_path: Path) -> None:
    boot = Kernel(config_path(tmp_path)).booted
    assert list(boot.problems) == []


def test_the_folder_of_a_former_demo_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "config.ini").write_text("[demo_store]\npath = bookmarks.sqlite\n")
    with pytest.raises(BootError, match="is of a former demo") as told:
        config_path(tmp_path)
    assert "--data" in str(told.value)
    assert (tmp_path / "config.ini").read_text().startswith("[demo_store]")
    assert not (tmp_path / "bookmarks.sqlite").exists()


@pytest.mark.anyio
async def test_the_table_of_a_former_demo_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "bookmarks.sqlite")) as database:
        database.execute("CREATE TABLE bookmarks (id INTEGER PRIMARY KEY, address TEXT, title TEXT, added TEXT)")
    with pytest.raises(LifespanFailed, match="'bookmarks' of the database is of a former demo"):
        async with Client(Kernel(config_path(tmp_path))):
            pass
    with closing(sqlite3.connect(tmp_path / "bookmarks.sqlite")) as database:
        assert len(database.execute("PRAGMA table_list").fetchall()) == 2 + 1  # and what SQLite has of its own


@pytest.mark.parametrize(("platform", "variable"), [("linux", "XDG_DATA_HOME"), ("win32", "LOCALAPPDATA")])
def test_the_folder_is_one_of_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, platform: str, variable: str
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setenv(variable, str(tmp_path))
    assert config_path() == tmp_path / FOLDER / "config.ini"


def test_without_a_variable_it_is_below_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert config_path() == tmp_path / ".local/share" / FOLDER / "config.ini"


def test_a_home_that_cannot_be_written_is_replaced_by_a_temporary_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    path = config_path()
    assert path.is_file()
    assert path.parent.parent == tmp_path


def test_a_given_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        config_path(tmp_path / "file")
