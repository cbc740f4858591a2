"""Servers run for ever beside the application; one that ends by an exception ends the process in order."""

import logging
import signal

import anyio
import pytest
from kernel_events.plugin import EventsPlugin, Phases
from kernel_testing import Client, LifespanFailed, make_kernel

from kernel import App, Hooks, Plugin, ServerInterrupt, hookimpl

pytestmark = pytest.mark.anyio
QUICK = {"timeouts": {"startup": 0.01, "shutdown_hook": 0.01}}


@pytest.fixture
def log():
    return []


def kernel_of(*servers, log, config=None):
    """Return a kernel whose app has these servers, and notes when it is stopped."""
    hooks = Hooks([("server", one, {}) for one in servers])
    hooks.register("pre_stop", lambda: log.append("pre_stop"))
    app = App(name="shop", hooks=hooks)
    return make_kernel([EventsPlugin, Phases], [app], config, standard=False)


def server_of(log, error=None):
    async def server():
        log.append("serving")
        if error:
            raise error
        try:
            await anyio.sleep_forever()
        finally:
            log.append("cancelled")

    return server


async def test_they_run_beside_the_application_and_are_cancelled_after_pre_stop(log):
    class Serving(Plugin):
        @hookimpl
        def kernel_servers(self):
            return [server_of(log)]

    hooks = Hooks([("server", server_of(log), {}), ("pre_stop", lambda: log.append("pre_stop"), {})])
    kernel = make_kernel([EventsPlugin, Serving, Phases], [App(name="shop", hooks=hooks)], standard=False)
    async with Client(kernel):
        await anyio.wait_all_tasks_blocked()
    assert log == ["serving", "serving", "pre_stop", "cancelled", "cancelled"]


@pytest.mark.parametrize("error", [ServerInterrupt("done"), ExceptionGroup("all", [ServerInterrupt("done")])])
async def test_an_interrupt_ends_the_process_in_order(log, terminated, caplog, error):
    kernel = kernel_of(server_of(log, error), server_of(log), log=log)
    async with Client(kernel):
        await anyio.wait_all_tasks_blocked()
        assert (terminated, kernel.service("life").interrupted) == ([signal.SIGTERM], True)
    assert log == ["serving", "serving", "pre_stop", "cancelled"]
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


@pytest.mark.parametrize("error", [ValueError("no"), ExceptionGroup("all", [ServerInterrupt(), ValueError("no")])])
async def test_any_other_exception_does_the_same_and_is_told(log, terminated, caplog, error):
    kernel = kernel_of(server_of(log, error), server_of(log), log=log)
    with pytest.raises(LifespanFailed, match=r"^shutdown failed: 'shop': server '.*': (ValueError: no|Exception)"):
        async with Client(kernel):
            await anyio.wait_all_tasks_blocked()
    assert (terminated, kernel.service("life").interrupted) == ([signal.SIGTERM], False)
    assert log == ["serving", "serving", "pre_stop", "cancelled"]
    (record,) = [record for record in caplog.records if record.name == "kernel.events"]
    assert record.exc_info[1] is error


async def test_where_nobody_ends_the_process_it_goes_on(log, caplog):
    async with Client(kernel_of(server_of(log, ServerInterrupt()), log=log)) as client:
        await anyio.wait_all_tasks_blocked()
        assert (await client.get("/")).status == 404
    assert "asks for the end, but nothing here ends the process in order" in caplog.text


async def test_a_worker_that_leaves_signals_to_its_parent_asks_that(log, monkeypatch, terminated):
    parent = type("Parent", (), {"pid": 7})
    monkeypatch.setattr("multiprocessing.parent_process", lambda: parent)
    monkeypatch.setattr("os.kill", lambda *arguments: log.append(arguments))
    monkeypatch.setattr("signal.getsignal", lambda number: signal.SIG_DFL)
    async with Client(kernel_of(server_of([], ServerInterrupt()), log=[])):
        await anyio.wait_all_tasks_blocked()
    assert log == [(7, signal.SIGTERM)]


async def test_one_that_returns_is_finished_and_the_application_goes_on(log, terminated, caplog):
    caplog.set_level(logging.INFO)

    async def server():
        log.append("served")

    async with Client(kernel_of(server, log=log)):
        await anyio.wait_all_tasks_blocked()
    assert (log, terminated) == (["served", "pre_stop"], [])
    assert "server 'test_one_that_returns_is_finished_and_the_application_goes_on.<locals>.server' has returned" in (
        caplog.text
    )


async def test_one_that_fails_while_it_is_cancelled_asks_for_nothing_more(log, terminated):
    async def server():
        try:
            await anyio.sleep_forever()
        finally:
            raise ValueError("at the end")

    with pytest.raises(LifespanFailed, match="at the end"):
        async with Client(kernel_of(server, log=log)):
            await anyio.wait_all_tasks_blocked()
    assert terminated == []


async def test_one_that_does_not_end_is_reported(log):
    release = anyio.Event()

    async def server():
        with anyio.CancelScope(shield=True):
            await release.wait()

    hooks = Hooks([("server", server, {}), ("shutdown", release.set, {})])  # which comes after the servers
    kernel = make_kernel([EventsPlugin, Phases], [App(name="shop", hooks=hooks)], QUICK, standard=False)
    with pytest.raises(LifespanFailed, match=r"server '.*server': cut after \S+ s \(\[timeouts\] shutdown_hook\)"):
        async with Client(kernel):
            await anyio.wait_all_tasks_blocked()


async def test_they_can_be_switched_off(log):
    async with Client(kernel_of(server_of(log), log=log, config={"phases": {"servers": False}})):
        await anyio.wait_all_tasks_blocked()
    assert log == ["pre_stop"]


async def test_two_that_end_at_once_ask_once(log, terminated):
    async with Client(kernel_of(server_of(log, ServerInterrupt()), server_of(log, ServerInterrupt()), log=log)):
        await anyio.wait_all_tasks_blocked()
    assert terminated == [signal.SIGTERM]
