"""A Kernel is a project: booted by its first use, started once, stopped in reverse, alone in the world."""

import subprocess
import sys
from contextlib import asynccontextmanager

import anyio
import anyio.lowlevel
import pytest
from kernel_events.plugin import EventsPlugin
from kernel_testing import Client

from kernel import App, Kernel, Layer, Plugin, Problem, Response, hookimpl
from kernel.errors import BootError, KernelError
from kernel.layers import Route

anyio_test = pytest.mark.anyio


async def show(request):
    return "shown"


class Lived(Plugin):
    """A plugin that notes when its lifespan is entered and left."""

    def __init__(self, name, log, error=None):
        self.name, self.log, self.error = name, log, error

    @hookimpl
    def kernel_lifespan(self, kernel):
        return self.life()

    @asynccontextmanager
    async def life(self):
        if self.error:
            raise self.error
        await anyio.lowlevel.checkpoint()
        self.log.append(f"{self.name} in")
        try:
            yield
        finally:
            self.log.append(f"{self.name} out")


async def asked(kernel, path="/", **scope):
    sent = []

    async def send(message):
        await anyio.lowlevel.checkpoint()
        sent.append(message)

    await kernel({"type": "http", "method": "GET", "path": path, "headers": [], **scope}, None, send)
    return sent


async def status(kernel, **scope):
    return (await asked(kernel, **scope))[0]["status"]


def test_a_kernel_boots_by_its_first_use_and_once(build):
    kernel = build(plugins=[Lived("a", [])])
    assert kernel._boot is None
    assert kernel.booted is kernel.boot().booted
    assert [member.name for member in kernel.plan.active] == ["paths", "texts", "a", "handlers", "shop", "project"]


def test_a_boot_that_failed_tells_it_each_time(build):
    kernel = build(graphql=1)
    for _ in range(2):
        with pytest.raises(BootError, match="graphql"):
            kernel.boot()
    assert len(kernel.problems) == 1


def test_a_kernel_reads_the_file_of_a_path(tmp_path):
    (tmp_path / "config.ini").write_text("[plugins]\nactive =\n[shop]\na = 1\n")
    assert Kernel(tmp_path / "config.ini").config["shop"] == {"a": "1"}


def test_plugins_and_apps_may_be_any_iterable():
    kernel = Kernel({"plugins": {"active": ""}}, plugins=iter([Lived("a", [])]), apps=iter([App(name="shop")]))
    assert [member.name for member in kernel.boot().plan.active] == ["a", "shop", "project"]


def test_a_service_nobody_provides_is_a_lookup_error(build):
    with pytest.raises(LookupError, match="no active plugin provides 'mail'"):
        build().service("mail")


def test_answers_are_collected_with_their_plugin(build):
    kernel = build(Route("/", "GET", show))
    assert [name for name, _ in kernel.collect("kernel_routes")] == ["shop"]


def test_two_kernels_share_nothing():
    one, other = (Kernel({"plugins": {"active": ""}}, plugins=[EventsPlugin]) for _ in range(2))
    one.context["a"] = 1
    one.event("x")(print)
    assert other.context == {}
    assert one.boot().service("listeners") != other.boot().service("listeners")
    assert one.plan.members[0].plugin is not other.plan.members[0].plugin


def test_the_context_is_one_mapping_with_attributes(build):
    kernel = build()
    kernel.context.pool = 3
    assert kernel.context == {"pool": 3}


@anyio_test
async def test_two_kernels_of_one_app_are_compiled_apart():
    shop = App(name="shop", routes=Route("/", "GET", show))

    class Router(Plugin):
        @hookimpl
        def kernel_router(self, routes):
            ((route, handler),) = routes

            def match(request):
                request.route = route
                return handler

            return match

        @hookimpl
        def kernel_render(self, type_):
            return lambda value: Response(self.word)

    plugins = [type("Router", (Router,), {"word": word}) for word in ("one", "two")]
    kernels = [Kernel({"plugins": {"active": ""}}, apps=[shop], plugins=[plugin]) for plugin in plugins]
    async with Client(kernels[0]) as one, Client(kernels[1]) as two:
        assert [(await client.get("/")).text for client in (one, two, one)] == ["one", "two", "one"]


