"""What is found out about all routes before anything is compiled."""

from collections.abc import Callable
from typing import Any

import pytest
from kernel_router import Mount
from kernel_router.survey import shadows, survey

from kernel.errors import BootError, Problem
from kernel.layers import Handler, Route

Declare = Callable[..., Route]


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answer nothing."""


@pytest.fixture
def findings(handler: Handler) -> Callable[..., tuple[Problem, ...]]:
    def find(*routes: Route) -> tuple[Problem, ...]:
        with pytest.raises(BootError) as refused:
            survey([(route, handler) for route in routes])
        return refused.value.problems

    return find


def test_all_findings_come_together_with_their_places(findings: Any, route: Declare) -> None:
    problems = findings(route("/<a>x"), route("/ok"), route("/<a:nope>"), route("/ok"), route("/m", "GE T"))
    assert [problem.id for problem in problems] == ["route.path", "route.path", "route.method", "route.duplicate"]
    assert all(problem.where.startswith("shop/routes.py:") for problem in problems)
    assert problems[0].message.startswith("'shop': path '/<a>x': part '<a>x'")


def test_a_route_of_no_app_is_named_by_its_path(findings: Any, route: Declare) -> None:
    (problem,) = findings(route("/a//b", app=""))
    assert problem.message == "path '/a//b': it has an empty part"


def test_one_shape_twice_names_both_apps_and_places(findings: Any, route: Declare) -> None:
    first, second = route("/items/<id>"), route("/items/<name:str>/", app="stock")
    (problem,) = findings(first, second)
    places = f"'shop' ({first.where}) and by 'stock' ({second.where})"
    assert problem.message == f"route GET /items/<id> is declared by {places}"


def test_one_of_several_methods_is_enough_for_a_clash(findings: Any, route: Declare) -> None:
    (problem,) = findings(route("/a", ("GET", "POST")), route("/a", ("PUT", "POST")))
    assert "route POST /a" in problem.message


def test_a_mount_clashes_with_another_mount(findings: Any) -> None:
    (problem,) = findings(Mount("/old", application), Mount("/old/", application))
    assert problem.message.startswith("mount /old is declared by")


@pytest.mark.parametrize("method", ["", "GE T", "GET\r\nx: y", "GÉT"])
def test_a_method_that_is_no_token_is_refused(findings: Any, route: Declare, method: str) -> None:
    (problem,) = findings(route("/a", (method,)))
    assert problem.id == "route.method"


def test_a_route_without_methods_is_refused(findings: Any, route: Declare) -> None:
    (problem,) = findings(route("/a", ()))
    assert problem.message == "'shop': path '/a': the route names no method"


def test_a_mount_below_a_variable_is_refused(findings: Any) -> None:
    (problem,) = findings(Mount("/<tenant>/old", application))
    assert (problem.id, "without variables" in problem.message) == ("route.path", True)


def test_what_differs_in_type_method_or_ssl_is_no_duplicate(route: Declare, handler: Handler) -> None:
    routes = [route("/<a>"), route("/<a:int>"), route("/<a>", "POST"), route("/<a>", only_ssl=True)]
    assert len(survey([(route, handler) for route in routes])) == 4


def test_a_method_named_twice_counts_once(route: Declare, handler: Handler) -> None:
    assert len(survey([(route("/a", ("GET", "get")), handler)])) == 1


def test_types_of_two_apps_that_compete_are_a_warning(route: Declare, handler: Handler) -> None:
    first, second = route("/items/<id:int>"), route("/items/<slug>", app="stock")
    (problem,) = shadows(survey([(first, handler), (second, handler)]))
    assert (problem.id, problem.level) == ("route.shadow", "warning")
    assert problem.message.startswith(f"route GET /items/<slug> of 'stock' ({second.where}) comes after")


def test_types_of_one_app_that_compete_are_its_own_affair(route: Declare, handler: Handler) -> None:
    entries = survey([(route("/items/<id:int>"), handler), (route("/items/<slug>"), handler)])
    assert list(shadows(entries)) == []


@pytest.mark.parametrize("wish", ["shop", "shop:GET /items/<id>"])
@pytest.mark.parametrize("turned", [False, True])
def test_a_route_may_replace_another_on_purpose(wish: str, turned: bool, route: Declare, handler: Handler) -> None:
    shop, mine = route("/items/<id>"), route("/items/<name>", app="mine").derive(replaces=wish)
    routes = [mine, shop] if turned else [shop, mine]

    assert [entry.route for entry in survey([(one, handler) for one in routes])] == [mine]


def test_a_route_that_replaces_another_app_does_not_replace_this_one(findings: Any, route: Declare) -> None:
    (problem,) = findings(route("/a"), route("/a", app="mine").derive(replaces="stock"))
    assert problem.id == "route.duplicate"
    assert "replaces='app'" in problem.hint
