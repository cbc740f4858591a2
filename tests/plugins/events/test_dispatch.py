"""Listeners get the arguments they name, in an order they can wish; one that fails does not stop the others."""

import pytest
from kernel_events import Event, Role
from kernel_events.dispatch import Events

from kernel import Hooks

pytestmark = pytest.mark.anyio


def events_of(*members, declared=(), **keywords):
    """Return the compiled events of (owner, hooks) pairs."""
    events = Events(**keywords)
    events.declare("shop", declared)
    for owner, hooks in members:
        events.add(owner, hooks)
    events.compile()
    return events


def noting(log, hooks, *names, event="sold", **wishes):
    """Register a listener for each name, which notes it."""
    for name in names:

        def listener(name=name):
            log.append(name)

        listener.__qualname__ = listener.__name__ = name
        hooks.register(event, listener, **wishes)
    return hooks


@pytest.fixture
def hooks():
    return Hooks()


@pytest.fixture
def log():
    return []


async def test_listeners_get_the_arguments_they_name(hooks, log):
    @hooks.event("created")
    async def named(username):
        log.append(username)

    @hooks.event("created")
    def none():
        log.append("none")

    @hooks.event("created")
    def every(*ignored, **arguments):
        log.append(arguments)

    @hooks.event("created")
    def optional(missing=None, age=0):
        log.append((missing, age))

    assert await events_of(("shop", hooks)).execute("created", {"username": "a", "age": 3}) == []
    assert log == ["a", "none", {"username": "a", "age": 3}, (None, 3)]


async def test_listeners_may_name_what_every_event_offers(hooks, log):
    @hooks.event("created")
    def listener(app, event, request, response, **rest):
        log.append((app, event, request, response, rest))

    await events_of(("shop", hooks), app="kernel", current=lambda: "current").execute("created", {})
    assert log == [("kernel", "created", "current", None, {})]


async def test_an_argument_of_the_event_goes_before_what_is_offered(hooks, log):
    hooks.register("created", lambda request: log.append(request))
    await events_of(("shop", hooks)).execute("created", {"request": "mine"})
    assert log == ["mine"]


async def test_an_event_without_listeners_is_nothing():
    assert await events_of().execute("created", {}) == []


async def test_a_listener_that_fails_is_logged_with_its_owner_and_the_others_run(hooks, log, caplog):
    @hooks.event("created")
    async def fails():
        raise ValueError("no")

    noting(log, hooks, "other", event="created")
    (failure,) = await events_of(("shop", hooks)).execute("created", {})
    assert (str(failure), log) == ("no", ["other"])
    (record,) = caplog.records
    assert record.getMessage().startswith(f"event 'created': the listener of 'shop' failed ({__file__}:")


async def test_a_listener_that_names_what_is_not_there_fails_alone(hooks, log, caplog):
    hooks.register("created", lambda missing: None)
    noting(log, hooks, "other", event="created")
    (failure,) = await events_of(("shop", hooks)).execute("created", {})
    assert "missing" in str(failure)
    assert log == ["other"]


async def test_listeners_run_in_the_order_of_apps_and_of_registration(log):
    shop, project = noting(log, Hooks(), "a", "b"), noting(log, Hooks(), "c")
    await events_of(("shop", shop), ("project", project)).execute("sold", {})
    assert log == ["a", "b", "c"]


async def test_at_the_shutdown_owners_are_in_reverse_and_what_each_listed_is_not(log):
    shop, project = noting(log, Hooks(), "a", "b", event="shutdown"), noting(log, Hooks(), "c", "d", event="shutdown")
    await events_of(("shop", shop), ("project", project)).execute("shutdown", {})
    assert log == ["c", "d", "a", "b"]


@pytest.mark.parametrize("event", ["drain", "pre_stop"])
async def test_at_the_stop_they_run_in_reverse(log, event):
    shop, project = noting(log, Hooks(), "a", "b", event=event), noting(log, Hooks(), "c", event=event)
    await events_of(("shop", shop), ("project", project)).execute(event, {})
    assert log == ["c", "b", "a"]


@pytest.mark.parametrize("wish", ["shop", "a", ("absent", "a")])
async def test_a_listener_may_go_before_a_plugin_or_a_function(log, wish):
    shop, project = noting(log, Hooks(), "a"), noting(log, Hooks(), "b", before=wish)
    await events_of(("shop", shop), ("project", project)).execute("sold", {})
    assert log == ["b", "a"]


async def test_a_listener_may_go_after_another(log):
    hooks = noting(log, noting(log, Hooks(), "a", after="b"), "b", "c")
    await events_of(("shop", hooks)).execute("sold", {})
    assert log == ["b", "a", "c"]


