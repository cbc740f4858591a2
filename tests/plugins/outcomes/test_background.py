"""Background calls without an application to run them in, and those that outlive a deadline."""

import threading

import anyio
import pytest
from kernel_outcomes.background import Background
from kernel_outcomes.plugin import Outcomes
from kernel_router import Routes
from kernel_testing import Client, make_kernel

from kernel import App, Request
from kernel.errors import HTTPException

pytestmark = pytest.mark.anyio
SCOPE = {"type": "http", "method": "GET", "path": "/a"}


def test_a_request_has_as_many_places_as_there_are(caplog):
    request = Request(SCOPE, None, None)
    background = Background(1, lambda: None).of(request)
    background(print)
    with pytest.raises(HTTPException, match="503"):
        background(print)
    assert (len(request.after), request.waiting) == (1, True)


async def test_without_tasks_of_nobodys_the_calls_run_in_the_request(caplog):
    seen, kernel = [], make_kernel([Outcomes], standard=False)
    await kernel.start()
    request = kernel.booted.compiled[0](SCOPE, None, kernel)

    async def later():
        seen.append("later")

    request.background(later)
    request.background(seen.append, "quick")
    await kernel.service("conclude")(request, None, None)
    await kernel.stop()
    assert (seen, caplog.records) == (["later", "quick"], [])


async def test_a_call_marked_as_never_blocking_runs_on_the_loop():
    routes, seen = Routes(), []

    def quick():
        seen.append(threading.current_thread() is threading.main_thread())

    quick.blocking = False

    @routes.get("/")
    async def handler(request):
        request.background(quick)

    async with Client(make_kernel([], [App(name="shop", routes=routes)])) as client:
        await client.get("/")
    assert seen == [True]


async def test_a_call_that_does_not_give_up_is_left_to_itself(caplog):
    routes, go_on = Routes(), threading.Event()

    async def stubborn():
        with anyio.CancelScope(shield=True):
            await anyio.sleep(1.1)

    @routes.get("/")
    async def handler(request):
        request.background(go_on.wait)
        return "hello"

    @routes.get("/stubborn")
    async def other(request):
        request.background(stubborn)
        return "hello"

    config = {"timeouts": {"shutdown_hook": 1.2}}
    try:
        async with Client(make_kernel([], [App(name="shop", routes=routes)], config)) as client:
            await client.get("/")
            await client.get("/stubborn")
    finally:
        go_on.set()
    (record,) = [record for record in caplog.records if record.levelname == "ERROR"]
    assert record.getMessage().startswith("stop: 2 background calls are cut after 0.6 s: background call 'Event.wait'")
