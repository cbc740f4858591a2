"""A kernel that is up takes another configuration: the new plan is started, swapped in, and the old one drains."""

import gc
import threading
import weakref
from contextlib import asynccontextmanager

import anyio
import anyio.lowlevel
import pytest
from kernel_events.plugin import EventsPlugin, Phases
from kernel_router import Routes
from kernel_testing import Client, Closed, make_kernel

from kernel import App, Hooks, Kernel, Layer, Plugin, hookimpl
from kernel.errors import BootError, KernelError

pytestmark = pytest.mark.anyio


class Project:
    """A project that notes what happens, each time with the name of the configuration that it belongs to."""

    def __init__(self):
        self.log, self.gate, self.inside, self.fail = [], anyio.Event(), anyio.Event(), ""
        self.routes, self.hooks = Routes(), Hooks()
        app = App(name="shop", routes=self.routes, hooks=self.hooks)
        self.kernel = Kernel(config("one"), apps=[app], plugins=[living(self)])
        self.routes.get("/name")(name)
        self.routes.get("/slow")(self.slow)

    async def slow(self, request):
        self.inside.set()
        await self.gate.wait()
        return name(request)

    async def reconfigured(self, *args, **more):
        """Return the event that tells that what served before has stopped."""
        return await self.kernel.reconfigure(config(*args, **more))


def living(project):
    class Living(Plugin):
        name = "living"

        @hookimpl
        def kernel_lifespan(self, kernel):
            return self.life(kernel.config["me"]["name"])

        @asynccontextmanager
        async def life(self, name):
            if project.fail == name:
                raise ValueError("no database")
            project.log.append(f"{name} in")
            try:
                yield
            finally:
                project.log.append(f"{name} out")

    return Living


def config(name, **more):
    return {"me": {"name": name}, **more}


def name(request):
    return request.app.config["me"]["name"]


@pytest.fixture
def project():
    return Project()


async def test_a_request_ends_as_it_began_and_the_next_meets_the_new_plan(project):
    answers = []

    async def ask():
        answers.append((await client.get("/slow")).text)

    async with Client(project.kernel) as client, anyio.create_task_group() as group:
        group.start_soon(ask)
        await project.inside.wait()
        stopped = await project.reconfigured("two")
        assert ((await client.get("/name")).text, project.kernel.config["me"]["name"]) == ("two", "two")
        assert (project.log, stopped.is_set()) == (["one in", "two in"], False)
        project.gate.set()
        await stopped.wait()
        assert answers == ["one"]
        assert project.log == ["one in", "two in", "one out"]
    assert project.log == ["one in", "two in", "one out", "two out"]


async def test_a_plugin_goes_on_and_off(project):
    async with Client(project.kernel) as client:
        stranger = {"host": "stranger.example"}
        assert (await client.get("/name", stranger)).status == 400
        await project.reconfigured("two", plugins={"active": "standard", "blocked": "networking, trace, debug"})
        assert (await client.get("/name", stranger)).text == "two"
        await project.reconfigured("three")
        assert (await client.get("/name", stranger)).status == 400


async def test_a_broken_configuration_changes_nothing_and_tells_everything(project):
    async with Client(project.kernel) as client:
        with pytest.raises(BootError) as caught:
            await project.reconfigured("two", timeouts={"startup": "soon"}, apps={"active": "nope"})
        assert [problem.id for problem in caught.value.problems] == ["plugin.failed", "config.value"]
        assert (await client.get("/name")).text == "one"
    assert project.log == ["one in", "one out"]


async def test_a_start_that_fails_is_undone_and_says_who(project):
    project.hooks.register("shutdown", lambda app: project.log.append(f"{app.config['me']['name']} undone"))
    project.fail = "two"
    async with Client(project.kernel) as client:
        with pytest.raises(KernelError, match="plugin 'living': its lifespan failed: ValueError: no database"):
            await project.reconfigured("two")
        assert (await client.get("/name")).text == "one"
        assert project.log == ["one in", "two undone"]
        await project.reconfigured("three")
        assert (await client.get("/name")).text == "three"


