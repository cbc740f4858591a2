"""Whatever fails in whichever plugins: one answer, every clean-up, and a context that is reset."""

import functools
import logging
from typing import Any

import anyio
import pytest
from hypothesis import given, settings, strategies as st
from kernel_outcomes import background
from kernel_router import Routes
from kernel_testing import Client, make_kernel

from kernel import App, Hooks, Layer, Plugin, hookimpl

PHASES = [
    "none",
    "before",
    "around in",
    "around out",
    "after",
    "after_response",
    "on_finish",
    "settler",
    "finisher",
    "background",
    "request_start",
    "success_response",
    "exception_response",
    "request_end",
]
ASYNC = [False, True]
COUNT = 4


class Failure(Exception):
    """What the plugins raise."""


class Trouble(Plugin):
    """A plugin that stands everywhere in the way of a request and may fail at one place of it."""

    def __init__(self, number: int) -> None:
        self.name, self.phase, self.is_async, self.ended = f"trouble{number}", "none", False, 0
        super().__init__()

    def at(self, phase: str) -> Any:
        """Return a hook that fails if the plugin is to fail in *phase*; it is a coroutine function or not."""

        def fail(*args: Any, **more: Any) -> None:
            if self.phase == phase:
                raise Failure(phase)

        def hook(request: Any = None, *args: Any, **more: Any) -> Any:
            async def later() -> None:
                await anyio.lowlevel.checkpoint()
                fail()

            return later() if self.is_async else fail()

        return hook

    async def around(self, request: Any, call_next: Any) -> Any:
        self.raise_at("around in")
        request.finishers = (*request.finishers, self.finish)
        request.settlers = (*request.settlers, self.settle)
        request.waiting = True
        response = await call_next(request)
        self.raise_at("around out")
        return response

    async def settle(self, request: Any, response: Any) -> Any:
        self.raise_at("settler")
        return response

    def finish(self, request: Any, outcome: Any) -> Any:
        self.ended += 1
        return self.at("finisher")(request)

    def raise_at(self, phase: str) -> None:
        if self.phase == phase:
            raise Failure(phase)

    def changed(self, response: Any, request: Any) -> Any:
        self.raise_at("after")
        return response

    @hookimpl
    def kernel_layers(self) -> Any:
        outer = Layer(f"{self.name}.a", on_finish=self.at("on_finish"), before_request=self.at("before"))
        inner = Layer(
            f"{self.name}.b", around=self.around, after_request=self.changed, after_response=self.at("after_response")
        )
        return [outer, inner]

    def hooks(self) -> Hooks:
        hooks = Hooks()
        for event in ("request_start", "success_response", "exception_response", "request_end"):
            hooks.register(event, functools.partial(self.listen, event))
        return hooks

    def listen(self, event: str) -> Any:
        return self.at(event)()


routes = Routes()


@routes.get("/good")
async def good(request: Any) -> str:
    request.background(TROUBLES[0].at("background"))
    return "good"


@routes.get("/bad")
async def bad(request: Any) -> None:
    raise Failure("handler")


TROUBLES = [Trouble(number) for number in range(COUNT)]
plans = st.lists(st.tuples(st.sampled_from(PHASES), st.sampled_from(ASYNC)), min_size=COUNT, max_size=COUNT)
logging.getLogger("kernel").addHandler(logging.NullHandler())


async def all_of_them(cases: list[Any]) -> None:
    app = App(name="trouble", routes=routes, hooks=[one.hooks() for one in TROUBLES])
    kernel = make_kernel(TROUBLES, [app])
    async with Client(kernel) as client:
        for plan, path in cases:
            for one, (one.phase, one.is_async) in zip(TROUBLES, plan, strict=True):
                one.ended = 0
            answer = await client.get(path)  # which checks that there is exactly one whole answer
            phases = {phase for phase, _ in plan}
            harmless = {
                "none",
                "after_response",
                "on_finish",
                "finisher",
                "background",
                "request_end",
                "exception_response",
            }
            assert answer.status == (200 if path == "/good" and phases <= harmless else 500)
            assert b"Failure" not in answer.body
            with pytest.raises(LookupError):
                kernel.get_current_request()
            if not phases & {"before", "around in", "request_start"}:
                assert [one.ended for one in TROUBLES] == [1] * COUNT
        for one in TROUBLES:
            one.phase = "none"
        assert (await client.get("/good")).status == 200


@given(st.lists(st.tuples(plans, st.sampled_from(["/good", "/bad"])), min_size=30, max_size=30))
@settings(max_examples=6)
def test_any_plugins_may_fail_anywhere(cases: Any) -> None:
    """R126 and F6: one answer, all finishers, the context reset, for any subset of plugins, sync or async."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(background, "PATIENCE", 60.0)  # else a slow machine is asked before the finishers have run
        for backend in ("asyncio", "trio"):
            anyio.run(all_of_them, cases, backend=backend)
