"""Nothing is left of an upload, however its request ends."""

import logging
import os
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from kernel_forms.folder import UploadFolder
from kernel_forms.spool import Spool
from kernel_router import Routes
from kernel_testing import Client

from kernel import App, Kernel
from kernel.errors import HTTPException

pytestmark = pytest.mark.anyio
Parts = Callable[..., bytes]
Site = Callable[..., Any]
SIZE = 300_000
LIMITS = {"upload_dir": "uploads", "spool_size": "100KiB"}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Return what opens a client of a kernel whose route /up is *handler*."""

    @asynccontextmanager
    async def opened(handler: Any, **options: Any) -> AsyncIterator[Client]:
        routes = Routes()
        routes.post("/up", **options)(handler)
        limits = {**LIMITS, "upload_dir": str(tmp_path / "uploads")}
        async with Client(Kernel({"limits": limits}, apps=[App(name="shop", routes=[routes])])) as client:
            yield client

    return opened


@pytest.fixture
def upload(multipart: str, parts: Parts) -> dict[str, Any]:
    """Return a request with files in memory and on disk."""
    body = parts(("small", b"x", "a"), ("large", bytes(SIZE), "b"), ("title", b"t"))
    return {"headers": {"content-type": multipart}, "body": body}


async def test_an_upload_can_be_read_and_nothing_is_left(site: Site, upload: Any, on_disk: Any, tmp_path: Path) -> None:
    async def handler(request: Any) -> Any:
        form = await request.form()
        return {"files": len(on_disk()), "size": len(await form["large"].read()), "title": form["title"]}

    async with site(handler) as client:
        answer = await client.post("/up", **upload)
        assert (answer.json(), on_disk()) == ({"files": 1, "size": SIZE, "title": "t"}, [])
        assert len(list((tmp_path / "uploads").iterdir())) == 1
    assert list((tmp_path / "uploads").iterdir()) == []


async def test_a_kernel_that_took_no_upload_made_no_folder(site: Site, tmp_path: Path) -> None:
    async with site(print):
        pass
    assert not (tmp_path / "uploads").exists()


async def test_background_work_still_has_the_upload(site: Site, upload: Any, on_disk: Any) -> None:
    seen: list[int] = []

    async def handler(request: Any) -> Any:
        file = (await request.form())["large"]

        async def work() -> None:
            seen.append(len(await file.read()))

        request.background(work)

    async with site(handler) as client:
        assert (await client.post("/up", **upload)).status == 204
    assert (seen, on_disk()) == ([SIZE], [])


async def test_a_handler_that_fails_leaves_nothing(site: Site, upload: Any, on_disk: Any) -> None:
    async def handler(request: Any) -> Any:
        await request.form()
        raise LookupError(len(on_disk()))

    async with site(handler) as client:
        assert (await client.post("/up", **upload)).status == 500
        assert on_disk() == []


async def test_a_form_that_is_refused_leaves_nothing(site: Site, upload: Any, on_disk: Any) -> None:
    async def handler(request: Any) -> Any:
        await request.form()

    async with site(handler) as client:
        answer = await client.post("/up", upload["headers"], upload["body"][:-20])
        assert (answer.status, answer.json()["code"], on_disk()) == (400, 1002, [])


async def test_what_a_refused_form_left_is_gone_before_the_answer(site: Site, upload: Any, on_disk: Any) -> None:
    """Who is told that the disk is full tries again at once."""

    async def handler(request: Any) -> Any:
        with pytest.raises(HTTPException) as caught:
            await request.form()
        return {"status": caught.value.status, "files": len(on_disk())}

    async with site(handler) as client:
        answer = await client.post("/up", upload["headers"], upload["body"][:-20])
        assert answer.json() == {"status": 400, "files": 0}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
async def test_a_full_disk_is_507_and_the_next_small_upload_is_taken(
    site: Site, upload: Any, parts: Parts, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    """F19."""

    async def handler(request: Any) -> Any:
        return len(await request.form())

    def full(folder: UploadFolder) -> Any:
        return os.fdopen(os.open("/dev/full", os.O_RDWR), "w+b"), ""

    monkeypatch.setattr(UploadFolder, "open", full)
    async with site(handler) as client:
        assert (await client.post("/up", **upload)).status == 507
        assert [record.name for record in caplog.records if record.levelname == "ERROR"] == ["kernel.forms"]
        assert (await client.post("/up", upload["headers"], parts(("f", b"x", "a")))).status == 200


async def test_a_client_that_leaves_makes_one_info_record_and_leaves_nothing(
    site: Site, upload: Any, on_disk: Any, caplog: Any
) -> None:
    """F1."""

    async def handler(request: Any) -> Any:
        await request.form()

    caplog.set_level(logging.INFO)
    async with site(handler) as client:
        caplog.clear()
        body = [upload["body"][n : n + 65536] for n in range(0, SIZE, 65536)]
        await client.post("/up", upload["headers"], body, disconnect_after=0)
        assert on_disk() == []
        assert [(r.levelname, r.getMessage()) for r in caplog.records] == [("INFO", "POST '/up': the client left")]


@pytest.mark.parametrize("stop", ["request.form", "handler"])
async def test_a_request_that_is_cancelled_leaves_nothing(site: Site, upload: Any, on_disk: Any, stop: str) -> None:
    arrived = anyio.Event()

    async def handler(request: Any) -> Any:
        await request.form()
        arrived.set()
        await anyio.sleep_forever()

    chunks = iter([upload["body"][:-50], upload["body"][-50:]] if stop == "handler" else [upload["body"][:-50]])

    async def receive() -> Any:
        for chunk in chunks:
            return {"type": "http.request", "body": chunk, "more_body": not chunk.endswith(b"--XX--\r\n")}
        arrived.set()
        await anyio.sleep_forever()

    async with site(handler) as client, anyio.create_task_group() as group:
        headers = [(b"host", b"localhost"), (b"content-type", upload["headers"]["content-type"].encode())]
        scope = {"type": "http", "method": "POST", "path": "/up", "headers": headers}
        group.start_soon(client.app, scope, receive, anyio.sleep)
        await arrived.wait()
        assert len(on_disk()) == 1
        group.cancel_scope.cancel()
    assert on_disk() == []


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_task_that_is_cancelled_while_a_thread_writes_leaves_nothing(
    site: Site, upload: Any, on_disk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import asyncio

    writing, go, left = threading.Event(), threading.Event(), []
    opened = UploadFolder.open

    def slow(folder: UploadFolder) -> Any:
        writing.set()
        go.wait(10)
        left.append(opened(folder))
        return left[-1]

    async def handler(request: Any) -> Any:
        await request.form()

    monkeypatch.setattr(UploadFolder, "open", slow)
    async with site(handler) as client:
        task = asyncio.create_task(client.post("/up", **upload))
        await anyio.to_thread.run_sync(writing.wait)
        task.cancel()
        await asyncio.sleep(0)
        go.set()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert (len(left), on_disk()) == (1, [])


async def test_the_disk_is_written_to_in_threads_only(site: Site, upload: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """R20."""
    threads: list[int] = []
    spill, close = Spool.spill, Spool.close

    def note(work: Callable[[Spool], None]) -> Callable[[Spool], None]:
        def noted(spool: Spool) -> None:
            threads.append(threading.get_ident())
            work(spool)

        return noted

    async def handler(request: Any) -> Any:
        await request.form()

    monkeypatch.setattr(Spool, "spill", note(spill))
    monkeypatch.setattr(Spool, "close", note(close))
    async with site(handler) as client:
        await client.post("/up", **upload)
    assert len(threads) >= 4
    assert threading.get_ident() not in threads
