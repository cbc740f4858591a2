"""Every connection ends in exactly one way: an answer, a log line, or 503 (ASGI 3.0)."""

import logging

import anyio
import pytest
from kernel_outcomes.plugin import Outcomes
from kernel_testing import Client, Incomplete, LifespanFailed

from kernel import Layer, Plugin, Response, hookimpl
from kernel.errors import ClientDisconnect, HTTPException
from kernel.layers import Route

pytestmark = pytest.mark.anyio


async def show(request):
    return "shown"


def plugin(*layers, **hooks):
    hooks = {name: hookimpl(hook) for name, hook in hooks.items()}
    return type("Wraps", (Plugin,), {"name": "wraps", "kernel_layers": hookimpl(lambda self: layers), **hooks})


def passing():
    """Return a layer that changes nothing, so that the application is folded."""

    async def around(request, call_next):
        return await call_next(request)

    return plugin(Layer("one", around=around))


class Chunks(Response):
    """A streamed response of two parts."""

    streamed = True

    def __init__(self, error=None):
        super().__init__(b"")
        self.error = error

    async def write(self, request, send):
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers(None)})
        await send({"type": "http.response.body", "body": b"a", "more_body": True})
        if self.error:
            raise self.error
        await send({"type": "http.response.body", "body": b"b"})


def answering(value):
    async def handler(request):
        return value

    return handler


def raising(error):
    async def handler(request):
        raise error

    return handler


@pytest.mark.parametrize("folded", [True, False])
async def test_a_request_is_answered(build, ask, folded):
    response = await ask(build(Route("/", "GET", show), plugins=[passing()] if folded else []))
    assert (response.status, response.text) == (200, "shown")
    assert response.headers == [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"5")]


@pytest.mark.parametrize("folded", [True, False])
@pytest.mark.parametrize(("path", "method", "status"), [("/no", "GET", 404), ("/", "PUT", 405), ("/fails", "GET", 500)])
async def test_what_cannot_be_answered_has_a_status(build, ask, path, method, status, folded):
    routes = [Route("/", "GET", show), Route("/fails", "GET", raising(ValueError("no")))]
    kernel = build(*routes, plugins=[passing()] if folded else [])
    assert (await ask(kernel, path, method)).status == status


async def test_head_has_no_body(build, ask):
    response = await ask(build(Route("/", "HEAD", show)), "/", "HEAD")
    assert (response.body, response.header("content-length")) == (b"", "5")


@pytest.mark.parametrize("status", [204, 304])
async def test_a_status_without_body_has_none(build, ask, status):
    response = await ask(build(Route("/", "GET", answering(Response("abc", status)))))
    assert (response.body, response.headers) == (b"", [])


@pytest.mark.parametrize("length", [0, 4095, 4096, 100_000])
async def test_the_length_is_right_for_any_size(build, ask, length):
    response = await ask(build(Route("/", "GET", answering(Response(b"x" * length)))))
    assert response.header("content-length") == str(len(response.body)) == str(length)


async def test_a_header_added_to_a_response_is_sent(build, ask):
    async def handler(request):
        response = Response("abc")
        response.headers.append((b"x-a", b"1"))
        return response

    response = await ask(build(Route("/", "GET", handler)))
    assert (response.header("x-a"), response.header("content-length")) == ("1", "3")


async def test_a_header_that_may_not_be_sent_is_a_500(build, ask):
    async def handler(request):
        response = Response("abc")
        response.headers.append((b"x-a", b"1\r\nx-b: 2"))
        return response

    assert (await ask(build(Route("/", "GET", handler)))).status == 500


async def test_a_streamed_response_is_sent_in_parts(build, ask):
    assert (await ask(build(Route("/", "GET", answering(Chunks()))))).body == b"ab"


async def test_a_streamed_response_may_become_another(build, ask):
    class Refused(Chunks):
        async def prepare(self, request):
            return Response("other", 416)

    assert (await ask(build(Route("/", "GET", answering(Refused()))))).status == 416


async def test_a_streamed_response_may_still_fail_before_it_begins(build, ask):
    class Refused(Chunks):
        async def prepare(self, request):
            raise HTTPException(404)

    assert (await ask(build(Route("/", "GET", answering(Refused()))))).status == 404


async def test_an_error_after_the_start_cuts_the_answer_and_is_logged_once(build, ask, caplog):
    with pytest.raises(Incomplete) as caught:
        await ask(build(Route("/", "GET", answering(Chunks(ValueError("lost"))))))
    assert caught.value.response.body == b"a"
    (record,) = caplog.records
    assert (record.levelname, record.getMessage()) == ("ERROR", "GET '/' failed after the response had begun")


@pytest.mark.parametrize("error", [ClientDisconnect(), ConnectionResetError()])
async def test_a_client_that_leaves_during_the_answer_is_no_error(build, ask, caplog, error):
    caplog.set_level(logging.INFO)
    with pytest.raises(Incomplete):
        await ask(build(Route("/", "GET", answering(Chunks(error)))))
    (record,) = caplog.records
    assert (record.levelname, record.getMessage()) == ("INFO", "GET '/': the client left")


@pytest.mark.parametrize("folded", [True, False])
async def test_a_client_that_leaves_while_its_body_is_read_gets_no_answer(build, ask, caplog, folded):
    caplog.set_level(logging.INFO)
    kernel = build(Route("/", "GET", raising(ClientDisconnect())), plugins=[passing()] if folded else [])
    with pytest.raises(Incomplete) as caught:
        await ask(kernel)
    assert caught.value.response.messages == []
    assert [record.getMessage() for record in caplog.records] == ["GET '/': the client left"]


async def test_an_os_error_of_a_handler_is_a_500(build, ask):
    assert (await ask(build(Route("/", "GET", raising(OSError("disk")))))).status == 500


