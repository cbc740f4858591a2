"""The guard that compares instruction counts: what it lets pass and what it does not."""

import importlib
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"


@pytest.fixture
def load(monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)
    return importlib.import_module


@pytest.mark.parametrize(
    ("counted", "status"),
    [([1029], 0), ([1031, 1031, 1031, 1031], 1), ([1031, 1100, 1000], 0), ([900], 0)],
)
def test_a_path_that_stays_above_the_recorded_ratio_by_more_than_3_percent_fails(
    load, counted, status, capsys, monkeypatch
):
    instructions = load("instructions")
    monkeypatch.setattr(instructions, "PATHS", {"404": None})
    monkeypatch.setattr(instructions, "counts", lambda work: [0, 0, counted.pop(0), 0, 0, 500])
    assert instructions.compare({"404": [1000, 500]}) == status
    assert (counted, "--record" in capsys.readouterr().out) == ([], bool(status))


def test_where_nothing_is_recorded_nothing_fails(load, capsys, monkeypatch):
    instructions = load("instructions")
    monkeypatch.setattr(instructions, "PATHS", {"404": None})
    monkeypatch.setattr(instructions, "counts", lambda work: [0, 0, 9, 0, 0, 1])
    assert instructions.compare({}) == 0
    assert "nothing is recorded" in capsys.readouterr().out


def test_every_path_of_the_guard_is_recorded(load):
    instructions = load("instructions")
    recorded = instructions.json.loads(instructions.RECORDED.read_text())
    assert recorded
    assert all(figures.keys() == instructions.PATHS.keys() for figures in recorded.values())


def test_twice_the_work_takes_twice_the_instructions(load):
    stepping = load("stepping")

    def work():
        for times in (1, 1, 2, 3):
            numbers = list(range(100 * times))
            with stepping.counted():
                for _ in numbers:
                    pass

    try:
        _, once, twice, thrice = stepping.counts(work)
    except stepping.Unavailable as error:
        pytest.skip(str(error))
    assert abs((thrice - twice) - (twice - once)) < (twice - once) / 20


def test_a_child_that_fails_is_told(load):
    stepping = load("stepping")
    try:
        with pytest.raises(RuntimeError, match="has failed"):
            stepping.counts(lambda: 1 / 0)
    except stepping.Unavailable as error:
        pytest.skip(str(error))
