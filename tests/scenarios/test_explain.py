"""Contract, scenario 79: what `kernel explain` shows is what is recorded when the request is really run.

Hooks, layers, guards and handlers note themselves. `predicted` reads nothing but the explanation: it
walks down the steps and back up, as the page "Life of a request" says.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from types import ModuleType
from typing import Any

import anyio
import pytest
from hypothesis import given, settings, strategies as st
from kernel_admin.chain import Met, chain
from kernel_admin.explain import Explanation, explained
from kernel_admin.journey import journey
from kernel_data import Data, String
from kernel_middlewares import Middleware
from kernel_responses import Text
from kernel_router import Routes
from kernel_testing import Client, make_kernel
from kernel_websockets import WebSocket

from kernel import App, Kernel, Layer, Plugin, Request, hookimpl

LEVELS = {"application": -1, "app": 0, "group": 1, "route": 2}
ANSWERED = ["Boom", "ValueError", "Exception"]
HOOKS = ("before_request", "after_request", "after_response")
Stop = tuple[str, str]
PARTS = (*HOOKS, "around", "on_finish")


class Boom(ValueError):
    """What goes wrong."""


class Quick(str):
    """A parameter that is filled at once."""


class Slow(str):
    """A parameter that is waited for."""


class Value:
    """What the handler returns."""


class Recorder(list[str]):
    """Makes hooks, layers and handlers that note their names; `stop` fails or answers in their place."""

    def __init__(self) -> None:
        self.names, self.stop = set[str](), ("", "")

    def act(self, name: str) -> Any:
        self.append(name)
        if self.stop == (name, "raise"):
            raise Boom(name)
        return "instead" if self.stop == (name, "bypass") else None

    def hook(self, name: str, waits: bool = True, returns: bool = False) -> Any:
        self.names.add(name)

        def quick(given: Any, _: Any = None) -> Any:
            value = self.act(name)
            return given if returns else value

        async def slow(given: Any, _: Any = None) -> Any:
            return quick(given)

        function: Any = slow if waits else quick
        function.__name__ = function.__qualname__ = name
        return function

    def after(self, name: str, waits: bool = True) -> Any:
        return self.hook(name, waits, returns=True)

    def around(self, name: str) -> Any:
        self.names.add(name)

        async def around(request: Any, call_next: Any) -> Any:
            try:
                self.act(name)
                return await call_next(request)
            finally:
                self.append(f"{name} out")

        return around

    def asgi(self, name: str) -> Any:
        self.names.add(name)

        def wrap(app: Any) -> Any:
            async def wrapped(scope: Any, receive: Any, send: Any) -> None:
                async def sent(message: Any) -> None:
                    if message["type"] == "http.response.start":
                        self.append(f"{name} out")
                    await send(message)

                self.append(name)
                await app(scope, receive, sent)

            return wrapped

        wrap.__qualname__ = name
        return wrap

    def part(self, part: str, name: str, waits: bool = True) -> Any:
        if part == "around":
            return self.around(name)
        return self.after(name, waits) if part == "after_request" else self.hook(name, waits)

    def layer(self, name: str, parts: Sequence[str], waits: bool = True, **more: Any) -> Layer:
        made = {part: self.part(part, name if part == "around" else f"{name}.{part}", waits) for part in parts}
        return Layer(name, **made, **more)

    def handler(self, *, typed: bool = False, waits: bool = True) -> Any:
        self.names |= {"handler", "render", *(("second", "first") if typed else ())}

        async def plain(request: Request) -> Value:
            self.act("handler")
            return Value()

        async def filled(request: Request, second: Slow, first: Quick) -> Value:
            return await plain(request)

        def threaded(request: Request, second: Slow, first: Quick) -> Value:
            self.act("handler")
            return Value()

        chosen: Any = (filled if waits else threaded) if typed else plain
        chosen.__qualname__ = "handler"
        return chosen

    def plugin(self, *layers: Layer) -> type[Plugin]:
        def bind(itself: Any, parameter: Any) -> Any:
            if parameter.annotation not in (Quick, Slow):
                return None
            return self.hook(parameter.name, parameter.annotation is Slow)

        def render(value: Any) -> Text:
            self.act("render")
            return Text("rendered")

        hooks: dict[str, Any] = {
            "kernel_layers": hookimpl(lambda itself: layers),
            "kernel_bind": hookimpl(tryfirst=True)(lambda itself, parameter: bind(itself, parameter)),
            "kernel_render": hookimpl(tryfirst=True)(lambda itself, type_: render if type_ is Value else None),
        }
        return type("Records", (Plugin,), {"name": "records", **hooks})


def predicted(found: Explanation, stop: str = "", how: str = "") -> list[str]:
    """Return what must be recorded, by the explanation alone, if the step *stop* fails or answers."""
    told, way = [met for met in found.chain if met.active], Way(found, stop, how)
    end = way.walk(told)
    if end == "raised":
        way.ran += [one.step.callable for one in way.winner("application")]
    way.ran += way.settled
    way.ran += [f"{met.step.callable} out" for met in reversed(told) if met.step.phase == "asgi"]
    way.ran += [*way.always, *(way.plain if end == "ok" else ())]
    finish = [met.step for met in told if met.step.phase == "on_finish"]
    return [*way.ran, *(one.callable for one in finish if way.reached or one.level == "application")]


class Way:
    """One walk down the steps and back."""

    def __init__(self, found: Explanation, stop: str, how: str) -> None:
        self._found, self._stop, self._how, self.reached = found, stop, how, False
        self.ran, self.settled = list[str](), list[str]()
        self.always, self.plain = list[str](), list[str]()

    def walk(self, rest: Sequence[Met]) -> str:
        if not rest:
            self.reached = True
            return "ok" if self._found.answered else "rescued"
        met, *inner = rest
        self.reached = self.reached or (met.step.level != "application")
        act: Any = getattr(self, f"_{met.step.phase}", self._inwards)
        return str(act(met, inner))

    def _inwards(self, met: Met, inner: Sequence[Met]) -> str:
        self.ran.append(met.step.callable)
        if met.step.callable == self._stop:
            return "raised" if self._how == "raise" else "ok"
        return self.walk(inner)

    _asgi = _inwards

    def _layer(self, met: Met, inner: Sequence[Met]) -> str:
        end = self._inwards(met, inner)
        if met.step.callable.startswith("exception_handlers.") and end == "raised" and self.winner(met.step.level):
            self.ran += [one.step.callable for one in self.winner(met.step.level)]
            end = "rescued"
        self.ran.append(f"{met.step.callable} out")
        return end

    def _after_request(self, met: Met, inner: Sequence[Met]) -> str:
        end = self.walk(inner)
        if end == "raised" and met.always:
            self.settled.append(met.step.callable)
        if end == "raised" or (end == "rescued" and not met.always):
            return end
        self.ran.append(met.step.callable)
        return "raised" if met.step.callable == self._stop else end

    def _after_response(self, met: Met, inner: Sequence[Met]) -> str:
        end = self.walk(inner)
        (self.always if met.always else self.plain).extend([met.step.callable] if met.always or end == "ok" else [])
        return end

    def _on_finish(self, met: Met, inner: Sequence[Met]) -> str:
        return self.walk(inner)

    def _rescue(self, met: Met, inner: Sequence[Met]) -> str:
        self.ran += [] if self._found.answered else [met.step.callable]
        return self.walk(inner)

    def winner(self, level: str) -> list[Met]:
        """Return the exception handler that answers just outside *level*, if there is one."""
        stated = [met for met in self._found.chain if met.active and met.step.phase == "rescue"]
        wanted = [met for met in stated if met.why.split()[1] in ANSWERED]
        near = [met for met in wanted if met.step.level in (LEVELS if self.reached else ("app", "application"))]
        own = [met for met in near if met.step.level != "application"] or near
        best = min(own[::-1], key=lambda met: ANSWERED.index(met.why.split()[1]), default=None)
        return [best] if best and LEVELS[best.step.level] >= LEVELS[level] else []


async def recorded(recorder: Recorder, kernel: Kernel, method: str, path: str, stop: Stop) -> list[str]:
    """Return what is noted when the request is run."""
    recorder.stop = stop
    async with Client(kernel) as client:
        recorder.clear()
        await client.request(method, path)
    return list(recorder)


def assert_equal(
    recorder: Recorder,
    kernel: Kernel,
    backend: str,
    stop: Stop = ("", ""),
    asked: Stop = ("GET", "/"),
    early: bool = False,
) -> list[str]:
    """Assert that explanation and record are the same; return the record."""
    found = Explanation(*asked, None, "", chain(kernel, None, asked[1])) if early else explained(kernel, *asked)
    ran = anyio.run(partial(recorded, recorder, kernel, *asked, stop), backend=backend)
    wanted = [name for name in predicted(found, *stop) if name.removesuffix(" out") in recorder.names]
    assert ran == wanted
    if stop == ("", "") and found.answered:
        told = [
            (met.step.callable, way == "out" and met.step.phase in ("asgi", "layer"))
            for met, way in journey(found.chain)
        ]
        times = [f"{name} out" if out else name for name, out in told if name in recorder.names]
        assert ran == times
    return ran


@pytest.fixture
def recorder() -> Recorder:
    """Return a recorder."""
    return Recorder()


@dataclass
class Everything:
    """A project that has everything at every level; with `endings` the app says what follows every response."""

    recorder: Recorder
    typed: bool = True
    waits: bool = True
    endings: bool = True

    def options(self, level: str, **more: Any) -> dict[str, Any]:
        make = self.recorder
        parts = PARTS if self.endings or level != "app" else PARTS[:-1]
        layers = [make.layer(f"{level}.one", parts, self.waits)]
        if self.endings or level != "app":
            layers.append(make.layer(f"{level}.two", parts, on="always"))
        return {
            **{hook: make.part(hook, f"{level}.{hook}", self.waits) for hook in HOOKS},
            "guards": [make.hook(f"{level}.guard"), make.hook(f"{level}.second", waits=False)],
            "layers": layers,
            **more,
        }

    def kernel(self, handlers: Sequence[tuple[str, type[Exception]]] = (), **more: Any) -> Kernel:
        make = self.recorder
        rescue: dict[str, dict[Any, Any]] = {level: {} for level in ("app", "group", "inner", "route", "project")}
        for level, kind in handlers:
            rescue[level][kind] = make.hook(f"{level} {kind.__name__}")
        options = {level: self.options(level) for level in ("app", "group", "inner")}
        options["route"] = self.options("route", skip=("group.one", "route.guard"))
        for level, own in options.items():
            own |= {"exception_handlers": rescue[level]} if rescue[level] else {}
        inner = Routes(**options["inner"])
        inner.get("/", **options["route"])(make.handler(typed=self.typed, waits=self.waits))
        project: dict[str, Any] = {"error_handlers": rescue["project"]} if rescue["project"] else {}
        app = App(name="shop", routes=Routes(inner, **options["group"]), **options["app"], **project, **more)
        return make_kernel([make.plugin(*self.added())], [app])

    def added(self) -> Iterator[Layer]:
        make = self.recorder
        yield Layer("asgi", asgi=make.asgi("asgi"))
        yield make.layer("outside", PARTS)
        yield make.layer("gate", ["before_request"], waits=False, blocking=False)
        for level in ("app", "group", "route"):
            yield make.layer(f"plugin.{level}", PARTS, level=level)


BACKENDS = pytest.mark.parametrize("backend", ["asyncio", "trio"])


@BACKENDS
@pytest.mark.parametrize("waits", [True, False])
@pytest.mark.parametrize("typed", [True, False])
def test_79_everything_at_every_level(recorder: Recorder, backend: str, waits: bool, typed: bool) -> None:
    kernel = Everything(recorder, typed, waits).kernel()
    ran = assert_equal(recorder, kernel, backend)
    assert set(recorder.names) - set(ran) == {
        *(f"group.one.{part}" for part in PARTS if part != "around"),
        *(f"{level}.{hook}" for level in ("app", "group", "inner") for hook in HOOKS),
        "group.one",
        "route.guard",
    }
    assert (not typed) or ran.index("first") < ran.index("second") < ran.index("handler")


def stops() -> list[Stop]:
    """Return everything that may fail or answer in that project."""
    recorder = Recorder()
    found = explained(Everything(recorder).kernel(), "GET", "/")
    told = [met.step for met in found.chain if met.active and met.step.callable in recorder.names]
    raising = [(step.callable, "raise") for step in told if step.phase != "asgi"]
    return [*raising, *((step.callable, "bypass") for step in told if step.phase == "before_request")]


STOPS = stops()
HANDLERS: list[tuple[tuple[str, type[Exception]], ...]] = [
    (),
    (("app", ValueError),),
    (("inner", Exception), ("route", KeyError)),
    (("group", ValueError), ("inner", ValueError), ("app", Boom)),
    (("route", ValueError), ("app", Exception)),
    (("project", ValueError),),
    (("project", ValueError), ("group", Exception)),
]


@cache
def everything(endings: bool, handlers: Any, backend: str) -> tuple[Recorder, Kernel]:
    """Return that project, booted once for all that may happen to it on one event loop."""
    recorder = Recorder()
    return recorder, Everything(recorder, endings=endings).kernel(handlers)


def may_happen(stop: Stop, handlers: Any, backend: str) -> None:
    early = stop[0] in ("outside", "outside.before_request", "gate.before_request")  # before a route is known
    endings = not (handlers and early)
    ran = assert_equal(*everything(endings, handlers, backend), backend, stop, early=early and endings)
    assert stop[0] in ran


@BACKENDS
@pytest.mark.parametrize("stop", STOPS, ids="-".join)
def test_79_whatever_fails_or_answers(backend: str, stop: Stop) -> None:
    may_happen(stop, (), backend)


@pytest.mark.parametrize("handlers", HANDLERS[1:], ids=str)
def test_79_who_answers_what_fails(handlers: Any) -> None:
    for stop in [stop for stop in STOPS if stop[1] == "raise"]:
        may_happen(stop, handlers, "asyncio")


@BACKENDS
@pytest.mark.parametrize(("method", "path"), [("GET", "/none"), ("POST", "/"), ("OPTIONS", "/"), ("HEAD", "/")])
@pytest.mark.parametrize("handlers", [[], [("app", Exception)], [("project", Exception)]], ids=str)
def test_79_without_a_route(recorder: Recorder, backend: str, method: str, path: str, handlers: Any) -> None:
    kernel = Everything(recorder).kernel(handlers)
    ran = assert_equal(recorder, kernel, backend, asked=(method, path))
    assert {"app.two.on_finish", "outside.on_finish"} <= set(ran)
    assert ("outside.after_request" in ran) == (method in ("OPTIONS", "HEAD"))


def test_79_two_apps_share_what_no_route_answers(recorder: Recorder) -> None:
    apps = []
    for name, prefix in (("root", ""), ("shop", "/shop"), ("other", "/other")):
        rescue = {404: recorder.hook(f"{name} 404")} if name != "shop" else {Exception: recorder.hook("shop every")}
        layers = [recorder.layer(f"{name}.{number}", PARTS, on="always") for number in "12"]
        apps.append(App(name=name, prefix=prefix, layers=layers, exception_handlers=rescue))
    kernel = make_kernel([], apps)
    ran = assert_equal(recorder, kernel, "asyncio", asked=("GET", "/shop/none"))
    assert ran[0] == "root 404"
    finish = [f"{app}.{number}.on_finish" for app in ("root", "shop") for number in "12"]
    assert [name for name in ran if name.endswith("on_finish")] == finish
    assert not [name for name in ran if "other" in name]


def test_79_data_are_cleaned_when_the_handler_asks(recorder: Recorder) -> None:
    class Query(Data):
        q = String()

        def check(self, cleaned: Any) -> None:
            recorder.append("Query")

    routes = Routes(data_handler=Query)

    @routes.get("/")
    async def handler(request: Request) -> Any:
        recorder.append("handler")
        return await request.get_cleaned_data()

    kernel = make_kernel([], [App(name="shop", routes=routes)])
    (step,) = [met.step for met in explained(kernel, "GET", "/").chain if met.step.callable.endswith("Query")]
    assert (step.level, step.status) == ("group", "on demand: request.get_cleaned_data()")
    assert anyio.run(recorded, recorder, kernel, "GET", "/?q=1", ("", "")) == ["handler", "Query"]


def test_79_middlewares(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    class Noting(Middleware):
        async def process_request(self, request: Request) -> Any:
            recorder.act(f"noted.{type(self).__name__}")
            return request

        async def process_handler(self, request: Request, handler: Any) -> Any:
            recorder.act(f"noted.{type(self).__name__}.process_handler")
            return handler

        async def process_response(self, request: Request, response: Any) -> Any:
            recorder.append(f"noted.{type(self).__name__} out")
            return response

    module: Any = ModuleType("noted")
    module.First, module.Second = type("First", (Noting,), {}), type("Second", (Noting,), {})
    monkeypatch.setitem(sys.modules, "noted", module)
    recorder.names |= {f"noted.{name}{end}" for name in ("First", "Second") for end in ("", ".process_handler")}
    routes = Routes()
    routes.get("/")(recorder.handler())
    config = {"middlewares": {"active": "noted.First, noted.Second"}}
    kernel = make_kernel([recorder.plugin()], [App(name="shop", routes=routes)], config)
    found = explained(kernel, "GET", "/")
    ran = anyio.run(recorded, recorder, kernel, "GET", "/", ("", ""))
    told = [(met.step.callable, way) for met, way in journey(found.chain) if met.step.callable in recorder.names]
    times = [f"{name} out" if way == "out" and name != "render" else name for name, way in told]
    assert ran == [name for name in times if not name.endswith("process_handler out")]


@BACKENDS
def test_79_a_websocket(recorder: Recorder, backend: str) -> None:
    everything = Everything(recorder)
    routes = Routes(**everything.options("group"))

    @routes.websocket("/ws", **everything.options("route"))
    async def handler(ws: WebSocket) -> None:
        recorder.act("handler")
        await ws.accept()
        async for _ in ws:
            pass

    handler.__qualname__ = "handler"
    recorder.names.add("handler")
    added = [layer for layer in everything.added() if not layer.asgi]
    kernel = make_kernel([recorder.plugin(*added)], [App(name="shop", routes=routes, **everything.options("app"))])

    async def run() -> list[str]:
        async with Client(kernel) as client:
            async with client.websocket("/ws"):
                pass
            return list(recorder)

    found = explained(kernel, "websocket", "/ws")
    wanted = [name for name in predicted(found) if name.removesuffix(" out") in recorder.names]
    assert "handler" in wanted
    assert anyio.run(run, backend=backend) == wanted


def test_79_what_is_replaced_or_refused_does_not_run(recorder: Recorder) -> None:
    layers = [
        recorder.layer("old", PARTS, level="app"),
        recorder.layer("older", ["around"]),
        recorder.layer("new", PARTS, level="app", replaces="old"),
        recorder.layer("picky", PARTS, level="group", select=lambda route: "/x" in route.path),
        Layer("asgi old", asgi=recorder.asgi("asgi old")),
        Layer("asgi new", asgi=recorder.asgi("asgi new"), replaces="records:asgi old"),
        recorder.layer("newer", ["around"], replaces="older"),
    ]
    routes = Routes(layers=[recorder.layer("own", ["around"], select=lambda route: False)])
    routes.get("/")(recorder.handler())
    kernel = make_kernel([recorder.plugin(*layers)], [App(name="shop", routes=routes)])
    ran = assert_equal(recorder, kernel, "asyncio")
    names = ("old", "older", "asgi old", "picky", "own")
    out = [met.step for met in explained(kernel, "GET", "/").chain if met.step.callable in names]
    assert {step.callable: step.status for step in out} == {
        "old": "replaced: by 'new' of 'records'",
        "older": "replaced: by 'newer' of 'records'",
        "asgi old": "replaced: by 'asgi new' of 'records'",
        "picky": "refused: by select=",
        "own": "refused: by select=",
    }
    assert "picky.before_request" not in ran


LAYERS = st.lists(
    st.tuples(st.sets(st.sampled_from(PARTS)), st.sampled_from(["success", "always"]), st.booleans()), max_size=2
)
OPTIONS = st.fixed_dictionaries(
    {
        "hooks": st.dictionaries(st.sampled_from(HOOKS), st.booleans()),
        "guards": st.lists(st.booleans(), max_size=2),
        "layers": LAYERS,
        "rescue": st.sets(st.sampled_from([Boom, ValueError, Exception, KeyError]), max_size=2),
    }
)
ASKED = [("GET", "/"), ("HEAD", "/"), ("GET", "/none"), ("POST", "/"), ("OPTIONS", "/")]
PLUGINS = st.lists(st.tuples(st.sampled_from([*LEVELS]), st.sets(st.sampled_from(PARTS)), st.booleans()), max_size=4)


def drawn(recorder: Recorder, level: str, some: Any) -> dict[str, Any]:
    """Return options that were drawn at random."""
    layers = [
        recorder.layer(f"{level}.{number}", sorted(parts), waits, on=on)
        for number, (parts, on, waits) in enumerate(some["layers"])
    ]
    return {
        **{hook: recorder.part(hook, f"{level}.{hook}", waits) for hook, waits in some["hooks"].items()},
        "guards": [recorder.hook(f"{level}.guard.{number}", waits) for number, waits in enumerate(some["guards"])],
        "exception_handlers": {kind: recorder.hook(f"{level} {kind.__name__}") for kind in some["rescue"]},
        "layers": layers,
    }


@BACKENDS
@settings(max_examples=60)
@given(data=st.data())
def test_79_any_project(backend: str, data: st.DataObject) -> None:
    recorder = Recorder()
    groups = data.draw(st.lists(OPTIONS, max_size=2), label="groups")
    options = {f"group{number}": drawn(recorder, f"group{number}", some) for number, some in enumerate(groups)}
    options |= {level: drawn(recorder, level, data.draw(OPTIONS, label=level)) for level in ("app", "route")}
    added = [
        recorder.layer(f"plugin{number}", sorted(parts), waits, level=level)
        for number, (level, parts, waits) in enumerate(data.draw(PLUGINS, label="plugin"))
    ]
    inherited = [layer.name for one in options.values() for layer in one["layers"] if layer.level]
    hooks = [one[hook].__name__ for one in options.values() for hook in HOOKS if hook in one]
    guards = [guard.__name__ for one in options.values() for guard in one["guards"]]
    names = [*inherited, *hooks, *guards, *(layer.name for layer in added if layer.level != "application")]
    skip = data.draw(st.lists(st.sampled_from(names), max_size=3, unique=True) if names else st.just([]), label="skip")
    routes = Routes()
    routes.get("/", **options.pop("route"), skip=skip)(recorder.handler(typed=data.draw(st.booleans(), label="typed")))
    app = options.pop("app")
    for one in options.values():
        routes = Routes(routes, **one)
    kernel = make_kernel([recorder.plugin(*added)], [App(name="shop", routes=routes, **app)])
    method, path = data.draw(st.sampled_from(ASKED), label="asked")
    found = explained(kernel, method, path)
    may = [met.step for met in found.chain if met.active and met.step.callable in recorder.names]
    unclear = any(layer.on == "always" or layer.on_finish for layer in app["layers"])
    may = [step for step in may if step.phase != "rescue" and not (unclear and step.level == "application")]
    fails = [(step.callable, "raise") for step in may if found.route]
    answers = [(step.callable, "bypass") for step in may if step.phase == "before_request" and found.route]
    stop = data.draw(st.sampled_from([("", ""), *fails, *answers]), label="stop")
    assert_equal(recorder, kernel, backend, stop, (method, path))
