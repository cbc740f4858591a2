from pathlib import Path

import pytest
from kernel_responses.reading import FileChunks

pytestmark = pytest.mark.anyio
TEXT = b"Hello, this is a test."


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "a.txt").write_bytes(TEXT)
    return tmp_path / "a.txt"


async def test_segments_are_sent_one_after_another_in_chunks_of_a_size(file: Path) -> None:
    with file.open("rb") as opened:
        chunks = FileChunks(opened, [(b"(", range(7, 11)), (b")(", range(2)), (b")", range(0))], "a.txt", 3)
        assert aiter(chunks) is chunks
        assert [chunk async for chunk in chunks] == [b"(", b"thi", b"s", b")(", b"He", b")"]


async def test_a_file_that_shrinks_while_it_is_sent_never_ends_cleanly(file: Path) -> None:
    with file.open("rb") as opened:
        chunks = FileChunks(opened, [(b"", range(23))], "a.txt", 64)
        assert await anext(chunks) == TEXT
        with pytest.raises(RuntimeError, match=r"file 'a\.txt' became shorter while it was sent"):
            await anext(chunks)


async def test_an_error_of_the_disk_does_not_pass_for_a_lost_client(file: Path) -> None:
    with file.open("wb") as opened, pytest.raises(RuntimeError, match="file 'w' cannot be read") as caught:
        await anext(FileChunks(opened, [(b"", range(1))], "w", 64))
    assert isinstance(caught.value.__cause__, OSError)
