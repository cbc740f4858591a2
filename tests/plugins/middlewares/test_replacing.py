"""A request that process_request puts in place of another is the one everything inside sees."""

from copy import copy

import pytest
from kernel_middlewares import Middleware
from kernel_responses import Stream
from kernel_router import Routes
from kernel_testing import Client

from kernel import App, Request

pytestmark = pytest.mark.anyio


class Rich(Request):
    @property
    def twice(self):
        return self.path * 2


def copied(request):
    return copy(request)


def bare(request):
    return Request({**request.scope, "path": "/moved"}, request.receive, request.app)


def rich(request):
    return Rich({**request.scope, "path": "/moved"}, request.receive, request.app)


def full(request):
    return type(request)({**request.scope, "path": "/moved"}, request.receive, request.app)


@pytest.fixture
def app(log):
    routes = Routes()

    async def show(request):
        log.append(request.app.get_current_request() is request)
        log.append(request.headers["host"])
        log.append(dict(request.context))
        log.append(getattr(request, "twice", None))
        request.background(log.append, "background")

        async def settle(request, response):
            log.append("settled")
            return response

        request.settlers = (*request.settlers, settle)

        async def parts():
            log.append(request.app.get_current_request() is request)
            yield request.path.encode()

        return Stream(parts())

    routes.get("/")(show)
    routes.get("/moved")(show)
    return App(name="shop", routes=[routes])


def moving(*changes):
    """Return a middleware class for each change of the request."""

    def one(number, change):
        class Moving(Middleware):
            async def process_request(self, request):
                request.context[f"seen{number}"] = True
                return change(request), None

            async def process_response(self, request, response):
                return response

        return type(f"Moving{number}", (Moving,), {})

    return [one(number, change) for number, change in enumerate(changes)]


async def answer(kernel):
    async with Client(kernel) as client:
        return await client.get("/")


@pytest.mark.parametrize(
    ("change", "body", "twice"),
    [(copied, b"/", None), (bare, b"/moved", None), (full, b"/moved", None), (rich, b"/moved", "/moved/moved")],
)
async def test_everything_inside_sees_it(log, app, kernel_of, change, body, twice):
    response = await answer(kernel_of(*moving(change), app=app))
    assert response.body == body
    assert log == [True, "localhost", {"seen0": True}, twice, True, "settled", "background"]


@pytest.mark.parametrize("changes", [(rich, copied), (rich, bare), (bare, rich), (rich, rich), (copied, full)])
async def test_it_may_be_replaced_again(log, app, kernel_of, changes):
    kernel = kernel_of(*moving(*changes), app=app)
    async with Client(kernel) as client:
        responses = [await client.get("/") for _ in range(2)]
    assert [response.status for response in responses] == [200, 200]
    assert log.count("background") == 2
    assert log[2] == {"seen0": True, "seen1": True}


async def test_the_current_request_is_reset(app, kernel_of):
    kernel = kernel_of(*moving(bare), app=app)
    async with Client(kernel) as client:
        await client.get("/")
        with pytest.raises(LookupError):
            kernel.get_current_request()
