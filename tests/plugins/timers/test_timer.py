"""Timers tick one call at a time while the application is up, whatever becomes of a call."""

import logging

import anyio
import pytest
from kernel_events.plugin import EventsPlugin, Phases
from kernel_testing import Client, LifespanFailed, make_kernel
from kernel_timers import Clock, Timers

from kernel import App

pytestmark = pytest.mark.anyio


async def test_a_periodic_function_is_called_once_a_period(kernel_of, clock, hooks, ticks):
    @hooks.periodic(30)
    async def poll():
        ticks.append(clock.passed)

    async with Client(kernel_of()):
        await clock.advance(29)
        assert ticks == []
        await clock.advance(71)
    await clock.advance(100)
    assert ticks == [30, 60, 90]


async def test_a_cron_function_is_called_when_the_spec_says(kernel_of, clock, hooks, ticks):
    @hooks.cron("*/20 1 * * *", tz="Asia/Tokyo")
    def report(app):
        ticks.append((f"{clock.now():%H:%M}", app.front))

    kernel = kernel_of()
    async with Client(kernel):
        await clock.advance(24 * 3600)
    assert ticks == [("16:00", kernel), ("16:20", kernel), ("16:40", kernel)]


async def test_calls_never_overlap_and_what_was_due_meanwhile_is_left_out(kernel_of, clock, hooks, ticks, caplog):
    gate = [anyio.Event(), anyio.Event()]

    @hooks.periodic(10)
    async def slow():
        ticks.append(clock.passed)
        await gate[len(ticks) - 1].wait()

    async with Client(kernel_of()):
        await clock.advance(35)
        assert ticks == [10]
        gate[0].set()
        await clock.advance(10)
        assert ticks == [10, 40]
        gate[1].set()
    (record,) = caplog.records
    assert record.getMessage().startswith(f"'shop': periodic '{slow.__qualname__}' ({__file__}:")
    assert record.getMessage().endswith("what was due while it ran, or while the clock jumped, is left out")


async def test_a_call_that_fails_is_logged_with_name_and_place_and_the_next_one_comes(kernel_of, clock, hooks, caplog):
    @hooks.periodic(10)
    def broken():
        raise ValueError("no")

    async with Client(kernel_of()):
        await clock.advance(20)
    first, second = caplog.records
    assert (first.getMessage(), first.exc_info[0]) == (second.getMessage(), ValueError)
    assert first.getMessage() == f"'shop': periodic '{broken.__qualname__}' ({__file__}:{lines(broken)}) failed"


def lines(function):
    return function.__code__.co_firstlineno


async def test_a_call_that_takes_longer_than_its_timeout_is_cut_and_the_next_one_comes(kernel_of, clock, hooks, caplog):
    cut = [anyio.Event(), anyio.Event(), anyio.Event()]
    waiting = iter(cut)

    @hooks.periodic(10, timeout=0.001)
    async def hanging():
        try:
            await anyio.sleep_forever()
        finally:
            next(waiting).set()

    async with Client(kernel_of()):
        for event in cut:
            await clock.advance(10)
            await event.wait()
    assert [record.levelno for record in caplog.records] == [logging.ERROR] * 3
    assert "s (its timeout)" in caplog.text


async def test_no_call_begins_after_the_drain_and_one_under_way_may_end(kernel_of, clock, hooks, ticks):
    gate = anyio.Event()

    @hooks.periodic(10)
    async def slow():
        ticks.append("begun")
        await gate.wait()
        ticks.append("ended")

    @hooks.periodic(11)
    def other():
        ticks.append("other")

    @hooks.on("pre_stop")
    async def stopping():
        await clock.advance(10)
        gate.set()

    kernel = kernel_of()
    async with Client(kernel):
        await clock.advance(10)
        await kernel.service("drain")()
    assert ticks == ["begun", "ended"]


async def test_a_call_that_does_not_end_at_the_stop_is_cut_and_reported(clock, hooks):
    hooks.periodic(10)(anyio.sleep_forever)
    config = {"timeouts": {"shutdown_hook": 0.01}}
    plugins = [EventsPlugin, Timers(clock), Phases]
    reason = r"'shop': periodic 'sleep_forever' .*: cut at the stop, after \S+ s"
    with pytest.raises(LifespanFailed, match=reason):
        async with Client(make_kernel(plugins, [App(name="shop", hooks=hooks)], config, standard=False)):
            await clock.advance(10)


async def test_a_shorter_timeout_than_that_of_the_stop_holds(kernel_of, clock, hooks, caplog):
    hooks.periodic(10, timeout=0.01)(anyio.sleep_forever)
    async with Client(kernel_of()):
        await clock.advance(10)
    assert "(its timeout)" in caplog.text


async def test_nothing_ticks_before_the_application_is_up(kernel_of, clock, hooks, ticks):
    hooks.periodic(10)(lambda: ticks.append(clock.passed))

    @hooks.on("startup")
    async def slow():
        await clock.advance(25)

    async with Client(kernel_of()):
        await clock.advance(10)
    assert ticks == [30]


async def test_a_kernel_started_again_begins_anew(kernel_of, clock, hooks, ticks):
    hooks.periodic(10)(lambda: ticks.append(clock.passed))
    kernel = kernel_of()
    for _ in range(2):
        async with Client(kernel):
            await clock.advance(12)
    assert ticks == [10, 22]


async def test_the_clock_of_the_machine_goes():
    clock = Clock()
    before, day = clock.monotonic(), clock.now()
    await clock.sleep(0.001)
    assert clock.monotonic() > before
    assert clock.now() >= day
