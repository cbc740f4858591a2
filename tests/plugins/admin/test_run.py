"""`kernel run` and `kernel demo`: what they choose, before anything is served."""

import os
from pathlib import Path
from typing import Any

import pytest
from kernel_admin import run
from kernel_admin.binding import Place
from kernel_admin.faults import Fault

pytestmark = pytest.mark.usefixtures("signals_kept")


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return what `serve` was called with; it is ready at once and ends."""
    calls: list[Any] = []

    def serve(app: Any, server: Any, place: Place, ready: Any, worker_class: str) -> None:
        ready()
        calls.append((server.__name__, place.url, place.listening, worker_class))

    monkeypatch.setattr("kernel_admin.serving.serve", serve)
    return calls


def test_it_serves_where_it_is_told_and_says_so(project: Path, invoke: Any, served: list[Any]) -> None:
    result = invoke("run", "--bind", "127.0.0.1:0", "--worker-class", "trio")
    [(server, url, listening, worker_class)] = served

    assert (server, listening, worker_class) == ("hypercorn_on_trio", True, "trio")
    assert result.output == f"serving on {url} (ctrl+c stops)\n"


def test_the_configuration_says_where_else(make_project: Any, invoke: Any, served: list[Any]) -> None:
    make_project("[networking]\nbind = [::1]:0\n")
    invoke("run")

    assert served[0][1].startswith("http://[::1]:")


def test_a_child_says_nothing(project: Path, invoke: Any, served: list[Any]) -> None:
    place = Place.open("127.0.0.1:0")
    result = invoke("run", "--bind", f"fd://{os.dup(place.sock.fileno())}")

    assert (result.exit_code, result.output, place.listening) == (0, "", True)
    place.close()


def test_a_server_that_bound_the_address_itself(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = Place.open("127.0.0.1:0")
    place.close()
    run.ready(place, "http://there")

    assert capsys.readouterr().out == "serving on http://there (ctrl+c stops)\n"


@pytest.mark.parametrize(
    "words",
    [
        ("--reload", "--workers", "2"),
        ("--server", "granian", "--workers", "2"),
        ("--server", "granian", "--reload"),
        ("--server", "granian", "--bind", "unix:x"),
        ("--server", "uvicorn", "--worker-class", "trio"),
        ("--bind", "no:where"),
        ("--workers", "0"),
        ("--server", "apache"),
    ],
)
def test_what_does_not_go_together_is_usage(project: Path, invoke: Any, words: tuple[str, ...]) -> None:
    assert invoke("run", *words).exit_code == 2


@pytest.mark.parametrize(
    ("config", "code"),
    [(None, 78), ("[apps\n", 78), ("[errors]\nformat = xml\n", 78), ("[apps]\nactive = nowhere\n", 3)],
)
def test_a_project_that_cannot_run_has_its_exit_code(make_project: Any, invoke: Any, config: str, code: int) -> None:
    make_project(config)
    result = invoke("run")

    assert result.exit_code == code
    assert result.stderr.startswith("error ")
    assert "Traceback" not in result.output


def test_a_port_in_use_names_it_and_the_way_out(project: Path, invoke: Any) -> None:
    place = Place.open("127.0.0.1:0")
    place.listen()
    result = invoke("run", "--bind", place.url.removeprefix("http://"))
    place.close()

    assert result.exit_code == 3
    assert "cannot be bound: address already in use\n    -> stop what listens there" in result.stderr


def test_workers_are_supervised(project: Path, invoke: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    class Supervisor:
        def __init__(self, serving: Any, count: int, announce: Any) -> None:
            self.count, self.announce = count, announce

        def run(self) -> int:
            self.announce()
            return self.count

    monkeypatch.setattr("kernel_admin.supervisor.Supervisor", Supervisor)
    result = invoke("run", "--workers", "5", "--bind", "127.0.0.1:0")

    assert result.exit_code == 5
    assert result.output.startswith("serving on http://127.0.0.1:")


def test_reload_boots_nothing_itself(make_project: Any, invoke: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    make_project("[apps\n")
    monkeypatch.setattr("kernel_admin.reload.Reloader.run", lambda self: 6)

    assert invoke("run", "--reload").exit_code == 6


def test_the_demo_runs_from_a_folder(tmp_path: Path, invoke: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Any] = []
    monkeypatch.setattr("kernel_admin.run.serve", lambda *args, **named: calls.append((args, named)))
    monkeypatch.setenv("KERNEL_CONFIG", "")
    result = invoke("demo", "--data", str(tmp_path / "demo"), "--bind", "127.0.0.1:0")

    assert result.output == f"the demo lives in {tmp_path / 'demo'}\n"
    assert os.environ["KERNEL_CONFIG"] == str(tmp_path / "demo" / "config.ini")
    assert calls[0][0] == ("127.0.0.1:0",)


def test_a_fault_holds_its_problems() -> None:
    fault = Fault.one("a.b", "who and what", "next step", "where", code=4)

    assert str(fault.problems[0]) == fault.message == "error a.b: who and what\n    at where\n    -> next step"
