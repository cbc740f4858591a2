"""Server-sent events, from a kernel to its client."""

import logging

import anyio
import pytest
from kernel_outcomes import Outcome
from kernel_responses import Event, EventStream
from kernel_router import Routes
from kernel_testing import Client, make_kernel

from kernel import App, Layer, Request

pytestmark = pytest.mark.anyio
SCOPE = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": [(b"host", b"localhost")]}
REQUEST = {"type": "http.request", "body": b"", "more_body": False}


class Feed:
    """What a handler yields, and how often it was closed."""

    def __init__(self, *items, then=None):
        self.items, self.then, self.closed, self.waiting = items, then, 0, anyio.Event()

    async def __call__(self):
        try:
            for item in self.items:
                yield item
            self.waiting.set()
            if self.then:
                await self.then()
        finally:
            self.closed += 1


def kernel_of(make, ends=None, **keywords):
    routes, plugins = Routes(), []

    @routes.route("/", ["GET", "HEAD", "POST"])
    async def events(request):
        return EventStream(make(), **keywords)

    if ends is not None:
        app = App(name="shop", routes=routes, layers=[Layer("ends", on_finish=lambda _, end: ends.append(end))])
    else:
        app = App(name="shop", routes=routes)
    return make_kernel(plugins, [app])


async def whole(client):
    async with client.stream("GET", "/") as answer:
        return answer, [part async for part in answer]


