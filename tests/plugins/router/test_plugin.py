"""The router inside a kernel."""

from typing import Any

import pytest
from kernel_router import Mount, Router, Routes

from kernel import App, Kernel, Response
from kernel.errors import BootError

pytestmark = pytest.mark.anyio
ALONE = {"plugins": {"active": ()}}


async def user_detail(request: Any) -> Response:
    return Response("user")


async def application(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        await receive()
        scope["state"]["started"] = True
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
    else:
        await send({"type": "http.response.start", "status": 201, "headers": []})
        await send({"type": "http.response.body", "body": str(scope["state"]).encode()})


async def broken(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "no database"})


def booted(*routes: Any, **options: Any) -> Kernel:
    return Kernel(ALONE, apps=[App(name="shop", routes=routes, **options)], plugins=[Router]).boot()


def users(path: str = "/users/<id:int>") -> Routes:
    routes = Routes()
    routes.get(path)(user_detail)
    return routes


def test_an_app_is_routed_below_its_prefix() -> None:
    kernel = booted(users(), prefix="/shop")
    assert kernel.service("url_for")("shop:user_detail", id=5) == "/shop/users/5"


def test_every_broken_route_is_a_finding_of_the_boot() -> None:
    with pytest.raises(BootError) as refused:
        booted(users("/<a>x"), users("/<a:nope>"))
    assert [problem.id for problem in refused.value.problems] == ["route.path", "route.path"]
    assert all(problem.where.startswith(__file__) for problem in refused.value.problems)


def test_two_apps_with_one_route_are_both_named() -> None:
    apps = [App(name=name, routes=users()) for name in ("shop", "stock")]
    with pytest.raises(BootError, match=r"is declared by 'shop' \(.*\) and by 'stock'"):
        Kernel(ALONE, apps=apps, plugins=[Router]).boot()


def test_two_apps_that_compete_are_a_warning() -> None:
    apps = [App(name="shop", routes=users()), App(name="stock", routes=users("/users/<slug>"))]
    kernel = Kernel(ALONE, apps=apps, plugins=[Router]).boot()
    assert [(problem.id, problem.level) for problem in kernel.problems] == [("route.shadow", "warning")]


def test_a_request_builds_urls_below_its_root_path(make_request: Any) -> None:
    compute = booted(users()).service("request.url_for")
    assert compute(make_request("/", root_path="/app"))("user_detail", id=1) == "/app/users/1"


def test_kernels_share_nothing() -> None:
    router = Router()
    one, two = (Kernel(ALONE, apps=[App(name="shop", routes=users(path))], plugins=[router]).boot() for path in "ab")
    assert [kernel.service("url_for")("user_detail") for kernel in (one, two)] == ["/a", "/b"]


async def started(kernel: Kernel, *asked: tuple[str, str]) -> list[Any]:
    """Start *kernel* as a server does, send the requests, stop it; return the statuses and bodies."""
    seen: list[Any] = []

    async def answer(message: Any) -> None:
        if message["type"].startswith("lifespan."):
            seen.append(message["type"].removeprefix("lifespan."))
        else:
            seen.append(message.get("status", message.get("body")))

    async def speak() -> dict[str, str]:
        if not seen:
            return {"type": "lifespan.startup"}
        for method, path in asked:
            scope = {"type": "http", "method": method, "path": path, "headers": [], "query_string": b""}
            await kernel(scope, speak, answer)
        return {"type": "lifespan.shutdown"}

    await kernel({"type": "lifespan", "asgi": {"version": "3.0"}}, speak, answer)
    return seen


async def test_a_started_kernel_serves_its_mounts() -> None:
    seen = await started(booted(Mount("/old", application), prefix="/shop"), ("PUT", "/shop/old/a"))
    assert seen == ["startup.complete", 201, b"{'started': True}", "shutdown.complete"]


async def test_a_mount_that_does_not_start_fails_the_start(caplog: pytest.LogCaptureFixture) -> None:
    seen = await started(booted(Mount("/old", broken)))
    assert seen[0] == "startup.failed"
    assert "mount '/old': its startup failed: no database" in caplog.text


async def test_head_and_options_have_no_body() -> None:
    seen = await started(booted(users()), ("HEAD", "/users/5"), ("OPTIONS", "/users/5"), ("FOO", "/users/5"))
    assert seen[1:-2] == [200, b"", 204, b"", 405]


async def test_mounts_live_as_long_as_the_kernel() -> None:
    kernel = booted(Mount("/old", application))
    ((name, lifespan),) = kernel.collect("kernel_lifespan", kernel=kernel)
    assert name == "router"
    async with lifespan:
        assert kernel.service("router.states") == {id(application): {"started": True}}
