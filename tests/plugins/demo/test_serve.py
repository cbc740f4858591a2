"""Where the demo is put, and that what is written there boots."""

import sys
from pathlib import Path

import pytest
from kernel_demo.serve import FOLDER, config_path
from kernel_testing import Client

from kernel import Kernel


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
