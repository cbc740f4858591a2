"""Each lifespan has a task and a time of its own; what breaks in it ends the process in order."""

import signal
from contextlib import asynccontextmanager
from contextvars import Context, ContextVar
from functools import partial

import anyio
import anyio.lowlevel
import pytest
from kernel_events.plugin import EventsPlugin, Phases
from kernel_router import Routes
from kernel_testing import Client, LifespanFailed, make_kernel

from kernel import App, Hooks, Kernel, Plugin, hookimpl

pytestmark = pytest.mark.anyio
QUICK = {"timeouts": {"startup": 0.05, "shutdown_hook": 0.05}}


@pytest.fixture
def log():
    return []


class Living(Plugin):
    """A plugin whose lifespan is given as a function to enter and one to leave."""

    def __init__(self, name, log, enter=None, leave=None):
        self.name, self.log, self.enter, self.leave = name, log, enter, leave

    @hookimpl
    def kernel_lifespan(self):
        return self.life()

    @asynccontextmanager
    async def life(self):
        self.log.append(f"{self.name} in")
        if self.enter:
            await self.enter()
        try:
            yield
        finally:
            self.log.append(f"{self.name} out")
            if self.leave:
                await self.leave()


def kernel_of(*plugins, hooks=(), config=None):
    return make_kernel([EventsPlugin, *plugins, Phases], [App(name="shop", hooks=Hooks(hooks))], config, standard=False)


async def failing():
    raise ValueError("no")


async def stubborn(log):
    """Need a moment to end after being cancelled."""
    try:
        await anyio.sleep_forever()
    finally:
        with anyio.CancelScope(shield=True):
            await anyio.lowlevel.checkpoint()
        log.append("stubborn")


async def test_a_start_that_hangs_is_cut_and_names_the_plugin(log):
    """F7."""
    kernel = kernel_of(Living("a", log), Living("b", log, anyio.sleep_forever), Living("c", log), config=QUICK)
    reason = r"plugin 'b': its lifespan failed: Cut: cut after 0\.\d+ s \(\[timeouts\] startup\)"
    with pytest.raises(LifespanFailed, match=reason):
        await Client(kernel).__aenter__()
    assert log == ["a in", "b in", "a out"]


async def test_a_start_that_resists_has_time_to_end(log):
    kernel = kernel_of(Living("a", log, lambda: stubborn(log)), config=QUICK)
    with pytest.raises(LifespanFailed, match=r"plugin 'a': .*cut after"):
        await Client(kernel).__aenter__()
    assert log == ["a in", "stubborn"]


async def test_a_start_that_fails_names_the_plugin_and_undoes_the_others(log):
    kernel = kernel_of(Living("a", log), Living("b", log, failing))
    with pytest.raises(LifespanFailed, match="plugin 'b': its lifespan failed: ValueError: no"):
        await Client(kernel).__aenter__()
    assert log == ["a in", "b in", "a out"]


@pytest.mark.parametrize("late", [True, False])
async def test_a_start_that_is_cancelled_undoes_what_was_entered(log, late):
    async def enter():
        scope.cancel()
        if not late:
            await anyio.sleep_forever()

    kernel = kernel_of(Living("a", log), Living("b", log, enter))
    with anyio.CancelScope() as scope:
        await kernel.start()
    assert scope.cancelled_caught
    assert log == ["a in", "b in", *(["b out"] if late else []), "a out"]


async def test_a_phase_that_hangs_at_the_start_is_cut(log):
    hooks = [("startup", anyio.sleep_forever, {})]
    with pytest.raises(LifespanFailed, match=r"event 'startup': .*'shop' .*: cut after .* startup\)"):
        await Client(kernel_of(hooks=hooks, config=QUICK)).__aenter__()


async def test_what_hangs_at_the_stop_is_cut_one_by_one_and_reported(log):
    """F9."""
    hooks = [(name, anyio.sleep_forever, {}) for name in ("drain", "pre_stop", "shutdown")]
    plugins = [Living("a", log), Living("b", log, None, lambda: stubborn(log)), Living("c", log)]
    with pytest.raises(LifespanFailed) as failed:
        async with Client(kernel_of(*plugins, hooks=hooks, config=QUICK)):
            pass
    reasons = str(failed.value).split("; ")
    assert [reason.partition(": ")[2][:16] for reason in reasons[2:3]] == ["its lifespan: cu"]
    assert [reason.count("cut after") for reason in reasons] == [1, 1, 1, 1]
    assert log == ["a in", "b in", "c in", "c out", "b out", "stubborn", "a out"]


