"""When timers are due: by the seconds, and by cron specs with their time zones."""

from datetime import UTC, datetime, timedelta

import anyio
import pytest
from hypothesis import given, strategies as st
from kernel_timers.clock import Clock
from kernel_timers.schedule import Cron, Every, schedule

BERLIN = "Europe/Berlin"
FORWARD = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)  # the night in which 02:00 is followed by 03:00 in Berlin
BACK = datetime(2026, 10, 24, 22, 30, tzinfo=UTC)  # the night in which 02:00 comes twice


def following(spec, start, count, tz="UTC"):
    """Return the next ticks as "day hour:minute" of the local clocks, with the offset from UTC."""
    cron, ticks = Cron(spec, tz), []
    for _ in range(count):
        start = cron.after(start)
        ticks.append(f"{start.astimezone(cron._zone):%d %H:%M %z}".removesuffix(" +0000"))
    return ticks


NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)  # a Thursday


@pytest.mark.parametrize(
    ("spec", "ticks"),
    [
        ("*/20 * * * *", ["01 00:20", "01 00:40", "01 01:00"]),
        ("6-20/7 0 * * *", ["01 00:06", "01 00:13", "01 00:20"]),
        ("0 0 * * 0", ["04 00:00", "11 00:00", "18 00:00"]),
        ("0 0 * * 7", ["04 00:00", "11 00:00", "18 00:00"]),
        ("0 0 * * sun", ["04 00:00", "11 00:00", "18 00:00"]),
        ("0 0 * * MON-wed", ["05 00:00", "06 00:00", "07 00:00"]),
        ("0 0 * FEB *", ["01 00:00", "02 00:00", "03 00:00"]),
        ("5,10 1 * * *", ["01 01:05", "01 01:10", "02 01:05"]),
        ("0 0 6 * 5", ["02 00:00", "06 00:00", "09 00:00"]),  # the 6th, and every Friday
        ("0 0 1-7 * */7", ["04 00:00", "01 00:00", "01 00:00"]),  # with a star both: the first Sunday
    ],
)
def test_a_spec_means_what_cron_takes_it_for(spec, ticks):
    assert following(spec, NEW_YEAR, 3) == ticks


@pytest.mark.parametrize(
    ("spec", "ticks"),
    [
        ("30 2 * * *", ["29 03:00 +0200", "30 02:30 +0200"]),
        ("*/30 2 * * *", ["29 03:00 +0200", "30 02:00 +0200"]),
        ("0 1-3 * * *", ["29 01:00 +0100", "29 03:00 +0200"]),
        ("30 * * * *", ["29 01:30 +0100", "29 03:30 +0200"]),
        ("*/30 * * * *", ["29 01:00 +0100", "29 01:30 +0100", "29 03:00 +0200"]),
    ],
)
def test_what_an_hour_that_does_not_exist_should_have_seen_comes_right_after_it(spec, ticks):
    assert following(spec, FORWARD, len(ticks), BERLIN) == ticks


@pytest.mark.parametrize(
    ("spec", "ticks"),
    [
        ("30 2 * * *", ["25 02:30 +0200", "26 02:30 +0100"]),
        ("0 1-3 * * *", ["25 01:00 +0200", "25 02:00 +0200", "25 03:00 +0100"]),
        ("30 * * * *", ["25 01:30 +0200", "25 02:30 +0200", "25 02:30 +0100", "25 03:30 +0100"]),
    ],
)
def test_a_time_that_comes_twice_is_one_tick_unless_the_spec_has_a_rhythm(spec, ticks):
    assert following(spec, BACK, len(ticks), BERLIN) == ticks


def test_a_beginning_within_the_second_of_two_equal_hours_does_not_look_back():
    assert following("30 2 * * *", datetime(2026, 10, 25, 1, 15, tzinfo=UTC), 1, BERLIN) == ["26 02:30 +0100"]


@given(
    st.sampled_from(["30 2 * * *", "*/7 2 * * *", "0 */5 * * *", "15 1-3 * * 0", "* * * * *"]),
    st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1)),
    st.sampled_from(["UTC", BERLIN, "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"]),
)
def test_ticks_never_stand_still_nor_go_back(spec, start, tz):
    cron, moment = Cron(spec, tz), start.replace(tzinfo=UTC)
    for _ in range(3):
        tick = cron.after(moment)
        assert moment < tick <= moment + timedelta(days=8)
        assert tick.second == 0
        moment = tick


@pytest.mark.parametrize(
    ("wishes", "reason"),
    [
        ({"spec": "61 * * * *"}, "cron '61 * * * *': bad minute"),
        ({"spec": "0 0 * * 8"}, "cron '0 0 * * 8': bad day-of-week"),
        ({"spec": "0 0 30 2 *"}, "cron '0 0 30 2 *': bad day-of-month"),
        ({"spec": "* * * *"}, "cron '* * * *': it is not five fields"),
        ({"spec": "* * * * * *"}, "it is not five fields"),
        ({}, "cron None: it is not five fields"),
        ({"spec": "* * * * *", "tz": "Europe/Berln"}, "time zone 'Europe/Berln' .*; did you mean 'Europe/Berlin'?"),
        ({"spec": "* * * * *", "tz": "../secret"}, "time zone '../secret' is not known here"),
        ({"spec": "* * * * *", "tz": 3}, "time zone 3 is not known here"),
    ],
)
def test_a_spec_that_makes_no_sense_is_refused(wishes, reason):
    with pytest.raises(ValueError, match=reason.replace("*", r"\*").replace(r".\*", ".*").replace("?", r"\?")):
        schedule("cron", wishes)


@pytest.mark.parametrize("seconds", [0, -1, float("inf"), float("nan"), "3", True, None])
def test_a_period_must_be_a_number_above_0(seconds):
    with pytest.raises(ValueError, match="it must be a number above 0"):
        schedule("periodic", {"seconds": seconds})


@pytest.mark.anyio
async def test_a_clock_put_forward_is_noticed_and_what_was_due_comes_once(clock):
    cron, missed = Cron("0 * * * *", "UTC"), []
    cron.begin(clock)

    async def ticking():
        for _ in range(3):
            missed.append(await cron.wait(clock))

    async with anyio.create_task_group() as group:
        group.start_soon(ticking)
        await clock.advance(60)
        clock.wall += timedelta(hours=5)
        await clock.advance(60)
        assert missed == [False]
        await clock.advance(3600)
        assert missed == [False, True]
        clock.wall -= timedelta(hours=2)
        await clock.advance(3600)
        assert missed == [False, True]
        await clock.advance(2 * 3600)
    assert missed == [False, True, False]


@pytest.mark.anyio
async def test_a_period_is_counted_from_the_beginning(clock):
    every, moments = Every(10), []
    every.begin(clock)

    async def ticking():
        for pause in (3, 9.5, 25, 0):
            missed = await every.wait(clock)
            moments.append((clock.monotonic(), missed))
            clock.work(pause)

    async with anyio.create_task_group() as group:
        group.start_soon(ticking)
        await clock.advance(100)
    assert moments == [(10, False), (20, False), (30, False), (60, True)]


@pytest.mark.anyio
async def test_what_is_overdue_is_not_waited_for() -> None:
    began = anyio.current_time()
    await Clock().sleep(-1)
    assert anyio.current_time() - began < 1
