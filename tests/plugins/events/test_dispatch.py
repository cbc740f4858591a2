"""Listeners get the arguments they name; one that fails does not stop the others."""

import pytest
from kernel_events import Events

pytestmark = pytest.mark.anyio


async def test_listeners_get_the_arguments_they_name():
    heard, events = [], Events()

    async def named(username):
        heard.append(username)

    def none():
        heard.append("none")

    def every(**arguments):
        heard.append(arguments)

    def optional(missing=None, age=0):
        heard.append((missing, age))

    events.add("shop", [("created", one) for one in (named, none, every, optional)])
    assert await events.execute("created", {"username": "a", "age": 3}) == []
    assert heard == ["a", "none", {"username": "a", "age": 3}, (None, 3)]


async def test_an_event_without_listeners_is_nothing():
    assert await Events().execute("created", {}) == []


async def test_a_listener_that_fails_is_logged_with_its_owner_and_the_others_run(caplog):
    heard, events = [], Events()

    async def fails():
        raise ValueError("no")

    events.add("shop", [("created", fails), ("created", lambda: heard.append(1))])
    (failure,) = await events.execute("created", {})
    assert (str(failure), heard) == ("no", [1])
    (record,) = caplog.records
    assert record.getMessage().startswith(f"event 'created': the listener of 'shop' failed ({__file__}:")


async def test_a_listener_that_names_what_is_not_there_fails_alone(caplog):
    events = Events()
    events.add("shop", [("created", lambda missing: None)])
    (failure,) = await events.execute("created", {})
    assert "missing" in str(failure)
