"""Each closure of a pipeline, sync and async, and who is named when one answers wrongly."""

from functools import partial

import pytest
from kernel_outcomes.plugin import Outcomes

from kernel import Layer, Plugin, Response, hookimpl
from kernel.errors import NOT_FOUND, HTTPException
from kernel.layers import Route, where
from kernel.serve.wrappers import is_async, label

pytestmark = pytest.mark.anyio


async def show(request):
    return "shown"


async def coroutine(*args):
    return Response("late")


class Awaitable:
    async def __call__(self, request): ...


def plugin(*layers, rescue=None, configure=lambda self: None):
    answers = {"kernel_layers": hookimpl(lambda self: layers), "kernel_rescue": hookimpl(lambda self, exc_type: rescue)}
    answers["kernel_configure"] = hookimpl(configure)
    return type("Wraps", (Plugin,), {"name": "wraps", **answers})


def test_async_callables_are_recognised_in_every_form():
    assert [is_async(thing) for thing in (show, partial(show), partial(partial(show)), Awaitable())] == [True] * 4
    assert [is_async(thing) for thing in (print, lambda request: show(request), Awaitable, None)] == [False] * 4


def test_a_callable_is_shown_by_its_name():
    assert [label(thing) for thing in (show, Awaitable(), Awaitable)] == ["show", "Awaitable", "Awaitable"]


def wrong_layers():
    async def nothing(request, call_next): ...

    async def text(request, call_next):
        return "text"

    async def bare(request, call_next):
        return call_next(request)

    return [(nothing, "NoneType"), (text, "str"), (bare, "coroutine")]


@pytest.mark.parametrize(("around", "kind"), wrong_layers())
@pytest.mark.parametrize("level", ["application", "route"])
async def test_a_layer_that_owes_a_response_is_named(build, ask, caplog, around, kind, level):
    kernel = build(Route("/", "GET", show), plugins=[plugin(Layer("one", around=around, level=level))])
    assert (await ask(kernel)).status == 500
    line = f"{__file__}:{around.__code__.co_firstlineno}"
    route = "" if level == "application" else ", route 'GET /'"
    assert f"layer 'one' of 'wraps' owes a Response and returned {kind} ({line}){route}\n" in caplog.text


@pytest.mark.parametrize("owners", [("wraps", "wraps"), ("wraps", "other")])
async def test_the_outermost_layer_of_an_owner_checks_for_those_inside(build, ask, caplog, owners):
    seen = []

    async def passing(request, call_next):
        seen.append(await call_next(request))
        return seen[-1]

    async def nothing(request, call_next): ...

    inner = Layer("one", around=nothing, plugin=owners[0])
    kernel = build(Route("/", "GET", show), plugins=[plugin(Layer("two", around=passing, plugin=owners[1]), inner)])
    assert (await ask(kernel)).status == 500
    same = owners[0] == owners[1]
    assert seen == ([None] if same else [])
    who = "layer 'two' of 'wraps' or layer 'one' of 'wraps'" if same else "layer 'one' of 'wraps'"
    assert f"{who} owes a Response and returned NoneType" in caplog.text


@pytest.mark.parametrize(
    ("hook", "kind"), [(lambda response: None, "NoneType"), (coroutine, ""), (lambda r: coroutine(), "coroutine")]
)
async def test_a_hook_that_owes_a_response_is_named(build, ask, caplog, hook, kind):
    response = await ask(build(Route("/", "GET", show, after_request=hook)))
    assert response.status == (500 if kind else 200)
    assert not kind or f"owes a Response and returned {kind} ({__file__}" in caplog.text


async def test_a_layer_of_an_option_is_named_by_its_app(build, ask, caplog):
    async def around(request, call_next): ...

    await ask(build(Route("/", "GET", show, layers=Layer("one", around=around))))
    assert "layer 'one' of 'shop'" in caplog.text


async def test_the_hook_after_may_want_the_request(build, ask):
    def one(response):
        return Response("one")

    async def two(response, request):
        return Response(request.scope["path"])

    assert (await ask(build(Route("/", "GET", show, after_request=one)))).text == "one"
    assert (await ask(build(Route("/", "GET", show, after_request=two)))).text == "/"


@pytest.mark.parametrize("waits", [True, False])
async def test_the_hook_before_may_wait(build, ask, waits):
    async def slow(request):
        return "slow"

    hook = partial(slow) if waits else (lambda request: "fast")
    assert (await ask(build(Route("/", "GET", show, before_request=hook)))).text == ("slow" if waits else "fast")


@pytest.mark.parametrize("waits", [True, False])
async def test_a_guard_may_wait_and_refuse(build, ask, waits):
    def refuse(request):
        raise HTTPException(403)

    async def slow(request):
        refuse(request)

    response = await ask(build(Route("/", "GET", show, guards=slow if waits else refuse)))
    assert (response.status, response.text) == (403, "Forbidden")


async def test_without_a_rescue_an_http_exception_is_told_plainly(build, ask, caplog):
    async def fails(request):
        raise HTTPException(418, "short", [(b"x-a", b"1")])

    response = await ask(build(Route("/", "GET", fails)))
    assert (response.status, response.text, response.header("x-a")) == (418, "short", "1")
    assert not caplog.records


async def test_without_a_rescue_any_exception_is_a_500_without_internals(build, ask, caplog):
    async def fails(request):
        raise ValueError("s3cret")

    response = await ask(build(Route("/", "GET", fails)))
    assert (response.status, response.text) == (500, "Internal Server Error")
    (record,) = caplog.records
    assert (record.levelname, record.getMessage()) == ("ERROR", "GET '/' failed")
    assert "s3cret" in str(record.exc_info)


