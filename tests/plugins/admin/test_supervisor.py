"""Workers: with children that only pretend."""

import os
import signal
from typing import Any

import pytest
from kernel_admin import rolling, supervisor
from kernel_admin.children import patience
from kernel_admin.faults import Fault
from kernel_admin.serving import TOLD
from kernel_admin.supervisor import Supervisor

pytestmark = pytest.mark.usefixtures("signals_kept")


class Child:
    """A process that ended with *code*, or serves until it is asked to end if that is None."""

    def __init__(self, pid: int, code: int | None) -> None:
        self.pid, self.code, self.ends = pid, code, ""

    def poll(self) -> int | None:
        return self.code

    def wait(self) -> int | None:
        return self.code

    def terminate(self) -> None:
        self.ends += "t"
        self.code = 0

    def kill(self) -> None:
        self.ends += "k"
        self.code = -9


class Stubborn(Child):
    """A process that does not mind SIGTERM."""

    def terminate(self) -> None:
        self.ends += "t"


class Spawner:
    """Serving whose children are given: by an exit code, None for one that serves, or "" for one that is not ready."""

    patience = 0.0
    listening = True

    def __init__(self, *codes: Any) -> None:
        self.codes, self.place = iter(codes), self
        self.spawned: list[Any] = []

    def close(self) -> None:
        """Be closed."""

    def spawn(self, handed: dict[str, int]) -> Child:
        code = next(self.codes)
        child = code(len(self.spawned)) if callable(code) else Child(len(self.spawned), code or None)
        if child.poll() is None and code != "":
            os.write(handed[TOLD], b".")
        if code == 7:
            os.write(handed[TOLD], b".!")
        os.fstat(handed["KERNEL_ELECTION"])
        self.spawned.append(child)
        return child


class Told:
    """What happens while the supervisor sleeps, one step after another; at the end a signal."""

    def __init__(self, *steps: Any) -> None:
        self.steps = iter(steps)

    def __call__(self, seconds: float) -> None:
        step = next(self.steps, signal.SIGTERM)
        if isinstance(step, signal.Signals):
            signal.raise_signal(step)
        elif step:
            step()


def supervised(monkeypatch: Any, *codes: Any, count: int = 1, steps: Any = (None,) * 12) -> Spawner:
    """Run a supervisor by script; its children are in the result."""
    monkeypatch.setattr(supervisor, "sleep", Told(*steps))
    serving: Any = Spawner(*codes)
    said: list[int] = []
    serving.exit = Supervisor(serving, count, lambda: said.append(1)).run()
    assert said == [1]
    return serving  # type: ignore[no-any-return]  # see Spawner


def test_a_signal_stops_the_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    serving: Any = supervised(monkeypatch, None, None, count=2, steps=[None])

    assert serving.exit == 0
    assert [child.ends for child in serving.spawned] == ["t", "t"]


def test_nothing_is_announced_before_somebody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "sleep", Told(None))
    serving: Any = Spawner(None)
    serving.listening = False

    assert Supervisor(serving, 1, lambda: pytest.fail("announced")).run() == 0


def test_a_first_worker_that_cannot_start_ends_all_with_its_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """F8."""
    with pytest.raises(Fault, match="a worker could not start") as fault:
        supervised(monkeypatch, None, 78, count=2)

    assert fault.value.exit_code == 78


@pytest.mark.parametrize("code", [-9, 1, 0])
def test_a_dead_worker_is_replaced(monkeypatch: pytest.MonkeyPatch, capsys: Any, code: int) -> None:
    died = Child(0, code)
    serving: Any = supervised(monkeypatch, lambda pid: died, None, steps=[None, None])

    assert [child.ends for child in serving.spawned] == ["", "t"]
    assert f"worker 0 died with exit code {code}; it is replaced" in capsys.readouterr().err


def test_a_worker_that_asks_for_the_end_ends_all(monkeypatch: pytest.MonkeyPatch) -> None:
    serving: Any = supervised(monkeypatch, None, 7, None, count=3)

    assert [child.ends for child in serving.spawned] == ["t", "", "t"]


