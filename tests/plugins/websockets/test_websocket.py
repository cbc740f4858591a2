"""What a handler does with its socket, seen by a client."""

import logging

import pytest
from hypothesis import given, strategies as st
from kernel_testing import Closed, Refused
from kernel_websockets import Disconnected, MessageTooLarge, WebSocket
from kernel_websockets.websocket import size

pytestmark = pytest.mark.anyio


async def echo(ws):
    async for message in ws:
        await ws.send(message)


@pytest.mark.parametrize("data", ["héllo", "", b"\x00\xff", b""])
async def test_text_stays_text_and_bytes_stay_bytes(connected, data):
    async with connected(echo) as socket:
        await socket.send(data)
        assert await socket.receive() == data


async def test_whatever_is_bytes_like_is_sent_as_bytes(connected):
    async def handler(ws):
        for data in (bytearray(b"a"), memoryview(b"b"), type("Text", (str,), {})("c")):
            await ws.send(data)

    async with connected(handler) as socket:
        assert [data async for data in socket] == [b"a", b"b", "c"]


async def test_values_travel_as_json(connected):
    async def handler(ws):
        await ws.send_json({"got": await ws.receive_json()})

    async with connected(handler) as socket:
        await socket.send_json([1, {"a": "ä"}])
        assert await socket.receive_json() == {"got": [1, {"a": "ä"}]}


@pytest.mark.parametrize("data", [b"[1]", "[1]"])
async def test_json_may_come_as_text_or_as_bytes(connected, data):
    async def handler(ws):
        await ws.send_json(await ws.receive_json())

    async with connected(handler) as socket:
        await socket.send(data)
        assert await socket.receive_json() == [1]


@pytest.mark.parametrize("data", ["{", "NaN", '{"a":1,"a":2}', "[" * 65 + "]" * 65])
async def test_what_is_no_json_closes_with_1008(connected, data, caplog):
    async def handler(ws):
        await ws.receive_json()

    async with connected(handler) as socket:
        await socket.send(data)
        with pytest.raises(Closed) as closed:
            await socket.receive()
    assert closed.value.code == 1008
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_the_depth_of_json_is_limited_as_for_requests(connected):
    async def handler(ws):
        await ws.send_json(await ws.receive_json())

    async with connected(handler, config={"limits": {"max_json_depth": "1"}}) as socket:
        await socket.send("[1]")
        assert await socket.receive() == "[1]"
    async with connected(handler, config={"limits": {"max_json_depth": "1"}}) as socket:
        await socket.send("[[1]]")
        with pytest.raises(Closed):
            await socket.receive()


async def test_a_handler_that_returns_closes_with_1000(connected):
    async def handler(ws):
        await ws.accept()

    async with connected(handler) as socket:
        with pytest.raises(Closed) as closed:
            await socket.receive()
    assert (closed.value.code, closed.value.reason) == (1000, "")


async def test_a_handler_closes_with_what_it_says(connected):
    async def handler(ws):
        await ws.accept()
        assert ws.accepted
        await ws.close(4001, "bye")
        await ws.close()
        assert not ws.accepted

    async with connected(handler) as socket:
        with pytest.raises(Closed, match="4001: bye") as closed:
            await socket.receive()
    assert (closed.value.code, closed.value.reason) == (4001, "bye")
    assert [message["type"] for message in socket.messages] == ["websocket.accept", "websocket.close"]


async def test_a_subprotocol_is_chosen_of_those_offered(connected):
    async def handler(ws):
        await ws.accept(ws.subprotocols[1], headers=[("x-own", "1"), (b"set-cookie", b"a=b")])

    async with connected(handler, subprotocols=["v1", "v2"]) as socket:
        assert socket.subprotocol == "v2"
        assert socket.headers == [(b"x-own", b"1"), (b"set-cookie", b"a=b")]


@pytest.mark.parametrize(
    ("wishes", "message"),
    [
        ({"subprotocol": "v9"}, "does not offer the subprotocol 'v9', but v1"),
        ({"headers": [("sec-websocket-protocol", "v1")]}, "belongs to the handshake"),
        ({"headers": [("x", "a\r\nb")]}, "control character"),
    ],
)
async def test_an_answer_to_the_handshake_that_cannot_be_is_refused(connected, wishes, message, caplog):
    async def handler(ws):
        with pytest.raises(ValueError, match=message):
            await ws.accept(**wishes)
        await ws.accept()

    async with connected(handler, subprotocols=["v1"]) as socket:
        assert socket.subprotocol is None


async def test_without_an_offer_there_is_no_subprotocol(connected):
    async def handler(ws):
        with pytest.raises(ValueError, match="but none"):
            await ws.accept("v1")
        await ws.accept()

    async with connected(handler, scope={"subprotocols": None}) as socket:
        assert socket.subprotocol is None


@pytest.mark.parametrize("first", ["send", "receive", "iterate"])
async def test_the_first_message_accepts(connected, first):
    async def handler(ws):
        if first == "send":
            await ws.send("x")
        elif first == "receive":
            await ws.receive()
        else:
            await anext(ws)
        assert ws.accepted

    async with connected(handler) as socket:
        await socket.send("x")
        assert [message async for message in socket] == (["x"] if first == "send" else [])
    assert socket.messages[-1] == {"type": "websocket.close", "code": 1000, "reason": ""}


@pytest.mark.parametrize("code", [0, 999, 1004, 1005, 1006, 1015, 2999, 5000, "1000"])
async def test_codes_that_only_tell_are_not_sent(connected, code):
    async def handler(ws):
        await ws.accept()
        with pytest.raises(ValueError, match="may not be sent"):
            await ws.close(code)

    async with connected(handler) as socket:
        with pytest.raises(Closed, match="1000"):
            await socket.receive()


