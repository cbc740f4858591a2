"""Which handler answers which request."""

from collections.abc import Callable
from typing import Any

import pytest
from kernel_router import Routes
from kernel_router.matcher import Longest

from kernel.errors import HTTPException
from kernel.layers import Route
from kernel.request import Request

Declare = Callable[..., Route]
pytestmark = pytest.mark.anyio


def allow(refused: pytest.ExceptionInfo[HTTPException]) -> str:
    ((name, value),) = refused.value.headers
    assert (refused.value.status, name) == (405, b"allow")
    return value.decode()


@pytest.mark.parametrize("path", ["/users/posts", "/users/posts/"])
def test_a_path_without_variables_matches_with_and_without_a_last_slash(matching: Any, path: str) -> None:
    answer = matching("users/posts/")(path)
    assert answer.handler
    assert answer.variables == {}


@pytest.mark.parametrize("path", ["", "/"])
def test_the_root_matches(matching: Any, path: str) -> None:
    assert matching("/")(path).handler


def test_variables_stay_text(matching: Any) -> None:
    ask = matching("/users/<id:int>")
    assert [ask(path).variables for path in ("/users/5", "/users/-5/")] == [{"id": "5"}, {"id": "-5"}]
    assert ask("/users/abc").handler is None


@pytest.mark.parametrize("text", ["a-b.c", "a b", "a@b", "%", "ü", "..", "a\nb"])
def test_a_str_is_any_text_without_a_slash(matching: Any, text: str) -> None:
    assert matching("/users/<id>")(f"/users/{text}").variables == {"id": text}


def test_a_pattern_takes_a_whole_segment(matching: Any) -> None:
    ask = matching("/<t:([a-c]+)>/x", "/files/(v[0-9]+)", "/files/<name:([a-z]+)>")
    assert ask("/abc/x").variables == {"t": "abc"}
    assert ask("/abd/x").handler is None
    assert ask("/files/v12").route.path == "/files/(v[0-9]+)"
    assert ask("/files/v12").variables == {}
    assert ask("/files/vx").variables == {"name": "vx"}


def test_several_variables_are_found(matching: Any) -> None:
    ask = matching("/<a>/b/<c:int>/<d:slug>/e")
    assert ask("/1/b/2/3-x/e/").variables == {"a": "1", "c": "2", "d": "3-x"}


def test_a_path_variable_takes_the_rest(matching: Any) -> None:
    ask = matching("/files/<rest:path>")
    assert ask("/files/a").variables == {"rest": "a"}
    assert ask("/files/a/b/c/d/e/f/").variables == {"rest": "a/b/c/d/e/f"}
    assert ask("/files").handler is ask("/files/").handler is None


def test_text_may_follow_a_path_variable(matching: Any) -> None:
    ask = matching("/<x>/<rest:path>/edit/now")
    assert ask("/1/a/edit/now").variables == {"x": "1", "rest": "a"}
    assert ask("/1/a/b/c/d/edit/now").variables == {"x": "1", "rest": "a/b/c/d"}
    assert ask("/1/edit/now").handler is None
    assert ask("/1/a/b/c/d/edit/later").handler is None


def test_a_route_without_a_path_variable_takes_no_longer_path(matching: Any) -> None:
    ask = matching("/<a>/<b>", "/<rest:path>")
    assert [ask("/1" * n).route.path for n in (1, 2, 3, 9)] == ["/<rest:path>", "/<a>/<b>", *["/<rest:path>"] * 2]


def test_both_ends_of_a_long_path_count(matching: Any) -> None:
    ask = matching("/<a>/<b>/<c:int>/<rest:path>", "/<rest:path>/x/y/z")
    assert [ask("/1" * n + "/x/y/z").variables["rest"] for n in (3, 9)] == ["1/1/1", "/".join("1" * 9)]
    assert [ask("/1" * n + "/y/z").variables["rest"] for n in (3, 9)] == ["y/z", "/".join("1" * 6) + "/y/z"]


@pytest.mark.parametrize(
    "path",
    ["//", "//users/5", "/users//5", "/users/5//", "/users//", "users/5", "x", "*", "/a//b", "//evil.example/.."],
)
def test_empty_segments_and_paths_without_a_slash_never_match(matching: Any, path: str) -> None:
    ask = matching("/", "/users", "/users/<id>", "/<a>", "/<a>/<b>", "/<a:path>")
    assert ask(path).handler is None


@pytest.mark.parametrize("path", ["/users", "/users/", "/deep", "/deep/a/"])
def test_the_beginning_of_a_route_is_no_route(matching: Any, path: str) -> None:
    assert matching("/users/<id>", "/deep/a/<b>/c")(path).handler is None


