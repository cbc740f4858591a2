import os
import threading
from pathlib import Path
from typing import Any, BinaryIO

import anyio
import pytest
from kernel_forms.disk import in_thread
from kernel_forms.folder import UploadFolder
from kernel_forms.spool import Spool

from kernel.errors import HTTPException

pytestmark = pytest.mark.anyio
FULL = "/dev/full"


class FullFolder(UploadFolder):
    """A folder on a disk without room."""

    def open(self) -> tuple[BinaryIO, str]:
        return os.fdopen(os.open(FULL, os.O_RDWR), "w+b"), ""


class SlowFolder(UploadFolder):
    """A folder that takes its time."""

    def __init__(self, parent: Path) -> None:
        super().__init__(parent)
        self.asked, self.go = threading.Event(), threading.Event()

    def open(self) -> tuple[BinaryIO, str]:
        self.asked.set()
        self.go.wait(10)
        return super().open()


@pytest.mark.skipif(not os.path.exists(FULL), reason="needs /dev/full")
async def test_a_full_disk_is_507_and_one_record(caplog: Any) -> None:
    spool = Spool(FullFolder())
    spool.chunks.append(b"x" * 100)
    with pytest.raises(HTTPException, match="507 there is no room for the upload"):
        await in_thread(spool.spill)
    assert [(record.levelname, record.getMessage()[:22]) for record in caplog.records] == [
        ("ERROR", "no room for an upload:")
    ]
    spool.close()


async def test_other_troubles_of_the_disk_stay_what_they_are(tmp_path: Path, caplog: Any) -> None:
    (tmp_path / "file").touch()
    spool = Spool(UploadFolder(tmp_path / "file"))
    with pytest.raises(FileExistsError):
        await in_thread(spool.spill)
    assert caplog.records == []


async def test_a_spool_that_is_closed_while_it_spills_leaves_no_file(tmp_path: Path, on_disk: Any) -> None:
    folder = SlowFolder(tmp_path)
    spool = Spool(folder)
    spool.chunks.append(b"x")
    spilling = threading.Thread(target=spool.spill)
    spilling.start()
    assert folder.asked.wait(10)
    closing = threading.Thread(target=spool.close)
    closing.start()
    folder.go.set()
    for thread in (spilling, closing):
        await anyio.to_thread.run_sync(thread.join)
    assert on_disk() == []


async def test_a_spool_that_is_closed_before_it_spills_makes_no_file(tmp_path: Path, on_disk: Any) -> None:
    spool = Spool(UploadFolder(tmp_path))
    spool.close()
    spool.spill()
    assert on_disk() == []


async def test_a_file_that_somebody_took_away_is_no_trouble(tmp_path: Path, on_disk: Any) -> None:
    spool = Spool(UploadFolder(tmp_path))
    spool.spill()
    on_disk()[0].unlink()
    spool.close()
