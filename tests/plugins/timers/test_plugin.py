"""Timers are checked at boot, can be switched off, and tick in one of several processes."""

import os
import subprocess
import sys
import tempfile

import pytest
from kernel_testing import Client
from kernel_timers.election import ELECTION, Election

HOLD = """
import fcntl, sys
file = open(sys.argv[1], "w")
fcntl.lockf(file, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize(
    ("register", "reason", "hint"),
    [
        (lambda hooks: hooks.periodic(0), "every 0 seconds: it must be a number above 0", "@hooks.periodic(30)"),
        (lambda hooks: hooks.on("periodic"), "every None seconds: it must", "@hooks.periodic(30)"),
        (lambda hooks: hooks.periodic(1, timeout=0), "timeout=0 must be a number of seconds above 0", "@hooks"),
        (lambda hooks: hooks.cron("* * *"), "cron '* * *': it is not five fields", "minute 0-59, hour 0-23"),
        (lambda hooks: hooks.cron("* * * * *", tz="Mars"), "time zone 'Mars' is not known here", "@hooks.cron"),
    ],
)
def test_a_timer_that_is_never_due_is_an_error_of_the_boot(kernel_of, hooks, register, reason, hint):
    def job():
        pass

    register(hooks)(job)
    (problem,) = kernel_of().problems
    assert problem.message.startswith("'shop': ")
    assert reason in problem.message
    assert hint in problem.hint
    assert problem.where == f"{__file__}:{job.__code__.co_firstlineno}"


def test_a_wish_for_another_kind_of_timer_is_told(kernel_of, hooks):
    hooks.on("periodic", seconds=3, tz="UTC")(lambda: None)
    assert "wishes 'tz'" in str(kernel_of().problems[0])


def test_hooks_return_the_function(hooks):
    assert hooks.periodic(3)(len) is len
    assert hooks.cron("* * * * *")(len) is len
    assert [(name, dict(wishes)) for name, _, wishes in hooks] == [
        ("periodic", {"seconds": 3, "timeout": None}),
        ("cron", {"spec": "* * * * *", "tz": "UTC", "timeout": None}),
    ]


@pytest.mark.anyio
async def test_timers_can_be_switched_off(kernel_of, clock, hooks, ticks):
    hooks.periodic(10)(lambda: ticks.append(1))
    async with Client(kernel_of(enabled=False)):
        await clock.advance(30)
    assert ticks == []


@pytest.mark.anyio
async def test_without_timers_nothing_waits(kernel_of, clock):
    async with Client(kernel_of()):
        await clock.advance(1)
        assert clock._sleepers == []


@pytest.fixture
def held(tmp_path):
    """Return a lock that another process holds, and that process."""
    lock = tmp_path / "lock"
    words = [sys.executable, "-c", HOLD, str(lock)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        holder.stdout.readline()
        yield str(lock), holder
        holder.kill()


@pytest.mark.anyio
async def test_the_process_that_holds_the_lock_ticks_and_another_takes_over(held, kernel_of, clock, hooks, ticks):
    lock, holder = held
    hooks.periodic(10)(lambda: ticks.append(clock.passed))
    async with Client(kernel_of(lock=lock)):
        await clock.advance(25)
        assert ticks == []
        holder.kill()
        holder.wait()
        await clock.advance(20)
        assert ticks == [30, 40]


def test_a_lock_is_beside_the_configuration_and_given_back(tmp_path):
    election = Election("timers.lock", tmp_path)
    assert (election.won(), election.won()) == (True, True)
    assert (tmp_path / "timers.lock").stat().st_mode & 0o777 == 0o600
    election.resign()
    assert election.won()


def test_workers_inherit_the_file_they_are_elected_by(monkeypatch):
    with tempfile.TemporaryFile() as file:
        monkeypatch.setenv(ELECTION, str(file.fileno()))
        election = Election()
        assert election.won()
        election.resign()
        os.fstat(file.fileno())


def test_without_rivals_there_is_no_election(monkeypatch):
    monkeypatch.delenv(ELECTION, raising=False)
    election = Election()
    assert election.won()
    election.resign()
