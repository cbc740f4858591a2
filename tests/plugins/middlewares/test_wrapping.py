"""process_handler wraps what a route calls; process_application wraps everything."""

import pytest
from kernel_errors import Forbidden
from kernel_middlewares import Middleware
from kernel_testing import Client

from kernel import App, Kernel

pytestmark = pytest.mark.anyio


async def answer(kernel, path="/"):
    async with Client(kernel) as client:
        return await client.get(path)


class Refusing(Middleware):
    async def process_handler(self, request, handler):
        raise Forbidden


async def test_it_may_refuse(kernel_of, log):
    assert (await answer(kernel_of(Refusing))).status == 403
    assert log == []


async def test_it_is_not_asked_without_a_route(kernel_of):
    assert (await answer(kernel_of(Refusing), "/nowhere")).status == 404


async def test_a_route_may_skip_it(kernel_of, shop):
    app = App(name="shop", routes=shop.answers["routes"], skip="middlewares")
    assert (await answer(kernel_of(Refusing, app=app))).status == 200


@pytest.mark.parametrize("made", [{"a": 1}, None, Forbidden()])
async def test_what_the_new_handler_returns_is_rendered(kernel_of, made):
    class Instead(Middleware):
        async def process_handler(self, request, handler):
            return lambda request: made

    response = await answer(kernel_of(Instead))
    assert response.status == {dict: 200, type(None): 204, Forbidden: 403}[type(made)]


async def test_the_application_may_be_changed(kernel_of):
    class Adding(Middleware):
        def process_application(self, application):
            application.context["greeting"] = "hello"
            application.flag = application.config["middlewares"]["active"]
            application.event("startup")(lambda app: app.context.update(started=True))
            return application

    kernel = kernel_of(Adding)
    await answer(kernel)
    assert kernel.context == {"greeting": "hello", "started": True}
    assert kernel.flag == ("stock.Adding",)
    assert [layer for layer in kernel.plan.layers if layer.plugin == "middlewares"] == []


def wrapping(log, name):
    """Return a middleware whose application is another ASGI application."""

    class Wrapping(Middleware):
        @staticmethod
        def process_application(application):
            assert isinstance(application, Kernel)

            async def wrapper(scope, receive, send):
                log.append(name)
                await application(scope, receive, send)

            return wrapper

    return type(name, (Wrapping,), {})


async def test_the_application_may_be_wrapped(kernel_of, log):
    kernel = kernel_of(wrapping(log, "One"), wrapping(log, "Two"))
    for _ in range(2):  # it may be started again
        assert (await answer(kernel)).status == 200
    assert log == ["One", "Two", "handler"] * 2
