"""What surrounds the handler of a websocket, and how it ends."""

import logging
import re

import anyio
import pytest
from kernel_errors import Error, ErrorCode, ErrorList, Forbidden
from kernel_middlewares import Middleware
from kernel_outcomes import Outcome
from kernel_responses import JSON, Redirect, Stream
from kernel_router import Mount, Routes
from kernel_testing import Client, Closed, Refused, make_kernel
from kernel_websockets import WebSocket, connection, serving as serving_module
from kernel_websockets.connection import Connection

from kernel import App, Hooks, Layer, Plugin, Request, Response, hookimpl
from kernel.errors import HTTPException

pytestmark = pytest.mark.anyio
LEAVE = {"type": "websocket.disconnect", "code": 1001, "reason": "gone"}


async def echo(ws):
    async for message in ws:
        await ws.send(message)


async def refusal(kernel, path="/ws", **wishes):
    """Return the answer to a handshake that is refused."""
    async with Client(kernel) as client:
        with pytest.raises(Refused) as refused:
            async with client.websocket(path, **wishes):
                pass
    return refused.value.response


async def close_of(kernel):
    """Return how the application closes a socket to which one message is sent."""
    async with Client(kernel) as client, client.websocket("/ws") as socket:
        await socket.send("x")
        with pytest.raises(Closed) as closed:
            await socket.receive()
    return closed.value


def errors(caplog):
    return [record for record in caplog.records if record.levelno >= logging.WARNING]


# --- before it is accepted


async def test_an_unknown_path_is_404(serving):
    ends = []
    answer = await refusal(serving(echo, plugins=[told(ends)]), "/nowhere")
    assert (answer.status, answer.json()["code"], ends) == (404, 1001, [Outcome.NOT_FOUND])


def told(ends):
    """Return a plugin that notes how every request ends."""

    class Told(Plugin):
        name = "told"

        @hookimpl
        def kernel_layers(self):
            return Layer("told", on_finish=lambda request, outcome: ends.append(outcome))

    return Told


async def test_a_path_of_http_is_no_path_of_websockets():
    routes = Routes()

    @routes.get("/http")
    async def http(request):
        return "http"

    assert (await refusal(make_kernel(apps=[App(name="a", routes=routes)]), "/http")).status == 405
    routes.websocket("/ws")(echo)
    assert (await refusal(make_kernel(apps=[App(name="a", routes=routes)]), "/http")).status == 404


@pytest.mark.parametrize("method", ["GET", "WEBSOCKET"])
async def test_http_does_not_reach_a_websocket(serving, method):
    async with Client(serving(echo)) as client:
        assert (await client.request(method, "/ws")).status == 404


async def test_a_guard_refuses_with_its_status(serving, caplog):
    def members(request):
        raise Forbidden({"who": "are you"})

    ends, called = [], []

    async def handler(ws):
        called.append(ws)

    answer = await refusal(serving(handler, guards=[members], ends=ends))
    assert (answer.status, answer.json(), called, ends) == (403, {"who": "are you"}, [], [Outcome.ERROR])
    assert errors(caplog) == []


@pytest.mark.parametrize("extension", [True, False])
async def test_a_server_that_cannot_answer_closes_before_the_accept(serving, server, extension):
    def members(request):
        raise HTTPException(401)

    one = server(extension=extension)
    await one.serve(serving(echo, guards=[members]))
    if extension:
        assert one.types == ["websocket.http.response.start", "websocket.http.response.body"]
        assert one.sent[0]["status"] == 401
    else:
        assert [(m["type"], m["code"]) for m in one.sent] == [("websocket.close", 1008)]


@pytest.mark.parametrize(
    ("value", "status", "body"),
    [
        (Response("no", 418), 418, b"no"),
        ("", 200, b""),
        (JSON({"a": 1}, 409), 409, b'{"a":1}'),
        (Stream([b"a", b"b"], status=402), 402, b"ab"),
        (Redirect("/login"), 307, b""),
    ],
)
async def test_before_request_can_answer_instead(serving, value, status, body):
    ends = []
    answer = await refusal(serving(echo, before_request=lambda request: value, ends=ends))
    assert (answer.status, answer.body) == (status, body)
    assert ends == [Outcome.ERROR if status >= 400 else Outcome.BYPASS]


