"""Handlers that are more than `async (request)` are compiled; parameters nobody fills are findings."""

import pytest
from kernel_handlers.plugin import Handlers
from kernel_testing import make_kernel

from kernel import App, Kernel, Plugin, Problem, hookimpl
from kernel.errors import BootError
from kernel.layers import Route


class Numbers(Plugin):
    """Fills parameters annotated with int."""

    name = "numbers"

    @hookimpl
    def kernel_bind(self, parameter):
        return (lambda request: 3) if parameter.annotation is int else None


def booted(handler) -> Kernel:
    app = App(name="shop", routes=Route("/a", "GET", handler))
    return make_kernel([Handlers, Numbers], [app], standard=False).boot()


def bindings(handler):
    ((_, steps),) = booted(handler).plan.routes
    return [(step.callable, step.plugin) for step in steps if step.phase == "bind"]


async def plain(request): ...


def test_a_plain_handler_needs_no_call():
    assert Handlers().kernel_call(Route("/a", "GET", plain)) is None


def test_a_sync_handler_needs_one():
    assert Handlers().kernel_call(Route("/a", "GET", lambda request: 1)) is not None


def test_each_parameter_is_filled_by_the_first_that_can():
    async def handler(request, number: int): ...

    assert bindings(handler) == [("request", "handlers"), ("number", "numbers")]


def test_what_a_plugin_says_of_a_parameter_that_it_refuses_is_all_that_is_told():
    class Strict(Plugin):
        @hookimpl
        def kernel_bind(self, parameter):
            raise BootError([Problem("strict", "error", "the text is too odd")])

    async def handler(request, text: str): ...

    app = App(name="shop", routes=Route("/a", "GET", handler))
    with pytest.raises(BootError) as caught:
        make_kernel([Handlers, Strict], [app], standard=False).boot()
    assert [problem.id for problem in caught.value.problems] == ["strict"]


def test_a_parameter_with_a_default_may_stay_unfilled():
    async def handler(request, text: str = "x", *args, **keywords): ...

    assert bindings(handler) == [("request", "handlers")]


def test_a_handler_without_parameters_is_called_without():
    async def handler(): ...

    assert bindings(handler) == []


def test_a_parameter_nobody_fills_is_a_finding_with_the_way_out():
    async def handler(request, text: str, other): ...

    with pytest.raises(BootError) as caught:
        booted(handler)
    first, second = caught.value.problems
    assert first.id == "route.parameter"
    assert first.message == "route 'GET /a': no active plugin can fill parameter 'text: str'"
    assert "annotate it" in first.hint
    assert first.where == f"{__file__}:{handler.__code__.co_firstlineno}"
    assert "'other'" in second.message
