"""What wraps a handler is folded once: order, inheritance, skipping, and the steps that show it."""

import pytest
from kernel_outcomes.plugin import Outcomes
from kernel_testing import make_kernel

from kernel import App, Layer, Plugin, Response, hookimpl
from kernel.errors import BootError
from kernel.layers import Options, Route

pytestmark = pytest.mark.anyio


class Notes(list):
    """Hooks and layers that note when they run."""

    def layer(self, name, level="application", **more):
        async def around(request, call_next):
            self.append(f"{name} in")
            response = await call_next(request)
            self.append(f"{name} out")
            return response

        return Layer(name, around=around, level=level, **more)

    def hook(self, name, value=None):
        def hook(request):
            self.append(name)
            return value

        hook.__name__ = hook.__qualname__ = name
        return hook

    def after(self, name):
        def hook(response):
            self.append(name)
            return response

        hook.__name__ = hook.__qualname__ = name
        return hook

    async def handler(self, request):
        self.append("handler")
        return "shown"


@pytest.fixture
def notes():
    return Notes()


def plugin(*layers, name="wraps", **hooks):
    answers = {"kernel_layers": hookimpl(lambda self: layers)} | {key: hookimpl(hook) for key, hook in hooks.items()}
    return type("Wraps", (Plugin,), {"name": name, **answers})


async def test_levels_are_wrapped_outer_to_inner(build, ask, notes):
    names = ("route", "group", "app", "application")
    kernel = build(Route("/", "GET", notes.handler), plugins=[plugin(*(notes.layer(name, name) for name in names))])
    assert (await ask(kernel)).text == "shown"
    way_in = ["application in", "app in", "group in", "route in"]
    assert notes == [*way_in, "handler", "route out", "group out", "app out", "application out"]


async def test_a_layer_of_an_option_stands_at_its_place(build, ask, notes):
    route = Route("/", "GET", notes.handler, layers=notes.layer("at route")).derive(
        groups=(Options(layers=(notes.layer("at group"),)),)
    )
    kernel = build(route, layers=notes.layer("at app"), plugins=[plugin(notes.layer("plugin", "app"))])
    await ask(kernel)
    assert notes[:4] == ["plugin in", "at app in", "at group in", "at route in"]


async def test_a_layer_is_left_out_where_it_does_not_want_to_be(build, ask, notes):
    layer = notes.layer("one", "route", select=lambda route: route.path == "/a")
    kernel = build(Route("/a", "GET", notes.handler), Route("/b", "GET", notes.handler), plugins=[plugin(layer)])
    await ask(kernel, "/b")
    assert notes == ["handler"]
    await ask(kernel, "/a")
    assert notes[1:] == ["one in", "handler", "one out"]


@pytest.mark.parametrize("skip", ["one", "wraps", "wraps:one"])
async def test_a_route_may_skip_a_layer(build, ask, notes, skip):
    kernel = build(Route("/", "GET", notes.handler, skip=skip), plugins=[plugin(notes.layer("one", "app"))])
    await ask(kernel)
    assert notes == ["handler"]
    assert next((step.callable, step.status) for step in kernel.plan.routes[0][1]) == ("one", "skipped: by skip=")


async def test_a_hook_of_an_outer_level_may_be_skipped(build, ask, notes):
    kernel = build(Route("/", "GET", notes.handler, skip="outer"), before_request=notes.hook("outer"))
    await ask(kernel)
    assert notes == ["handler"]
    (step,) = [step for step in kernel.plan.routes[0][1] if step.phase == "before_request"]
    assert (step.callable, step.level, step.status) == ("outer", "app", "skipped: by skip=")


async def test_a_skipped_inner_hook_leaves_the_outer_one_in_force(build, ask, notes):
    route = Route("/", "GET", notes.handler, before_request=notes.hook("inner"), skip="inner")
    await ask(build(route, before_request=notes.hook("outer")))
    assert notes == ["outer", "handler"]


async def test_the_closest_hooks_win(build, ask, notes):
    def hooks(level):
        return {
            "before_request": notes.hook(f"{level} before"),
            "after_request": notes.after(f"{level} after"),
        }

    kernel = build(Route("/", "GET", notes.handler, **hooks("route")), **hooks("app"))
    await ask(kernel)
    assert notes == ["route before", "handler", "route after"]
    statuses = {step.callable: step.status for step in kernel.plan.routes[0][1] if step.level == "app"}
    assert statuses == {"app before": "overridden: by 'route before'", "app after": "overridden: by 'route after'"}