async def test_a_handler_can_answer_instead(serving):
    async def handler(ws):
        return JSON({"why": "full"}, 503)

    answer = await refusal(serving(handler))
    assert (answer.status, answer.json()) == (503, {"why": "full"})


async def test_headers_added_to_an_answer_are_sent_with_it(serving):
    async def handler(ws):
        response = JSON({"why": "full"}, 503)
        response.headers.append((b"retry-after", b"60"))
        return response

    assert (await refusal(serving(handler))).header("retry-after") == "60"


async def test_a_client_that_does_not_take_the_close_does_not_keep_the_others(serving, server, monkeypatch):
    monkeypatch.setattr(serving_module, "CLOSING_TIME", 0.01)

    class Stuck(server):
        async def send(self, message):
            if message["type"] == "websocket.close":
                await anyio.sleep_forever()
            await super().send(message)

    ends, one = [], Stuck()
    kernel = serving(echo, ends=ends)
    monkeypatch.setattr(serving_module, "ENDING_TIME", 0.01)
    await kernel.start()
    async with anyio.create_task_group() as group:
        group.start_soon(kernel, one.scope, one.receive, one.send)
        await one.idle.wait()
        await kernel.service("drain")()
    await kernel.stop()
    assert (ends, one.types) == ([Outcome.CANCELLED], ["websocket.accept"])


async def test_a_handler_that_does_nothing_refuses(serving):
    async def handler(ws):
        pass

    assert (await refusal(serving(handler))).status == 403


async def test_an_error_before_the_accept_is_500_and_told_once(serving, caplog):
    async def handler(ws):
        raise ValueError("secret")

    ends = []
    answer = await refusal(serving(handler, ends=ends))
    assert (answer.status, ends) == (500, [Outcome.ERROR])
    assert "secret" not in answer.text
    assert [record.levelname for record in errors(caplog)] == ["ERROR"]


async def test_the_check_of_the_host_stands_before_everything(serving):
    answer = await refusal(serving(echo), headers={"host": "evil.example"})
    assert (answer.status, answer.json()["code"]) == (400, 1003)


async def test_a_client_that_left_before_is_no_error(serving, server, caplog):
    async def handler(ws):
        await ws.accept()

    ends, one = [], server()
    one.waiting = [LEAVE]
    await one.serve(serving(handler, ends=ends))
    assert (one.sent, ends, errors(caplog)) == ([], [Outcome.DISCONNECTED], [])


async def test_a_refusal_of_a_client_that_left_is_no_error(serving, server, caplog):
    async def handler(ws):
        await ws.close()

    one = server()
    one.waiting = [LEAVE]
    await one.serve(serving(handler))
    assert (one.sent, errors(caplog)) == ([], [])


async def test_a_secure_route_does_not_exist_for_plain_sockets(serving):
    kernel = serving(echo, only_ssl=True)
    assert (await refusal(kernel)).status == 404
    async with Client(kernel) as client, client.websocket("/ws", scope={"scheme": "wss"}) as socket:
        await socket.send("x")
        assert await socket.receive() == "x"


# --- what surrounds it


async def test_parameters_are_filled_as_those_of_requests(serving):
    async def handler(ws: WebSocket, room: str, number: int, since: int = 0):
        await ws.send_json([room, number, since])

    kernel = serving(handler, path="/<room>/<number:int>")
    async with Client(kernel) as client, client.websocket("/lobby/7?since=3") as socket:
        assert await socket.receive_json() == ["lobby", 7, 3]


async def test_a_parameter_that_does_not_fit_refuses(serving):
    async def handler(ws, since: int):
        await ws.accept()

    assert (await refusal(serving(handler), "/ws?since=x")).status == 400


@pytest.mark.parametrize("name", ["ws", "websocket", "socket", "anything", "request"])
async def test_the_socket_needs_no_type(serving, name):
    scope = {}
    exec(f"async def handler({name}):\n    await {name}.send('x')", scope)  # a name from above
    async with Client(serving(scope["handler"])) as client, client.websocket("/ws") as socket:
        assert await socket.receive() == "x"


