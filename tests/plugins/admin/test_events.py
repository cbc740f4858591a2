"""`kernel events list` shows who listens to what, in calling order."""

from typing import Any

import pytest

APP = """
from kernel import App, Hooks
from kernel_events import Event

hooks = Hooks()

@hooks.event("startup")
def connect():
    pass

@hooks.event("startup", before="connect")
def first():
    pass

@hooks.event("user_*")
def every(event):
    pass

app = App(hooks=hooks, events=[Event("user_created", "somebody signed up", username=str)])
"""


@pytest.fixture
def listening(make_project: Any) -> Any:
    return make_project("[apps]\nactive = listening\n", listening=APP)


def test_listeners_are_listed_in_calling_order(listening: Any, invoke_json: Any) -> None:
    rows = invoke_json("events", "list")
    assert [(row["event"], row["order"], row["listener"], row["owner"]) for row in rows] == [
        ("startup", 1, "first", "listening"),
        ("startup", 2, "connect", "listening"),
        ("drain", 1, "Sockets.drain", "websockets"),
        ("user_created", 1, "every", "listening"),
        ("user_*", 1, "every", "listening"),
    ]
    assert [row["pattern"] for row in rows] == [None, None, None, "user_*", "user_*"]
    assert rows[0]["where"].endswith("listening.py:11")


def test_all_shows_what_is_declared_too(listening: Any, invoke_json: Any, invoke: Any) -> None:
    rows = {row["event"]: row for row in invoke_json("events", "list", "--all")}
    assert rows["request_start"]["listener"] is None
    assert rows["user_created"]["carries"] == "user_created(username: str)"
    assert "somebody signed up" in invoke("events", "list", "--all").stdout


def test_nobody_listens(make_project: Any, invoke: Any) -> None:
    make_project("[plugins]\nblocked = websockets\n")
    assert invoke("events", "list").output == "nobody listens to anything\n"


def test_without_the_plugin_nobody_listens(make_project: Any, invoke: Any) -> None:
    make_project("[plugins]\nblocked = events\non_error = disable\n")
    assert invoke("events", "list").stdout == "nobody listens to anything\n"
