"""Contract, scenarios D: exception handlers and those who observe errors."""

from collections.abc import Callable
from typing import Any

import pytest
from kernel_errors import Conflict, Forbidden, NotFound
from kernel_responses import Text
from kernel_router import Routes
from kernel_testing import Client, make_kernel

from kernel import App, Hooks, Layer, Plugin, Request, hookimpl
from kernel.errors import HTTPException

pytestmark = pytest.mark.anyio
Serving = Callable[..., Any]


def errors(caplog: Any) -> list[Any]:
    return [record for record in caplog.records if record.levelname == "ERROR"]


def raising(error: Exception) -> Any:
    async def handler(request: Request) -> None:
        raise error

    return handler


def saying(text: str) -> Any:
    return lambda request, error: text


def failing(error: Exception) -> Any:
    async def handler(request: Request, _: Exception) -> None:
        raise error

    return handler


@pytest.mark.parametrize(
    ("error", "wanted"),
    [(KeyError("a"), "group"), (ValueError("a"), "inner"), (TypeError("a"), "route"), (LookupError("a"), "app")],
)
async def test_36_the_handler_is_chosen_by_type_from_all_levels(serving: Serving, error: Any, wanted: str) -> None:
    inner = Routes(prefix="/in", exception_handlers={ValueError: saying("inner"), TypeError: saying("inner")})
    inner.get("/", exception_handlers={TypeError: saying("route")})(raising(error))
    nested = Routes(inner, exception_handlers={KeyError: saying("group"), ValueError: saying("outer")})
    async with serving(nested, exception_handlers={LookupError: saying("app"), TypeError: saying("app")}) as client:
        assert (await client.get("/in/")).text == wanted


class Odd(Conflict):
    """An exception with a long line of ancestors."""


TABLE: list[tuple[dict[Any, str], Exception, str | None]] = [
    ({409: "status"}, Conflict("a"), "status"),
    ({409: "status", Conflict: "class"}, Conflict("a"), "status"),
    ({Conflict: "class"}, Odd("a"), "class"),
    ({HTTPException: "far", Conflict: "near"}, Odd("a"), "near"),
    ({Exception: "every"}, Odd("a"), "every"),
    ({Exception: "every"}, ValueError("a"), "every"),
    ({HTTPException: "http"}, ValueError("a"), None),
    ({404: "status"}, Conflict("a"), None),
    ({ValueError: "class"}, UnicodeDecodeError("utf-8", b"", 0, 1, "a"), "class"),
    ({KeyError: "class"}, ValueError("a"), None),
    ({ValueError: "class"}, NotFound("a"), None),
    ({ExceptionGroup: "group", ValueError: "member"}, ExceptionGroup("a", [ValueError("b")]), "member"),
    ({403: "status"}, Forbidden("a"), "status"),
]


@pytest.mark.parametrize(("handlers", "error", "wanted"), TABLE)
async def test_37_the_lookup(serving: Serving, handlers: Any, error: Exception, wanted: str | None) -> None:
    routes = Routes()
    chosen = {key: saying(text) for key, text in handlers.items()}
    routes.get("/", exception_handlers=chosen)(raising(error))
    async with serving(routes) as client:
        response = await client.get("/")
    assert (response.text if response.status == 200 else None) == wanted


async def test_37_a_500_of_the_project_is_the_last_resort() -> None:
    routes = Routes()
    routes.get("/")(raising(ValueError("secret")))
    app = App(name="shop", routes=routes, error_handlers={500: lambda request, error: Text("sorry", 500)})
    async with Client(make_kernel([], [app])) as client:
        response = await client.get("/")
    assert (response.status, response.text) == (500, "sorry")


async def test_38_an_async_handler_reads_the_body(serving: Serving) -> None:
    async def told(request: Request, error: Exception) -> dict[str, str]:
        return {"sent": await request.text()}

    routes = Routes()
    routes.post("/", exception_handlers={ValueError: told})(raising(ValueError("no")))
    async with serving(routes) as client:
        assert (await client.post("/", body="the body")).json() == {"sent": "the body"}


async def test_39_an_error_in_a_handler_goes_to_the_next_level_out(serving: Serving, caplog: Any) -> None:
    seen: list[Any] = []

    def mended(request: Request, error: Exception) -> str:
        seen.append((type(error).__name__, type(error.__context__).__name__))
        return "mended"

    inner = Routes(exception_handlers={ValueError: failing(KeyError("second"))})
    inner.get("/")(raising(ValueError("first")))
    outer = Routes(inner, exception_handlers={KeyError: mended})
    async with serving(outer) as client:
        assert (await client.get("/")).text == "mended"
    assert seen == [("KeyError", "ValueError")]
    assert errors(caplog) == []


@pytest.mark.parametrize("states", ["route", "group", "app"])
async def test_39_a_handler_that_raises_the_same_type_is_not_asked_again(serving: Serving, states: str) -> None:
    asked: list[str] = []

    def again(request: Request, error: Exception) -> None:
        asked.append(str(error))
        raise ValueError("second")

    options = {state: {"exception_handlers": {ValueError: again}} if state == states else {} for state in LEVELS}
    routes = Routes(**options["group"])
    routes.get("/", **options["route"])(raising(ValueError("first")))
    async with serving(routes, **options["app"]) as client:
        assert (await client.get("/")).status == 500
    assert asked == ["first"]


LEVELS = ("app", "group", "route")


