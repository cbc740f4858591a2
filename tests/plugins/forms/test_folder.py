import gc
import shutil
from pathlib import Path

from kernel_forms.folder import UploadFolder


def test_folder_and_files_are_private(tmp_path: Path):
    folder = UploadFolder(tmp_path / "a" / "b")
    file, path = folder.open()
    file.close()
    place = Path(path).parent
    assert place.parent == tmp_path / "a" / "b"
    modes = [one.stat().st_mode & 0o777 for one in (place.parent, place, Path(path))]
    assert modes == [0o700, 0o700, 0o600]
    folder.remove()


def test_a_folder_is_made_once_and_again_when_it_was_cleaned_away(tmp_path: Path):
    folder = UploadFolder(tmp_path)
    for _ in range(2):
        folder.open()[0].close()
    assert len(list(tmp_path.iterdir())) == 1
    shutil.rmtree(next(tmp_path.iterdir()))
    folder.open()[0].close()
    assert len(list(tmp_path.glob("*/file-*"))) == 1
    folder.remove()


def test_without_a_parent_it_stands_in_the_temporary_folder_of_the_system(monkeypatch, tmp_path: Path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    file, path = (folder := UploadFolder()).open()
    file.close()
    assert Path(path).parent.parent == tmp_path
    folder.remove()


def test_a_folder_is_removed_with_its_kernel(tmp_path: Path):
    folder = UploadFolder(tmp_path)
    folder.open()[0].close()
    del folder
    gc.collect()
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_made_before_it_is_needed(tmp_path: Path):
    folder = UploadFolder(tmp_path / "a")
    folder.remove()
    assert (folder.place, list(tmp_path.iterdir())) == ("", [])