@anyio_test
async def test_lifespans_are_left_in_exact_reverse(build):
    log = []
    kernel = build(plugins=[Lived(name, log) for name in "abc"])
    await kernel.start()
    assert log == ["a in", "b in", "c in"]
    await kernel.stop()
    assert log[3:] == ["c out", "b out", "a out"]


@anyio_test
async def test_a_lifespan_may_be_answered_by_an_app_as_a_function(build):
    log = []

    @asynccontextmanager
    async def life(kernel):
        log.append(kernel.front)
        yield

    kernel = build(lifespan=life)
    await kernel.start()
    await kernel.stop()
    assert log == [kernel]


@anyio_test
async def test_a_failed_start_undoes_what_was_started(build):
    log = []
    kernel = build(plugins=[Lived("a", log), Lived("b", log, ValueError("no")), Lived("c", log)])
    with pytest.raises(KernelError, match="plugin 'b': its lifespan failed: ValueError: no"):
        await kernel.start()
    assert log == ["a in", "a out"]
    assert await status(kernel) == 503


def failing(error):
    """Return a plugin whose lifespan hook, not its lifespan, fails."""

    class Failing(Plugin):
        name = "failing"

        @hookimpl
        def kernel_lifespan(self):
            raise error

    return Failing


@anyio_test
async def test_a_lifespan_hook_that_fails_fails_the_start(build):
    with pytest.raises((KernelError, ValueError), match="no database"):
        await build(plugins=[failing(ValueError("no database"))]).start()


@anyio_test
async def test_a_lifespan_hook_that_fails_is_named(build):
    with pytest.raises(KernelError, match="plugin 'failing'"):
        await build(plugins=[failing(ValueError("no database"))]).start()


@anyio_test
async def test_a_boot_error_of_a_lifespan_hook_fails_the_start(build):
    with pytest.raises(KernelError):
        await build(plugins=[failing(BootError([Problem("a", "error", "no database")]))]).start()


@anyio_test
async def test_a_layer_that_cannot_wrap_undoes_the_start(build):
    log = []

    def wrap(app):
        raise ValueError("no")

    class Wraps(Plugin):
        @hookimpl
        def kernel_layers(self):
            return Layer("one", asgi=wrap)

    kernel = build(plugins=[Lived("a", log), Wraps])
    with pytest.raises(ValueError, match="no"):
        await kernel.start()
    assert log == ["a in", "a out"]


def wrapping(*names):
    """Return a plugin whose layers each wrap the whole application."""
    seen = []

    def layer(name):
        def wrap(app):
            async def call(scope, receive, send):
                seen.append(name)
                await app(scope, receive, send)

            return call

        return Layer(name, asgi=wrap)

    class Wraps(Plugin):
        log = seen

        @hookimpl
        def kernel_layers(self):
            return [layer(name) for name in names]

    return Wraps


@anyio_test
async def test_asgi_layers_wrap_the_whole_application_outer_to_inner(build):
    wraps = wrapping("one", "two")
    async with Client(build(Route("/", "GET", show), plugins=[wraps])) as client:
        assert (await client.get("/")).text == "shown"
        assert (await client.get("/nowhere")).status == 404
    assert wraps.log == ["one", "two"] * 2


@anyio_test
async def test_503_until_started_and_after_the_stop(build):
    kernel = build(Route("/", "GET", show))
    statuses = []

    class Late(Plugin):
        @hookimpl
        def kernel_lifespan(self, kernel):
            return self.life(kernel)

        @asynccontextmanager
        async def life(self, kernel):
            statuses.append(await asked(kernel))
            yield

    kernel = build(Route("/", "GET", show), plugins=[Late])
    async with Client(kernel) as client:
        statuses.append((await client.get("/")).messages)
    statuses.append(await asked(kernel))
    assert [messages[0]["status"] for messages in statuses] == [503, 200, 503]
    assert (b"retry-after", b"5") in statuses[0][0]["headers"]


