"""When a timer is due: every so many seconds, or as a cron spec says."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from math import inf
from typing import Any, Protocol

from kernel.errors import did_you_mean
from kernel_timers.clock import Clock

NAP = 60.0
"""Seconds after which the time of day is looked at again: somebody may have put the clock forward."""
FIELDS = "minute 0-59, hour 0-23, day 1-31, month 1-12 or JAN-DEC, weekday 0-7 or SUN-SAT; 0 and 7 are Sunday"


class Schedule(Protocol):
    """When a timer is due."""

    def begin(self, clock: Clock) -> None:
        """Begin now."""

    async def wait(self, clock: Clock) -> bool:
        """Wait for the next tick; tell whether one before it was left out, since the last took so long."""
        ...


class Every:
    """Every *seconds* from the beginning on, however long the ticks take.

    Raises:
        ValueError: it is no number of seconds above 0.
    """

    def __init__(self, seconds: Any) -> None:
        if not positive(seconds):
            raise ValueError(f"every {seconds!r} seconds: it must be a number above 0")
        self._seconds = float(seconds)

    def begin(self, clock: Clock) -> None:
        """Begin now; the first tick is due after one period."""
        self._start, self._count = clock.monotonic(), 0

    async def wait(self, clock: Clock) -> bool:
        """Wait for the next tick; see `Schedule`."""
        passed = clock.monotonic() - self._start
        due = max(self._count + 1, int(passed // self._seconds) + 1)
        missed, self._count = due > self._count + 1, due
        await clock.sleep(self._start + due * self._seconds - clock.monotonic())
        return missed


class Cron:
    """As the five fields of *spec* say, by the clocks of *tz*.

    Where clocks are put forward, what an hour that does not exist should have seen comes once, right
    after it. Where they are put back, what names its hour and its minute comes once, at the first of
    the two; what has a "*" in one of them goes on in its rhythm.

    Raises:
        ValueError: the spec or the time zone cannot be understood, or no day can fit.
    """

    def __init__(self, spec: Any, tz: Any) -> None:
        from cronsim import CronSim, CronSimError  # here, since most projects have no timers

        self._spec, self._zone, self._ticks = spec, zone(tz), CronSim
        if not isinstance(spec, str) or len(spec.split()) != 5:
            raise ValueError(f"cron {spec!r}: it is not five fields")
        try:
            CronSim(spec, datetime(2000, 1, 1))
        except CronSimError as error:
            raise ValueError(f"cron {spec!r}: {str(error).lower()}") from error
        self._named_hour = not spec.split()[1].startswith("*")

    def begin(self, clock: Clock) -> None:
        """Begin now."""
        self._last = clock.now()

    async def wait(self, clock: Clock) -> bool:
        """Wait for the next tick; see `Schedule`."""
        now, due = clock.now(), self.after(self._last)
        if missed := due <= now:
            due = self.after(now)
        while (left := (due - clock.now()).total_seconds()) > 0:
            await clock.sleep(min(left, NAP))
        self._last = due
        return missed

    def after(self, moment: datetime) -> datetime:
        """Return the first tick after *moment*; both are aware, the result in UTC."""
        local = moment.astimezone(self._zone)
        regular = next(tick for tick in self._ticks(self._spec, local) if tick.astimezone(UTC) > moment).astimezone(UTC)
        if self._zone is UTC or not self._named_hour:
            return regular
        lost = next(self._ticks(self._spec, local.replace(tzinfo=None))).replace(tzinfo=self._zone)
        if exists(lost):
            return regular
        while not exists(lost):
            lost += timedelta(minutes=1)
        return min(regular, lost.astimezone(UTC))


def exists(moment: datetime) -> bool:
    """Tell whether the clocks of its time zone ever show *moment*."""
    return moment.astimezone(UTC).astimezone(moment.tzinfo).replace(tzinfo=None) == moment.replace(tzinfo=None)


def zone(name: Any) -> tzinfo:
    """Return a time zone by its name, as "Europe/Berlin".

    Raises:
        ValueError: there is none of that name.
    """
    if name == "UTC":
        return UTC
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError) as error:
        guess = did_you_mean(str(name), available_timezones())
        raise ValueError(f"time zone {name!r} is not known here{guess}") from error


def schedule(event: str, wishes: Mapping[str, Any]) -> Schedule:
    """Return the schedule of a listener to "periodic" or "cron" that was registered with *wishes*.

    Raises:
        ValueError: they make none.
    """
    if event == "cron":
        return Cron(wishes.get("spec"), wishes.get("tz", "UTC"))
    return Every(wishes.get("seconds"))


def positive(value: Any) -> bool:
    """Tell whether *value* is a number above 0, and not infinite."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < inf
