"""The phases of the life cycle, in order and in exact reverse, and the servers between them."""

import logging
import os
import signal
from contextlib import asynccontextmanager

import anyio
import pytest
from kernel_events.plugin import EventsPlugin, Phases
from kernel_testing import Client, LifespanFailed, make_kernel

from kernel import App, Hooks, Plugin, ServerInterrupt, hookimpl

pytestmark = pytest.mark.anyio
PHASES = ("pre_start", "startup", "post_start", "drain", "pre_stop", "shutdown")


@pytest.fixture
def log():
    return []


def listening(*listeners):
    hooks = Hooks((*one, {}) for one in listeners)
    return App(name="shop", hooks=hooks)


def noting(log, name):
    return name, lambda: log.append(name)


def failing(name, text="no"):
    async def listener():
        raise ValueError(text)

    return name, listener


def living(log):
    class Living(Plugin):
        name = "living"

        @hookimpl
        def kernel_lifespan(self):
            return self.life()

        @asynccontextmanager
        async def life(self):
            log.append("entered")
            try:
                yield
            finally:
                log.append("left")

    return Living


def kernel_of(*apps, plugins=()):
    return make_kernel([EventsPlugin, *plugins, Phases], apps, standard=False)


async def test_the_phases_run_in_order_around_the_lifespans(log):
    kernel = kernel_of(listening(*(noting(log, name) for name in PHASES)), plugins=[living(log)])
    async with Client(kernel):
        log.append("ready")
    assert log == [
        "pre_start", "entered", "startup", "post_start", "ready", "drain", "pre_stop", "left", "shutdown",
    ]  # fmt: skip


async def test_phases_frame_the_lifespans_wherever_the_plugins_stand(log):
    plugins = [living(log), Phases, EventsPlugin]
    app = listening(*(noting(log, name) for name in PHASES))
    async with Client(make_kernel(plugins, [app], standard=False)):
        pass
    assert (log[:2], log[-2:]) == (["pre_start", "entered"], ["left", "shutdown"])


async def test_a_listener_of_a_phase_may_name_the_kernel(log):
    kernel = kernel_of(listening(("startup", lambda app: log.append(app))))
    async with Client(kernel):
        pass
    assert log == [kernel]


async def test_several_hooks_of_one_app_all_listen(log):
    app = App(name="shop", hooks=[Hooks([(*noting(log, "startup"), {})]), Hooks([(*noting(log, "startup"), {})])])
    async with Client(kernel_of(app)):
        pass
    assert log == ["startup", "startup"]


async def test_a_phase_that_fails_at_start_fails_the_start_with_its_text(log):
    kernel = kernel_of(listening(failing("startup", "no database"), noting(log, "shutdown")), plugins=[living(log)])
    with pytest.raises(LifespanFailed, match="event 'startup': ValueError: no database"):
        await Client(kernel).__aenter__()
    assert log[:2] == ["entered", "left"]


async def test_a_phase_that_fails_at_stop_is_told_and_the_others_run(log):
    kernel = kernel_of(listening(failing("drain"), noting(log, "pre_stop"), noting(log, "shutdown")))
    with pytest.raises(LifespanFailed, match="event 'drain': ValueError: no"):
        async with Client(kernel):
            pass
    assert log == ["pre_stop", "shutdown"]


async def test_an_event_is_executed_for_users():
    heard = []
    kernel = kernel_of(listening(("sold", lambda number, app: heard.append((number, app)))))
    await kernel.execute_event("sold", {"number": 3})
    assert heard == [(3, kernel)]


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


async def test_servers_run_beside_the_application_and_are_cancelled_after_pre_stop(log):
    class Serving(Plugin):
        @hookimpl
        def kernel_servers(self):
            return [server_of(log)]

    kernel = kernel_of(listening(("server", server_of(log)), noting(log, "pre_stop")), plugins=[Serving])
    async with Client(kernel):
        await anyio.wait_all_tasks_blocked()
    assert log == ["serving", "serving", "pre_stop", "cancelled", "cancelled"]


@pytest.mark.parametrize(("error", "records"), [(ServerInterrupt("done"), 0), (ValueError("no"), 1)])
async def test_a_server_that_ends_by_an_exception_ends_the_process_in_order(log, monkeypatch, caplog, error, records):
    killed = []
    monkeypatch.setattr(os, "kill", lambda *arguments: killed.append(arguments))
    async with Client(kernel_of(listening(("server", server_of(log, error))))):
        await anyio.wait_all_tasks_blocked()
    assert killed == [(os.getpid(), signal.SIGTERM)]
    assert len([record for record in caplog.records if record.levelno == logging.ERROR]) == records


async def test_a_server_that_returns_is_finished(log, monkeypatch):
    async def server():
        log.append("served")

    monkeypatch.setattr(os, "kill", lambda *arguments: log.append("killed"))
    async with Client(kernel_of(listening(("server", server)))):
        await anyio.wait_all_tasks_blocked()
    assert log == ["served"]


async def test_events_and_phases_need_one_another():
    kernel = make_kernel([Phases], standard=False)
    assert "plugin 'phases' requires 'events'" in str(kernel.problems[0])