@anyio_test
async def test_without_lifespan_the_first_requests_start_the_kernel_once(build):
    log = []
    kernel = build(Route("/", "GET", show), plugins=[Lived("a", log)])
    statuses = []

    async def one():
        statuses.append(await status(kernel))

    async with anyio.create_task_group() as group:
        for _ in range(10):
            group.start_soon(one)
    assert (log, statuses) == (["a in"], [200] * 10)
    await kernel.stop()


@anyio_test
async def test_without_lifespan_a_failed_start_is_logged_once_and_503(build, caplog):
    kernel = build(graphql=1)
    assert [await status(kernel) for _ in range(2)] == [503, 503]
    (record,) = caplog.records
    assert (record.levelname, "graphql" in record.getMessage()) == ("ERROR", True)


@anyio_test
async def test_a_kernel_that_was_stopped_by_hand_stays_stopped(build):
    log = []
    kernel = build(Route("/", "GET", show), plugins=[Lived("a", log)])
    await kernel.start()
    await kernel.stop()
    assert (await status(kernel), log) == (503, ["a in", "a out"])


@anyio_test
async def test_a_kernel_can_be_started_again(build):
    log = []
    kernel = build(Route("/", "GET", show), plugins=[Lived("a", log)])
    for _ in range(2):
        async with Client(kernel) as client:
            assert (await client.get("/")).status == 200
    assert log == ["a in", "a out"] * 2


@pytest.mark.parametrize("started", [True, False])
@anyio_test
async def test_a_websocket_is_refused(build, started):
    kernel = build()
    if started:
        await kernel.start()
    (message,) = await asked(kernel, type="websocket")
    assert (message["type"], message["code"]) == ("websocket.close", 1000)
    if started:
        await kernel.stop()


@anyio_test
async def test_an_unknown_kind_of_connection_is_refused_at_once(build):
    async with Client(build()):
        kernel = build()
        await kernel.start()
        try:
            await asked(kernel, type="smtp")
        except RecursionError:
            raise
        except Exception:
            return
        finally:
            await kernel.stop()
        pytest.fail("it was served")


@anyio_test
async def test_the_current_request_is_known_to_its_task_alone(build):
    seen = {}

    async def handler(request):
        await anyio.sleep(0.001)
        seen[request.scope["n"]] = request.app.get_current_request() is request
        return "shown"

    kernel = build(Route("/", "GET", handler))
    async with Client(kernel) as client, anyio.create_task_group() as group:
        for n in range(5):
            group.start_soon(lambda n=n: client.get("/", scope={"n": n}))
    assert seen == dict.fromkeys(range(5), True)
    with pytest.raises(LookupError):
        kernel.get_current_request()


@anyio_test
async def test_the_project_listens_after_its_apps():
    from kernel import Hooks

    heard, hooks = [], Hooks()
    kernel = Kernel({"plugins": {"active": ""}}, plugins=[EventsPlugin], apps=[App(name="shop", hooks=hooks)])

    @kernel.event("sold")
    async def project(number):
        heard.append(("project", number))

    @hooks.on("sold")
    def shop(number):
        heard.append(("shop", number))

    await kernel.execute_event("sold", {"number": 3})
    await kernel.execute_event("other")
    assert heard == [("shop", 3), ("project", 3)]


@anyio_test
async def test_events_need_their_plugin(build):
    with pytest.raises(LookupError, match="no active plugin provides 'events'"):
        await build().execute_event("sold")


CODE = """
import sys, kernel
print(type(kernel.app) is kernel.Kernel, kernel.app._boot, [name for name in sys.modules if name.startswith("kernel_")])
"""


def test_importing_kernel_loads_no_plugin(tmp_path):
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout == "True None []\n"


def test_the_project_of_the_working_directory_needs_a_configuration(tmp_path):
    from kernel import app

    assert isinstance(app, Kernel)
    code = "import kernel; kernel.app.boot()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert "config.unreadable" in done.stderr
    assert "kernel new project" in done.stderr