@pytest.mark.parametrize(
    ("routes", "path", "winner"),
    [
        (("/users/<id>", "/users/posts"), "/users/posts", "/users/posts"),
        (("/m/<a>/x", "/m/k/<c>"), "/m/k/x", "/m/k/<c>"),
        (("/<a>/x", "/<b>/<c>"), "/1/x", "/<a>/x"),
        (("/<a>/<b>", "/<a>/x"), "/1/x", "/<a>/x"),
        (("/m/k/<c:int>", "/m/<a>/x"), "/m/k/x", "/m/<a>/x"),
        (("/<a:int>", "/<b>"), "/5", "/<a:int>"),
        (("/<b>", "/<a:int>"), "/5", "/<b>"),
        (("/u/<a:int>", "/u/<b>"), "/u/5", "/u/<a:int>"),
        (("/u/<b>", "/u/<a:int>"), "/u/5", "/u/<b>"),
        (("/u/<a:path>", "/u/<b>"), "/u/5", "/u/<a:path>"),
        (("/u/<b>", "/u/<a:path>"), "/u/5", "/u/<b>"),
        (("/u/<a:path>", "/u/<b>/c"), "/u/5/c", "/u/<b>/c"),
        (("/<a:path>", "/<b:path>/edit", "/<c>/x/<d:path>"), "/1/2/edit", "/<b:path>/edit"),
        (("/<a:path>", "/<b:path>/edit", "/<c>/x/<d:path>"), "/1/x/edit", "/<c>/x/<d:path>"),
    ],
)
def test_position_by_position_text_beats_variables_then_the_first_wins(
    matching: Any, routes: tuple[str, ...], path: str, winner: str
) -> None:
    assert matching(*routes)(path).route.path == winner


def test_each_method_has_its_own_first(matching: Any, route: Declare) -> None:
    ask = matching(route("/x/<a:int>", "POST"), route("/x/<b>"), route("/x/<c:int>"))
    assert ask("/x/5").variables == {"b": "5"}
    assert ask("/x/5", "POST").variables == {"a": "5"}


def test_another_method_is_refused_with_those_allowed(matching: Any, route: Declare) -> None:
    ask = matching(route("/users/me"), route("/users/<id>", ("PUT", "DELETE")), route("/<a>/<b>", "PATCH"))
    with pytest.raises(HTTPException) as refused:
        ask("/users/me", "POST")
    assert allow(refused) == "DELETE, GET, HEAD, OPTIONS, PATCH, PUT"
    with pytest.raises(HTTPException) as refused:
        ask("/users/5", "GET")
    assert allow(refused) == "DELETE, OPTIONS, PATCH, PUT"


def test_a_less_specific_route_answers_its_own_method(matching: Any, route: Declare) -> None:
    ask = matching(route("/users/me"), route("/users/<id>", "DELETE"), route("/<a>/<b>", "PATCH"))
    assert ask("/users/me", "DELETE").variables == {"id": "me"}
    assert ask("/users/me", "PATCH").variables == {"a": "users", "b": "me"}


@pytest.mark.parametrize("method", ["FOO", "__INIT__", "RENDER", "get", "", "WEBSOCKET"])
def test_an_unknown_method_is_refused_where_the_path_is_known(matching: Any, route: Declare, method: str) -> None:
    ask = matching(route("/a"), route("/b/<c>"), route("/a", "WEBSOCKET"))
    for path in ("/a", "/b/1"):
        with pytest.raises(HTTPException) as refused:
            ask(path, method)
        assert allow(refused) == "GET, HEAD, OPTIONS"
    assert ask("/nowhere", method).handler is None


def test_http_never_reaches_a_websocket_route(matching: Any, route: Declare) -> None:
    assert matching(route("/ws", "WEBSOCKET"))("/ws", "WEBSOCKET").handler is None


@pytest.mark.parametrize("path", ["/a", "/b/<c>", "/<d>/e/<f>"])
def test_a_websocket_reaches_its_own_route_only(matching: Any, route: Declare, path: str) -> None:
    asked = path.replace("<c>", "1").replace("<d>", "1").replace("<f>", "1")
    page, socket = route(path), route(path, "WEBSOCKET")
    ask = matching(page, socket, route("/page"))
    assert ask(asked, "WEBSOCKET", type="websocket").route is socket
    assert ask(asked, "GET").route is page
    assert ask("/page", "WEBSOCKET", type="websocket").handler is None


@pytest.mark.parametrize("path", ["/a", "/b/<c>", "/<d>/e"])
def test_get_answers_head_unless_head_is_declared(matching: Any, route: Declare, path: str) -> None:
    asked = path.replace("<c>", "1").replace("<d>", "1")
    get, head = route(path), route(path, "HEAD")
    assert matching(get)(asked, "HEAD").route is get
    assert matching(get, head)(asked, "HEAD").route is head


async def test_options_is_answered_with_what_is_allowed(matching: Any, make_request: Any) -> None:
    answer = matching("/a")("/a", "OPTIONS")
    response = await answer.handler(make_request("/a"))
    assert (response.status, dict(response.headers)[b"allow"]) == (204, b"GET, HEAD, OPTIONS")
    assert answer.route is None


