"""The client's side of a websocket, held against hand-written applications."""

import anyio
import pytest
from kernel_testing import Client, Closed, Refused

pytestmark = pytest.mark.anyio


async def echo(scope, receive, send):
    """Accept, send back what comes, and say what it was called with."""
    assert (await receive())["type"] == "websocket.connect"
    headers = [(b"set-cookie", b"sid=7; Path=/"), (b"x-path", scope["path"].encode())]
    await send({"type": "websocket.accept", "subprotocol": (scope["subprotocols"] or [None])[0], "headers": headers})
    while (message := await receive())["type"] == "websocket.receive":
        await send({**message, "type": "websocket.send"})
    ends.append((message["code"], message["reason"]))


ends = []


@pytest.fixture(autouse=True)
def _fresh():
    ends.clear()


@pytest.fixture
def client():
    return Client(echo)


def raising(*messages, then=None):
    """Return an application that sends these messages."""

    async def app(scope, receive, send):
        for message in messages:
            await send(message)
        if then:
            raise then

    return Client(app)


async def test_messages_go_there_and_back(client):
    async with client.websocket("/a%20b", subprotocols=["v1"]) as socket:
        assert (socket.subprotocol, socket.headers[1]) == ("v1", (b"x-path", b"/a b"))
        for data in ("text", b"bytes"):
            await socket.send(data)
            assert await socket.receive() == data
        await socket.send_json({"a": 1})
        assert await socket.receive_json() == {"a": 1}
    assert ends == [(1000, "")]


async def test_cookies_of_the_handshake_are_kept_and_sent(client):
    async with client.websocket("/") as socket:
        assert socket.subprotocol is None
    assert client.cookies["sid"] == "7"
    assert client._outgoing("GET", "/", (), [], b"", {"scheme": "wss"})["headers"][-1] == (b"host", b"localhost")
    assert (b"cookie", b"sid=7") in client._outgoing("GET", "/", (), [], b"", {"scheme": "ws"})["headers"]


async def test_the_client_closes_once_with_its_code(client):
    async with client.websocket("/") as socket:
        await socket.close(4000, "bye")
        await socket.close()
    assert ends == [(4000, "bye")]


async def test_the_application_closes():
    accept, close = {"type": "websocket.accept"}, {"type": "websocket.close", "code": 4001, "reason": "enough"}
    async with raising(accept, {"type": "websocket.send", "text": "x"}, close).websocket("/") as socket:
        assert [message async for message in socket] == ["x"]
    async with raising(accept, close).websocket("/") as socket:
        with pytest.raises(Closed, match="4001: enough") as closed:
            await socket.receive()
    assert (closed.value.code, closed.value.reason) == (4001, "enough")


async def test_a_close_instead_of_an_accept_is_403():
    with pytest.raises(Refused) as refused:
        async with raising({"type": "websocket.close"}).websocket("/"):
            pass
    assert (refused.value.status, refused.value.response.body) == (403, b"")


async def test_a_response_instead_of_an_accept_is_given_back():
    start = {"type": "websocket.http.response.start", "status": 418, "headers": [(b"x", b"1")]}
    parts = [{"type": "websocket.http.response.body", "body": b"a", "more_body": n < 2} for n in range(3)]
    with pytest.raises(Refused, match="418") as refused:
        async with raising(start, *parts).websocket("/"):
            pass
    assert (refused.value.response.header("x"), refused.value.response.text) == ("1", "aaa")


async def test_what_the_application_raises_is_raised_here():
    with pytest.raises(ValueError, match="broken"):
        async with raising(then=ValueError("broken")).websocket("/"):
            pass


async def test_an_application_that_ends_without_a_close_is_an_error():
    async with raising({"type": "websocket.accept"}).websocket("/") as socket:
        with pytest.raises(ConnectionError, match="without a close"):
            await socket.receive()


async def test_a_client_that_left_cannot_be_sent_to():
    failures = []

    async def app(scope, receive, send):
        await send({"type": "websocket.accept"})
        while (await receive())["type"] != "websocket.disconnect":
            pass
        try:
            await send({"type": "websocket.send", "text": "x"})
        except OSError as error:
            failures.append(error)

    async with Client(app).websocket("/"):
        pass
    assert len(failures) == 1


async def test_an_application_that_ignores_the_leaving_is_cut():
    async def app(scope, receive, send):
        await send({"type": "websocket.accept"})
        await anyio.sleep_forever()

    async with Client(app, timeout=0.05).websocket("/") as socket:
        with pytest.raises(TimeoutError):
            await socket.receive()
