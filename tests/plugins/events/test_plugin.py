"""What the boot finds in hooks, and events of users."""

import pytest
from kernel_events import Event
from kernel_events.plugin import EventsPlugin, Phases
from kernel_testing import Client, LifespanFailed, make_kernel

from kernel import App, Hooks, Plugin, Problem, hookimpl

pytestmark = pytest.mark.anyio


def kernel_of(*apps, plugins=()):
    return make_kernel([EventsPlugin, Phases, *plugins], apps, standard=False)


def shop(*listeners, **keywords):
    return App(name="shop", hooks=Hooks((*one, {}) for one in listeners), **keywords)


async def test_an_event_without_arguments_calls_with_none():
    heard = []
    kernel = kernel_of(shop(("sold", lambda number=None: heard.append(number))))
    assert await kernel.execute_event("sold") is None
    assert heard == [None]


async def test_a_failure_is_logged_and_nothing_is_returned(caplog):
    kernel = kernel_of(shop(("sold", lambda number: number / 0)))
    assert await kernel.execute_event("sold", {"number": 3}) is None
    (record,) = caplog.records
    assert record.exc_info[0] is ZeroDivisionError


async def test_the_project_may_wish_for_a_place():
    heard = []
    kernel = kernel_of(shop(("sold", lambda: heard.append("shop"))))

    @kernel.event("sold", before="shop")
    def project():
        heard.append("project")

    await kernel.execute_event("sold")
    assert heard == ["project", "shop"]


def test_a_listener_to_a_phase_that_wants_more_is_told_at_boot():
    (problem,) = kernel_of(shop(("startup", lambda session: None))).problems
    assert problem.id == "event.argument"
    assert "event 'startup' has no argument 'session'" in problem.message


def test_an_app_declares_its_events():
    app = shop(("sold", lambda nubmer: None), events=Event("sold", number=int))
    (problem,) = kernel_of(app).problems
    assert "did you mean 'number'?" in problem.message


@pytest.mark.parametrize("hooks", [[("sold", print)], [print], "sold"])
def test_what_is_no_hooks_is_told(hooks):
    problems = kernel_of(App(name="shop", hooks=hooks)).problems
    assert {problem.id for problem in problems} == {"event.hooks"}
    assert problems[0].message.startswith("'shop': hooks= holds ")


async def test_a_plugin_may_listen_with_what_it_configured():
    heard = []

    class Mail(Plugin):
        name = "mail"

        @hookimpl
        def kernel_configure(self):
            self.sent = heard

        @hookimpl
        def kernel_hooks(self):
            return Hooks([("sold", lambda: self.sent.append(1), {})])

    await kernel_of(plugins=[Mail]).execute_event("sold")
    assert heard == [1]


async def test_a_listener_that_comes_after_the_boot_fails_the_start():
    kernel = kernel_of().boot()
    kernel.event("sold")(print)
    with pytest.raises(LifespanFailed, match="'project': event 'sold': the listener came after the boot, too late"):
        await Client(kernel).__aenter__()


async def test_a_server_gets_what_it_names():
    served = []

    async def server(app):
        served.append(app.front)

    kernel = kernel_of(shop(("server", server)))
    async with Client(kernel):
        pass
    assert served == [kernel]


async def test_warnings_of_the_boot_are_logged_at_the_start(caplog):
    class Careful(Plugin):
        name = "careful"

        @hookimpl
        def kernel_checks(self):
            return Problem("a.b", "warning", "look out", "do less", "here:1")

    async with Client(make_kernel([Careful])):
        pass
    assert "a.b: look out at here:1 -> do less" in [record.getMessage() for record in caplog.records]