async def test_calls_come_one_after_another(project):
    starting = []

    @project.hooks.on("startup")
    async def startup(app):
        starting.append(app.config["me"]["name"])
        await anyio.lowlevel.checkpoint()
        starting.append("done")

    async with Client(project.kernel) as client, anyio.create_task_group() as group:
        for other in ("two", "three", "four"):
            group.start_soon(project.reconfigured, other)
        await anyio.wait_all_tasks_blocked()
    assert starting[1::2] == ["done"] * 4
    assert sorted(starting[::2]) == ["four", "one", "three", "two"]
    assert (client and project.log[0], len(project.log)) == ("one in", 8)


async def test_the_same_source_is_read_anew(tmp_path):
    path = tmp_path / "config.ini"
    path.write_text("[me]\nname = one\n")
    kernel = Kernel(path)
    async with Client(kernel):
        path.write_text("[me]\nname = two\n")
        await kernel.reconfigure()
        assert kernel.config["me"]["name"] == "two"
        await kernel.reconfigure({"me": {"name": "three"}})
        await kernel.reconfigure()
        assert kernel.config["me"]["name"] == "three"


async def test_a_handler_may_ask_and_ends_as_it_began(project):
    @project.routes.get("/change")
    async def change(request):
        await request.app.reconfigure(config("two"))
        return name(request)

    async with Client(project.kernel) as client:
        assert [(await client.get(path)).text for path in ("/change", "/name")] == ["one", "two"]


async def test_context_is_carried_over_as_a_copy(project):
    async with Client(project.kernel):
        before, project.kernel.context["number"] = project.kernel.context, 3
        await project.reconfigured("two")
        assert project.kernel.context == {"number": 3}
        assert project.kernel.context is not before


async def test_a_kernel_that_is_not_up_is_not_reconfigured(project):
    with pytest.raises(KernelError, match="the kernel is down"):
        await project.reconfigured("two")
    async with Client(project.kernel):
        pass
    with pytest.raises(KernelError, match="the kernel is down"):
        await project.reconfigured("two")
    assert project.log == ["one in", "one out"]


async def test_the_new_configuration_has_to_have_events(project):
    kernel = make_kernel([EventsPlugin, Phases], standard=False)
    async with Client(kernel):
        kernel._arguments = (*kernel._arguments[:2], (), kernel._arguments[3])
        with pytest.raises(KernelError, match="does without the plugin 'events'"):
            await kernel.reconfigure()
    with pytest.raises(LookupError, match="'reconfigure'"):
        await make_kernel(standard=False).reconfigure()


async def test_servers_take_turns(project):
    @project.hooks.on("server")
    async def port(app):
        own = app.config["me"]["name"]
        project.log.append(f"{own} serves")
        try:
            await anyio.sleep_forever()
        finally:
            project.log.append(f"{own} served")

    async with Client(project.kernel):
        await anyio.wait_all_tasks_blocked()
        await (await project.reconfigured("two")).wait()
        await anyio.wait_all_tasks_blocked()
    assert [line for line in project.log if "serve" in line] == ["one serves", "one served", "two serves", "two served"]


async def test_a_server_may_ask_and_is_ended_by_that(project):
    @project.hooks.on("server")
    async def watch(app):
        if name_of(app) == "one":
            await app.reconfigure(config("two"))

    async with Client(project.kernel) as client:
        while (await client.get("/name")).text == "one":
            await anyio.lowlevel.checkpoint()


def name_of(app):
    return app.config["me"]["name"]


async def test_a_background_call_is_waited_for(project):
    @project.routes.get("/later")
    async def later(request):
        request.background(project.slow, request)
        return ""

    async with Client(project.kernel) as client:
        await client.get("/later")
        stopped = await project.reconfigured("two")
        await anyio.wait_all_tasks_blocked()
        assert not stopped.is_set()
        project.gate.set()
        await stopped.wait()


@pytest.mark.parametrize("patience", ["1ms", "30s"])
async def test_a_websocket_is_closed_at_the_deadline_or_ends_by_itself(project, patience):
    @project.routes.websocket("/ws")
    async def echo(ws):
        await ws.accept()
        async for message in ws:
            await ws.send(message + name(ws))

    async with Client(project.kernel) as client:
        await (await project.reconfigured("two", timeouts={"graceful": patience})).wait()
        async with client.websocket("/ws") as socket:
            await socket.send("I am ")
            assert await socket.receive() == "I am two"
            stopped = await project.reconfigured("three")
            if patience == "30s":
                await socket.send("still ")
                assert await socket.receive() == "still two"
            else:
                await stopped.wait()
                with pytest.raises(Closed) as closed:
                    await socket.receive()
                assert closed.value.code == 1012
        await stopped.wait()