def ended(build, handler, **more):
    """Return a kernel and the list of what its hooks are told at the end of a request."""
    seen = []
    layer = Layer("one", on_finish=lambda request, outcome: seen.append(str(outcome)))
    kernel = build(
        Route("/", "GET", handler, after_response=lambda request: seen.append("after"), **more),
        plugins=[Outcomes, plugin(layer)],
    )
    return kernel, seen


@pytest.mark.parametrize(
    ("handler", "path", "wanted"),
    [
        (show, "/", ["after", "ok"]),
        (raising(ValueError("no")), "/", ["error"]),
        (raising(HTTPException(403)), "/", ["error"]),
        (show, "/nowhere", ["not_found"]),
    ],
)
async def test_the_end_of_a_request_is_told_once(build, ask, handler, path, wanted):
    kernel, seen = ended(build, handler)
    await ask(kernel, path)
    assert seen == wanted


async def test_a_bypass_is_told(build, ask):
    kernel, seen = ended(build, show, before_request=lambda request: "bypassed")
    await ask(kernel)
    assert seen[-1] == "bypass"


@pytest.mark.parametrize(("error", "wanted"), [(ValueError(), "error"), (ClientDisconnect(), "disconnected")])
async def test_an_answer_that_was_cut_is_told(build, ask, error, wanted):
    kernel, seen = ended(build, answering(Chunks(error)))
    with pytest.raises(Incomplete):
        await ask(kernel)
    assert seen == [wanted]


async def test_a_cancelled_request_is_told_and_stays_cancelled(build):
    async def handler(request):
        await anyio.sleep_forever()

    kernel, seen = ended(build, handler)
    async with Client(kernel) as client:
        with anyio.move_on_after(0.02) as scope:
            await client.get("/")
    assert (scope.cancelled_caught, seen) == (True, ["cancelled"])


async def test_the_last_byte_is_out_before_anything_runs_after_it(build):
    order = []

    async def handler(request):
        request.background(order.append, "background")
        return "shown"

    kernel = build(Route("/", "GET", handler, after_response=lambda request: order.append("after")), plugins=[Outcomes])
    async with Client(kernel):
        await kernel({"type": "http", "method": "GET", "path": "/", "headers": []}, None, recording(order))
    assert order[:2] == ["http.response.start", "http.response.body"]
    assert sorted(order[2:]) == ["after", "background"]


async def test_background_calls_run_before_after_response(build, ask):
    order = []

    async def handler(request):
        request.background(order.append, "background")
        return "shown"

    await ask(
        build(Route("/", "GET", handler, after_response=lambda request: order.append("after")), plugins=[Outcomes])
    )
    assert order == ["background", "after"]


def recording(order):
    async def send(message):
        order.append(message["type"])

    return send


async def test_an_exception_handled_around_the_kernel_is_not_the_requests_own(build):
    kernel, seen = ended(build, show)

    async def app(scope, receive, send):
        try:
            raise KeyError("of the caller")
        except KeyError:
            await kernel(scope, receive, send)

    async with Client(kernel):
        await Client(app).get("/")
    assert seen == ["after", "ok"]


async def test_a_bypass_by_an_outer_layer_is_told_too(build, ask):
    seen = []
    layers = [
        Layer("gate", before_request=lambda request: "closed"),
        Layer("one", on_finish=lambda request, outcome: seen.append(str(outcome))),
    ]
    await ask(build(Route("/", "GET", show), plugins=[Outcomes, plugin(*layers)]))
    assert seen == ["bypass"]


async def test_hooks_that_wait_for_the_end_need_a_plugin(build, ask, caplog):
    response = await ask(build(Route("/", "GET", show, after_response=print)))
    assert response.status == 200
    assert "switch on the plugin 'outcomes'" in caplog.text


async def test_a_failed_start_is_told_with_all_reasons(build, caplog):
    with pytest.raises(LifespanFailed) as caught:
        await Client(build(graphql=1, colour=2)).__aenter__()
    assert "'graphql='" in str(caught.value)
    assert "'colour='" in str(caught.value)
    (record,) = caplog.records
    assert (record.levelname, bool(record.exc_info)) == ("ERROR", False)
    assert "'graphql='" in record.getMessage()
    assert record.getMessage().startswith("startup failed: error app.keyword: ")
    assert "\n" not in record.getMessage()


async def test_a_lifespan_that_fails_is_told_and_logged_with_its_trace(build, caplog):
    class Failing:
        async def __aenter__(self):
            raise ValueError("no database")

        async def __aexit__(self, *error): ...

    wanted = "plugin 'wraps': its lifespan failed: ValueError: no database"
    with pytest.raises(LifespanFailed, match=wanted):
        await Client(build(plugins=[plugin(kernel_lifespan=lambda self: Failing())])).__aenter__()
    (record,) = caplog.records
    assert record.exc_info


async def test_a_failed_stop_is_told(build):
    class Failing:
        async def __aenter__(self): ...

        async def __aexit__(self, *error):
            raise ValueError("still open")

    with pytest.raises(LifespanFailed, match="shutdown failed: still open"):
        async with Client(build(plugins=[plugin(kernel_lifespan=lambda self: Failing())])):
            pass


@pytest.mark.parametrize(("path", "seen"), [("/", "ValueError"), ("/nowhere", "404")])
async def test_a_layer_of_the_application_sees_exceptions_of_handlers_and_404_as_a_response(build, ask, path, seen):
    async def around(request, call_next):
        try:
            response = await call_next(request)
        except ValueError as error:
            return Response(type(error).__name__)
        return Response(str(response.status))

    kernel = build(Route("/", "GET", raising(ValueError("x"))), plugins=[plugin(Layer("one", around=around))])
    assert (await ask(kernel, path)).text == seen