async def test_a_function_is_meant_by_its_last_name_too(hooks, log):
    class Mail:
        def send(self):
            log.append("send")

    hooks.register("sold", Mail().send)
    noting(log, hooks, "first", before="send")
    await events_of(("shop", hooks)).execute("sold", {})
    assert log == ["first", "send"]


def test_listeners_that_wait_for_one_another_are_told(log):
    hooks = noting(log, noting(log, Hooks(), "a", after="b"), "b", after="a")
    (problem,) = events_of(("shop", hooks)).problems
    assert problem.id == "event.cycle"
    assert problem.message.startswith("event 'sold': listeners wait for one another: shop:")


def test_a_wish_nobody_knows_is_told(log):
    (problem,) = events_of(("shop", noting(log, Hooks(), "a", befor="b"))).problems
    assert (problem.id, problem.message) == (
        "event.wish",
        "'shop': event 'sold': listener 'a' wishes 'befor'; did you mean 'before'?",
    )
    assert problem.where.startswith(__file__)


@pytest.mark.parametrize("function", [3, int, lambda number, /: None])
def test_what_cannot_be_called_with_named_arguments_is_told(function):
    (problem,) = events_of(("shop", [("sold", function)])).problems
    assert problem.id == "event.listener"


async def test_a_pattern_hears_every_event_it_matches_and_gets_the_name(hooks, log):
    hooks.register("user_*", lambda event, username=None: log.append((event, username)))
    noting(log, hooks, "exact", event="user_created")
    events = events_of(("shop", hooks))
    await events.execute("user_created", {"username": "a"})
    await events.execute("user_deleted", {})
    await events.execute("order_created", {})
    assert log == [("user_created", "a"), "exact", ("user_deleted", None)]


async def test_a_pattern_hears_the_events_of_the_framework_but_is_no_server(hooks, log):
    hooks.register("*", lambda event: log.append(event))
    declared = [Event("startup"), Role("server")]
    events = events_of(("shop", hooks), declared=declared)
    assert (len(events.of("startup")), len(events.of("server"))) == (1, 0)


async def test_a_declared_event_is_executed_with_what_was_declared(hooks, log):
    hooks.register("sold", lambda number: log.append(number))
    events = events_of(("shop", hooks), declared=[Event("sold", number=int)])
    await events.execute("sold", {"number": 3})
    assert log == [3]


async def test_a_wrong_payload_names_the_event_and_the_caller():
    events = events_of(declared=[Event("sold", number=int)])
    with pytest.raises(TypeError) as caught:
        await events.execute("sold", {"nubmer": 3})
    message = str(caught.value)
    assert message.startswith("event sold(number: int): 'nubmer' is not declared, 'number' is missing (executed at ")
    assert __file__ in message


def test_a_listener_that_wants_what_the_event_does_not_carry_is_told(hooks):
    @hooks.event("sold")
    def mail(nubmer, app, default=3):
        pass

    (problem,) = events_of(("shop", hooks), declared=[Event("sold", number=int)]).problems
    assert problem.id == "event.argument"
    assert problem.message.startswith("'shop': listener 'test_a_listener_that_wants")
    assert problem.message.endswith("event 'sold' has no argument 'nubmer'; did you mean 'number'?")
    assert __file__ in problem.where
    assert problem.hint.startswith("it is sold(number: int), declared at ")


def test_a_listener_to_an_undeclared_event_may_want_anything(hooks):
    hooks.register("sold", lambda anything: None)
    assert events_of(("shop", hooks)).problems == []


def test_a_slip_in_the_name_of_an_event_of_the_framework_is_a_warning(hooks):
    hooks.register("request_strat", lambda: None)
    (problem,) = events_of(("shop", hooks)).problems
    assert (problem.level, problem.message) == (
        "warning",
        "'shop' listens to 'request_strat', which nobody declares; did you mean 'request_start'?",
    )


def test_two_declarations_of_one_event_that_differ_are_told():
    events = events_of(declared=[Event("sold", number=int)])
    events.declare("stock", [Event("sold", number=int)])
    assert events.problems == []
    events.declare("stock", [Event("sold", number=str)])
    (problem,) = events.problems
    assert problem.message.startswith(f"event 'sold' is declared by 'shop' ({__file__}:")
    assert f"and by 'stock' ({__file__}:" in problem.message


def test_a_declaration_that_is_no_event_is_told():
    (problem,) = events_of(declared=["sold"]).problems
    assert problem.message == "'shop': events= holds 'sold', which is no Event"