async def test_an_answer_to_an_exception_is_rendered(build, ask, caplog):
    async def fails(request):
        raise ValueError("no")

    async def late(request, error):
        return f"late {error}"

    for rescue, wanted in ((lambda request, error: f"now {error}", "now no"), (late, "late no")):
        assert (await ask(build(Route("/", "GET", fails), plugins=[plugin(rescue=rescue)]))).text == wanted
    assert not caplog.records


async def test_a_group_of_one_exception_is_answered_as_its_member(build, ask):
    async def fails(request):
        raise ExceptionGroup("outer", [ExceptionGroup("inner", [ValueError("no")])])

    kernel = build(Route("/", "GET", fails), plugins=[plugin(rescue=lambda request, error: type(error).__name__)])
    assert (await ask(kernel)).text == "ValueError"


async def test_a_group_of_several_exceptions_stays_one(build, ask):
    async def fails(request):
        raise ExceptionGroup("outer", [ValueError("a"), KeyError("b")])

    kernel = build(Route("/", "GET", fails), plugins=[plugin(rescue=lambda request, error: type(error).__name__)])
    assert (await ask(kernel)).text == "ExceptionGroup"


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_what_a_layer_changes_of_a_rescue_is_changed_for_one_request(build, ask, method):
    shared = Response("shared", 405)

    async def around(request, call_next):
        response = await call_next(request)
        response.headers.append((b"x-a", b"1"))
        return response

    wraps = plugin(Layer("one", around=around), rescue=lambda request, error: shared)
    kernel = build(Route("/", "GET", show), plugins=[wraps])
    path = "/nowhere" if method == "GET" else "/"
    for _ in range(2):
        assert [name for name, _ in (await ask(kernel, path, method)).headers].count(b"x-a") == 1


def knowing(response, answer=lambda request, error: f"made for {error}"):
    """Return a plugin whose rescue brings the answer to paths without a route."""

    def rescue(request, error):
        return answer(request, error)

    rescue.not_found = response
    return plugin(rescue=rescue)


async def test_a_response_for_paths_without_a_route_is_not_made_anew(build, ask):
    async def lost(request):
        raise NOT_FOUND

    kernel = build(Route("/lost", "GET", lost), plugins=[knowing(Response("ready", 404))])
    assert [(await ask(kernel, path)).text for path in ("/nowhere", "/nowhere")] == ["ready"] * 2
    assert (await ask(kernel, "/lost")).text == "made for 404 Not Found"
    assert (await ask(kernel, "/lost", "POST")).text == "made for 405 Method Not Allowed"


async def test_a_path_without_a_route_is_answered_anew_where_somebody_observes_errors(build, ask):
    heard = []

    async def observe(request, error):
        heard.append(error)

    watching = plugin(configure=lambda self, kernel: kernel.provide("observe", observe))
    watching.name = "watching"
    kernel = build(plugins=[knowing(Response("ready", 404)), watching])
    assert [(await ask(kernel, "/nowhere")).text for _ in range(2)] == ["made for 404 Not Found"] * 2
    assert heard == [NOT_FOUND] * 2


async def test_a_path_without_a_route_is_answered_anew_where_the_end_is_waited_for(build, ask):
    def look(request, outcome):  # it gets hold of the response
        request.response.headers.append((b"x-late", b"1"))

    waits = plugin(Layer("waits", on_finish=look))
    waits.name = "waits"
    kernel = build(plugins=[knowing(Response("ready", 404)), waits, Outcomes])
    answers = [await ask(kernel, "/nowhere") for _ in range(2)]
    assert [(one.text, one.header("x-late")) for one in answers] == [("made for 404 Not Found", None)] * 2


async def test_a_hook_that_fails_when_it_is_asked_for_a_path_without_a_route_is_a_500(build, ask, caplog):
    class Failing(Plugin):
        @hookimpl
        def kernel_rescue(self):
            raise ValueError("second")

    response = await ask(build(plugins=[Failing]), "/nowhere")
    assert (response.status, "rescue of" in caplog.text, "second" in caplog.text) == (500, True, True)


async def test_a_rescue_that_fails_is_logged_and_a_500(build, ask, caplog):
    async def fails(request):
        raise KeyError("first")

    def rescue(request, error):
        raise ValueError("second")

    response = await ask(build(Route("/", "GET", fails), plugins=[plugin(rescue=rescue)]))
    assert (response.status, response.text) == (500, "Internal Server Error")
    assert "the rescue of KeyError('first') failed" in caplog.text
    assert "second" in caplog.text


async def test_a_rescue_that_fails_is_one_error_record(build, ask, caplog):
    async def fails(request):
        raise KeyError("first")

    def rescue(request, error):
        raise ValueError("second")

    await ask(build(Route("/", "GET", fails), plugins=[plugin(rescue=rescue)]))
    assert [record.levelname for record in caplog.records] == ["ERROR"]


async def test_a_guard_whose_coroutine_is_hidden_in_a_plain_function_still_guards(build, ask):
    async def deny(request):
        raise HTTPException(403)

    kernel = build(Route("/", "GET", show), guards=lambda request: deny(request))
    assert (await ask(kernel)).status == 403


def test_an_object_inside_a_partial_is_shown_by_its_class():
    assert label(partial(Awaitable())) == label(Awaitable()) == "Awaitable"
    assert where(partial(Awaitable())) == where(Awaitable.__call__)
