"""Contract, scenario 79: one load error tells everything, and the plan is what runs."""

from collections.abc import Callable
from typing import Any

import pytest
from kernel_router import Routes
from kernel_testing import Client, make_kernel

from kernel import App, Layer, Plugin, Request, hookimpl
from kernel.errors import BootError

Serving = Callable[..., Any]


class Wrong(Plugin):
    """Wrong in every way at once."""

    name = "wrong"

    @hookimpl
    def kernel_layer(self) -> None: ...

    @hookimpl
    def kernel_routes(self, kernels: Any) -> None: ...

    @hookimpl
    async def kernel_layers(self) -> None: ...


class Lonely(Plugin):
    """Requires what is not there."""

    name, requires = "lonely", ("friend",)


def test_79_everything_wrong_is_told_at_once_with_plugin_and_place() -> None:
    with pytest.raises(BootError) as caught:
        make_kernel([Wrong, Lonely]).boot()
    told = {problem.id: problem for problem in caught.value.problems}
    assert {"hook.unknown", "hook.argument", "hook.async"} <= told.keys()
    assert all("'wrong'" in told[kind].message for kind in ("hook.unknown", "hook.argument", "hook.async"))
    assert all(told[kind].where.startswith(__file__) for kind in ("hook.unknown", "hook.argument", "hook.async"))
    assert any("'lonely'" in problem.message and "'friend'" in problem.message for problem in caught.value.problems)


@pytest.mark.anyio
async def test_79_the_steps_of_the_plan_are_what_runs(notes: Any) -> None:
    more = [notes.layer("plugin app", level="app"), Layer("gate", before_request=notes.hook("gate"), level="group")]
    adds = type("Adds", (Plugin,), {"name": "adds", "kernel_layers": hookimpl(lambda self: more)})
    inner = Routes(layers=[notes.layer("inner")], guards=[notes.hook("guard")], before_request=notes.hook("before"))

    async def handler(request: Request) -> str:
        notes.append("handler")
        return "hello"

    handler.__qualname__ = "handler"
    inner.get("/", after_request=notes.after("after"), skip="skipped")(handler)
    routes = Routes(inner, layers=[notes.layer("outer"), notes.layer("skipped")], before_request=notes.hook("lost"))
    kernel = make_kernel([adds], [App(name="shop", routes=routes, guards=[notes.hook("app guard")])])
    async with Client(kernel) as client:
        await client.get("/")
    ((_, steps),) = kernel.plan.routes
    behind = ("after_request",)
    way_in = [step.callable for step in steps if step.status == "active" and step.phase not in (*behind, "render")]
    way_out = [step.callable for step in reversed(steps) if step.status == "active" and step.phase in behind]
    ran = [note for note in notes if not note.endswith(" out")]
    assert ran == [*way_in, *way_out]
    assert {step.callable for step in steps if step.status != "active"} == {"skipped", "lost"}
