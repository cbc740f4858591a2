"""The events of a request: each once, in order, and a failure of one never leaves a client without an answer."""

import logging

import anyio
import pytest
from kernel_errors import BadRequest
from kernel_events import Event
from kernel_responses import Stream, Text
from kernel_router import Routes
from kernel_testing import Client

from kernel import App, Hooks, Kernel, Layer

pytestmark = pytest.mark.anyio
EVENTS = ("request_start", "success_response", "exception_response", "request_end")
READY = Text("ready")


def routes_of(log):
    routes = Routes()

    @routes.get("/")
    async def home(request):
        log.append("handler")
        return READY

    @routes.get("/raised")
    async def raised(request):
        raise BadRequest({"no": 1})

    @routes.get("/returned")
    async def returned(request):
        return BadRequest({"no": 1})

    @routes.get("/crash")
    async def crash(request):
        raise ValueError("secret")

    @routes.get("/unrendered")
    async def unrendered(request):
        return object()

    @routes.get("/stream")
    async def stream(request):
        async def parts():
            while True:
                yield b"part"
                await anyio.sleep(0.01)

        return Stream(parts())

    @routes.get("/slow")
    async def slow(request):
        await anyio.sleep_forever()

    return routes


@pytest.fixture
def log():
    return []


@pytest.fixture
def hooks():
    return Hooks()


@pytest.fixture
def noted(log, hooks):
    """Listen to every event of a request."""
    for event in EVENTS:
        hooks.register(event, lambda event: log.append(event))
    return hooks


def kernel_of(log, hooks, **options):
    return Kernel({}, apps=[App(name="shop", routes=[routes_of(log)], hooks=[hooks], **options)])


async def answer(log, hooks, path="/", **arguments):
    async with Client(kernel_of(log, hooks)) as client:
        return await client.get(path, **arguments)


def failing(text="no"):
    async def listener():
        raise ValueError(text)

    return listener


def errors(caplog):
    return [record for record in caplog.records if record.levelno >= logging.ERROR]


async def test_a_good_answer(log, noted):
    assert (await answer(log, noted)).status == 200
    assert log == ["request_start", "handler", "success_response", "request_end"]


@pytest.mark.parametrize(
    ("path", "status"),
    [("/raised", 400), ("/returned", 400), ("/crash", 500), ("/unrendered", 500), ("/nowhere", 404)],
)
async def test_an_error_answer(log, noted, path, status):
    assert (await answer(log, noted, path)).status == status
    assert log == ["request_start", "exception_response", "request_end"]


async def test_a_method_that_is_not_allowed(log, noted):
    async with Client(kernel_of(log, noted)) as client:
        assert (await client.post("/")).status == 405
    assert log == ["request_start", "exception_response", "request_end"]


async def test_a_request_for_another_host_has_its_events(log, noted):
    assert (await answer(log, noted, headers={"host": "evil.example"})).status == 400
    assert log == ["request_start", "exception_response", "request_end"]


async def test_a_client_that_leaves_in_the_middle(log, noted):
    noted.register("request_end", lambda outcome, response: log.append((outcome, response is not None)))
    await answer(log, noted, "/stream", disconnect_after=2)
    assert log == ["request_start", "success_response", "request_end", ("disconnected", True)]


async def test_a_request_that_is_cancelled(log, noted):
    noted.register("request_end", lambda outcome, response: log.append((outcome, response)))
    async with Client(kernel_of(log, noted)) as client:
        with anyio.move_on_after(0.05):
            await client.get("/slow")
    assert log == ["request_start", "request_end", ("cancelled", None)]


async def test_listeners_of_a_request_may_name_it_and_its_response(log, hooks):
    @hooks.event("request_*")
    def listener(event, request, response, app):
        log.append((event, request.path, response and response.status, app is request.app))

    await answer(log, hooks)
    assert log == [("request_start", "/", None, True), "handler", ("request_end", "/", 200, True)]


async def test_the_event_of_the_response_may_change_it_and_nobody_elses(log, hooks):
    @hooks.event("success_response")
    def mark(response):
        response.headers.append((b"x-marked", b"yes"))

    async with Client(kernel_of(log, hooks)) as client:
        responses = [await client.get("/") for _ in range(2)]
    assert [response.headers.count((b"x-marked", b"yes")) for response in responses] == [1, 1]
    assert b"x-marked" not in dict(READY.pairs)