async def test_everything_that_surrounds_a_request_surrounds_a_socket():
    log, hooks, routes = [], Hooks(), Routes(before_request=lambda request: log.append("group"))

    def around(name):
        async def call(request, call_next):
            log.append(f"{name} in")
            response = await call_next(request)
            log.append(f"{name} out")
            return response

        return Layer(name, around=call)

    class Whole(Plugin):
        name = "whole"

        @hookimpl
        def kernel_layers(self):
            return [around("application")]

    @hooks.event("request_start")
    async def request_start(request):
        log.append(f"start {request.method}")

    @hooks.event("success_response")
    async def success_response(response):
        log.append(f"success {response.status}")

    @hooks.event("request_end")
    async def request_end(outcome):
        log.append(f"end {outcome}")

    @routes.websocket(
        "/ws",
        layers=[around("route")],
        guards=[lambda request: log.append("guard")],
        after_request=lambda response: log.append("after_request") or response,
        after_response=lambda request: log.append("after_response"),
    )
    async def handler(ws: WebSocket):
        log.append("handler")
        ws.background(log.append, "background")
        await ws.send(await ws.receive())

    app = App(name="a", routes=routes, hooks=[hooks])
    async with Client(make_kernel([Whole], [app])) as client, client.websocket("/ws") as socket:
        await socket.send("x")
        assert await socket.receive() == "x"
        with pytest.raises(Closed, match="1000"):
            await socket.receive()
    assert log == [
        "start WEBSOCKET", "application in", "route in", "guard", "group", "handler", "after_request", "route out",
        "application out", "success 204", "background", "after_response", "end closed",
    ]  # fmt: skip


class Replacing(Middleware):
    """Puts a new request in the place of the one."""

    async def process_request(self, request):
        new = Request(request.scope, request.receive, request.app)
        new.context["by"] = "middleware"
        return new, None

    async def process_response(self, request, response):
        return response


async def test_a_middleware_can_replace_the_request_of_a_socket(serving):
    async def handler(ws):
        assert isinstance(ws, WebSocket)
        await ws.send(ws.context["by"] + await ws.receive())
        await ws.send(await ws.receive())

    kernel = serving(handler, config={"middlewares": {"active": f"{__name__}.Replacing"}})
    async with Client(kernel) as client, client.websocket("/ws") as socket:
        await socket.send("!")
        assert await socket.receive() == "middleware!"
        await socket.send("?")
        assert await socket.receive() == "?"


async def test_an_asgi_layer_sees_websockets_too(serving):
    seen = []

    def wrap(inner):
        async def call(scope, receive, send):
            seen.append(scope["type"])
            await inner({**scope, "query_string": b"a=1"}, receive, send)

        return call

    class Outer(Plugin):
        name = "outer"

        @hookimpl
        def kernel_layers(self):
            return [Layer("outer", asgi=wrap)]

    async def handler(ws, a: int):
        await ws.send_json(a)

    async with Client(serving(handler, plugins=[Outer])) as client, client.websocket("/ws") as socket:
        assert await socket.receive_json() == 1
    assert seen[-1] == "websocket"


async def test_a_mounted_application_gets_its_sockets():
    routes, seen = Routes(), []

    async def old(scope, receive, send):
        seen.append((scope["path"], scope["root_path"], (await receive())["type"]))
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": (await receive())["text"]})
        await send({"type": "websocket.close", "code": 4000})

    routes.append(Mount("/old", old, lifespan=False))
    async with Client(make_kernel(apps=[App(name="a", routes=routes)])) as client, client.websocket("/old/x") as socket:
        await socket.send("hi")
        assert await socket.receive() == "hi"
        with pytest.raises(Closed, match="4000"):
            await socket.receive()
    assert seen == [("/old/x", "/old", "websocket.connect")]


