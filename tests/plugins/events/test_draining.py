"""Who hears at once that the kernel is about to stop."""

import pytest
from kernel_events.draining import Draining
from kernel_testing import make_kernel


def test_who_waits_is_called_once():
    draining, calls = Draining(), []
    with draining.calling(lambda: calls.append(1)):
        draining.begin()
        draining.begin()
    assert (calls, draining.begun) == ([1], True)


def test_who_comes_later_is_called_at_once():
    draining, calls = Draining(), []
    draining.begin()
    with draining.calling(lambda: calls.append(1)):
        assert calls == [1]


def test_who_waits_no_more_is_not_called():
    draining, calls = Draining(), []
    with draining.calling(lambda: calls.append(1)), draining.calling(lambda: calls.append(2)):
        pass
    draining.begin()
    assert calls == []


@pytest.mark.anyio
async def test_it_begins_with_the_phase_and_is_over_at_the_next_start():
    kernel, other = make_kernel(), make_kernel()
    draining = kernel.service("draining")
    await kernel.start()
    assert not draining.begun
    await kernel.stop()
    assert (draining.begun, other.service("draining").begun) == (True, False)
    await kernel.start()
    assert not draining.begun
    await kernel.stop()
