"""`kernel init` runs every app's init function, and goes on where one failed."""

import json

SETUP = """
import json, os
from kernel import App

def note(name):
    with open("order.txt", "a") as file:
        file.write(name + "\\n")

async def first(config):
    note("first")

def second(config):
    if os.path.exists("fail"):
        raise ValueError("no disk")
    note("second " + config["accounts"]["aes_key"])

async def third(config):
    note("third")

app, b, c, d = App(init_func=first), App(init_func=second), App(init_func=third), App()
"""
CONFIG = "[apps]\nactive = steps, steps:b, steps:c, steps:d\n[accounts]\naes_key = 7\n"


def order(project):
    return (project / "order.txt").read_text().split("\n")[:-1]


def test_every_app_is_initialised_in_order_with_the_configuration(make_project, invoke):
    project = make_project(CONFIG, steps=SETUP)
    result = invoke("init")
    assert (result.exit_code, order(project)) == (0, ["first", "second 7", "third"])
    assert not (project / ".kernel-init.json").exists()


def test_a_second_call_runs_everything_again(make_project, invoke):
    project = make_project(CONFIG, steps=SETUP)
    invoke("init")
    invoke("init")
    assert len(order(project)) == 6


def test_one_that_fails_does_not_hold_up_the_others_and_is_told(make_project, invoke):
    project = make_project(CONFIG, steps=SETUP)
    (project / "fail").touch()
    result = invoke("init")
    assert (result.exit_code, order(project)) == (1, ["first", "third"])
    assert "ValueError: no disk" in result.stderr
    assert "steps.py:" in result.stderr
    assert "Traceback" not in result.output


def test_the_next_call_runs_only_what_failed(make_project, invoke):
    project = make_project(CONFIG, steps=SETUP)
    (project / "fail").touch()
    invoke("init")
    (project / "fail").unlink()
    result = invoke("init")
    assert (result.exit_code, order(project)) == (0, ["first", "third", "second 7"])
    assert "done before" in result.output


def test_restart_forgets_what_was_done(make_project, invoke):
    project = make_project(CONFIG, steps=SETUP)
    (project / ".kernel-init.json").write_text(json.dumps(["steps"]))
    assert invoke("init", "--restart").exit_code == 0
    assert order(project) == ["first", "second 7", "third"]


def test_a_progress_that_cannot_be_read_is_told(make_project, invoke):
    project = make_project(CONFIG, steps=SETUP)
    (project / ".kernel-init.json").write_text("{")
    result = invoke("init")
    assert (result.exit_code, "--restart" in result.output) == (1, True)
    assert not (project / "order.txt").exists()


def test_a_project_without_init_functions_has_nothing_to_do(project, invoke):
    result = invoke("init")
    assert (result.exit_code, "nothing to do" in result.output) == (0, True)


def test_the_traceback_is_shown_on_demand(make_project, invoke):
    project = make_project(CONFIG, steps=SETUP)
    (project / "fail").touch()
    assert "Traceback" in invoke("init", "--traceback").output