def test_a_declared_options_is_used(matching: Any, route: Declare) -> None:
    declared = route("/<a>", "OPTIONS")
    assert matching(route("/a"), declared)("/a", "OPTIONS").route is declared


@pytest.mark.parametrize("scope", [{}, {"scheme": "http"}, {"scheme": "ws"}])
def test_only_ssl_does_not_exist_for_plain_requests(matching: Any, route: Declare, scope: dict[str, str]) -> None:
    ask = matching(route("/a", only_ssl=True))
    assert ask("/a", **scope).handler is None
    assert ask("/a", scheme="https").handler


def test_only_ssl_hides_no_plain_route(matching: Any, route: Declare) -> None:
    secure, plain, general = route("/a/<b>", only_ssl=True), route("/a/<c>"), route("/<d>/x")
    ask = matching(plain, secure, general)
    assert ask("/a/x").route is plain
    assert ask("/a/x", scheme="https").route is secure
    assert matching(secure, general)("/a/x").route is general


def test_only_ssl_is_inherited(matching: Any, route: Declare) -> None:
    ask = matching(*Routes(route("/a"), route("/b", only_ssl=False), only_ssl=True))
    assert ask("/a").handler is None
    assert ask("/b").handler


@pytest.mark.parametrize("path", ["/app/a", "/a"])
@pytest.mark.parametrize("root", ["/app", "/app/"])
def test_the_root_path_is_left_out(matching: Any, path: str, root: str) -> None:
    assert matching("/a")(path, root_path=root).handler


def test_a_root_path_ends_with_a_whole_segment(matching: Any) -> None:
    ask = matching("/", "/application")
    assert ask("/application", root_path="/app").route.path == "/application"
    assert ask("/app", root_path="/app").route.path == "/"


def test_a_kernel_without_routes_finds_nothing(matching: Any) -> None:
    assert matching()("/").handler is None


def test_the_route_is_set_by_every_way(matching: Any) -> None:
    for path, asked in [("/a", "/a"), ("/a/<b>", "/a/1"), ("/<a>/b", "/1/b")]:
        assert matching(path)(asked).route.path == path
    assert Request.route is None


@pytest.mark.parametrize("longest", [Longest(), Longest(20, 100)])
def test_a_path_is_looked_at_up_to_its_length(matching: Any, longest: Longest) -> None:
    ask, room = matching("/files/<name>", longest=longest), longest.characters - len("/files/")
    assert ask("/files/" + "a" * room).handler
    with pytest.raises(HTTPException) as refused:
        ask("/files/" + "a" * (room + 1))
    assert refused.value.status == 414


@pytest.mark.parametrize("longest", [Longest(), Longest(100, 4)])
def test_a_path_is_looked_at_up_to_its_number_of_segments(matching: Any, longest: Longest) -> None:
    ask = matching("/<a>/<rest:path>", longest=longest)
    assert ask("/a" * longest.segments).handler
    for more in (1, 2):
        with pytest.raises(HTTPException) as refused:
            ask("/a" * (longest.segments + more))
        assert refused.value.status == 414


@pytest.mark.parametrize("deeper", ["/deep/<x>/y", "/deep/<x:path>", "/<x:int>", "/<x:int>/y"])
def test_routes_that_need_the_trie_change_nothing_for_others(matching: Any, deeper: str) -> None:
    flat = "/", "/a", "/a/<b:int>", "/files/<name>"
    alone, among = matching(*flat, longest=Longest(40, 9)), matching(*flat, deeper, longest=Longest(40, 9))
    for path in ["", "*", "x/y", "/a", "/a/5", "/a/5/", "/a/x", "/files", "/files/", "/files/n/", "//no", "/a/5/6"]:
        one, other = alone(path), among(path)
        assert (one.handler, one.variables) == (other.handler, other.variables)
        assert getattr(one.route, "path", "") == getattr(other.route, "path", "")
    for ask in (alone, among):
        with pytest.raises(HTTPException, match="414"):
            ask("/no" * 10)


def test_a_path_that_is_a_route_as_it_is_may_be_longer(matching: Any) -> None:
    path = "/a" * 30
    assert matching(path, longest=Longest(4, 4))(path).handler


@pytest.mark.parametrize("path", ["*", "x", "users"])
def test_what_does_not_begin_with_a_slash_is_no_path(matching: Any, path: str) -> None:
    assert matching("/", "/<x>")(path).handler is None


def test_a_route_for_options_is_told_once(matching: Any, route: Declare) -> None:
    ask = matching("/a", route("/a", "OPTIONS"))
    with pytest.raises(HTTPException) as refused:
        ask("/a", "POST")
    assert allow(refused) == "GET, HEAD, OPTIONS"