async def test_guards_add_up_outside_in_before_the_hook(build, ask, notes):
    route = Route("/", "GET", notes.handler, guards=[notes.hook("c"), notes.hook("d")], before_request=notes.hook("e"))
    await ask(build(route, guards=[notes.hook("a"), notes.hook("b")]))
    assert notes == ["a", "b", "c", "d", "e", "handler"]


async def test_the_value_of_a_guard_does_not_count(build, ask, notes):
    response = await ask(build(Route("/", "GET", notes.handler, guards=notes.hook("a", "value"))))
    assert response.text == "shown"


@pytest.mark.parametrize("value", ["", "bypassed", Response("made", 201)])
async def test_a_value_before_the_request_bypasses_the_handler(build, ask, notes, value):
    response = await ask(build(Route("/", "GET", notes.handler, before_request=notes.hook("a", value))))
    assert response.text == (value.body.decode() if isinstance(value, Response) else value)
    assert notes == ["a"]


async def test_what_bypasses_passes_through_the_layers_and_the_hook_after(build, ask, notes):
    route = Route("/", "GET", notes.handler, before_request=notes.hook("a", "x"), after_request=notes.after("z"))
    await ask(build(route, plugins=[plugin(notes.layer("one", "route"))]))
    assert notes == ["one in", "a", "z", "one out"]


async def test_hooks_of_plugins_add_up_with_those_of_users(build, ask, notes):
    layer = Layer("one", before_request=notes.hook("plugin"), after_request=notes.after("plugin"), level="route")
    await ask(build(Route("/", "GET", notes.handler, before_request=notes.hook("user")), plugins=[plugin(layer)]))
    assert notes == ["plugin", "user", "handler", "plugin"]


async def test_a_gate_runs_before_everything(build, ask, notes):
    layers = [Layer("gate", before_request=notes.hook("gate")), notes.layer("one")]
    kernel = build(Route("/", "GET", notes.handler), plugins=[plugin(*layers)])
    await ask(kernel)
    assert notes == ["gate", "one in", "handler", "one out"]
    assert [step.callable for step in kernel.plan.application] == ["gate", "one"]


@pytest.mark.parametrize("inner", [True, False])
async def test_a_gate_bypasses_even_the_router(build, ask, notes, inner):
    layers = [Layer("gate", before_request=notes.hook("gate", "closed")), *([notes.layer("one")] if inner else [])]
    response = await ask(build(Route("/", "GET", notes.handler), plugins=[plugin(*layers)]), "/nowhere")
    assert (response.status, response.text, notes) == (200, "closed", ["gate"])


async def test_404_and_405_pass_through_the_application_layers(build, ask, notes):
    kernel = build(Route("/", "GET", notes.handler), plugins=[plugin(notes.layer("one"))])
    assert (await ask(kernel, "/nowhere")).status == 404
    response = await ask(kernel, "/", "PUT")
    assert (response.status, response.header("allow")) == (405, "GET")
    assert notes == ["one in", "one out"] * 2


async def test_a_layer_may_catch_what_the_handler_raises(build, ask):
    async def fails(request):
        raise KeyError("lost")

    async def around(request, call_next):
        try:
            return await call_next(request)
        except KeyError as error:
            return Response(str(error), 418)

    kernel = build(Route("/", "GET", fails), plugins=[plugin(Layer("one", around=around, level="route"))])
    assert (await ask(kernel)).status == 418


async def test_a_layer_may_answer_directly(build, ask, notes):
    async def around(request, call_next):
        return Response("mine", 201)

    await ask(build(Route("/", "GET", notes.handler), plugins=[plugin(Layer("one", around=around))]))
    assert notes == []


@pytest.mark.parametrize("level", ["application", "app"])
async def test_a_handlers_own_response_is_copied_where_a_layer_may_change_it(build, ask, level):
    shared = Response("shared")

    async def handler(request):
        return shared

    async def around(request, call_next):
        response = await call_next(request)
        response.headers.append((b"x-a", b"1"))
        return response

    kernel = build(Route("/", "GET", handler), plugins=[plugin(Layer("one", around=around, level=level))])
    for _ in range(2):
        assert [name for name, _ in (await ask(kernel)).headers].count(b"x-a") == 1
    assert len(shared.headers) == 1


async def test_a_layer_of_an_option_does_not_change_a_shared_response_either(build, ask):
    shared = Response("shared")

    async def handler(request):
        return shared

    async def around(request, call_next):
        response = await call_next(request)
        response.headers.append((b"x-a", b"1"))
        return response

    await ask(build(Route("/", "GET", handler, layers=Layer("one", around=around))))
    assert len(shared.headers) == 1


