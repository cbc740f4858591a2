"""The section [timeouts]: validated, with defaults, and added up to the time after which a process ends hard."""

import re
from time import sleep

import pytest
from kernel_testing import make_kernel
from kernel_timeouts import Timeouts

from kernel import Plugin, hookimpl


def test_the_defaults():
    times = Timeouts.of(make_kernel().boot().config)
    assert times == Timeouts() == Timeouts.of({})
    assert (times.startup, times.shutdown_hook, times.graceful, times.keep_alive, times.hard) == (60, 15, 30, 5, 75)
    assert times.header_read == 15


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


class Slow(Plugin):
    """A plugin with a hook that takes its time."""

    name = "slow"

    @hookimpl
    def kernel_layers(self):
        sleep(0.002)


def test_a_plugin_that_takes_longer_than_it_may_for_the_boot_is_named():
    config = {"timeouts": {"slow": "1ms"}}
    found = {problem.message: problem for problem in make_kernel([Slow], config=config).boot().problems}
    (message,) = [message for message in found if "'slow' took" in message]
    assert re.fullmatch(r"plugin 'slow' took 0\.\d+ s of the boot \(\[timeouts\] slow = 0\.001 s\)", message)
    assert (found[message].id, found[message].level) == ("timeouts.slow", "warning")


def test_an_import_counts_for_its_plugin(tmp_path, monkeypatch):
    (tmp_path / "sluggish.py").write_text("import time\ntime.sleep(0.002)\nfrom kernel import App\napp = App()\n")
    monkeypatch.syspath_prepend(tmp_path)
    config = {"timeouts": {"slow": "1ms"}, "apps": {"active": "sluggish:app"}}
    assert any(p.message.startswith("app 'sluggish") for p in make_kernel(config=config).boot().problems)


def test_nobody_is_named_who_does_not_take_long():
    assert make_kernel([Slow], config={"timeouts": {"slow": "1h"}}).boot().problems == []