@pytest.mark.parametrize("beside", [True, False])
async def test_a_mounted_application_refuses_in_its_own_way(beside):
    async def old(scope, receive, send):
        await send({"type": "websocket.http.response.start", "status": 410, "headers": []})
        await send({"type": "websocket.http.response.body", "body": b"go", "more_body": True})
        await send({"type": "websocket.http.response.body", "body": b"ne"})

    routes = Routes(Mount("/old", old, lifespan=False))
    if beside:
        routes.websocket("/ws")(echo)
    answer = await refusal(make_kernel(apps=[App(name="a", routes=routes)]), "/old/x")
    assert (answer.status, answer.body) == (410, b"gone")


# --- how it ends


@pytest.mark.parametrize(
    ("error", "code", "reason"),
    [
        (HTTPException(403), 1008, "Forbidden"),
        (HTTPException(404), 1008, "Not Found"),
        (HTTPException(499, "own"), 1008, ""),
        (HTTPException(503), 1013, "Service Unavailable"),
        (Forbidden("secret"), 1008, "Forbidden"),
        (Error(2001), 1008, "Conflict"),
    ],
)
async def test_an_answer_after_the_accept_becomes_the_code_of_the_close(error, code, reason, caplog):
    routes, ends = Routes(), []

    @routes.websocket("/ws")
    async def handler(ws):
        await ws.receive()
        raise error

    codes = ErrorList(ErrorCode(2001, "taken", 409))
    layers = [Layer("ends", on_finish=lambda ws, end: ends.append(end))]
    closed = await close_of(make_kernel(apps=[App(name="a", routes=routes, errors=[codes], layers=layers)]))
    assert (closed.code, closed.reason, ends) == (code, reason, [Outcome.ERROR])
    assert errors(caplog) == []


async def test_an_error_after_the_accept_closes_with_1011_and_is_told_once(serving, caplog):
    async def handler(ws):
        await ws.receive()
        raise ValueError("secret")

    ends = []
    closed = await close_of(serving(handler, ends=ends))
    assert (closed.code, closed.reason, ends) == (1011, "Internal Server Error", [Outcome.ERROR])
    (record,) = errors(caplog)
    assert re.fullmatch(r"WEBSOCKET '/ws' failed in app 'chat' \(error \w+\)", record.getMessage())


async def test_exception_handlers_answer_for_sockets_too(serving, caplog):
    async def handler(ws):
        await ws.receive()
        raise KeyError("x")

    closed = await close_of(serving(handler, exception_handlers={KeyError: lambda request, error: Response("", 404)}))
    assert closed.code == 1008
    assert errors(caplog) == []


@pytest.mark.parametrize("way", ["iterate", "receive", "catch"])
async def test_a_client_that_leaves_is_no_error(serving, caplog, way):
    async def handler(ws):
        if way == "iterate":
            async for _ in ws:
                pass
        elif way == "receive":
            await ws.receive()
        else:
            with pytest.raises(Exception, match="1001"):
                await ws.receive()

    ends = []
    async with Client(serving(handler, ends=ends)) as client, client.websocket("/ws") as socket:
        await socket.close(1001)
    assert ends == [Outcome.DISCONNECTED if way == "receive" else Outcome.CLOSED]
    assert errors(caplog) == []


async def test_several_tasks_that_lose_their_client_are_no_error(serving, caplog):
    async def handler(ws):
        await ws.accept()
        async with anyio.create_task_group() as group:
            group.start_soon(ws.receive)
            await anyio.lowlevel.checkpoint()
            await ws.receive()

    ends = []
    kernel = serving(handler, ends=ends)
    async with Client(kernel) as client, client.websocket("/ws") as socket:
        await socket.close(1001)
    assert (ends, errors(caplog)) == ([Outcome.DISCONNECTED], [])


async def test_an_error_beside_a_lost_client_is_told(serving, caplog):
    async def handler(ws):
        try:
            await ws.receive()
        except Exception as error:
            raise ExceptionGroup("both", [error, ValueError("broken")]) from None

    ends = []
    async with Client(serving(handler, ends=ends)) as client, client.websocket("/ws") as socket:
        await socket.send("x")
        with pytest.raises(Closed):
            await socket.receive()
    async with Client(serving(handler, ends=ends)) as client, client.websocket("/ws") as socket:
        await socket.close()
    assert ends == [Outcome.CLOSED, Outcome.ERROR]
    assert len(errors(caplog)) == 1


