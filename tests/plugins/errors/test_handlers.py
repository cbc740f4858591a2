"""Users' exception handlers: merged, inner first, rescued just outside the level that states them."""

from collections.abc import Callable
from typing import Any

import pytest
from kernel_errors import NotFound
from kernel_errors.plugin import Errors
from kernel_handlers.plugin import Handlers
from kernel_responses.plugin import Responses
from kernel_router import Routes
from kernel_router.plugin import Router
from kernel_settings.plugin import Settings

from kernel import App, Kernel, Layer, Request, Response

Handler = Callable[..., Any]
pytestmark = pytest.mark.anyio


async def answer(kernel: Kernel, path: str) -> tuple[int, bytes]:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    scope = {"type": "http", "method": "GET", "path": path, "headers": [], "query_string": b""}
    await kernel(scope, receive, send)
    return sent[0]["status"], sent[1]["body"]


def kernel_of(app: App) -> Kernel:
    return Kernel({"plugins": {"active": ""}}, apps=[app], plugins=[Settings, Responses, Handlers, Errors, Router])


def saying(word: str, status: int = 400) -> Handler:
    return lambda request, error: Response(word, status)


def failing(error: Exception) -> Handler:
    async def handler(request: Request) -> None:
        raise error

    return handler


async def test_the_nearest_level_and_the_nearest_class_win() -> None:
    routes = Routes(exception_handlers={Exception: saying("group")})
    routes.get("/group")(failing(KeyError("x")))
    routes.get("/class")(failing(ValueError("x")))
    routes.get("/route", exception_handlers={ValueError: saying("route")})(failing(ValueError("x")))
    kernel = kernel_of(App(routes=routes, exception_handlers={ValueError: saying("app")}))
    assert [await answer(kernel, path) for path in ("/group", "/class", "/route")] == [
        (400, b"group"),
        (400, b"app"),
        (400, b"route"),
    ]


async def test_a_status_goes_before_a_class_and_an_async_handler_is_awaited() -> None:
    async def missing(request: Request, error: Exception) -> dict[str, bool]:
        return {"missing": True}

    routes = Routes()
    routes.get("/")(failing(NotFound()))
    kernel = kernel_of(App(routes=routes, exception_handlers={404: missing, NotFound: saying("class")}))
    assert await answer(kernel, "/") == (200, b'{"missing":true}')


async def test_a_group_of_one_exception_is_answered_as_its_member() -> None:
    routes = Routes()
    routes.get("/")(failing(ExceptionGroup("tasks", [ValueError("x")])))
    kernel = kernel_of(App(routes=routes, exception_handlers={ValueError: saying("member")}))
    assert await answer(kernel, "/") == (400, b"member")


async def test_an_outer_layer_sees_the_response_of_an_inner_exception_handler() -> None:
    async def stamp(request: Request, call_next: Handler) -> Response:
        response = await call_next(request)
        response.headers.append(("x-stamp", "1"))
        return Response(b"stamped " + response.body, response.status)

    routes = Routes(layers=[Layer("stamp", around=stamp)])
    routes.get("/", exception_handlers={ValueError: saying("rescued")})(failing(ValueError("x")))
    assert await answer(kernel_of(App(routes=routes)), "/") == (400, b"stamped rescued")


async def test_an_exception_nobody_handles_is_a_500(caplog: pytest.LogCaptureFixture) -> None:
    routes = Routes()
    routes.get("/", exception_handlers={KeyError: saying("key")})(failing(ValueError("secret")))
    status, body = await answer(kernel_of(App(routes=routes)), "/")
    assert (status, b"secret" in body) == (500, False)
    assert [record.levelname for record in caplog.records] == ["ERROR"]
