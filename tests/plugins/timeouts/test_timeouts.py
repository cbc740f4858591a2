"""The section [timeouts]: validated, with defaults, and added up to the time after which a process ends hard."""

import pytest
from kernel_testing import make_kernel
from kernel_timeouts import Timeouts


def test_the_defaults():
    times = Timeouts.of(make_kernel().boot().config)
    assert times == Timeouts() == Timeouts.of({})
    assert (times.startup, times.shutdown_hook, times.graceful, times.keep_alive, times.hard) == (60, 15, 30, 5, 75)


def test_they_are_durations():
    times = Timeouts.of(make_kernel(config={"timeouts": {"startup": "2m", "shutdown_hook": "500ms"}}).boot().config)
    assert (times.startup, times.shutdown_hook, times.hard) == (120, 0.5, 31.5)


@pytest.mark.parametrize(
    ("keys", "reason"), [({"startup": "soon"}, "expected a duration"), ({"start": "1s"}, "has no key 'start'")]
)
def test_what_is_none_is_refused(keys, reason):
    assert reason in str(make_kernel(config={"timeouts": keys}).problems[0])


def test_the_life_of_a_kernel_has_the_times_of_the_section():
    life = make_kernel(config={"timeouts": {"startup": "3s", "shutdown_hook": "2s"}}).boot().service("life")
    assert (life.startup, life.shutdown_hook) == (3, 2)
