"""Contract, scenarios E: order, addition, opting out."""

from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest
from kernel_router import Routes
from kernel_testing import Client, make_kernel

from kernel import App, Layer, Plugin, Request, hookimpl
from kernel.errors import BootError, HTTPException

pytestmark = pytest.mark.anyio
Serving = Callable[..., Any]


async def hello(request: Request) -> str:
    return "hello"


def plugin(*layers: Layer, name: str = "adds") -> type[Plugin]:
    return type("Adds", (Plugin,), {"name": name, "kernel_layers": hookimpl(lambda self: layers)})


async def test_44_layers_stand_outer_to_inner_in_the_order_given(serving: Serving, notes: Any) -> None:
    inner = Routes(layers=[notes.layer("4"), notes.layer("5")])
    inner.get("/", layers=[notes.layer("6"), notes.layer("7")])(hello)
    routes = Routes(inner, layers=[notes.layer("2"), notes.layer("3")])
    async with serving(routes, layers=[notes.layer("0"), notes.layer("1")]) as client:
        await client.get("/")
    assert notes == [*"01234567", *(f"{number} out" for number in "76543210")]


async def test_45_guards_add_up_outside_in(serving: Serving, notes: Any) -> None:
    inner = Routes(guards=notes.hook("inner", waits=False))
    inner.get("/", guards=[notes.hook("route"), notes.hook("last", waits=False)])(hello)
    async with serving(Routes(inner, guards=[notes.hook("outer")]), guards=notes.hook("app")) as client:
        await client.get("/")
    assert notes == ["app", "outer", "inner", "route", "last"]


async def test_45_one_handler_in_two_places_has_two_chains(serving: Serving, notes: Any) -> None:
    one = Routes(prefix="/one", guards=[notes.hook("one")])
    two = Routes(prefix="/two", guards=[notes.hook("two")], before_request=notes.hook("before"))
    for routes in (one, two):
        routes.get("/")(hello)
    async with serving(Routes(one, two)) as client:
        await client.get("/one/")
        await client.get("/two/")
    assert notes == ["one", "two", "before"]


async def test_45_one_routes_object_in_two_kernels_has_two_chains(notes: Any) -> None:
    routes = Routes()
    routes.get("/")(hello)
    for name in ("first", "second"):
        app = App(name="shop", routes=routes, after_request=notes.after(name), guards=[notes.hook(f"guard of {name}")])
        async with Client(make_kernel([], [app])) as client:
            await client.get("/")
    assert notes == ["guard of first", "first", "guard of second", "second"]


async def test_46_what_plugins_add_runs_beside_the_users_own(serving: Serving, notes: Any) -> None:
    layers = [
        Layer(name, before_request=notes.hook(f"{name} in"), after_request=notes.after(f"{name} out"), level=level)
        for name, level in (("one", "app"), ("two", "route"))
    ]
    routes = Routes()
    routes.get("/", before_request=notes.hook("before"), after_request=notes.after("after"))(hello)
    async with serving(routes, plugins=[plugin(*layers)]) as client:
        await client.get("/")
    assert notes == ["one in", "two in", "before", "after", "two out", "one out"]


SKIPS = [
    ("timed", {"timed", "timed out"}),
    ("adds:audit", {"audit", "audit out"}),
    ("adds", {"audit", "audit out", "log"}),
    ("guard", {"guard"}),
    ("before", {"before"}),
    ("after", {"after"}),
    ("late", {"late"}),
]


@pytest.mark.parametrize(("skip", "missing"), SKIPS)
async def test_47_what_is_inherited_can_be_skipped_by_its_name(
    serving: Serving, notes: Any, skip: str, missing: set[str]
) -> None:
    options = {
        "before_request": notes.hook("before"),
        "after_request": notes.after("after"),
        "after_response": notes.hook("late"),
        "guards": [notes.hook("guard")],
        "layers": [notes.layer("timed")],
    }
    more = [notes.layer("audit", level="group"), Layer("log", before_request=notes.hook("log"), level="route")]
    routes = Routes(**options)
    routes.get("/all")(hello)
    routes.get("/some", skip=skip)(hello)
    async with serving(routes, plugins=[plugin(*more)]) as client:
        await client.get("/all")
        everything = list(notes)
        notes.clear()
        await client.get("/some")
    assert notes == [note for note in everything if note not in missing]
    assert missing <= set(everything)


