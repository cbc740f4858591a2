import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from kernel_forms import Upload
from kernel_forms.folder import UploadFolder
from kernel_forms.spool import Spool

pytestmark = pytest.mark.anyio
CONTENT = bytes(range(256)) * 1000
MakeUpload = Callable[..., Upload]


@pytest.fixture(params=["memory", "disk"])
def upload(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakeUpload]:
    """Return what makes an upload, in memory or on disk."""
    folder, spools = UploadFolder(tmp_path / "uploads"), list[Spool]()

    def make(filename: str = "a.bin", content: bytes = CONTENT) -> Upload:
        spool = Spool(folder)
        spools.append(spool)
        spool.chunks.append(content)
        if request.param == "disk":
            spool.on_disk = True
            spool.spill()
            spool.file().seek(0)
        return Upload(filename, "a/b", [("X-One", "1")], len(content), spool)

    yield make
    for spool in spools:
        spool.close()


@pytest.fixture
def media(tmp_path: Path) -> Path:
    folder = tmp_path / "media"
    folder.mkdir()
    return folder


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name != "uploads")


async def test_a_file_is_read_in_parts_and_again(upload: MakeUpload) -> None:
    file = upload()
    assert await file.read(3) == CONTENT[:3]
    assert await file.read() == CONTENT[3:]
    assert await file.read() == b""
    await file.seek()
    assert await file.read() == CONTENT
    await file.seek(len(CONTENT) - 2)
    assert await file.read() == CONTENT[-2:]


async def test_a_file_is_iterated_in_chunks(upload: MakeUpload) -> None:
    chunks = [chunk async for chunk in upload()]
    assert (max(map(len, chunks)), b"".join(chunks)) == (65536, CONTENT)


async def test_headers_are_found_in_any_case(upload: MakeUpload) -> None:
    assert upload().headers["x-one"] == "1"


async def test_a_closed_file_says_so_and_can_be_closed_again(upload: MakeUpload, on_disk: Any) -> None:
    file = upload()
    await file.close()
    await file.close()
    assert on_disk() == []
    for use in (file.read, file.seek):
        with pytest.raises(ValueError, match="the upload is closed; read or save it before the request ends"):
            await use()


async def test_a_file_is_saved_under_its_safe_name(upload: MakeUpload, media: Path, on_disk: Any) -> None:
    file = upload("../../my photo.png")
    assert await file.save_to(media) == media / "my_photo.png"
    assert (media / "my_photo.png").read_bytes() == CONTENT
    await file.close()
    assert names(media) == ["my_photo.png"]
    assert on_disk() == []


async def test_a_saved_file_is_private_unless_told(upload: MakeUpload, media: Path) -> None:
    assert (await upload().save_to(str(media), "a")).stat().st_mode & 0o777 == 0o600
    assert (await upload().save_to(media, "b", mode=0o644)).stat().st_mode & 0o777 == 0o644


async def test_a_file_can_be_saved_twice_and_read_on(upload: MakeUpload, media: Path) -> None:
    file = upload()
    await file.read(5)
    saved = [await file.save_to(media, name) for name in ("a", "b")]
    assert [path.read_bytes() for path in saved] == [CONTENT, CONTENT]
    assert await file.read() == CONTENT[5:]


async def test_a_file_never_replaces_another_unless_told(upload: MakeUpload, media: Path) -> None:
    (media / "a").write_bytes(b"old")
    with pytest.raises(FileExistsError):
        await upload().save_to(media, "a")
    assert (media / "a").read_bytes() == b"old"
    await upload().save_to(media, "a", overwrite=True)
    assert (names(media), (media / "a").read_bytes()) == (["a"], CONTENT)


@pytest.mark.parametrize(
    "name", ["../x", "/abs", "..", ".", "", "a/../../x", "link/x", "outside", "a\0b", "a" * 5000, "no/such/folder"]
)
async def test_a_name_that_leads_outside_is_refused(upload: MakeUpload, media: Path, tmp_path: Path, name: str) -> None:
    """R11."""
    (media / "link").symlink_to(tmp_path)
    (media / "outside").symlink_to(tmp_path / "nothing")
    before = names(tmp_path)
    for overwrite in (False, True):
        with pytest.raises((ValueError, OSError)):
            await upload().save_to(media, name, overwrite=overwrite)
    assert names(media) == ["link", "outside"]
    assert names(tmp_path) == before


async def test_a_message_names_the_folder(upload: MakeUpload, media: Path) -> None:
    with pytest.raises(ValueError, match=f"the name '../x' does not stay inside '{media}'"):
        await upload().save_to(media, "../x")


async def test_a_name_may_lead_into_a_folder_inside(upload: MakeUpload, media: Path) -> None:
    (media / "2030").mkdir()
    assert await upload().save_to(media, "2030/a.png") == media / "2030" / "a.png"


async def test_a_file_is_copied_where_it_cannot_be_moved(
    upload: MakeUpload, media: Path, on_disk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kernel_forms.saving.moved", lambda *args: False)
    file = upload()
    assert (await file.save_to(media, "a")).read_bytes() == CONTENT
    await file.close()
    assert on_disk() == []


async def test_a_file_that_cannot_be_saved_leaves_nothing(
    upload: MakeUpload, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any) -> None:
        raise PermissionError("no")

    monkeypatch.setattr("kernel_forms.saving.os.replace", fail)
    for overwrite in (False, True):
        with pytest.raises(PermissionError):
            await upload().save_to(media, "a", overwrite=overwrite)
    assert names(media) == []


async def test_a_file_is_saved_in_a_thread(upload: MakeUpload, media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[int] = []
    monkeypatch.setattr("kernel_forms.saving.os.chmod", lambda *args: threads.append(threading.get_ident()))
    await upload().save_to(media)
    assert len(threads) == 1
    assert threading.get_ident() not in threads
