"""Switched off it is not there: what is compiled is the same, function by function."""

import types
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from kernel_testing import make_kernel
from kernel_trace.measured import Measured

from kernel import App, Kernel, Layer, Request, Response
from kernel.layers import Route


async def around(request: Request, call_next: Any) -> Any:
    return await call_next(request)


async def after(response: Response) -> Response:
    return response


async def plain(request: Request) -> str:
    return "x"


async def typed(request: Request, number: int) -> dict[str, int]:
    return {"number": number}


def guard(request: Request) -> None:
    """Let everybody in."""


HOOKS = {"guards": guard, "before_request": guard, "after_request": after, "after_response": guard}
ROUTES = [
    Route("/plain", "GET", plain),
    Route("/full", "GET", typed, layers=[Layer("own", around=around, on_finish=guard)], **HOOKS),
]
OFF = {"trace": {"enabled": "no"}}
WITHOUT = {"plugins": {"active": "standard", "blocked": "trace"}}
ON = {"trace": {"enabled": "yes"}}


def handler(kernel: Kernel, path: str) -> Any:
    """Return what the router calls for a path."""
    build, find = kernel.boot().booted.compiled[:2]
    scope = {"type": "http", "method": "GET", "path": path, "headers": [], "query_string": b""}
    return find(build(scope, None, kernel))


def pieces(thing: Any, seen: set[int]) -> Iterator[Any]:
    """Yield the code of every function that *thing* is made of, in order, and each stand-in."""
    if id(thing) in seen:
        return
    seen.add(id(thing))
    inner: tuple[Any, ...] = ()
    if isinstance(thing, Measured):
        yield Measured
        inner = (thing.__wrapped__,)  # type: ignore[attr-defined]  # set by update_wrapper
    elif isinstance(thing, types.FunctionType):
        yield thing.__code__
        inner = tuple(cell.cell_contents for cell in thing.__closure__ or ())
    elif isinstance(thing, types.MethodType):
        inner = (thing.__func__,)
    elif isinstance(thing, partial):
        inner = (thing.func, *thing.args)
    elif isinstance(thing, (tuple, list)):
        inner = tuple(thing)
    for part in inner:
        yield from pieces(part, seen)


def made(config: Any, path: str) -> list[Any]:
    """Return all pieces of the application's gates and of the handler of a path."""
    kernel = make_kernel(apps=[App(name="shop", routes=ROUTES)], config=config)
    return list(pieces((kernel.boot().booted.compiled[4], handler(kernel, path)), set()))


@pytest.mark.parametrize("path", ["/plain", "/full"])
def test_off_is_the_same_code_as_without_the_plugin(path: str) -> None:
    off = made(OFF, path)
    assert off == made(WITHOUT, path) == made({}, path)
    assert off
    assert Measured not in off


@pytest.mark.parametrize("path", ["/plain", "/full"])
def test_on_is_not(path: str) -> None:
    assert made(ON, path).count(Measured) >= 1


def test_off_a_plain_handler_is_called_itself() -> None:
    kernel = make_kernel(apps=[App(name="shop", routes=ROUTES)], config=OFF)
    assert handler(kernel, "/plain") is plain


def test_off_nothing_stands_on_the_way() -> None:
    kernel = make_kernel(apps=[App(name="shop", routes=ROUTES)], config=OFF).boot()
    assert [layer.name for layer in kernel.plan.layers if layer.plugin == "trace"] == []
    assert "measure" not in kernel.booted.services
    assert kernel.service("trace").snapshot() == {}


def test_on_the_plan_shows_what_it_shows_without() -> None:
    apps = [App(name="shop", routes=ROUTES)]
    on, off = (make_kernel(apps=apps, config=config).boot() for config in (ON, OFF))
    assert [steps for _, steps in on.plan.routes] == [steps for _, steps in off.plan.routes]
    assert [step for step in on.plan.application if step.plugin != "trace"] == list(off.plan.application)