async def test_48_a_skipped_guard_lets_the_login_page_through(serving: Serving) -> None:
    def login_required(request: Request) -> None:
        raise HTTPException(401)

    routes = Routes(guards=[login_required])
    routes.get("/")(hello)
    routes.get("/login", skip="login_required")(hello)
    async with serving(routes) as client:
        assert [(await client.get(path)).status for path in ("/", "/login")] == [401, 200]


async def test_49_of_nested_groups_the_inner_one_holds(serving: Serving, notes: Any) -> None:
    inner = Routes(before_request=notes.hook("inner"), after_request=notes.after("inner after"))
    inner.get("/")(hello)
    outer = Routes(inner, before_request=notes.hook("outer"), after_request=notes.after("outer after"))
    async with serving(outer) as client:
        await client.get("/")
    assert notes == ["inner", "inner after"]


class Rate(int):
    """A type that only plugins can fill."""


async def test_50_what_fills_a_parameter_is_chosen_for_each_route() -> None:
    class Rates(Plugin):
        name = "rates"

        @hookimpl
        def kernel_bind(self, parameter: Any, route: Any) -> Any:
            tag = int(route.effective.tags[-1]) if route.effective.tags else None
            return (lambda request: Rate(tag)) if parameter.annotation is Rate and tag else None

    async def handler(request: Request, rate: Rate) -> int:
        return rate

    inner, routes = Routes(prefix="/in", tags=["2"]), Routes(tags=["1"])
    inner.get("/")(handler)
    routes.get("/")(handler)
    routes.merge(inner)
    async with Client(make_kernel([Rates], [App(name="shop", routes=routes)])) as client:
        assert [(await client.get(path)).text for path in ("/", "/in/")] == ["1", "2"]


@pytest.mark.parametrize("order", [*permutations(("a", "b", "c"))])
async def test_51_constraints_sort_layers_whatever_the_order_given(serving: Serving, notes: Any, order: Any) -> None:
    wishes: dict[str, Any] = {"a": {"before": ("b",)}, "b": {}, "c": {"after": ("b", "nobody")}}
    routes = Routes()
    routes.get("/")(hello)
    async with serving(routes, plugins=[plugin(*(notes.layer(name, **wishes[name]) for name in order))]) as client:
        await client.get("/")
    assert notes == ["a", "b", "c", "c out", "b out", "a out"]


def test_51_a_cycle_is_told_with_its_members(notes: Any) -> None:
    layers = [notes.layer("a", before=("b",)), notes.layer("b", before=("a",))]
    with pytest.raises(BootError, match=r"layers wait for one another: (a -> b -> a|b -> a -> b)"):
        make_kernel([plugin(*layers)]).boot()


def test_51_two_layers_of_one_name_are_told_with_both_owners(notes: Any) -> None:
    plugins = [plugin(notes.layer("a"), name="one"), plugin(notes.layer("a"), name="two")]
    with pytest.raises(BootError, match=r"layer 'a' is declared by 'one' \(.*\) and by 'two' \(.*\)"):
        make_kernel(plugins).boot()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"skip": "guards"}, "what skip='guards' names is nothing; did you mean 'guard'"),
        ({"skip": "stamps"}, "what skip='stamps' names runs before the route is known"),
        ({"guards": ["guard"]}, "guards='guard' cannot be called"),
        ({"before_request": "guard"}, "before_request='guard' cannot be called"),
    ],
)
def test_a_declaration_without_effect_is_told_at_boot(notes: Any, wrong: Any, message: str) -> None:
    routes = Routes(guards=[notes.hook("guard")])
    routes.get("/", **wrong)(hello)
    with pytest.raises(BootError, match=message):
        make_kernel([plugin(notes.layer("stamps"))], [App(name="shop", routes=routes)]).boot()


def test_a_layer_knows_two_kinds_of_on() -> None:
    with pytest.raises(ValueError, match="layer 'one': on 'error' is none of success, always"):
        Layer("one", on="error")  # type: ignore[arg-type]  # on purpose
