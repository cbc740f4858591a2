"""Scenarios of agents, numbered as in the contract of the life cycle (section H)."""

import logging
import signal
from contextlib import asynccontextmanager

import anyio
import pytest
from kernel_testing import Client, LifespanFailed, make_kernel

from kernel import App, Hooks, Plugin, ServerInterrupt, hookimpl

pytestmark = pytest.mark.anyio


@pytest.fixture
def log():
    return []


@pytest.fixture
def asked(monkeypatch):
    """Return the signals that the application sends to itself."""
    signals = []
    monkeypatch.setattr("kernel_events.life.os.kill", lambda pid, number: signals.append(number))
    monkeypatch.setattr("kernel_events.life.signal.getsignal", lambda number: "handled")
    return signals


async def test_67_the_order_of_a_life(log):
    hooks = Hooks()
    for phase in ("pre_start", "startup", "post_start", "drain", "pre_stop", "shutdown"):
        hooks.register(phase, lambda event: log.append(event))

    @hooks.on("server")
    async def server():
        log.append("server")
        try:
            await anyio.sleep_forever()
        finally:
            log.append("server ended")

    class Consumers(Plugin):
        """What receives from elsewhere is a lifespan."""

        name = "consumers"

        @hookimpl
        @asynccontextmanager
        async def kernel_lifespan(self):
            log.append("bound")
            yield
            log.append("unbound")

    class Watching:
        """Stands in for a schedule: notes when a timer begins, and is never due."""

        def begin(self, clock):
            log.append("timers")

        async def wait(self, clock):
            await anyio.sleep_forever()

    hooks.periodic(60)(lambda: None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kernel_timers.plugin.schedule", lambda event, wishes: Watching())
        kernel = make_kernel([Consumers], [App(name="agent", hooks=hooks)])
        kernel.boot()
    async with Client(kernel):
        await anyio.wait_all_tasks_blocked()
    assert log == [
        "pre_start", "bound", "timers", "startup", "post_start", "server",
        "drain", "pre_stop", "server ended", "unbound", "shutdown",
    ]  # fmt: skip


@pytest.mark.parametrize("phase", ["pre_start", "post_start", "pre_stop"])
async def test_68_two_hooks_of_one_label_run_once_each_and_no_other_does(log, phase):
    hooks = Hooks()

    @hooks.on(phase)
    def first():
        log.append("sync")

    @hooks.on(phase)
    async def second():
        log.append("async")

    async with Client(make_kernel(apps=[App(name="agent", hooks=hooks)])):
        pass
    assert sorted(log) == ["async", "sync"]


def test_68_a_label_that_is_nearly_one_is_told_at_boot():
    hooks = Hooks([("pre_strat", lambda: None, {})])
    (problem,) = make_kernel(apps=[App(name="agent", hooks=hooks)]).problems
    assert "listens to 'pre_strat', which nobody declares; did you mean 'pre_start'?" in problem.message


@pytest.mark.parametrize(
    ("section", "key", "left"), [("timers", "enabled", ["server"]), ("phases", "servers", ["tick"])]
)
async def test_70_a_part_that_is_switched_off_does_not_run_and_the_others_do(log, section, key, left):
    hooks, ticked = Hooks(), anyio.Event()

    @hooks.on("server")
    async def server():
        log.append("server")

    @hooks.periodic(0.001)
    def tick():
        log.append("tick")
        ticked.set()

    async with Client(make_kernel(apps=[App(name="agent", hooks=hooks)], config={section: {key: "off"}})):
        await anyio.wait_all_tasks_blocked()
        if left == ["tick"]:
            await ticked.wait()
    assert sorted(set(log)) == left


@pytest.mark.parametrize("error", [ServerInterrupt("done"), ValueError("no")])
async def test_72_a_server_that_raises_cancels_the_others_after_one_pre_stop(log, asked, caplog, error):
    hooks = Hooks([("pre_stop", lambda: log.append("pre_stop"), {})])

    @hooks.on("server")
    async def sibling():
        try:
            await anyio.sleep_forever()
        finally:
            log.append("cancelled")

    @hooks.on("server")
    async def ending():
        raise error

    client = Client(make_kernel(apps=[App(name="agent", hooks=hooks)]))
    await client.__aenter__()
    await anyio.wait_all_tasks_blocked()
    assert (asked, log) == ([signal.SIGTERM], [])
    if isinstance(error, ServerInterrupt):  # exit code 0
        await client.__aexit__(None, None, None)
        assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
    else:  # exit code 1, since the server is told that the stop failed
        with pytest.raises(LifespanFailed, match=r"server '.*ending': ValueError: no"):
            await client.__aexit__(None, None, None)
        assert error in [record.exc_info[1] for record in caplog.records if record.exc_info]
    assert log == ["pre_stop", "cancelled"]
