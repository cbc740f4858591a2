"""For a server that speaks no lifespan the kernel is started aside, and stopped when the loop ends."""

import sys
from contextlib import asynccontextmanager

import anyio
import anyio.lowlevel
import pytest
from kernel_events.plugin import EventsPlugin, Phases
from kernel_testing import make_kernel

from kernel import Plugin, hookimpl


class Living(Plugin):
    """A plugin that holds a task group open, which only the task that opened it can close."""

    name = "living"

    def __init__(self, log, error=None):
        self.log, self.error = log, error

    @hookimpl
    def kernel_lifespan(self):
        return self.life()

    @asynccontextmanager
    async def life(self):
        if self.error:
            raise self.error
        async with anyio.create_task_group():
            self.log.append("in")
            try:
                yield
            finally:
                self.log.append("out")


async def ask(kernel, statuses):
    async def send(message):
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    await kernel({"type": "http", "method": "GET", "path": "/", "headers": []}, None, send)


def served(backend, *plugins):
    """Return the statuses of four requests, of which two come first at once."""
    statuses, kernel = [], make_kernel([EventsPlugin, *plugins, Phases], standard=False)

    async def main():
        for _ in range(2):
            async with anyio.create_task_group() as group:
                for _ in range(2):
                    group.start_soon(ask, kernel, statuses)

    anyio.run(main, backend=backend)
    return statuses


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_the_first_requests_start_the_kernel_once_and_the_end_of_the_loop_stops_it(backend):
    log = []
    assert served(backend, Living(log)) == [404] * 4
    assert log == ["in", "out"]


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_the_end_of_the_loop_leaves_lifespans_in_reverse(backend):
    class Other(Living):
        name = "other"

        @asynccontextmanager
        async def life(self):
            self.log.append("other in")
            try:
                yield
            finally:
                with anyio.CancelScope(shield=True):
                    await anyio.lowlevel.checkpoint()
                self.log.append("other out")

    log = []
    assert served(backend, Living(log), Other(log)) == [404] * 4
    assert log == ["in", "other in", "other out", "out"]


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_failed_start_is_logged_and_503(backend, caplog):
    assert served(backend, Living([], ValueError("no database"))) == [503] * 4
    (record,) = caplog.records
    assert "no database" in record.getMessage()


def test_trio_need_not_be_installed(monkeypatch):
    monkeypatch.setitem(sys.modules, "trio", None)
    log = []
    assert served("asyncio", Living(log)) == [404] * 4
    assert log == ["in", "out"]
