"""From names to paths."""

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given, strategies as st
from kernel_router import Mount, Routes
from kernel_router.matcher import compiled
from kernel_router.survey import survey
from kernel_router.urls import Urls

from kernel.layers import Handler, Route
from kernel.request import Request

Declare = Callable[..., Route]


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answer nothing."""


async def user_detail(request: Any) -> Any: ...


def urls_of(*routes: Route) -> Urls:
    urls = Urls()
    urls.index(survey([(route, user_detail) for route in routes]))
    return urls


def test_a_route_is_named_by_its_option_or_its_handler(route: Declare) -> None:
    urls = urls_of(route("/a", name="first"), Route("/users/<id:int>", "GET", user_detail))
    assert urls("first") == "/a"
    assert urls("user_detail", id=5) == "/users/5"


def test_the_name_of_an_app_may_go_before(route: Declare) -> None:
    urls = urls_of(route("/a", name="list"), route("/b", app="stock", name="list"))
    assert (urls("shop:list"), urls("stock:list")) == ("/a", "/b")


def test_an_ambiguous_name_is_refused_with_the_candidates(route: Declare) -> None:
    urls = urls_of(route("/a", name="list"), route("/bb", app="stock", name="list"))
    with pytest.raises(LookupError) as refused:
        urls("list")
    candidates = "'shop:list' /a (shop/routes.py:2), 'stock:list' /bb (stock/routes.py:3)"
    assert str(refused.value).endswith(candidates)


def test_two_methods_of_one_path_are_one_url(route: Declare) -> None:
    urls = urls_of(route("/a/<x>", name="a"), route("/a/<x>", ("PUT", "PATCH"), name="a"))
    assert urls("a", x=1) == "/a/1"


def test_values_are_percent_encoded(route: Declare) -> None:
    urls = urls_of(route("/ü b/<x>", name="text"), route("/f/<p:path>", name="file"))
    assert urls("text", x="a b?#ü\\") == "/%C3%BC%20b/a%20b%3F%23%C3%BC%5C"
    assert urls("file", p="a b/c") == "/f/a%20b/c"


def test_more_variables_become_the_query(route: Declare) -> None:
    url = urls_of(route("/a/<x>", name="a"))("a", x=1, q="b&c", tag=["d", "e"], name="f")
    assert url == "/a/1?q=b%26c&tag=d&tag=e&name=f"


@pytest.mark.parametrize("value", ["abc", "", "5/6", "٣", True])
def test_a_value_that_does_not_fit_is_refused(route: Declare, value: object) -> None:
    urls = urls_of(route("/a/<id:int>", name="a"))
    with pytest.raises(ValueError, match="is no value for variable 'id' of type 'int'"):
        urls("a", id=value)


@pytest.mark.parametrize("value", [".", "..", "a/b", "/evil.example", ""])
def test_a_text_cannot_leave_its_place(route: Declare, value: str) -> None:
    with pytest.raises(ValueError, match="is no value for variable 'x'"):
        urls_of(route("/<x>", name="a"))("a", x=value)


@pytest.mark.parametrize("value", ["../b", "/evil.example", "a//b"])
def test_a_path_cannot_leave_its_place(route: Declare, value: str) -> None:
    with pytest.raises(ValueError, match="is no value for variable 'x'"):
        urls_of(route("/<x:path>", name="a"))("a", x=value)


def test_a_missing_variable_is_named_with_the_nearest(route: Declare) -> None:
    urls = urls_of(route("/a/<user>", name="a"))
    with pytest.raises(ValueError, match=r"variable 'user' is missing; did you mean 'usr'\?"):
        urls("a", usr=5)


def test_a_part_without_a_name_has_no_value(route: Declare) -> None:
    with pytest.raises(ValueError, match="has no name to give it a value"):
        urls_of(route("/(v[0-9])", name="a"))("a")


def test_an_unknown_name_is_refused_with_the_nearest(route: Declare) -> None:
    with pytest.raises(LookupError, match=r"no route is named 'user_detial'; did you mean 'user_detail'\?"):
        urls_of(Route("/", "GET", user_detail))("user_detial")


def test_a_mount_has_a_url_if_it_has_a_name() -> None:
    urls = urls_of(Mount("/old", application, name="old"), Mount("/other", application))
    assert urls("old") == "/old"
    with pytest.raises(LookupError):
        urls("")


def test_prefixes_are_part_of_the_url(route: Declare) -> None:
    assert urls_of(*Routes(route("/", name="home"), prefix="/api"))("home") == "/api"
    assert urls_of(route("/", name="home"))("home") == "/"


@pytest.mark.parametrize("root", ["/app", "/app/"])
def test_of_a_request_it_begins_with_the_root_path(route: Declare, make_request: Any, root: str) -> None:
    urls = urls_of(route("/a", name="a"))
    assert urls.of(make_request("/", root_path=root))("a") == "/app/a"
    assert urls.of(make_request("/"))("a") == "/a"


@given(st.text(min_size=1).filter(lambda text: "/" not in text and text not in (".", "..") and text.isprintable()))
def test_a_url_leads_back_to_its_value(text: str) -> None:
    route = Route("/a/<x>/b", "GET", user_detail, name="a")
    entries = survey([(route, user_detail)])
    urls = Urls()
    urls.index(entries)
    scope = {"type": "http", "path": unquote(urls("a", x=text)), "method": "GET"}
    request = Request(scope, None, None)  # type: ignore[arg-type]  # a matcher needs only the scope
    assert compiled(entries)(request) is user_detail
    assert request.url_vars == {"x": text}


def test_nothing_is_shared_between_two(handler: Handler, route: Declare) -> None:
    urls_of(route("/a", name="a"))
    with pytest.raises(LookupError):
        urls_of()("a")
