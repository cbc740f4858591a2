"""G: events: who listens, what a failing listener does, and what is due at the stop."""

from collections import Counter
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from kernel_router import Routes

from kernel import Hooks, Request

pytestmark = pytest.mark.anyio


async def test_63_listeners_in_any_form_to_one_event_or_several_get_the_payload(serving: Any, notes: Any) -> None:
    hooks, routes = Hooks(), Routes()

    @hooks.event("created")
    @hooks.event("renamed")
    async def slow(event: str, name: str) -> None:
        notes.append(f"slow {event} {name}")

    @hooks.event("created")
    def quick(name: str) -> None:
        notes.append(f"quick {name}")

    @routes.post("/<event>/<name>")
    async def handler(request: Request, event: str, name: str) -> None:
        await request.app.execute_event(event, {"event": event, "name": name})

    async with serving(routes, hooks=hooks) as client:
        await client.post("/created/ann")
        await client.post("/renamed/bob")
    assert sorted(notes) == ["quick ann", "slow created ann", "slow renamed bob"]


@pytest.mark.parametrize("waits", [True, False])
async def test_64_a_listener_that_raises_stops_nobody(serving: Any, notes: Any, caplog: Any, waits: bool) -> None:
    hooks, routes = Hooks(), Routes()

    def quick(name: str) -> None:
        raise ValueError("no luck")

    async def slow(name: str) -> None:
        raise ValueError("no luck")

    hooks.register("created", slow if waits else quick)
    hooks.register("created", lambda name: notes.append(name))

    @routes.post("/<name>")
    async def handler(request: Request, name: str) -> None:
        await request.app.execute_event("created", {"name": name})

    async with serving(routes, hooks=hooks) as client:
        assert [(await client.post(path)).status for path in ("/ann", "/bob")] == [204, 204]
    assert notes == ["ann", "bob"]
    assert len([record for record in caplog.records if record.levelname == "ERROR"]) == 2


@pytest.mark.parametrize("stuck", [False, True])
async def test_65_what_is_emitted_behind_the_response_is_delivered_before_the_stop_or_reported(
    serving: Any, caplog: Any, stuck: bool
) -> None:
    hooks, routes, seen = Hooks(), Routes(), Counter[str]()

    @hooks.event("created")
    async def listener(number: int) -> None:
        if stuck and number == 99:
            await anyio.sleep_forever()
        await anyio.lowlevel.checkpoint()
        seen["delivered"] += 1

    @routes.post("/")
    async def handler(request: Request) -> None:
        for number in range(100):
            request.background(request.app.execute_event, "created", {"number": number})

    async with serving(routes, hooks=hooks, config={"timeouts": {"shutdown_hook": 0.2}}) as client:
        await client.post("/")
    assert seen["delivered"] == (99 if stuck else 100)
    assert ("stop: 1 background call is cut after" in caplog.text) is stuck
