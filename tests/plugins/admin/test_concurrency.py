"""No more requests at a time than a process can serve."""

from typing import Any

import anyio
import pytest
from kernel_admin import serving
from kernel_admin.concurrency import MOST, limit_of
from kernel_admin.serving import Watched
from kernel_testing import Client, make_kernel

from kernel import Kernel

pytestmark = pytest.mark.anyio


class Waiting:
    """An application whose requests end when they are told to."""

    def __init__(self) -> None:
        self.end, self.begun = anyio.Event(), 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.begun += 1
        await self.end.wait()
        if scope["path"] == "/fail":
            raise ValueError("theirs")
        await send({"type": "http.response.start", "status": 200, "headers": []})


async def receive() -> Any:
    return {"type": "http.request", "body": b""}


def watched(most: int) -> tuple[Any, Watched]:
    application: Any = Waiting()
    return application, Watched(application, lambda: None, anyio.Event(), None, most)


async def ask(app: Watched, path: str = "/", kind: str = "http") -> list[Any]:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message.get("status"))

    scope = {"type": kind, "path": path, "method": "GET", "headers": []}
    try:
        await app(scope, receive, send)
    except ValueError:
        sent.append("failed")
    return sent


async def test_what_is_too_much_is_answered_503(caplog: pytest.LogCaptureFixture) -> None:
    application, app = watched(2)
    async with anyio.create_task_group() as group:
        for path in ("/", "/fail"):
            group.start_soon(ask, app, path)
        await anyio.wait_all_tasks_blocked()
        assert [await ask(app), await ask(app)] == [[503, None]] * 2
        application.end.set()
    assert [record.getMessage() for record in caplog.records] == [
        "2 requests are under way, which is [server] limit_concurrency: more get 503"
    ]
    assert (await ask(app), await ask(app, "/fail"), await ask(app)) == ([200], ["failed"], [200])


async def test_websockets_do_not_count() -> None:
    application, app = watched(1)
    async with anyio.create_task_group() as group:
        for _ in range(3):
            group.start_soon(ask, app, "/", "websocket")
        await anyio.wait_all_tasks_blocked()
        assert (application.begun, app.under_way) == (3, 0)
        application.end.set()


async def test_the_log_says_it_once_a_minute(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    now = [1000.0]
    monkeypatch.setattr(serving, "monotonic", lambda: now[0])
    _, app = watched(0)
    for later in (0, 59, 60, 61):
        now[0] = 1000.0 + later
        await ask(app)
    assert len(caplog.records) == 2


async def test_a_reload_reads_it_anew() -> None:
    sections = {"plugins": {"active": "standard"}, "server": {"limit_concurrency": "5"}}
    kernel = Kernel(sections)
    app = Watched(kernel, lambda: None, anyio.Event(), None, 5)
    async with Client(kernel):
        sections["server"] = {"limit_concurrency": "7"}
        await app.reload()
    assert app.most == 7


def test_the_section_says_how_many() -> None:
    assert limit_of(make_kernel(config={"server": {"limit_concurrency": "5"}}).config) == 5
    assert limit_of(make_kernel().config) == limit_of({}) == MOST == 1000
    wrong = make_kernel(config={"server": {"limit_concurrency": "0"}})
    assert [problem.id for problem in wrong.problems] == ["config.value"]
