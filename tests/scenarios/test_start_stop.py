"""Scenarios of the start and the stop, numbered as in the contract of the life cycle (section F)."""

from contextlib import asynccontextmanager

import anyio
import anyio.lowlevel
import pytest
from kernel_router import Mount
from kernel_testing import Client, LifespanFailed, make_kernel

from kernel import App, Hooks, Kernel, Plugin, hookimpl
from kernel.layers import Route

pytestmark = pytest.mark.anyio


@pytest.fixture
def log():
    return []


async def hello(request):
    return "hello"


def noting(log, name):
    async def note():
        log.append(name)

    return note


def lifespan(log, name, task=None):
    """Return a plugin with a lifespan that is noted."""

    class Living(Plugin):
        @hookimpl
        def kernel_lifespan(self):
            return self.live()

        @asynccontextmanager
        async def live(self):
            log.append(f"{name} in")
            async with anyio.create_task_group() as group:
                if task:
                    group.start_soon(task)
                yield
            log.append(f"{name} out")

    Living.name = name
    return Living


async def lives(kernel):
    async with Client(kernel):
        await anyio.wait_all_tasks_blocked()


async def test_52_four_listeners_each_sync_or_async_with_or_without_the_application_run_as_listed(log):
    hooks = Hooks()
    for event in ("startup", "shutdown"):
        hooks.register(event, lambda event=event: log.append((event, 1)))
        hooks.register(event, lambda app, event=event: log.append((event, 2, app.front)))

        @hooks.event(event)
        async def third(event=event):
            log.append((event, 3))

        @hooks.event(event)
        async def fourth(app, event=event):
            log.append((event, 4, app.front))

    kernel = make_kernel(apps=[App(name="shop", hooks=hooks)])
    await lives(kernel)
    expected = [(event, *rest) for event in ("startup", "shutdown") for rest in ((1,), (2, kernel), (3,), (4, kernel))]
    assert log == expected


async def test_53_lifespans_are_left_in_reverse_and_then_come_the_shutdown_listeners(log):
    hooks = Hooks([("shutdown", noting(log, "a"), {}), ("shutdown", noting(log, "b"), {})])
    await lives(make_kernel([lifespan(log, "1"), lifespan(log, "2")], [App(name="shop", hooks=hooks)]))
    assert log == ["1 in", "2 in", "2 out", "1 out", "a", "b"]


async def said(kernel):
    """Return what a kernel says to a server that starts and stops it."""
    messages, steps = [], iter(["startup", "shutdown"])

    async def receive():
        return {"type": f"lifespan.{next(steps)}"}

    async def send(message):
        messages.append(message)

    await kernel({"type": "lifespan"}, receive, send)
    return messages


async def test_54_a_start_that_fails_is_told_once_with_the_error(log):
    hooks = Hooks([("startup", noting(log, "first"), {}), ("startup", lambda: 1 / 0, {})])
    kernel = make_kernel([lifespan(log, "1")], [App(name="shop", hooks=hooks)])
    (message,) = await said(kernel)
    assert message["type"] == "lifespan.startup.failed"
    assert "'shop'" in message["message"]
    assert "ZeroDivisionError: division by zero" in message["message"]
    assert log == ["1 in", "first", "1 out"]


async def test_56_a_stop_that_fails_is_told_and_all_the_rest_is_stopped(log):
    hooks = Hooks([("shutdown", lambda: 1 / 0, {}), ("shutdown", noting(log, "second"), {})])
    started, stopped = await said(make_kernel([lifespan(log, "1")], [App(name="shop", hooks=hooks)]))
    assert started["type"] == "lifespan.startup.complete"
    assert stopped["type"] == "lifespan.shutdown.failed"
    assert "division by zero" in stopped["message"]
    assert log == ["1 in", "1 out", "second"]


async def test_57_a_task_in_a_lifespan_that_crashes_stops_the_application(log, monkeypatch):
    monkeypatch.setattr("kernel_events.life.os.kill", lambda pid, number: log.append("asked to stop"))
    monkeypatch.setattr("kernel_events.life.signal.getsignal", lambda number: "handled")

    async def crash():
        await anyio.lowlevel.checkpoint()
        raise ValueError("the queue is gone")

    kernel = make_kernel([lifespan(log, "1"), lifespan(log, "2", crash), lifespan(log, "3")])
    with pytest.raises(LifespanFailed, match=r"shutdown failed: plugin '2': its lifespan: .*"):
        await lives(kernel)
    assert sorted(log[:4]) == ["1 in", "2 in", "3 in", "asked to stop"]
    assert log[4:] == ["3 out", "1 out"]


async def test_58_a_plugin_may_add_a_route_a_listener_and_a_tag(log):
    class Adding(Plugin):
        name = "adding"

        @hookimpl
        def kernel_routes(self):
            return [Route("/added", "GET", hello, tags="added")]

        @hookimpl
        def kernel_hooks(self):
            return Hooks([("startup", noting(log, "started"), {})])

    kernel = make_kernel([Adding])
    async with Client(kernel) as client:
        assert (await client.get("/added")).text == "hello"
    assert log == ["started"]
    (tags,) = [route.effective.tags for route, _ in kernel.plan.routes if route.path == "/added"]
    assert tags == ("added",)


def test_58_one_whose_answer_is_of_the_wrong_shape_is_named():
    class Adding(Plugin):
        name = "adding"

        @hookimpl
        def kernel_hooks(self):
            return [None]

    (problem,) = make_kernel([Adding]).problems
    assert problem.message == "'adding': hooks= holds None, which is no Hooks"


async def fail(request):
    raise ValueError("no")


@pytest.mark.parametrize(("path", "status"), [("/", 200), ("/fail", 500), ("/nowhere", 404)])
async def test_59_a_listener_to_responses_adds_a_header_to_every_one(path, status):
    hooks = Hooks()

    @hooks.event("success_response")
    @hooks.event("exception_response")
    def state(app, response):
        response.headers.append((b"x-state", app.context["state"].encode()))

    hooks.register("startup", lambda app: app.context.update(state="fine"))
    app = App(name="shop", hooks=hooks, routes=[Route("/", "GET", hello), Route("/fail", "GET", fail)])
    async with Client(make_kernel(apps=[app])) as client:
        answer = await client.get(path)
    assert (answer.status, answer.header("x-state")) == (status, "fine")


async def test_59_one_that_fails_before_the_first_byte_makes_it_a_clean_500():
    hooks = Hooks([("success_response", lambda: 1 / 0, {})])
    app = App(name="shop", hooks=hooks, routes=[Route("/", "GET", hello)])
    async with Client(make_kernel(apps=[app])) as client:
        answer = await client.get("/")
    assert (answer.status, answer.json()["code"]) == (500, 1000)


async def test_62_a_mounted_application_is_started_after_its_parent_and_stopped_before_it(log):
    hooks = Hooks([(name, noting(log, name), {}) for name in ("pre_start", "startup", "pre_stop", "shutdown")])
    inner = Hooks([(name, noting(log, f"inner {name}"), {}) for name in ("startup", "shutdown")])
    child = Kernel({}, apps=[App(name="child", hooks=inner)])
    parent = make_kernel([lifespan(log, "1")], [App(name="shop", hooks=hooks, routes=[Mount("/child", child)])])
    await lives(parent)
    assert log.index("pre_start") < log.index("inner startup") < log.index("startup")
    assert log.index("pre_stop") < log.index("inner shutdown") < log.index("shutdown")