async def test_a_send_that_fails_is_a_client_that_left(serving, server, caplog):
    async def handler(ws):
        await ws.accept()
        one.failing = True
        await ws.send("x")

    ends, one = [], server()
    await one.serve(serving(handler, ends=ends))
    assert (one.types, ends, errors(caplog)) == (["websocket.accept"], [Outcome.DISCONNECTED], [])


@pytest.mark.parametrize("by", ["the handler", "its end"])
async def test_a_close_that_cannot_be_sent_does_not_matter(serving, server, caplog, by):
    async def handler(ws):
        await ws.accept()
        one.failing = True
        if by == "the handler":
            await ws.close()

    ends, one = [], server()
    await one.serve(serving(handler, ends=ends))
    assert (ends, errors(caplog)) == ([Outcome.CLOSED], [])


async def test_a_handler_that_only_sends_learns_that_its_client_left(serving, server, monkeypatch, caplog):
    monkeypatch.setattr(connection, "LOOK_EVERY", 0)

    async def handler(ws):
        while True:
            await ws.send("tick")

    ends, one = [], server("a", LEAVE)
    await one.serve(serving(handler, ends=ends))
    assert (ends, errors(caplog)) == ([Outcome.DISCONNECTED], [])


async def test_what_is_seen_while_sending_is_received_later(serving, server, monkeypatch):
    monkeypatch.setattr(connection, "LOOK_EVERY", 0)

    async def handler(ws):
        await ws.send("1")
        one.waiting += [{"type": "websocket.receive", "bytes": str(n).encode()} for n in range(40)]
        with monkeypatch.context() as patch:
            patch.setattr(connection, "GLANCE", 10)
            await ws.send("2")
        seen = len(one.waiting)
        await ws.send_json([seen, *[int(await ws.receive()) for _ in range(40)]])

    one = server()
    await one.serve(serving(handler))
    assert one.sent[-2]["text"] == str([8, *range(40)]).replace(" ", "")


async def test_nobody_looks_while_another_task_waits_for_a_message(monkeypatch, server):
    monkeypatch.setattr(connection, "LOOK_EVERY", 0)
    one, got = server(), []
    wire = Connection("/ws", one.receive, one.send)
    await wire.accept()

    async def read():
        got.append(await wire.receive())

    async with anyio.create_task_group() as group:
        group.start_soon(read)
        await one.idle.wait()
        await wire.transmit({"type": "websocket.send", "text": "x"})
        group.cancel_scope.cancel()
    assert (got, one.types) == ([], ["websocket.accept", "websocket.send"])


async def test_a_cancelled_handler_ends_once(serving, server):
    ends, one = [], server()
    kernel = serving(echo, ends=ends)
    await kernel.start()
    async with anyio.create_task_group() as group:
        group.start_soon(kernel, one.scope, one.receive, one.send)
        await one.idle.wait()
        group.cancel_scope.cancel()
    await kernel.stop()
    assert (ends, one.types) == ([Outcome.CANCELLED], ["websocket.accept"])


async def test_what_fails_at_the_very_end_is_told_and_ends_once(serving, server, caplog):
    async def handler(ws):
        await ws.accept()

    class Broken(server):
        async def send(self, message):
            if message["type"] == "websocket.close":
                raise ValueError("broken")
            await super().send(message)

    ends, one = [], Broken()
    await one.serve(serving(handler, ends=ends))
    (record,) = errors(caplog)
    assert record.getMessage().startswith("WEBSOCKET '/ws': the response failed after it had begun")
    assert ends == [Outcome.ERROR]


async def test_a_settler_decides_about_the_close(serving):
    async def commit(request, response):
        raise HTTPException(503) if response.status < 400 else AssertionError

    async def handler(ws):
        ws.settlers = (*ws.settlers, commit)
        await ws.receive()

    assert (await close_of(serving(handler))).code == 1013


# --- when the server restarts