async def test_a_request_that_does_not_end_is_told_of(project, caplog):
    async with Client(project.kernel) as client:
        await (await project.reconfigured("two", timeouts={"graceful": "1ms", "shutdown_hook": "1ms"})).wait()
        async with anyio.create_task_group() as group:
            group.start_soon(client.get, "/slow")
            await project.inside.wait()
            await (await project.reconfigured("three")).wait()
            assert "requests are still under way" in caplog.text
            project.gate.set()


async def test_the_stop_hurries_what_is_not_over(project):
    async with Client(project.kernel) as client, anyio.create_task_group() as group:
        group.start_soon(client.get, "/slow")
        await project.inside.wait()
        stopped = await project.reconfigured("two", timeouts={"shutdown_hook": "10ms"})
        assert not stopped.is_set()
        await project.kernel.service("drain")()
        project.gate.set()
        await stopped.wait()
    assert project.log == ["one in", "two in", "one out", "two out"]


async def test_a_stop_meanwhile_gives_up_what_is_starting(project):
    held, go = anyio.Event(), anyio.Event()

    @project.hooks.on("startup")
    async def startup(app):
        if name_of(app) == "two":
            held.set()
            await go.wait()

    async def change():
        with pytest.raises(KernelError, match="the kernel is stopping"):
            await project.reconfigured("two")

    async with anyio.create_task_group() as group, Client(project.kernel):
        group.start_soon(change)
        await held.wait()
        group.start_soon(release, go)
    assert sorted(project.log) == ["one in", "one out", "two in", "two out"]


async def release(event):
    await anyio.wait_all_tasks_blocked()
    event.set()


async def test_who_is_cancelled_while_it_asks_leaves_nothing_behind(project):
    held = anyio.Event()

    @project.hooks.on("startup")
    async def startup(app):
        if name_of(app) == "two":
            held.set()
            await anyio.sleep_forever()

    async with Client(project.kernel) as client:
        async with anyio.create_task_group() as group:
            group.start_soon(project.reconfigured, "two")
            await held.wait()
            group.cancel_scope.cancel()
        assert (await client.get("/name")).text == "one"
        assert project.log == ["one in", "two in", "two out"]


async def test_an_asgi_layer_is_left_with_the_rest(project):
    entered, gate = anyio.Event(), anyio.Event()

    def holding(app):
        async def hold(scope, receive, send):
            if scope["path"] == "/name":
                entered.set()
                await gate.wait()
            await app(scope, receive, send)

        return hold

    answers = []

    async def ask():
        answers.append((await client.get("/name")).text)

    kernel = Kernel(
        config("one"),
        apps=[App(name="shop", routes=project.routes, layers=())],
        plugins=[living(project), layered(Layer("holding", asgi=holding))],
    )
    async with Client(kernel) as client, anyio.create_task_group() as group:
        group.start_soon(ask)
        await entered.wait()
        stopped = await kernel.reconfigure(config("two"))
        await anyio.wait_all_tasks_blocked()
        assert not stopped.is_set()
        gate.set()
        await stopped.wait()
    assert (answers, project.log) == (["one"], ["one in", "two in", "one out", "two out"])


def layered(layer):
    class Layered(Plugin):
        name = "layered"

        @hookimpl
        def kernel_layers(self):
            return [layer]

    return Layered


async def test_what_calls_the_application_of_an_old_request_reaches_the_new_one(project):
    @project.routes.get("/inner")
    async def inner(request):
        await project.reconfigured("two")
        return (await Client(request.app).get("/name")).text

    async with Client(project.kernel) as client:
        assert (await client.get("/inner")).text == "two"


async def test_fifty_changes_leave_nothing_behind():
    kernel = make_kernel([EventsPlugin, Phases], standard=False)
    async with Client(kernel):
        await (await kernel.reconfigure()).wait()
        tasks, threads, gone = len(anyio.get_running_tasks()), threading.active_count(), []
        for _ in range(50):
            gone.append(weakref.ref(kernel.booted.kernel))
            await (await kernel.reconfigure()).wait()
        await anyio.wait_all_tasks_blocked()
        gc.collect()
        assert [one() for one in gone] == [None] * 50
        assert len(anyio.get_running_tasks()) == tasks
        assert threading.active_count() <= threads
