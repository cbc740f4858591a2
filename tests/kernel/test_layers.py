"""Options, layers, routes and listeners are data, checked when they are declared."""

import pytest

from kernel import Hooks, Layer
from kernel.layers import Options, Route, as_tuple, where


def check(request): ...


async def show(request):
    return "shown"


@pytest.mark.parametrize("given", ["x", ["x"], [Layer("a"), 5]])
def test_layers_that_are_none_are_refused_where_they_are_declared(given):
    with pytest.raises(TypeError, match=r"route '/a': layers= has ('x'|5), no Layer; write Layer"):
        Route("/a", "GET", print, layers=given)
    with pytest.raises(TypeError, match=r"App: layers= has "):
        Options.parse("App", {"layers": given})


def test_options_accept_one_object_or_an_iterable():
    assert Options.parse("App", {"guards": check, "tags": "a", "skip": ["x", "y"]}) == Options(
        guards=(check,), tags=("a",), skip=("x", "y")
    )


def test_an_unknown_option_names_the_nearest():
    with pytest.raises(TypeError, match="App: there is no option 'gaurds'; did you mean 'guards'"):
        Options.parse("App", {"gaurds": check})


@pytest.mark.parametrize("name", ["before_request", "after_request", "after_response", "timeout", "max_body_size"])
def test_the_closest_option_wins(name):
    outer, inner = Options(**{name: 1}), Options(**{name: 2})
    assert getattr(outer.inherit(inner), name) == 2
    assert getattr(outer.inherit(Options()), name) == 1


def test_a_false_inner_option_is_not_an_abstention():
    assert Options(only_ssl=True, timeout=5.0).inherit(Options(only_ssl=False, timeout=0.0)).only_ssl is False


@pytest.mark.parametrize("name", ["layers", "guards", "tags", "skip"])
def test_sequences_add_up_outside_in(name):
    assert getattr(Options(**{name: ("a",)}).inherit(Options(**{name: ("b",)})), name) == ("a", "b")


def test_exception_handlers_merge_and_the_inner_wins():
    outer, inner = Options(exception_handlers={404: 1, KeyError: 2}), Options(exception_handlers={KeyError: 3})
    assert outer.inherit(inner).exception_handlers == {404: 1, KeyError: 3}
    assert Options().inherit(Options()).exception_handlers is None


def test_a_name_is_not_inherited():
    assert Options(name="outer").inherit(Options()).name is None


def test_a_layer_of_an_unknown_level_is_refused():
    with pytest.raises(ValueError, match="layer 'x': level 'galaxy' is none of application, app, group, route"):
        Layer("x", level="galaxy")


def test_layers_and_options_cannot_be_changed():
    for thing in (Layer("x"), Options()):
        with pytest.raises(AttributeError):
            thing.name = "y"


def test_a_route_knows_where_it_was_declared():
    route = Route("/a", "get", show)
    assert route.where.startswith(f"{__file__}:")
    assert (route.methods, route.name, repr(route)) == (("GET",), "show", "GET /a")


def test_a_route_may_have_a_name_and_several_methods():
    route = Route("/a", ["get", "Post"], show, name="detail")
    assert (route.methods, route.name) == (("GET", "POST"), "detail")


def test_a_route_of_a_nameless_handler_has_no_name():
    assert Route("/a", "GET", object()).name == ""


def test_a_wrong_option_of_a_route_names_the_route():
    with pytest.raises(TypeError, match="route '/a': there is no option 'colour'"):
        Route("/a", "GET", show, colour="red")


def test_a_derived_route_leaves_the_original_alone():
    route = Route("/a", "GET", show)
    assert route.derive(path="/b").path == "/b"
    assert route.path == "/a"


def test_the_options_of_a_route_are_completed_from_outside_in():
    route = Route("/a", "GET", show, tags="c").derive(groups=(Options(tags=("a",), timeout=3), Options(tags=("b",))))
    assert (route.effective.tags, route.effective.timeout) == (("a", "b", "c"), 3)


def test_listeners_are_registered_in_four_ways():
    hooks, listener = Hooks(), lambda: None
    assert hooks.event("a")(listener) is listener
    hooks.on("b")(listener)
    hooks.register("c", listener)
    hooks.register_batch({"d": listener, "e": [listener, check]})
    assert [name for name, *_ in hooks] == ["a", "b", "c", "d", "e", "e"]


def test_wishes_are_kept_with_the_listener():
    hooks = Hooks()
    hooks.event("a", before="mail")(check)
    hooks.register("b", check, after=("mail", "log"))
    assert list(hooks) == [("a", check, {"before": "mail"}), ("b", check, {"after": ("mail", "log")})]


def test_decorators_stack():
    hooks = Hooks()
    assert hooks.event("a")(hooks.event("b")(check)) is check


def test_listeners_of_two_hooks_are_merged():
    hooks, others = Hooks(), Hooks([("a", check, {})])
    hooks.merge(others)
    assert hooks == others


def test_two_hooks_add_up_to_new_ones():
    one, other = Hooks([("a", check, {})]), Hooks([("b", check, {})])
    both = one + other
    assert isinstance(both, Hooks)
    assert [name for name, *_ in both] == ["a", "b"]
    assert (len(one), len(other)) == (1, 1)


def test_hooks_contain_the_names_of_events():
    hooks = Hooks([("a", check, {})])
    assert "a" in hooks
    assert "b" not in hooks


def test_a_listener_that_cannot_be_called_is_refused():
    with pytest.raises(TypeError, match="event 'a': the listener must be callable, not 3"):
        Hooks().register("a", 3)


def test_as_tuple_takes_anything():
    assert [as_tuple(value) for value in (None, "ab", ["a"], 3)] == [(), ("ab",), ("a",), (3,)]


def test_where_finds_functions_methods_and_declarations():
    class Thing:
        def method(self): ...

    assert where(check) == f"{__file__}:{check.__code__.co_firstlineno}"
    assert where(Thing().method).startswith(__file__)
    assert where(Route("/a", "GET", show)).startswith(__file__)
    assert where(3) == ""
