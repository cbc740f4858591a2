"""The growth check itself: it must notice quadratic work, and nothing else."""

import time
from collections.abc import Iterator
from typing import Any

import pytest


def test_quadratic_work_fails(grows_linearly: Any) -> None:
    with pytest.raises(pytest.fail.Exception, match=r"size \d+ and 4 times that took"):
        grows_linearly(lambda items: [max(items) for _ in items], range, 100)


def test_linear_work_passes(grows_linearly: Any) -> None:
    grows_linearly(sum, range, 10_000)


def test_what_takes_no_time_passes_at_once(grows_linearly: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "process_time", lambda: 0.0)
    sizes: list[int] = []
    grows_linearly(sizes.append, int, 1)
    assert max(sizes) == 2**6


@pytest.mark.parametrize(("disturbed", "passes"), [(0, True), (3, True), (4, False)])
def test_a_disturbed_measurement_is_repeated_three_times(
    disturbed: int, passes: bool, grows_linearly: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def clock() -> Iterator[float]:
        for took in [1.0] * 5 + [1.0, 9.0] * 5 * disturbed + [1.0, 4.0] * 5:
            yield from (0.0, took)

    monkeypatch.setattr(time, "process_time", clock().__next__)
    if passes:
        grows_linearly(str, int, 1)
        return
    with pytest.raises(pytest.fail.Exception, match=r"took (1000\.0 and 9000\.0 ms(, then )?){4}$"):
        grows_linearly(str, int, 1)