def test_workers_that_keep_dying_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """F13."""
    with pytest.raises(Fault, match="5 workers died within 30 seconds, the last with exit code 9") as fault:
        supervised(monkeypatch, *[9] * 9)

    assert fault.value.exit_code == 4


def test_deaths_far_apart_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter(range(0, 1000, 10))
    monkeypatch.setattr(supervisor, "monotonic", lambda: next(moments))

    assert len(supervised(monkeypatch, *[9] * 7, None).spawned) == 8


def test_one_that_cannot_start_in_place_of_a_dead_one_is_tried_again_while_others_serve(
    monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    moments = iter([1, 1, 1, 3, 6, 6])
    monkeypatch.setattr(supervisor, "monotonic", lambda: next(moments))
    serving: Any = Spawner(None, None, 78, None)
    monkeypatch.setattr(supervisor, "sleep", Told(None, lambda: serving.spawned[1].kill(), *[None] * 4))
    Supervisor(serving, 2, lambda: None).run()

    assert [child.ends for child in serving.spawned] == ["t", "k", "", "t"]
    assert capsys.readouterr().err.count("worker 2 could not start\n    -> others serve; another start") == 1


def test_one_that_cannot_start_while_nobody_serves_counts_as_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Fault, match="the last with exit code 3"):
        supervised(monkeypatch, -9, *[3] * 9)


def test_sighup_replaces_the_workers_one_after_another(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    states: list[str] = []
    serving: Any = Spawner(None, None, None, None)

    def look() -> None:
        states.append("".join("-" if child.poll() is not None else "s" for child in serving.spawned))

    monkeypatch.setattr(supervisor, "sleep", Told(signal.SIGHUP, *[look] * 7))
    assert Supervisor(serving, 2, lambda: None).run() == 0

    assert states == ["sss", "-ss", "-ss", "-sss", "--ss", "--ss", "--ss"]
    assert capsys.readouterr().err == "reloading: workers are replaced one after another\nreloaded\n"


def test_a_new_worker_that_cannot_start_leaves_the_old_ones_serving(
    monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    serving: Any = supervised(monkeypatch, None, None, 78, count=2, steps=[signal.SIGHUP, None, None, None])

    assert [child.ends for child in serving.spawned] == ["t", "t", ""]
    assert "a new worker could not start (exit code 78); the old ones go on serving" in capsys.readouterr().err


def test_a_new_worker_that_is_not_ready_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    serving: Any = supervised(monkeypatch, None, "", steps=[signal.SIGHUP, None, None, None])

    assert [child.ends for child in serving.spawned] == ["t", "t"]


def test_an_old_worker_that_died_meanwhile_and_one_that_does_not_end(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter(range(0, 1000, 10))
    monkeypatch.setattr(rolling, "monotonic", lambda: next(moments))
    serving: Any = Spawner(lambda pid: Stubborn(pid, None), None)
    monkeypatch.setattr(supervisor, "sleep", Told(signal.SIGHUP, *[None] * 4))
    Supervisor(serving, 1, lambda: None).run()

    assert [child.ends for child in serving.spawned] == ["tk", "t"]


def test_an_old_worker_is_waited_for_and_not_asked_twice_which_would_end_it_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rolling, "monotonic", lambda: 0)
    serving: Any = Spawner(lambda pid: Stubborn(pid, None), None)
    monkeypatch.setattr(supervisor, "sleep", Told(signal.SIGHUP, *[None] * 4))
    Supervisor(serving, 1, lambda: None).run()

    assert [child.ends for child in serving.spawned] == ["tk", "t"]  # killed at the end of all


def test_an_old_worker_that_is_dead_is_not_asked_to_end(monkeypatch: pytest.MonkeyPatch) -> None:
    serving: Any = Spawner(None, None)
    change = rolling.Rolling(lambda: supervisor.Worker(serving, 0, "KERNEL_ELECTION"), 0)
    workers = [supervisor.Worker(serving, 0, "KERNEL_ELECTION")]
    change.begin(1)
    change.step(workers)
    workers[0].child.kill()
    change.step(workers)
    change.step(workers)

    assert [child.ends for child in serving.spawned] == ["k", ""]
    assert not change.under_way
    workers[0].close()


def test_children_have_longer_than_their_own_deadline() -> None:
    assert patience({}) == 80