async def test_one_that_fails_at_the_stop_is_told_with_its_plugin_and_the_others_are_left(log, caplog):
    kernel = kernel_of(Living("a", log), Living("b", log, None, failing), Living("c", log))
    with pytest.raises(LifespanFailed, match=r"^shutdown failed: plugin 'b': its lifespan: ValueError: no$"):
        async with Client(kernel):
            pass
    assert log == ["a in", "b in", "c in", "c out", "b out", "a out"]


async def test_a_task_in_a_lifespan_that_fails_stops_the_application_in_order(log, terminated):
    class Broken(Living):
        @asynccontextmanager
        async def life(self):
            async with anyio.create_task_group() as group:
                group.start_soon(failing)
                yield

    kernel = kernel_of(Living("a", log), Broken("b", log), Living("c", log), hooks=[("pre_stop", failing, {})])
    with pytest.raises(LifespanFailed, match=r"plugin 'b': its lifespan: ExceptionGroup: .*; event 'pre_stop'"):
        async with Client(kernel):
            await anyio.wait_all_tasks_blocked()
    assert terminated == [signal.SIGTERM]
    assert log == ["a in", "c in", "c out", "a out"]


async def test_a_lifespan_is_entered_and_left_in_one_task(log):
    async def note():
        log.append(anyio.get_current_task().id)

    async with Client(kernel_of(Living("a", [], note, note))):
        pass
    assert len(log) == 2
    assert len(set(log)) == 1


async def test_one_that_comes_before_the_events_has_no_time(log):
    class Early(Living):
        @hookimpl(tryfirst=True)
        def kernel_lifespan(self):
            return self.life()

    class Late(EventsPlugin):
        name = "events"

    plugins = [Early("early", log), Late, Phases]
    kernel = make_kernel(plugins, standard=False)
    async with Client(kernel):
        pass
    assert log == ["early in", "early out"]


async def test_what_comes_after_a_lifespan_sees_the_context_variables_it_sets(log):
    variable = ContextVar("variable", default="unset")

    async def enter():
        variable.set("set")

    async def server():
        log.append(f"server {variable.get()}")

    hooks = [(name, lambda event: log.append(f"{event} {variable.get()}"), {}) for name in ("startup", "drain")]
    kernel = kernel_of(Living("a", [], enter), Living("b", log), hooks=[*hooks, ("server", server, {})])
    await kernel.start()
    await anyio.wait_all_tasks_blocked()
    async with anyio.create_task_group() as group:
        Context().run(group.start_soon, kernel.service("drain"))
    await kernel.stop()
    assert log == ["b in", "startup set", "server set", "drain set", "b out"]
    assert variable.get() == "unset"


async def test_requests_see_the_context_variables_of_the_start_and_not_those_of_one_another():
    variables = {name: ContextVar(name, default="unset") for name in ("lifespan", "startup", "request")}
    hooks, routes = Hooks(), Routes()

    @asynccontextmanager
    async def life(kernel):
        variables["lifespan"].set("set")
        yield

    @hooks.on("startup")
    async def begin():
        variables["startup"].set("set")

    @routes.get("/")
    async def handler(request) -> list:
        seen = [variable.get() for variable in variables.values()]
        variables["request"].set("leaked")
        return seen

    @routes.websocket("/")
    async def socket(ws):
        await ws.send_json([variable.get() for variable in variables.values()])

    kernel = make_kernel([], [App(routes=routes, hooks=hooks, lifespan=life)])
    for _ in range(2):
        async with Client(kernel) as client, anyio.create_task_group() as group:
            answers = []
            for _ in range(2):
                group.start_soon(asking, client, answers)
            async with client.websocket("/") as ws:
                assert await ws.receive_json() == ["set", "set", "unset"]
    assert answers == [["set", "set", "unset"]] * 2


async def asking(client, answers):
    answers.append((await client.get("/")).json())


async def test_standard_plugins_set_no_context_variable_for_every_request():
    kernel = Kernel({}, apps=[App(name="shop")])
    await kernel.start()
    try:
        assert kernel._current.set in kernel.compiled
    finally:
        await kernel.stop()


async def test_one_that_is_slow_to_start_is_named(log, caplog):
    config = {"timeouts": {"slow": 0.05}}
    async with Client(kernel_of(Living("late", log, partial(anyio.sleep, 0.1)), Living("quick", log), config=config)):
        pass
    (text,) = [record.getMessage() for record in caplog.records if "'late'" in record.getMessage()]
    assert text.startswith("plugin 'late': its lifespan took ")
    assert text.endswith(" s ([timeouts] slow = 0.05 s)")


async def test_one_that_takes_more_than_the_whole_start_is_cut_and_named(log):
    with pytest.raises(LifespanFailed, match=r"plugin 'stuck': its lifespan .*cut after .*\[timeouts\] startup"):
        async with Client(kernel_of(Living("stuck", log, anyio.sleep_forever), config=QUICK)):
            pass