async def test_every_item_is_an_event_of_its_own():
    feed, ends = Feed("one", {"n": 2}, Event("three", id="3")), []
    async with Client(kernel_of(feed, ends)) as client:
        answer, parts = await whole(client)
    assert (answer.status, parts) == (
        200,
        [b":\n\n", b"data: one\n\n", b'data: {"n":2}\n\n', b"id: 3\ndata: three\n\n"],
    )
    assert answer.headers[:3] == [
        (b"content-type", b"text/event-stream"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
    ]
    assert (feed.closed, ends) == (1, [Outcome.OK])


async def test_after_request_sees_the_stream_once_and_before_it_begins():
    log, routes = [], Routes()

    async def feed():
        log.append("first")
        yield "one"

    def after(response):
        log.append("after_request")
        response.headers.append((b"x-own", b"1"))
        return response

    @routes.get("/", after_request=after)
    async def events(request):
        return EventStream(feed())

    async with Client(make_kernel(apps=[App(name="shop", routes=routes)])) as client:
        answer, _ = await whole(client)
    assert (log, (b"x-own", b"1") in answer.headers) == (["after_request", "first"], True)


@pytest.mark.parametrize("items", [["a", "b"], ("a", "b"), {"a": 1, "b": 2}])
async def test_a_sync_iterable_is_sent_any_number_of_times(items):
    async with Client(kernel_of(lambda: items)) as client:
        for _ in range(2):
            assert (await whole(client))[1][1:] == [b"data: a\n\n", b"data: b\n\n"]


async def test_the_answer_begins_before_the_first_event():
    feed = Feed(then=anyio.sleep_forever)
    async with Client(kernel_of(feed, retry=1500)) as client, client.stream("GET", "/") as answer:
        assert await anext(answer) == b"retry: 1500\n\n"
    assert feed.closed == 1


async def test_comments_are_sent_while_nothing_happens():
    feed = Feed("one", then=anyio.sleep_forever)
    async with Client(kernel_of(feed, heartbeat=0.001)) as client, client.stream("GET", "/") as answer:
        parts = [await anext(answer) for _ in range(4)]
    assert parts == [b":\n\n", b"data: one\n\n", b":\n\n", b":\n\n"]
    assert feed.closed == 1


async def test_without_a_heartbeat_nothing_is_sent_meanwhile():
    feed = Feed("one", then=lambda: anyio.sleep(0.02))
    async with Client(kernel_of(feed, heartbeat=None)) as client:
        assert (await whole(client))[1] == [b":\n\n", b"data: one\n\n"]


async def test_a_client_that_leaves_ends_the_generator_at_once(caplog):
    feed, ends = Feed("one", then=anyio.sleep_forever), []
    async with Client(kernel_of(feed, ends)) as client, client.stream("GET", "/") as answer:
        await anext(answer)
        await feed.waiting.wait()
    assert (feed.closed, ends) == (1, [Outcome.DISCONNECTED])
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_a_client_that_cannot_be_sent_to_has_left():
    feed, ends = Feed(*["x"] * 100), []
    kernel = kernel_of(feed, ends)
    async with Client(kernel) as client:
        await client.request("GET", "/", disconnect_after=3)
    assert (feed.closed, ends) == (1, [Outcome.DISCONNECTED])


@pytest.mark.parametrize("left", ["the body", "a part of it", "nothing"])
async def test_what_the_handler_left_of_the_body_does_not_matter(left):
    body = [{**REQUEST, "more_body": True}, REQUEST]
    messages = iter([*{"the body": body, "a part of it": body[1:], "nothing": []}[left], {"type": "http.disconnect"}])
    feed, sent = Feed(then=anyio.sleep_forever), []
    kernel = kernel_of(feed)

    async def receive():
        return next(messages)

    async def send(message):
        sent.append(message)
        await anyio.lowlevel.checkpoint()

    await kernel.start()
    await kernel({**SCOPE, "method": "POST"}, receive, send)
    await kernel.stop()
    assert feed.closed == 1
    assert all(message.get("more_body") for message in sent[1:])


async def test_a_server_that_repeats_the_end_of_the_body_does_no_harm():
    sent, kernel = [], kernel_of(Feed("one"))

    async def receive():
        return REQUEST

    async def send(message):
        sent.append(message)

    await kernel.start()
    await kernel(SCOPE, receive, send)
    await kernel.stop()
    assert sent[-1] == {"type": "http.response.body", "body": b""}


async def test_a_drain_ends_the_answer_in_order():
    feed, ends = Feed("one", then=anyio.sleep_forever), []
    kernel = kernel_of(feed, ends)
    async with Client(kernel) as client, client.stream("GET", "/") as answer:
        parts = [await anext(answer), await anext(answer)]
        await feed.waiting.wait()
        await kernel.service("drain")()
        assert [part async for part in answer] == []
    assert (parts[-1], feed.closed, ends) == (b"data: one\n\n", 1, [Outcome.OK])


async def test_a_stream_that_begins_during_the_drain_ends_at_once():
    feed = Feed(then=anyio.sleep_forever)
    kernel = kernel_of(feed)
    async with Client(kernel) as client:
        await kernel.service("drain")()
        assert (await whole(client))[1] == [b":\n\n"]
    assert feed.closed == 1


async def test_a_drain_does_not_wait_for_who_has_more_to_yield():
    async def endless():
        while True:
            yield "x"

    kernel = kernel_of(endless)
    async with Client(kernel) as client, client.stream("GET", "/") as answer:
        await anext(answer)
        await kernel.service("drain")()
        assert len([part async for part in answer]) < 5


@pytest.mark.parametrize("error", [ValueError("broken"), OSError("broken")])
async def test_a_generator_that_fails_leaves_the_answer_incomplete(caplog, error):
    async def fail():
        raise error

    feed, ends = Feed("one", then=fail), []
    async with Client(kernel_of(feed, ends)) as client, client.stream("GET", "/") as answer:
        with pytest.raises(ConnectionError, match="in the middle"):
            [part async for part in answer]
    (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert "broken" in str(record.exc_info[1])
    assert (feed.closed, ends) == (1, [Outcome.ERROR])


async def test_a_generator_that_fails_at_its_end_is_told(caplog):
    async def feed():
        try:
            yield "one"
            await anyio.sleep_forever()
        finally:
            raise ValueError("broken")

    async with Client(kernel_of(feed)) as client, client.stream("GET", "/") as answer:
        await anext(answer)
        await anext(answer)
    assert [str(record.exc_info[1]) for record in caplog.records if record.levelno >= logging.ERROR] == ["broken"]


async def test_an_item_that_cannot_be_sent_closes_the_generator(caplog):
    feed = Feed(b"bytes", then=anyio.sleep_forever)
    async with Client(kernel_of(feed)) as client, client.stream("GET", "/") as answer:
        with pytest.raises(ConnectionError, match="in the middle"):
            [part async for part in answer]
    assert feed.closed == 1


async def test_head_is_answered_without_a_body():
    feed = Feed("one")
    async with Client(kernel_of(feed)) as client:
        answer = await client.head("/")
    assert (answer.status, answer.header("content-type"), answer.body) == (200, "text/event-stream", b"")


async def test_an_iterator_is_sent_once():
    items = iter(["one"])
    async with Client(kernel_of(lambda: items)) as client:
        await whole(client)
        stream = EventStream(items)
        await stream.prepare(None)
        with pytest.raises(RuntimeError, match="anew"):
            await stream.prepare(None)


async def test_it_needs_nobody_who_knows_of_a_drain():
    sent = []

    class Bare:
        def service(self, key):
            raise LookupError(key)

    async def send(message):
        sent.append(message)

    await EventStream(["one"]).write(Request(SCOPE, anyio.sleep_forever, Bare()), send)
    assert [message.get("body") for message in sent] == [None, b":\n\n", b"data: one\n\n", b""]


async def test_headers_of_ones_own_win():
    headers = [("cache-control", "no-cache"), ("x-own", "1")]
    async with Client(kernel_of(lambda: ["a"], headers=headers)) as client:
        answer, _ = await whole(client)
    assert [value for name, value in answer.headers if name == b"cache-control"] == [b"no-cache"]
    assert (b"x-own", b"1") in answer.headers


async def test_it_is_never_compressed():
    async with (
        Client(kernel_of(lambda: ["x" * 5000])) as client,
        client.stream("GET", "/", {"accept-encoding": "gzip"}) as answer,
    ):
        assert not any(name == b"content-encoding" for name, _ in answer.headers)


@pytest.mark.parametrize("heartbeat", [0, -1])
def test_a_heartbeat_is_a_time(heartbeat):
    with pytest.raises(ValueError, match="heartbeat"):
        EventStream([], heartbeat=heartbeat)


@pytest.mark.parametrize("thing", ["text", b"bytes", 7])
def test_what_is_no_iterable_of_events_is_refused(thing):
    with pytest.raises(TypeError, match="iterable"):
        EventStream(thing)


@pytest.mark.parametrize("retry", [-1, "x"])
def test_a_time_to_come_back_is_a_number(retry):
    with pytest.raises(ValueError, match="milliseconds"):
        EventStream([], retry=retry)
