import os
from pathlib import Path

import pytest
from kernel_static.folders import Folders, home

from kernel import App, Plugin
from kernel.errors import HTTPException


def test_the_first_folder_of_an_app_that_has_the_file_wins(static: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "site.css").write_text("other")
    (tmp_path / "other" / "more.css").write_text("more")
    folders = Folders({"shop": (static, tmp_path.resolve() / "other")})
    for path, folder in (("shop/site.css", static), ("shop/more.css", tmp_path.resolve() / "other")):
        found = folders.open(path)
        found.file.close()
        assert (found.folder, found.name) == (folder, path.removeprefix("shop/"))


@pytest.mark.parametrize("path", ["", "shop", "shop/", "site.css", "other/site.css", "shop/img", "shop/missing.css"])
def test_what_is_no_file_of_an_app_is_404(static: Path, path: str) -> None:
    with pytest.raises(HTTPException) as caught:
        Folders({"shop": (static,)}).open(path)
    assert caught.value.status == 404


def test_links_that_lead_outside_are_followed_only_if_that_is_allowed(static: Path) -> None:
    os.symlink("../secret.txt", static / "link.txt")
    with pytest.raises(HTTPException):
        Folders({"shop": (static,)}).open("shop/link.txt")
    with Folders({"shop": (static,)}, follow_symlinks=True).open("shop/link.txt").file as file:
        assert file.read() == b"marker"


@pytest.mark.parametrize("path", ["shop/../secret.txt", "shop/img/../../secret.txt", "shop//etc/hostname"])
def test_the_path_itself_never_leads_outside_whatever_is_allowed(static: Path, path: str) -> None:
    with pytest.raises(HTTPException):
        Folders({"shop": (static,)}, follow_symlinks=True, hidden_files=True).open(path)


def test_hidden_files_are_found_only_if_that_is_allowed(static: Path) -> None:
    (static / ".well-known").mkdir()
    (static / ".well-known" / "a").write_text("a")
    with pytest.raises(HTTPException):
        Folders({"shop": (static,)}).open("shop/.well-known/a")
    Folders({"shop": (static,)}, hidden_files=True).open("shop/.well-known/a").file.close()


def test_all_paths_are_those_that_can_be_opened(static: Path) -> None:
    (static / ".hidden").write_text("a")
    os.symlink("../secret.txt", static / "link.txt")
    os.mkfifo(static / "fifo")
    assert list(Folders({"shop": (static, static)}).paths()) == ["shop/img/a.svg", "shop/site.css"]


def test_the_state_is_that_of_the_first_file(static: Path) -> None:
    folders = Folders({"shop": (static / "img", static)})
    assert folders.state("shop/site.css") == (static / "site.css").stat()
    assert folders.state("shop/a\0") is None


def test_a_missing_file_says_where_was_looked_for_it(static: Path) -> None:
    folders = Folders({"shop": (static,)})
    assert str(folders.missing("shop/a")) == f"static file 'shop/a': there is no such file in '{static}'"


@pytest.mark.parametrize(
    ("path", "guess"),
    [
        ("shp/a", "; did you mean 'shop'?"),
        ("hello/a", "; did you mean 'site.apps.hello'?"),
        ("apps.shop/a", "; did you mean 'shop'?"),
        ("zzz/a", ""),
    ],
)
def test_a_file_of_an_unknown_app_tells_the_known_ones(static: Path, path: str, guess: str) -> None:
    folders = Folders({"shop": (static,), "site.apps.hello": (static,)})
    known = "a path begins with the name of an app: 'shop', 'site.apps.hello'"
    assert str(folders.missing(path)).partition("has static_dirs; ")[2] == known + guess


def test_without_any_static_folder_that_is_said() -> None:
    reason = "static file 'shop/a': no app 'shop' has static_dirs, nor has any other"
    assert str(Folders({}).missing("shop/a")) == reason


class Home(Plugin):
    """A plugin of this module."""


def test_folders_are_relative_to_the_module_of_the_app_or_plugin() -> None:
    assert home(App(name="shop")) == home(Home()) == Path(__file__).parent
