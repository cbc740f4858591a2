"""What a request held is free when the request is over: no timer and no cycle keeps it for later."""

import gc
import weakref
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import anyio
import pytest
from kernel_data import TYPE_FILE, Data, File
from kernel_requests.incoming import Pace
from kernel_responses import EventStream, Stream
from kernel_testing import make_kernel

from kernel import App, Request
from kernel.layers import Route

pytestmark = pytest.mark.anyio
Handle = Callable[[Request], Awaitable[Any]]
HEAD = b'--XX\r\nContent-Disposition: form-data; name="a"'
PARTS = [HEAD + b'; filename="f"\r\n\r\n', b"x" * 100, b"\r\n--XX--\r\n"]


async def body(request: Request) -> int:
    return len(await request.body())


async def slow_parts(request: Request) -> str:
    async def work(chunk: bytes) -> None:
        await anyio.lowlevel.checkpoint()

    await request.incoming.pour(work)
    return "poured"


async def stream(request: Request) -> int:
    return sum([len(chunk) async for chunk in request.stream()])


async def form(request: Request) -> list[str]:
    return list(await request.form())


async def chunks(request: Request) -> Stream:
    await request.body()
    return Stream([request.path, "b"])


async def background(request: Request) -> str:
    await request.body()
    request.background(anyio.lowlevel.checkpoint)
    return "later"


class Sent(Data):
    a = File("a", required=True, field_type=TYPE_FILE)


async def cleaned(request: Request) -> list[str]:
    return list(await request.get_cleaned_data())


async def events(request: Request) -> EventStream:
    await request.body()

    async def beats() -> Any:
        for number in range(3):
            await anyio.lowlevel.checkpoint()
            yield number

    return EventStream(beats())


@pytest.fixture
def uncollected() -> Iterator[None]:
    """Switch the garbage collector off."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


async def served(handle: Handle, parts: list[bytes], **options: Any) -> Callable[[], Request | None]:
    """Serve one request whose body comes in parts; return a weak reference to it."""
    seen: list[weakref.ref[Request]] = []
    sent: list[Any] = []

    async def handler(request: Request) -> Any:
        seen.append(weakref.ref(request))
        return await handle(request)

    waiting = [{"type": "http.request", "body": part, "more_body": part is not parts[-1]} for part in parts]

    async def receive() -> Any:
        await anyio.lowlevel.checkpoint()
        return waiting.pop(0) if waiting else await anyio.Event().wait()

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"host", b"localhost"), (b"content-type", b"multipart/form-data; boundary=XX")]
    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": headers}
    kernel = make_kernel(apps=[App(name="shop", routes=[Route("/", "POST", handler, **options)])])
    with anyio.fail_after(5):  # asyncio drops cancelled timers that would be the next, so that another has to be
        await kernel.start()
        await kernel(scope, receive, send)
        await kernel.stop()
    assert sent[0]["status"] == 200
    return seen[0]


@pytest.mark.usefixtures("uncollected")
@pytest.mark.parametrize("handle", [body, slow_parts, stream, form, chunks])
async def test_a_request_whose_body_came_in_parts_is_freed_when_it_is_over(handle: Handle) -> None:
    assert (await served(handle, PARTS))() is None


@pytest.mark.usefixtures("uncollected")
async def test_a_request_with_cleaned_data_is_freed_when_it_is_over() -> None:
    assert (await served(cleaned, PARTS, data_handler=Sent))() is None


@pytest.mark.usefixtures("uncollected")
async def test_a_request_with_a_background_call_is_freed_when_it_is_over() -> None:
    """Of a short time limit the timer may last a moment longer."""
    request = await served(background, PARTS)
    with anyio.move_on_after(5):
        while request() is not None:
            await anyio.lowlevel.checkpoint()
    assert request() is None


@pytest.mark.usefixtures("uncollected")
async def test_a_request_with_a_time_limit_is_freed_when_it_is_over() -> None:
    assert (await served(body, [b"whole"], timeout=30))() is None


async def test_no_timer_of_an_event_stream_keeps_the_request() -> None:
    """The tasks of a group that was cancelled are the collector's."""
    request = await served(events, PARTS)
    gc.collect()
    assert request() is None


async def test_a_deadline_that_is_moved_holds() -> None:
    pace = Pace(30)
    with pace as scope:
        pace.move(anyio.current_time() - 1)
        await anyio.sleep_forever()
    assert scope.cancelled_caught
