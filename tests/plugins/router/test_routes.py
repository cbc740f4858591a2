"""The container users declare routes in."""

from functools import wraps
from pathlib import Path
from typing import Any

import pytest
from kernel_router import Mount, Routes

from kernel.layers import Route


async def handler(request: Any) -> str:
    return "ok"


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answer nothing."""


def paths(routes: Routes) -> list[str]:
    return [str(route) for route in routes]


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete", "head", "options", "websocket"])
def test_a_decorator_registers_exactly_its_method(method: str) -> None:
    routes = Routes()
    getattr(routes, method)("/hello-world")(handler)
    assert paths(routes) == [f"{method.upper()} /hello-world"]


def test_route_takes_several_methods_or_one() -> None:
    routes = Routes()
    routes.route("/a", ("GET", "post"))(handler)
    routes.route("/b", "put")(handler)
    assert paths(routes) == ["GET POST /a", "PUT /b"]


def test_decorators_return_the_function_so_they_stack() -> None:
    routes = Routes()

    @routes.get("/a")
    @routes.post("/b", tags="x")
    async def both(request: Any) -> None: ...

    assert [route.handler for route in routes] == [both, both]
    assert [route.options.tags for route in routes] == [("x",), ()]


def test_a_decorated_route_stands_where_its_function_does() -> None:
    routes = Routes()
    routes.get("/")(handler)
    file, _, line = routes.items[0].where.rpartition(":")
    assert Path(file).name == "test_routes.py"
    assert int(line) == handler.__code__.co_firstlineno


def test_a_wrapped_function_stands_where_the_inner_one_does() -> None:
    @wraps(handler)
    async def wrapper(request: Any) -> str:
        return await handler(request)

    routes = Routes()
    routes.get("/")(wrapper)
    assert routes.items[0].where.endswith(f":{handler.__code__.co_firstlineno}")


def test_a_callable_object_stands_where_its_call_does() -> None:
    class Handler:
        async def __call__(self, request: Any) -> str:
            return "ok"

    routes = Routes()
    routes.get("/", name="object")(Handler())
    assert routes.items[0].where.endswith(f":{Handler.__call__.__code__.co_firstlineno}")


def test_separate_routes_keep_their_order() -> None:
    routes = Routes(Route("/hello-world", ("GET",), handler), Route("/login", ("POST",), handler))
    assert paths(routes) == ["GET /hello-world", "POST /login"]
    assert [route.path for route in routes.items] == ["/hello-world", "/login"]


def test_a_subclass_of_route_is_a_route() -> None:
    class Special(Route):
        """A route of another class."""

    routes = Routes(Special("/a", "GET", handler), Mount("/b", application))
    assert [type(route) for route in routes] == [Special, Mount]


def test_prefixes_join_and_options_become_groups_outer_to_inner() -> None:
    inner = Routes(prefix="/users", tags="inner")
    outer = Routes(inner, prefix="/api", tags="outer")
    inner.get("/<id>", tags="route")(handler)
    (route,) = outer
    assert route.path == "/api/users/<id>"
    assert [options.tags for options in route.groups] == [("outer",), ("inner",)]
    assert route.effective.tags == ("outer", "inner", "route")


def test_iterating_leaves_the_declared_routes_as_they_are() -> None:
    declared = Route("/a", "GET", handler)
    list(Routes(declared, prefix="/b"))
    assert (declared.path, declared.groups) == ("/a", ())


def test_append_extend_merge_and_plus_add_in_order() -> None:
    one, two = Routes(), Routes(Route("/c", "GET", handler), prefix="/two")
    one.append(Route("/a", "GET", handler))
    one.extend([Route("/b", "GET", handler)])
    one.merge(two)
    assert paths(one) == ["GET /a", "GET /b", "GET /two/c"]
    assert paths(two + one) == ["GET /two/c", *paths(one)]


@pytest.mark.parametrize("wrong", ["/a", None, handler])
def test_something_that_is_no_route_is_refused(wrong: Any) -> None:
    with pytest.raises(TypeError, match="Routes hold Route, Mount and Routes objects, not"):
        Routes(wrong)


def test_merging_or_adding_something_else_is_refused() -> None:
    with pytest.raises(TypeError, match="Routes merge with Routes, not"):
        Routes().merge([])  # type: ignore[arg-type]  # the mistake under test
    with pytest.raises(TypeError, match="unsupported operand"):
        Routes() + 1  # type: ignore[operator]  # the mistake under test


def test_routes_cannot_hold_themselves() -> None:
    outer = Routes()
    inner = Routes(outer)
    with pytest.raises(ValueError, match="cannot hold themselves"):
        outer.append(inner)


def test_a_decorator_without_a_path_says_so() -> None:
    with pytest.raises(TypeError, match=r"needs a path first, as in @routes.get\('/'\)"):
        Routes().get(handler)  # type: ignore[arg-type]  # the mistake under test


def test_a_handler_that_cannot_be_called_is_refused() -> None:
    with pytest.raises(TypeError, match="route '/a': the handler must be callable, not 'x'"):
        Routes().get("/a")("x")  # type: ignore[type-var]  # the mistake under test


def test_a_prefix_that_is_no_text_is_refused() -> None:
    with pytest.raises(TypeError, match="the prefix of Routes must be a text"):
        Routes(prefix=Routes())  # type: ignore[arg-type]  # the mistake under test


def test_an_unknown_option_is_refused_with_the_nearest() -> None:
    with pytest.raises(TypeError, match="no option 'only_sll'; did you mean 'only_ssl'"):
        Routes(only_sll=True)
