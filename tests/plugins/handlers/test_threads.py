"""Sync functions as async ones, and what they do to context variables."""

import threading
from contextvars import ContextVar
from functools import partial

import pytest
from kernel_handlers.threads import awaited, called, threaded

pytestmark = pytest.mark.anyio
variable = ContextVar("variable", default="unset")


def quick(*args):
    variable.set("by the thread")
    return (*args, threading.current_thread() is threading.main_thread())


async def slow():
    return "slow"


def hidden():
    return slow()


async def test_a_sync_function_runs_in_a_thread_and_its_context_variables_stay_set():
    assert await threaded(quick, 1) == (1, False)
    assert variable.get() == "by the thread"


async def test_context_variables_are_set_although_the_function_fails():
    def fail():
        variable.set("before the failure")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await threaded(fail)
    assert variable.get() == "before the failure"


async def test_a_thread_sees_the_context_variables_of_its_caller():
    token = variable.set("by the caller")
    assert await threaded(variable.get) == "by the caller"
    variable.reset(token)


@pytest.mark.parametrize(
    ("mark", "level", "on_the_loop"),
    [(None, None, False), (None, True, False), (None, False, True), (False, None, True), (True, False, False)],
)
async def test_a_function_is_marked_by_itself_or_by_its_level(mark, level, on_the_loop):
    function = partial(quick)
    if mark is not None:
        function.blocking = mark
    assert await awaited(function, level)() == (on_the_loop,)


def test_an_async_function_stays_as_it_is():
    assert awaited(slow) is called(slow) is slow


async def test_a_coroutine_that_a_sync_function_returns_is_awaited():
    assert await awaited(hidden)() == "slow"


async def test_or_is_left_to_the_caller():
    coroutine = await called(hidden)()
    assert await coroutine == "slow"