async def test_a_drain_closes_every_socket_with_1012(serving):
    ends = []
    kernel = serving(echo, ends=ends)
    async with Client(kernel) as client, client.websocket("/ws") as one, client.websocket("/ws") as two:
        for socket in (one, two):
            await socket.send("x")
            await socket.receive()
        await kernel.service("drain")()
        for socket in (one, two):
            with pytest.raises(Closed, match="1012: the server restarts"):
                await socket.receive()
    assert ends == [Outcome.CLOSED] * 2


async def test_a_handler_is_told_of_a_drain_as_of_any_end(serving):
    told = []

    async def handler(ws):
        await ws.accept()
        for act in (ws.receive, lambda: ws.send("x")):
            try:
                await act()
            except Exception as error:
                told.append(error.code)
                accepted.set()

    accepted, kernel = anyio.Event(), serving(handler)
    async with Client(kernel) as client, client.websocket("/ws"):
        await kernel.service("drain")()
    assert told == [1012, 1012]


async def test_a_handler_that_does_not_end_by_itself_is_cancelled(serving, monkeypatch):
    monkeypatch.setattr(serving_module, "ENDING_TIME", 0.01)

    async def handler(ws):
        await ws.accept()
        await anyio.sleep_forever()

    ends = []
    kernel = serving(handler, ends=ends)
    async with Client(kernel) as client, client.websocket("/ws") as socket:
        await kernel.service("drain")()
        with pytest.raises(Closed, match="1012"):
            await socket.receive()
    assert ends == [Outcome.CANCELLED]


async def test_a_socket_that_cannot_be_closed_does_not_keep_the_others(serving, server):
    ends, one = [], server()
    kernel = serving(echo, ends=ends)
    await kernel.start()
    async with anyio.create_task_group() as group:
        group.start_soon(kernel, one.scope, one.receive, one.send)
        await one.idle.wait()
        one.failing = True
        await kernel.service("drain")()
    await kernel.stop()
    assert ends == [Outcome.CANCELLED]


async def test_who_connects_during_a_drain_is_told_to_come_later(serving):
    kernel = serving(echo)
    async with Client(kernel) as client:
        await kernel.service("drain")()
        with pytest.raises(Refused) as refused:
            async with client.websocket("/ws"):
                pass
    assert (refused.value.status, refused.value.response.header("retry-after")) == (503, "5")
    async with Client(kernel) as client, client.websocket("/ws") as socket:
        await socket.send("x")
        assert await socket.receive() == "x"


@pytest.mark.parametrize("waits", [True, False])
async def test_who_is_not_accepted_yet_is_told_to_come_later(serving, monkeypatch, waits):
    monkeypatch.setattr(serving_module, "ENDING_TIME", 0.01)
    connecting, ends = anyio.Event(), []

    async def handler(ws):
        connecting.set()
        await (anyio.sleep_forever() if waits else kernel.service("drain")())
        await ws.accept()

    async def drain():
        await connecting.wait()
        if waits:
            await kernel.service("drain")()

    kernel = serving(handler, ends=ends)
    async with anyio.create_task_group() as group:
        group.start_soon(drain)
        answer = await refusal(kernel)
    assert (answer.status, answer.header("retry-after"), ends) == (503, "5", [Outcome.CANCELLED])


async def test_who_accepts_during_the_drain_is_told_to_come_later(serving):
    connecting, drained = anyio.Event(), anyio.Event()

    async def handler(ws):
        connecting.set()
        await drained.wait()
        await ws.accept()

    async def drain():
        await connecting.wait()
        kernel.service("life").state = "draining"
        await kernel.service("websocket").drain()

    kernel = serving(handler)
    async with anyio.create_task_group() as group:
        group.start_soon(drain)
        group.start_soon(released, drained, connecting)
        answer = await refusal(kernel)
    assert answer.status == 503


async def released(drained, connecting):
    await connecting.wait()
    await anyio.sleep(0.02)
    drained.set()


async def test_a_drain_without_sockets_does_not_wait(serving):
    kernel = serving(echo)
    async with Client(kernel):
        await kernel.service("drain")()
