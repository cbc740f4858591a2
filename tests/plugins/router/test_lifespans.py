"""Start and stop of mounted applications."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from kernel_router import Mount
from kernel_router.plugin import mounted

pytestmark = pytest.mark.anyio
Step = Callable[[Any], Awaitable[None]]


class Application:
    """An ASGI application with a lifespan that notes what happens and answers as it is told."""

    def __init__(self, log: list[str], name: str = "app", **answers: str) -> None:
        self.log, self.name, self.answers = log, name, answers

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        scope["state"]["name"] = self.name
        for kind in ("startup", "shutdown"):
            assert (await receive())["type"] == f"lifespan.{kind}"
            await anyio.lowlevel.checkpoint()
            self.log.append(f"{self.name} {kind}")
            reason = self.answers.get(kind)
            verdict = "failed" if reason else "complete"
            await send({"type": f"lifespan.{kind}.{verdict}", "message": reason or ""})


async def test_applications_start_in_order_and_stop_in_reverse() -> None:
    log: list[str] = []
    states: dict[int, Any] = {}
    one, two = Application(log, "one"), Application(log, "two")
    async with mounted([Mount("/1", one), Mount("/2", two)], states):
        log.append("serving")
        assert states == {id(one): {"name": "one"}, id(two): {"name": "two"}}
    assert log == ["one startup", "two startup", "serving", "two shutdown", "one shutdown"]


async def test_an_application_that_is_mounted_twice_lives_once() -> None:
    log: list[str] = []
    application = Application(log)
    async with mounted([Mount("/1", application), Mount("/2", application)], {}):
        pass
    assert log == ["app startup", "app shutdown"]


async def test_an_application_starts_again_with_its_kernel() -> None:
    log: list[str] = []
    mounts, states = [Mount("/1", Application(log))], dict[int, Any]()
    for _ in range(2):
        async with mounted(mounts, states):
            pass
    assert log == ["app startup", "app shutdown"] * 2
    assert states == {}


async def test_a_mount_may_go_without_a_lifespan() -> None:
    log: list[str] = []
    async with mounted([Mount("/1", Application(log), lifespan=False)], {}):
        pass
    assert log == []


async def test_a_failed_start_raises_with_its_reason_and_undoes_the_others() -> None:
    log: list[str] = []
    mounts = [Mount("/1", Application(log, "one")), Mount("/2", Application(log, "two", startup="no database"))]
    with pytest.raises(RuntimeError, match=r"^mount '/2': its startup failed: no database$"):
        async with mounted(mounts, {}):
            pytest.fail("it started")
    assert log == ["one startup", "two startup", "one shutdown"]


async def test_a_failed_stop_raises_with_its_reason() -> None:
    with pytest.raises(RuntimeError, match=r"^mount '/1': its shutdown failed: busy$"):
        async with mounted([Mount("/1", Application([], shutdown="busy"))], {}):
            pass


async def test_an_error_while_serving_passes_unchanged_and_still_stops_the_application() -> None:
    log: list[str] = []
    error = ValueError("ours")
    with pytest.raises(ValueError, match="ours") as raised:
        async with mounted([Mount("/1", Application(log, shutdown="busy"))], {}):
            raise error
    assert raised.value is error
    assert log == ["app startup", "app shutdown"]


async def test_an_application_without_lifespan_is_served_anyway(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    async def refuses(scope: Any, receive: Any, send: Any) -> None:
        raise NotImplementedError(scope["type"])

    async def ignores(scope: Any, receive: Any, send: Any) -> None:
        """Return at once."""

    async with mounted([Mount("/1", refuses), Mount("/2", ignores)], {}):
        pass
    assert caplog.messages == ["mount '/1' has no lifespan (NotImplementedError('lifespan'))"]


@pytest.mark.parametrize("after", ["startup.failed", "shutdown.failed"])
async def test_an_application_may_raise_after_it_said_that_it_failed(after: str) -> None:
    async def raises(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        if after.startswith("shutdown"):
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": f"lifespan.{after}", "message": "said"})
        raise ValueError("raised")

    with pytest.raises(RuntimeError, match=r"failed: said$"):
        async with mounted([Mount("/1", raises)], {}):
            pass


async def test_an_application_that_raises_while_it_stops_has_failed() -> None:
    async def raises(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        raise ValueError("late")

    with pytest.raises(RuntimeError, match=r"^mount '/1': its shutdown failed: ValueError: late$"):
        async with mounted([Mount("/1", raises)], {}):
            pass


async def test_an_application_whose_lifespan_ends_early_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def raises(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        raise ValueError("early")

    async with mounted([Mount("/1", raises)], {}):
        await anyio.wait_all_tasks_blocked()
    assert caplog.messages == ["mount '/1': its lifespan ended early"]


async def test_an_application_that_never_returns_is_stopped() -> None:
    async def endless(scope: Any, receive: Any, send: Any) -> None:
        while True:
            kind = (await receive())["type"]
            await send({"type": f"{kind}.complete"})

    with anyio.fail_after(5):
        async with mounted([Mount("/1", endless)], {}):
            pass


async def test_cancelling_the_server_cancels_the_application() -> None:
    log: list[str] = []
    with anyio.CancelScope() as scope:
        async with mounted([Mount("/1", Application(log))], {}):
            scope.cancel()
            await anyio.sleep(1)
    assert scope.cancelled_caught
    assert log == ["app startup"]
