"""The phases of the life cycle, in order and in exact reverse, and the servers between them."""

from contextlib import asynccontextmanager

import pytest
from kernel_events.plugin import EventsPlugin, Phases
from kernel_testing import Client, LifespanFailed, make_kernel

from kernel import App, Hooks, Plugin, hookimpl

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
    kernel = kernel_of(listening(("startup", lambda app: log.append(app.front))))
    async with Client(kernel):
        pass
    assert log == [kernel]


async def test_several_hooks_of_one_app_all_listen(log):
    app = App(name="shop", hooks=[Hooks([(*noting(log, "startup"), {})]), Hooks([(*noting(log, "startup"), {})])])
    async with Client(kernel_of(app)):
        pass
    assert log == ["startup", "startup"]


async def test_a_phase_that_fails_at_start_fails_the_start_with_its_text(log):
    """F6."""
    kernel = kernel_of(listening(failing("startup", "no database"), noting(log, "shutdown")), plugins=[living(log)])
    reason = r"event 'startup': the listener '.*listener' of 'shop' \(.*:\d+\): ValueError: no database"
    with pytest.raises(LifespanFailed, match=reason):
        await Client(kernel).__aenter__()
    assert log == ["entered", "left", "shutdown"]


async def test_a_phase_that_fails_at_stop_is_told_and_the_others_run(log):
    """F6 and F9."""
    kernel = kernel_of(listening(failing("drain"), noting(log, "pre_stop"), noting(log, "shutdown")))
    with pytest.raises(LifespanFailed, match=r"event 'drain': .* ValueError: no"):
        async with Client(kernel):
            pass
    assert log == ["pre_stop", "shutdown"]


async def test_an_event_is_executed_for_users():
    heard = []
    kernel = kernel_of(listening(("sold", lambda number, app: heard.append((number, app.front)))))
    await kernel.execute_event("sold", {"number": 3})
    assert heard == [(3, kernel)]


async def test_a_start_that_fails_early_is_followed_by_shutdown_only(log):
    app = listening(failing("pre_start", "no network"), *(noting(log, name) for name in PHASES))
    with pytest.raises(LifespanFailed, match="ValueError: no network"):
        await Client(kernel_of(app, plugins=[living(log)])).__aenter__()
    assert log == ["pre_start", "shutdown"]


async def test_a_start_that_fails_and_cannot_be_undone_tells_why_it_failed(log, caplog):
    app = listening(failing("startup", "no database"), failing("shutdown", "nor that"))
    with pytest.raises(LifespanFailed, match=r"startup failed: .*no database$"):
        await Client(kernel_of(app)).__aenter__()
    assert "nor that" in caplog.text


async def test_all_that_went_wrong_at_the_stop_is_told(log):
    kernel = kernel_of(listening(failing("drain", "one"), failing("shutdown", "two")))
    with pytest.raises(LifespanFailed, match=r"one; event 'shutdown': .*two"):
        async with Client(kernel):
            pass


async def test_a_kernel_can_be_started_again(log):
    kernel = kernel_of(listening(failing("drain"), noting(log, "startup")))
    for _ in range(2):
        with pytest.raises(LifespanFailed, match=r"^shutdown failed: event 'drain': [^;]*$"):
            async with Client(kernel):
                pass
    assert log == ["startup", "startup"]


async def test_the_drain_comes_once_and_only_to_what_has_started(log):
    kernel = kernel_of(listening(noting(log, "drain")))
    await kernel.boot().service("drain")()
    async with Client(kernel):
        await kernel.service("drain")()
        assert (log, kernel.service("life").state) == (["drain"], "draining")
        assert kernel.service("life").draining.is_set()
    assert (log, kernel.service("life").state) == (["drain"], "down")


async def test_events_and_phases_need_one_another():
    kernel = make_kernel([Phases], standard=False)
    assert "plugin 'phases' requires 'events'" in str(kernel.problems[0])