async def test_39_the_same_type_is_answered_further_out(serving: Serving) -> None:
    routes = Routes(exception_handlers={ValueError: saying("group")})
    routes.get("/", exception_handlers={ValueError: failing(ValueError("second"))})(raising(ValueError("first")))
    async with serving(routes, exception_handlers={ValueError: saying("app")}) as client:
        assert (await client.get("/")).text == "group"


async def test_40_without_another_handler_it_is_a_500_and_one_record_tells_both(serving: Serving, caplog: Any) -> None:
    routes = Routes()
    routes.get("/", exception_handlers={ValueError: failing(KeyError("second"))})(raising(ValueError("first")))
    async with serving(routes) as client:
        response = await client.get("/")
    assert response.status == 500
    assert "second" not in response.text
    (record,) = errors(caplog)
    assert repr(record.exc_info[1]) == "KeyError('second')"
    assert repr(record.exc_info[1].__context__) == "ValueError('first')"


async def test_40_a_failing_handler_of_the_project_is_told_with_what_it_was_to_answer(caplog: Any) -> None:
    routes = Routes()
    routes.get("/")(raising(ValueError("first")))
    app = App(name="shop", routes=routes, error_handlers={ValueError: failing(KeyError("second"))})
    async with Client(make_kernel([], [app])) as client:
        assert (await client.get("/")).status == 500
    (record,) = errors(caplog)
    assert repr(record.exc_info[1]) == "KeyError('second')"
    assert repr(record.exc_info[1].__context__) == "ValueError('first')"


def observing(notes: Any) -> Hooks:
    hooks = Hooks()

    @hooks.on("error")
    async def observe(error: Exception, response_started: bool, request: Request) -> None:
        notes.append((type(error).__name__, response_started, request.path))

    return hooks


async def test_41_a_failing_observer_changes_nothing_and_stops_no_other(
    serving: Serving, notes: Any, caplog: Any
) -> None:
    hooks = Hooks()

    @hooks.on("error")
    async def fail(error: Exception) -> None:
        raise RuntimeError("in the observer")

    routes = Routes()
    routes.get("/", exception_handlers={ValueError: saying("mended")})(raising(ValueError("no")))
    async with serving(routes, hooks=[hooks, observing(notes)]) as client:
        response = await client.get("/")
    assert (response.status, response.text) == (200, "mended")
    assert notes == [("ValueError", False, "/")]
    assert ["in the observer" in str(record.exc_info[1]) for record in errors(caplog)] == [True]


OBSERVED = [
    ("/handled", ["ValueError"]),
    ("/unhandled", ["ValueError"]),
    ("/http", ["Conflict"]),
    ("/none", ["HTTPException"]),
    ("/both", ["ValueError", "KeyError"]),
    ("/fine", []),
]


@pytest.mark.parametrize(("path", "seen"), OBSERVED)
async def test_41_observers_are_told_once_for_each_failure(
    serving: Serving, notes: Any, path: str, seen: list[str]
) -> None:
    routes = Routes(layers=[notes.layer("one"), notes.layer("two")])
    routes.get("/unhandled")(raising(ValueError("no")))
    routes.get("/http")(raising(Conflict("no")))
    routes.get("/handled", exception_handlers={ValueError: saying("mended")})(raising(ValueError("no")))
    routes.get("/both", exception_handlers={ValueError: failing(KeyError("no"))})(raising(ValueError("no")))

    @routes.get("/fine")
    async def fine(request: Request) -> str:
        return "fine"

    async with serving(routes, hooks=[observing(notes)]) as client:
        await client.get(path)
    assert [note[0] for note in notes if isinstance(note, tuple)] == seen


class Counts(Plugin):
    """A plugin that observes errors."""

    name = "counts"

    def __init__(self) -> None:
        self.seen: list[str] = []

    @hookimpl
    def kernel_hooks(self) -> Hooks:
        hooks = Hooks()
        hooks.register("error", self.observe)
        return hooks

    def observe(self, error: Exception) -> None:
        self.seen.append(str(error))


async def test_41_plugins_observe_too(serving: Serving) -> None:
    plugin, routes = Counts(), Routes()
    routes.get("/")(raising(ValueError("no")))
    async with serving(routes, plugins=[plugin]) as client:
        await client.get("/")
    assert plugin.seen == ["no"]


@pytest.mark.parametrize("level", ["app", "group", "route"])
async def test_42_what_a_layer_raises_is_for_the_handler_of_the_route_too(serving: Serving, level: str) -> None:
    async def around(request: Request, call_next: Any) -> Any:
        raise ValueError("in the layer")

    options = {name: {"layers": [Layer("fails", around=around)]} if name == level else {} for name in LEVELS}
    routes = Routes(**options["group"])
    routes.get("/", exception_handlers={ValueError: saying("route")}, **options["route"])(raising(KeyError("never")))
    async with serving(routes, **options["app"]) as client:
        assert (await client.get("/")).text == "route"


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_43_a_path_without_a_route_is_for_the_apps_it_lies_under(method: str) -> None:
    def app(name: str, prefix: str) -> App:
        routes = Routes(exception_handlers={HTTPException: saying("a group, never")})
        routes.get("/page", exception_handlers={404: saying("a route, never")})(raising(ValueError("no")))
        handlers = {404: saying(f"404 of {name}"), 405: saying(f"405 of {name}")}
        return App(name=name, prefix=prefix, routes=routes, exception_handlers=handlers)

    status, path = ("404", "x") if method == "GET" else ("405", "page")
    async with Client(make_kernel([], [app("root", ""), app("shop", "/shop")])) as client:
        assert (await client.request(method, f"/shop/{path}")).text == f"{status} of shop"
        assert (await client.request(method, f"/{path}")).text == f"{status} of root"
