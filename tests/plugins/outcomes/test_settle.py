"""Settlers have the last word on a response, before its first byte."""

from functools import partial

import pytest
from kernel_outcomes.plugin import settle
from kernel_responses import JSON, EventStream, Stream, Text
from kernel_router import Routes
from kernel_testing import Client

from kernel import App, Kernel, Layer, Plugin, Request, Response, hookimpl
from kernel.layers import Route

pytestmark = pytest.mark.anyio
routes = Routes()


@routes.get("/")
async def home(request):
    request.settlers = tuple(request.app.context["settlers"])
    if "fail" in request.query_params:
        raise ValueError("secret")
    return "hello"


async def answer(*settlers, path="/"):
    kernel = Kernel({}, apps=[App(name="shop", routes=[routes])])
    kernel.context["settlers"] = settlers
    async with Client(kernel) as client:
        return await client.get(path)


async def test_a_settler_may_change_the_response():
    async def mark(request, response):
        response.headers.append((b"x-marked", b"yes"))
        return response

    response = await answer(mark)
    assert (response.status, dict(response.headers)[b"x-marked"]) == (200, b"yes")


async def test_a_failing_settler_is_answered_like_a_handler_and_the_next_one_sees_it():
    seen = []

    async def fail(request, response):
        raise ValueError("secret")

    async def look(request, response):
        seen.append(response.status)
        return response

    response = await answer(fail, look)
    assert (response.status, seen) == (500, [500])
    assert b"secret" not in response.body


@pytest.mark.parametrize("kind", [Response, JSON, partial(Text, compress=True)])
@pytest.mark.parametrize("where", ["handler", "gate", "gate before a layer"])
async def test_what_a_settler_changes_is_changed_for_one_request(kind, where):
    shared = kind("x" * 600)

    async def mark(request, response):
        response.headers.append((b"x-marked", b"yes"))
        return response

    def gate(request):
        request.settlers = (mark,)
        return None if where == "handler" else shared

    async def around(request, call_next):
        return await call_next(request)

    async def handler(request):
        return shared

    layers = Layer("gate", before_request=gate, blocking=False), Layer("around", around=around, after=("gate",))
    layers = layers if where == "gate before a layer" else layers[:1]
    gates = type("Gates", (Plugin,), {"name": "gates", "kernel_layers": hookimpl(lambda self: layers)})
    kernel = Kernel({}, apps=[App(name="shop", routes=[Route("/", "GET", handler)])], plugins=[gates])
    async with Client(kernel) as client:
        answers = [await client.get("/") for _ in range(2)]
    assert [[name for name, _ in one.headers].count(b"x-marked") for one in answers] == [1, 1]


@pytest.mark.parametrize("kind", [ValueError, SystemExit])
@pytest.mark.parametrize("response", [Stream, EventStream])
async def test_a_stream_that_a_failing_settler_replaces_is_closed(kind, response):
    closed, begun = [], response is Stream

    async def chunks():
        try:
            yield "a"
            yield "b"
        finally:
            closed.append(True)

    async def fail(request, response):
        raise kind("secret")

    async def rescue(request, error):
        return Response("failed", 500)

    request = Request({"type": "http", "method": "GET"}, None, None)
    request.settlers, prepared = (fail,), await response(chunks()).prepare(request)
    if kind is ValueError:
        assert (await settle(request, prepared, rescue)).status == 500
    else:
        with pytest.raises(SystemExit):
            await settle(request, prepared, rescue)
    assert closed == [True] * begun  # of a generator that nobody has begun nothing is to be closed


async def test_a_settler_sees_the_answer_to_what_a_handler_raised():
    seen = []

    async def look(request, response):
        seen.append(response.status)
        return response

    await answer(look, path="/?fail=1")
    assert seen == [500]


async def test_a_header_that_may_not_be_sent_is_answered_500():
    async def spoil(request, response):
        response.headers.append((b"x-marked", b"a\r\nb"))
        return response

    assert (await answer(spoil)).status == 500


async def test_a_settler_that_is_added_by_another_one_runs_too():
    seen = []

    async def late(request, response):
        seen.append("late")
        return response

    async def early(request, response):
        request.settlers = (*request.settlers, late)
        return response

    assert (await answer(early)).status == 200
    assert seen == ["late"]


async def test_what_a_settler_changes_of_the_answer_to_another_one_is_changed_for_one_request():
    shared, request = Response("shared", 404), Request({}, None, None)

    async def rescue(request, error):
        return shared

    async def fail(request, response):
        raise ValueError("secret")

    async def mark(request, response):
        response.headers.append((b"x-marked", b"yes"))
        return response

    request.settlers = (fail, mark)
    marks = [[name for name, _ in (await settle(request, Response(), rescue)).pairs] for _ in range(2)]
    assert [names.count(b"x-marked") for names in marks] == [1, 1]