async def test_a_shared_response_is_copied_for_the_hook_after(build, ask):
    shared = Response("shared")

    async def handler(request):
        return shared

    def change(response):
        response.headers.append((b"x-a", b"1"))
        return response

    assert (await ask(build(Route("/", "GET", handler, after_request=change)))).header("x-a") == "1"
    assert len(shared.headers) == 1


async def test_none_is_rendered_by_a_plugin(build, ask):
    async def handler(request): ...

    assert (await ask(build(Route("/", "GET", handler)))).status == 204


async def test_encoders_are_asked_for_once_per_type_and_route(build, ask, notes):
    asked = []

    def kernel_render(self, type_, route):
        asked.append((type_, route.path if route else None))
        return lambda value: Response(repr(value))

    kernel = build(
        Route("/a", "GET", lambda request: number(1)),
        Route("/b", "GET", lambda request: number(2)),
        plugins=[plugin(kernel_render=kernel_render)],
    )
    for path in ("/a", "/a", "/b"):
        await ask(kernel, path)
    assert asked == [(int, "/a"), (int, "/b")]


async def number(value):
    return value


async def test_a_value_that_nobody_renders_is_a_500_that_names_the_type(build, ask, caplog):
    async def handler(request):
        return object()

    assert (await ask(build(Route("/a", "GET", handler)), "/a")).status == 500
    assert "route 'GET /a': no active plugin renders a value of type 'object'" in caplog.text


async def test_a_plugin_may_call_the_handler(build, ask):
    def kernel_call(self, route):
        async def call(request):
            return route.handler(3)

        call.binders = (("number", "wraps", number),)
        return call

    kernel = build(Route("/", "GET", str), plugins=[plugin(kernel_call=kernel_call)])
    assert (await ask(kernel)).text == "3"
    steps = [(step.phase, step.callable, step.plugin) for step in kernel.plan.routes[0][1]]
    assert steps == [("bind", "number", "wraps"), ("handler", "str", "shop"), ("render", "render", "")]


async def test_a_rescue_is_asked_for_once_per_type_and_route(build, ask):
    asked = []

    def kernel_rescue(self, exc_type, route):
        asked.append((exc_type.__name__, route.path if route else None))
        return (lambda request, error: "rescued") if exc_type is KeyError else None

    async def fails(request):
        raise KeyError

    kernel = build(Route("/a", "GET", fails), plugins=[plugin(kernel_rescue=kernel_rescue)])
    for path in ("/a", "/a", "/b"):
        await ask(kernel, path)
    assert asked == [("KeyError", "/a"), ("HTTPException", None)]


@pytest.mark.parametrize("hook", ["kernel_rescue", "kernel_render"])
async def test_a_hook_that_fails_at_its_first_use_is_logged(build, ask, caplog, hook):
    def failing(self):
        raise RuntimeError("lost")

    async def handler(request):
        return 1 / 0 if hook == "kernel_rescue" else object()

    response = await ask(build(Route("/", "GET", handler), plugins=[plugin(**{hook: failing})]))
    assert response.status == 500
    assert "lost" in caplog.text


async def test_a_gate_is_no_layer_that_waits(build, ask, notes):
    async def waits(request):
        notes.append("waits")

    layers = [Layer("one", before_request=waits), Layer("two", before_request=notes.hook("two"))]
    kernel = build(Route("/", "GET", notes.handler), plugins=[plugin(*layers)])
    await ask(kernel)
    assert notes == ["waits", "two", "handler"]


async def test_a_layer_of_a_route_is_told_how_its_requests_end(build, ask, notes):
    def finish(request, outcome):
        notes.append(str(outcome))

    layers = [Layer("one", on_finish=finish, level="route"), Layer("two", on_finish=finish, level="app")]
    kernel = build(Route("/", "GET", notes.handler), plugins=[Outcomes, plugin(*layers)])
    await ask(kernel)
    await ask(kernel, "/nowhere")
    assert notes == ["handler", "ok", "ok"]
    assert [step.phase for step in kernel.plan.routes[0][1]][:2] == ["on_finish", "on_finish"]


async def test_layers_that_are_made_when_they_are_asked_for_are_not_mixed_up(build, ask, notes):
    class Lazy(Route):
        options = property(lambda self: Options(layers=(notes.layer(self.path, "route"),)), lambda self, value: None)

    kernel = build(*[Lazy(f"/{n}", "GET", notes.handler) for n in range(8)])
    for n in range(8):
        await ask(kernel, f"/{n}")
    assert notes[::3] == [f"/{n} in" for n in range(8)]


