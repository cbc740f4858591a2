"""The call of a handler in any form users like to write."""

import threading
from functools import partial
from typing import TYPE_CHECKING

import pytest
from kernel_handlers.calling import bound, is_plain, is_request, itself, parameters, positional

from kernel import Request

if TYPE_CHECKING:
    from nowhere import Missing

pytestmark = pytest.mark.anyio
REQUEST = Request({"type": "http"}, None, None)


async def native(request):
    return "native", request


def plain(request):
    return threading.current_thread() is threading.main_thread(), request


async def stream(request):
    yield "a"
    yield request


def test_annotations_are_evaluated():
    def handler(number: "int"): ...

    assert parameters(handler)[0].annotation is int


def test_an_annotation_for_type_checkers_only_is_left():
    def handler(thing: "Missing"): ...

    assert parameters(handler)[0].annotation == "Missing"


def test_the_request_is_known_by_name_or_type():
    class Own(Request): ...

    def handler(request: int, r: Request, own: Own, other: str, text: "Missing", bare): ...

    found = [parameter.name for parameter in parameters(handler) if is_request(parameter)]
    assert found == ["request", "r", "own"]


def test_the_request_fills_itself():
    assert itself(REQUEST) is REQUEST


async def test_an_async_handler_is_its_own_call():
    assert positional(native) is native


async def test_a_sync_handler_runs_in_a_worker_thread():
    assert await positional(plain)(REQUEST) == (False, REQUEST)


async def test_an_async_generator_is_the_value():
    assert [part async for part in await positional(stream)(REQUEST)] == ["a", REQUEST]


async def slow(request):
    return 2


BINDERS = [("request", "handlers", itself), ("one", "params", lambda request: 1), ("two", "params", slow)]


async def test_parameters_are_filled_by_sync_and_async_binders():
    async def handler(two, request, one):
        return one, two, request

    assert await bound(handler, BINDERS)(REQUEST) == (1, 2, REQUEST)


async def test_parameters_of_a_sync_handler_are_filled():
    def handler(one, two, request):
        return one, two, threading.current_thread() is threading.main_thread()

    assert await bound(handler, BINDERS)(REQUEST) == (1, 2, False)


async def test_parameters_of_an_async_generator_are_filled():
    async def handler(one, two, request):
        yield one
        yield two

    assert [part async for part in await bound(handler, BINDERS)(REQUEST)] == [1, 2]


async def test_a_partial_is_called_as_what_it_holds():
    async def handler(one, request, two, three):
        return one + two + three

    assert await bound(partial(handler, three=3), BINDERS)(REQUEST) == 6


async def test_one_value_that_is_waited_for_is_filled():
    async def handler(two):
        return two

    assert await bound(handler, [("two", "params", slow)])(REQUEST) == 2


async def test_a_value_that_is_waited_for_is_filled_after_the_request():
    async def handler(request, two):
        return request, two

    assert await bound(handler, [BINDERS[0], BINDERS[2]])(REQUEST) == (REQUEST, 2)


async def test_values_in_order_that_need_no_waiting_are_filled():
    async def handler(request, one):
        return request, one

    assert await bound(handler, BINDERS[:2])(REQUEST) == (REQUEST, 1)


async def test_keyword_only_parameters_are_filled():
    async def handler(request, *, one, two):
        return one, two

    assert await bound(handler, BINDERS)(REQUEST) == (1, 2)


def test_the_call_shows_its_binders():
    assert bound(native, BINDERS).binders == tuple(BINDERS)


async def wrapped_elsewhere(request): ...


wrapped_elsewhere.__wrapped__ = plain


class Instance:
    async def __call__(self, request): ...


async def keyword_only(*, request): ...


async def many(*request): ...


async def two(request, other): ...


async def otherwise(it): ...


def test_a_handler_that_takes_the_request_alone_is_known_at_a_glance():
    assert is_plain(native)


@pytest.mark.parametrize(
    "handler", [plain, stream, wrapped_elsewhere, Instance(), keyword_only, many, two, otherwise, partial(native)]
)
def test_any_other_handler_is_looked_at_closely(handler):
    assert not is_plain(handler)