async def test_the_event_of_the_response_comes_after_the_layers_and_before_other_settlers(log, hooks):
    async def around(request, call_next):
        async def settle(request, response):
            log.append(("settled", response.status))
            return response

        request.settlers = (*request.settlers, settle)
        response = await call_next(request)
        log.append("left")
        return response

    hooks.register("success_response", lambda: log.append("success"))
    hooks.register("success_response", failing())
    async with Client(kernel_of(log, hooks, layers=[Layer("around", around=around)])) as client:
        assert (await client.get("/")).status == 500
    assert log == ["handler", "left", "success", ("settled", 500)]


async def test_a_failing_request_start_is_answered_500_after_the_others_ran(log, hooks, caplog):
    hooks.register("request_start", failing("secret"))
    for event in EVENTS:
        hooks.register(event, lambda event: log.append(event))
    response = await answer(log, hooks)
    assert (response.status, response.json()["code"]) == (500, 1000)
    assert b"secret" not in response.body
    assert log == ["request_start", "exception_response", "request_end"]
    assert len(errors(caplog)) == 1


async def test_a_failing_success_response_is_answered_500_after_the_others_ran(log, hooks, caplog):
    hooks.register("success_response", failing("secret"))
    for event in EVENTS:
        hooks.register(event, lambda event: log.append(event))
    response = await answer(log, hooks)
    assert (response.status, response.json()["code"]) == (500, 1000)
    assert log == ["request_start", "handler", "success_response", "request_end"]
    assert len(errors(caplog)) == 1


async def test_a_failing_exception_response_leaves_the_answer_and_both_are_logged(log, hooks, caplog):
    hooks.register("exception_response", failing())
    response = await answer(log, hooks, "/crash")
    assert (response.status, response.json()["code"]) == (500, 1000)
    assert [str(record.exc_info[1]) for record in errors(caplog)] == ["secret", "no"]


async def test_a_failing_request_end_leaves_the_answer(log, hooks, caplog):
    """F6."""
    hooks.register("request_end", failing())
    hooks.register("request_end", lambda: log.append("end"))
    assert (await answer(log, hooks)).body == b"ready"
    assert log == ["handler", "end"]
    assert len(errors(caplog)) == 1


@pytest.mark.parametrize("event", EVENTS)
async def test_the_current_request_is_reset_whatever_fails(log, hooks, event):
    """R126 and F6."""
    hooks.register(event, failing())
    kernel = kernel_of(log, hooks)
    async with Client(kernel) as client:
        await client.get("/")
        with pytest.raises(LookupError):
            kernel.get_current_request()


@pytest.mark.parametrize("event", EVENTS)
def test_only_what_somebody_listens_to_is_compiled_in(log, hooks, event):
    hooks.register(event, lambda: None)
    (layer,) = [layer for layer in kernel_of(log, hooks).plan.layers if layer.plugin == "events"]
    assert (layer.before_request is None, layer.on_finish is None) == (event == "request_end", event != "request_end")


def test_without_listeners_there_is_no_layer(log, hooks):
    hooks.register("user_created", lambda: None)
    assert [layer for layer in kernel_of(log, hooks).plan.layers if layer.plugin == "events"] == []


async def test_events_of_users_know_the_request_they_happen_in(log):
    routes, hooks = Routes(), Hooks()

    @routes.get("/")
    async def home(request):
        await request.app.execute_event("user_created", {"username": "a"})
        return {}

    hooks.register("user_created", lambda username, request: log.append((username, request.path)))
    kernel = Kernel({}, apps=[App(name="shop", routes=[routes], hooks=hooks)])
    async with Client(kernel) as client:
        await client.get("/")
    assert log == [("a", "/")]


async def test_a_wrong_payload_of_a_declared_event_is_an_error_of_the_handler(caplog):
    routes = Routes()

    @routes.get("/")
    async def home(request):
        await request.app.execute_event("user_created", {"name": "a"})

    app = App(name="shop", routes=[routes], events=[Event("user_created", username=str)])
    async with Client(Kernel({}, apps=[app])) as client:
        assert (await client.get("/")).status == 500
    (record,) = errors(caplog)
    assert f"(executed at {__file__}:" in str(record.exc_info[1])