async def test_a_reason_has_123_bytes_at_most(connected):
    async def handler(ws):
        await ws.accept()
        with pytest.raises(ValueError, match="123 bytes"):
            await ws.close(1000, "ä" * 62)
        await ws.close(1000, "x" * 123)

    async with connected(handler) as socket:
        with pytest.raises(Closed, match="x" * 123):
            await socket.receive()


@pytest.mark.parametrize("data", [None, 1, {"a": 1}, object()])
async def test_only_str_and_bytes_are_sent(connected, data):
    async def handler(ws):
        with pytest.raises(TypeError, match=r"send\(\) takes str or bytes, not"):
            await ws.send(data)
        await ws.accept()

    async with connected(handler) as socket:
        with pytest.raises(Closed, match="1000"):
            await socket.receive()


async def misuse(ws, act):
    await {"accept": ws.accept, "receive": ws.receive, "send": lambda: ws.send("x")}[act]()


@pytest.mark.parametrize("act", ["accept", "receive", "send"])
async def test_nothing_works_after_the_end(connected, act):
    async def handler(ws):
        await ws.accept()
        await ws.close()
        with pytest.raises(RuntimeError, match=rf"websocket '/ws': {act}\(\) after the end; it was closed with 1000"):
            await misuse(ws, act)
        assert [message async for message in ws] == []
        assert await ws.is_disconnected()

    async with connected(handler) as socket:
        with pytest.raises(Closed, match="1000"):
            await socket.receive()


async def test_a_socket_is_accepted_once(connected):
    async def handler(ws):
        assert not await ws.is_disconnected()
        await ws.accept()
        with pytest.raises(RuntimeError, match="accept\\(\\) comes once"):
            await ws.accept()

    async with connected(handler) as socket:
        with pytest.raises(Closed, match="1000"):
            await socket.receive()


async def test_a_socket_has_no_body(connected):
    async def handler(ws):
        await ws.accept()
        for read in ("body", "json", "text", "stream"):
            with pytest.raises(RuntimeError, match="websocket '/ws' has no body"):
                await getattr(ws, read)()

    async with connected(handler) as socket:
        with pytest.raises(Closed, match="1000"):
            await socket.receive()


async def test_a_socket_is_a_request(connected):
    async def handler(ws):
        found = [ws.method, ws.path, ws.scheme, ws.query_params["a"], ws.headers["x-own"], ws.cookies["sid"]]
        assert ws.app.get_current_request() is ws
        ws.context["seen"] = str(ws.url)
        await ws.send_json([*found, ws.state.seen, ws.client["ip"]])

    headers = {"x-own": "1", "cookie": "sid=7", "host": "localhost"}
    async with connected(handler, headers=headers, scope={"query_string": b"a=b"}) as socket:
        assert await socket.receive_json() == [
            "WEBSOCKET", "/ws", "ws", "b", "1", "7", "ws://localhost/ws?a=b", "127.0.0.1",
        ]  # fmt: skip


@pytest.mark.parametrize(("code", "reason"), [(1000, ""), (1001, "away"), (4000, "own"), (1006, "")])
async def test_the_end_by_the_client_is_told_with_its_code(connected, code, reason):
    told = []

    async def handler(ws):
        for _ in range(2):
            try:
                await ws.receive()
            except Disconnected as error:
                told.append((error.code, error.reason, str(error).endswith(reason or str(code))))

    async with connected(handler) as socket:
        await socket.close(code, reason)
    assert told == [(code, reason, True)] * 2


async def test_sending_to_a_client_that_is_known_to_be_gone_says_so(connected):
    told = []

    async def handler(ws):
        assert [message async for message in ws] == []
        for act in ("accept", "send"):
            try:
                await misuse(ws, act)
            except Disconnected as error:
                told.append(error.code)

    async with connected(handler) as socket:
        await socket.close(1001)
    assert told == [1001, 1001]


@pytest.mark.parametrize(
    ("data", "fits"),
    [("x" * 12, True), ("x" * 13, False), ("ä" * 6, True), ("ä" * 7, False), (b"x" * 12, True), (b"x" * 13, False)],
)
async def test_a_message_has_at_most_the_bytes_of_the_configuration(connected, data, fits):
    async with connected(echo, config={"websocket": {"max_message": "12"}}) as socket:
        await socket.send(data)
        if fits:
            assert await socket.receive() == data
        else:
            with pytest.raises(Closed) as closed:
                await socket.receive()
            assert closed.value.code == 1009


async def test_by_default_a_message_has_at_most_a_mebibyte(connected):
    async with connected(echo) as socket:
        await socket.send("x" * 1024 * 1024)
        await socket.receive()
        await socket.send("x" * (1024 * 1024 + 1))
        with pytest.raises(Closed) as closed:
            await socket.receive()
    assert closed.value.code == 1009


async def test_a_route_has_a_limit_of_its_own(connected):
    async def handler(ws):
        with pytest.raises(MessageTooLarge) as error:
            await ws.receive()
        limits.append(error.value.limit)

    limits = []
    async with connected(handler, max_body_size=3) as socket:
        await socket.send("1234")
        with pytest.raises(Closed) as closed:
            await socket.receive()
    assert (closed.value.code, limits) == (1009, [3])


async def test_closing_before_accepting_refuses(connected):
    async def handler(ws):
        await ws.close()

    with pytest.raises(Refused) as refused:
        async with connected(handler):
            pass
    assert refused.value.status == 403


@given(st.text() | st.binary())
def test_the_size_of_a_message_is_that_of_its_bytes(data):
    assert size(data) == len(data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass"))


def test_the_class_can_be_named_without_a_kernel():
    assert WebSocket.max_json_depth == 64