async def test_the_layers_of_two_apps_are_their_own(build, ask, notes):
    other = App(name="other", prefix="/other", routes=Route("/", "GET", notes.handler))
    kernel = build(Route("/", "GET", notes.handler), before_request=notes.hook("shop"), apps=[other])
    await ask(kernel, "/other/")
    assert notes == ["handler"]


def test_a_hook_that_no_plugin_calls_is_told_at_boot(notes):
    app = App(name="shop", routes=[Route("/", "GET", notes.handler)], before_request=notes.hook("before"))
    with pytest.raises(BootError, match="no active plugin calls before_request 'before' of 'shop'"):
        make_kernel([], [app], standard=False).boot()


async def test_a_service_may_stand_in_for_what_is_called(build, ask, notes):
    asked = []

    def measure(step, function, route):
        asked.append((step.phase, step.callable, step.plugin, str(route) if route else ""))
        return function

    class Measures(Plugin):
        name = "measures"

        @hookimpl
        def kernel_configure(self, kernel):
            kernel.provide("measure", measure)

    layers = plugin(Layer("gate", before_request=notes.hook("gate"), blocking=False), notes.layer("outer"))
    route = Route("/", "GET", notes.handler, after_request=notes.after("changed"), layers=[notes.layer("own")])
    kernel = build(route, plugins=[Measures, layers])
    assert (await ask(kernel)).text == "shown"
    assert {("layer", "outer", "wraps", ""), ("before_request", "gate", "wraps", "")} <= {*asked}
    assert {one[:2] for one in asked if one[3] == "GET /"} >= {("layer", "own"), ("after_request", "changed")}
    assert ("render", "str", "texts", "GET /") in asked
    assert [step[0] for step in asked].count("handler") == 2  # as declared, which nobody calls, and as called


async def named(request):
    return request.scope["path"]


def handlers(kernel):
    """Return the compiled handler of each path."""
    compiled = {}

    class Collects(Plugin):
        name = "collects"

        @hookimpl(tryfirst=True)
        def kernel_router(self, routes):
            compiled.update({route.path: handler for route, handler in routes})

    kernel([Collects])
    return compiled


def test_routes_with_the_same_layers_share_what_is_made_of_them(build, notes):
    routes = [Route("/a", "GET", named), Route("/b", "GET", named), Route("/c", "GET", named, skip=("in",))]
    layers = plugin(notes.layer("out", "app"), notes.layer("in", "route"))
    made = handlers(lambda more: build(*routes, plugins=[*more, layers]).boot())
    assert made["/a"] is made["/b"]
    assert made["/c"] is not made["/a"]


def test_routes_share_the_own_layers_of_their_app(build, notes):
    routes = [Route("/a", "GET", named), Route("/b", "GET", named)]
    made = handlers(lambda more: build(*routes, plugins=more, layers=[notes.layer("own")]).boot())
    assert made["/a"] is made["/b"]


def test_a_layer_stands_at_the_level_that_states_it_also_where_it_is_shared(build, notes):
    layer = notes.layer("one")
    grouped = Route("/a", "GET", named).derive(groups=(Options(layers=(layer,)),))
    kernel = build(grouped, Route("/b", "GET", named, layers=layer))
    assert [steps[0].level for _, steps in kernel.plan.routes] == ["group", "route"]


async def test_what_renders_for_one_route_is_not_shared(build, ask, notes):
    routes = [Route("/a", "GET", named), Route("/b", "GET", named)]
    layers = plugin(Layer("gate", before_request=notes.hook("gate"), level="app"), notes.layer("in", "app"))
    kernel = build(*routes, plugins=[layers])
    assert [(await ask(kernel, path)).text for path in ("/a", "/b")] == ["/a", "/b"]
    assert notes == ["gate", "in in", "in out"] * 2


async def test_in_shared_layers_each_route_is_itself(build, ask, notes):
    routes = [Route("/a", "GET", named), Route("/b", "GET", named, before_request=notes.hook("before"))]
    kernel = build(*routes, plugins=[plugin(notes.layer("one", "app"), notes.layer("two", "route"))])
    assert [(await ask(kernel, path)).text for path in ("/a", "/b")] == ["/a", "/b"]
    assert notes == ["one in", "two in", "two out", "one out", "one in", "two in", "before", "two out", "one out"]
    assert [len(steps) for _, steps in kernel.plan.routes] == [4, 5]
