"""The tools of benchmarks/: what the guard lets pass and what it does not, what others read and tell."""

import importlib
import os
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


def test_the_processors_of_this_process_are_given_back(load):
    stepping = load("stepping")
    if not hasattr(os, "sched_getaffinity"):
        pytest.skip("this is not Linux")
    before = os.sched_getaffinity(0)
    with stepping.on_one_processor():
        assert len(os.sched_getaffinity(0)) == 1
    assert os.sched_getaffinity(0) == before


def test_the_parts_of_a_request_are_counted_without_what_the_stops_take(load):
    before, stops, after = 7, 100, 9
    ours, raw = [before, 400, stops, 300, 200, 150, after], [before, 300, 200, 130, after]
    assert load("phases").parted([*ours, *raw]) == ([300, 0, 200, 100, 50], [200, 100, 30])


WRK = """Running 3s test @ http://127.0.0.1:8000/plaintext
  1 threads and 32 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     3.10ms  520.00us  20.96ms   90.00%
  Latency Distribution
     50%  980.00us
     75%    3.20ms
     90%    3.50ms
     99%    1.20s
  27813 requests in 3.00s, 4.19MB read
Requests/sec:   9271.12
Transfer/sec:      1.40MB
"""


def test_what_wrk_prints_is_read(load):
    assert load("servers").parsed(WRK, 2.7813) == (9271.12, 0.98, 1200, pytest.approx(100))


@pytest.mark.parametrize("text", ["", WRK.replace("  27813", "  Non-2xx or 3xx responses: 7\n  27813")])
def test_answers_that_are_errors_are_no_figures(load, text):
    with pytest.raises(RuntimeError):
        load("servers").parsed(text, 1)


@pytest.mark.parametrize(("rate", "below"), [(95, True), (98, False)])
def test_a_server_below_its_part_of_raw_is_told(load, capsys, rate, below):
    servers = load("servers")
    one, more = servers.Load(100, 1, 2, 50), servers.Load(rate, 1, 2, 51)
    assert servers.told("granian", {"kernel run": [more, more, one], "raw": [one, one, one]}) != below
    assert ("BELOW" in capsys.readouterr().out) == below


@pytest.mark.parametrize(
    ("figure", "goal", "scale", "within"),
    [(41, 40, 1, False), (41, 40, 1.1, True), (40, 40, 1, True), (900, None, 1, True)],
)
def test_a_figure_above_its_goal_is_told(load, capsys, figure, goal, scale, within):
    assert load("startup").verdict("imports", figure, "ms", goal, scale) == within
    assert ("ABOVE" in capsys.readouterr().out) == (not within)


@pytest.mark.parametrize(("last", "within"), [(2.9, True), (3.1, False)])
def test_a_cost_that_grows_with_the_routes_is_told(load, last, within):
    assert load("growth").told("static", (10, 100), (2, last), 1.5) == within


@pytest.mark.parametrize("kind", ["static", "variable", "404", "layers"])
def test_growth_is_measured_on_the_same_work(load, kind, monkeypatch):
    growth = load("growth")
    monkeypatch.setattr(growth, "ROUNDS", 1)
    monkeypatch.setattr(growth, "CALLS", 1)
    build, _, _ = growth.KINDS[kind]
    (ratio,) = growth.asyncio.run(growth.ratios(build, [8]))
    assert ratio > 0


def test_the_suite_measures_what_is_named_or_everything(load):
    suite = load("suite")
    assert list(suite.commands(["layers", "idle", "basics"])) == [["ratios.py", "layers", "basics"], ["idle.py"]]
    assert list(suite.commands([])) == [["ratios.py"], *([f"{tool}.py"] for tool in suite.TOOLS)]
    with pytest.raises(SystemExit, match=r"no benchmarks/layer\.py"):
        list(suite.commands(["layer"]))


def test_figures_of_peers_take_the_place_of_what_stood_there(load, tmp_path, monkeypatch):
    peers = load("peers")
    page = tmp_path / "performance.md"
    page.write_text("a\n<!-- peers trio -->\nnothing yet\n<!-- end of peers trio -->\nb\n")
    monkeypatch.setattr(peers, "DOCS", tmp_path)
    peers.written("2.0\n", "trio")
    assert page.read_text() == "a\n<!-- peers trio -->\n2.0\n<!-- end of peers trio -->\nb\n"
    with pytest.raises(SystemExit, match="add it"):
        peers.written("2.0\n", "asyncio")


def test_every_row_is_drawn_and_tabled(load):
    figures = {"JSON & more": {"ours": 2.0, "theirs": 31.5}, "page": {"ours": 0.8}}
    drawn = load("picture").bars(figures, ["ours", "theirs"])
    assert (drawn.count("<rect"), drawn.count("JSON &amp; more")) == (1 + 2 + 3, 1)
    assert load("peers").table(figures, ["ours", "theirs"]).splitlines()[2:] == [
        "| JSON & more | 2.00 | 31.50 |",
        "| page | 0.80 | - |",
    ]
