"""One boot goes as far as it can, tells everything that is wrong, and has no side effects."""

import gc
import sys
from dataclasses import dataclass
from threading import Event, Thread

import pytest
from kernel_settings.plugin import Settings

from kernel import App, Kernel, Layer, Plugin, Problem, hookimpl, hookspec
from kernel.boot.plan import Member, Plan
from kernel.errors import WAYS, BootError, ConfigError
from kernel.layers import Options, Route


async def show(request):
    return "shown"


def plugin(name_, requires=(), after=(), **hooks):
    """Return a plugin whose hooks are these functions, or give these answers."""
    functions = {f"kernel_{key}": answer if callable(answer) else always(answer) for key, answer in hooks.items()}
    members = {key: hookimpl(function) for key, function in functions.items()}
    return type("Guest", (Plugin,), {"name": name_, "requires": requires, "after": after, **members})


def always(answer):
    return lambda self: answer


def noting(asked, hook):
    return lambda self: asked.append(hook)


def ids(kernel):
    return [problem.id for problem in kernel.problems]


@dataclass
class ShopConfig:
    currency: str = "EUR"


class Shop(Plugin):
    name = "shop"
    Config = ShopConfig

    @hookimpl
    def kernel_configure(self, kernel, config):
        kernel.provide("shop", config)


def test_all_findings_of_one_boot_are_told_together(build):
    class Odd(Plugin):
        def kernel_layers(self): ...

    kernel = build(
        plugins=[Settings, Shop, Odd, plugin("needy", requires=("orm",)), plugin("typo", layres=[])],
        config={"shop": {"curency": "EUR"}},
        graphql=1,
    )
    with pytest.raises(ConfigError) as caught:
        kernel.boot()
    wanted = {"plugin.failed", "app.keyword", "hook.undecorated", "hook.unknown", "config.unknown"}
    assert {problem.id for problem in caught.value.problems} == wanted
    assert all(problem.message in str(caught.value) for problem in caught.value.problems)


def test_without_a_config_finding_the_boot_is_to_blame(build):
    with pytest.raises(BootError) as caught:
        build(graphql=1).boot()
    assert not isinstance(caught.value, ConfigError)


def test_an_unreadable_configuration_ends_the_boot(tmp_path):
    with pytest.raises(ConfigError, match="No such file"):
        Kernel(tmp_path / "config.ini").boot()


def test_a_reference_to_nothing_forbids_to_run(build):
    with pytest.raises(ConfigError, match="environment variable SHOP_KEY cannot be read"):
        build(config={"shop": {"key": "env:SHOP_KEY"}}).boot()


def test_warnings_do_not_stop_the_boot(build):
    kernel = build(plugins=[plugin("a", checks=[Problem("a.b", "warning", "beware")])])
    assert kernel.boot() is kernel
    assert list(kernel.problems) == [Problem("a.b", "warning", "beware")]


def test_an_error_of_a_check_stops_the_boot(build):
    with pytest.raises(BootError, match="broken"):
        build(plugins=[plugin("a", checks=[Problem("a.b", "error", "broken")])]).boot()


def test_checks_learn_whether_they_are_for_production(build):
    kernel = build(
        plugins=[plugin("a", checks=lambda self, deploy: [Problem("deploy", "warning")] if deploy else None)]
    )
    assert kernel.booted.check(deploy=False) == []
    assert [problem.id for problem in kernel.booted.check(deploy=True)] == ["deploy"]


def test_the_environment_section_is_filled(build, tmp_path):
    environment = build(config={"environment": {"media_path": "m"}}).config["environment"]
    assert environment == {"project_path": str(tmp_path), "project_name": tmp_path.name, "media_path": "m"}


@pytest.mark.parametrize("package", [True, False])
def test_the_folder_of_the_configuration_is_importable(tmp_path, package):
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "config.ini").write_text("[plugins]\nactive =\n")
    if package:
        (folder / "__init__.py").write_text("")
    for _ in range(2):
        Kernel(folder).boot()
    assert sys.path.count(str(tmp_path if package else folder)) == 1


def test_a_plugin_gets_its_own_section(build):
    kernel = build(plugins=[Shop], config={"shop": {"currency": "USD"}}).boot()
    assert kernel.service("shop") == ShopConfig("USD")


def test_a_section_may_bear_another_name(build):
    other = type("Other", (Shop,), {"section": "store"})
    assert build(plugins=[other], config={"store": {"currency": "USD"}}).boot().service("shop") == ShopConfig("USD")


def test_a_plugin_validates_sections_if_one_does(build):
    kernel = build(plugins=[Settings, Shop], config={"shop": {"currency": "USD"}}).boot()
    assert kernel.service("shop") == ShopConfig("USD")


def test_a_section_that_does_not_fit_is_a_finding_without_settings_too(build):
    assert build(plugins=[Shop], config={"shop": {"curency": "USD"}}).problems


def test_a_plugin_may_ask_a_question_of_its_own(build):
    class Specs:
        @hookspec
        def kernel_graphql(self): ...

    class GraphQL(Plugin):
        name = "graphql"
        specs = (Specs,)

        @hookimpl
        def kernel_configure(self, kernel):
            kernel.provide("schemas", kernel.collect("kernel_graphql"))

    assert build(plugins=[GraphQL], graphql="schema").boot().service("schemas") == [("shop", "schema")]


def test_a_service_claimed_twice_names_both(build):
    providing = {"configure": lambda self, kernel: kernel.provide("mail", self)}
    kernel = build(plugins=[plugin("a", **providing), plugin("b", **providing)])
    (problem,) = kernel.problems
    assert problem.id == "service.duplicate"
    assert problem.message.startswith(f"service 'mail' is provided by 'a' and by 'b' ({__file__}:")
    assert problem.hint == WAYS
    assert "replaces" not in problem.hint


def test_a_plugin_may_provide_again_what_is_its_own(build):
    def configure(self, kernel):
        kernel.provide("mail", 1)
        kernel.provide("mail", 2)

    assert build(plugins=[plugin("a", configure=configure)]).boot().service("mail") == 1


def test_nothing_is_configured_when_something_is_wrong_before(build):
    asked = []
    build(plugins=[plugin("a", configure=lambda self: asked.append(1))], graphql=1).booted  # noqa: B018
    assert asked == []


def test_nothing_is_compiled_when_configuring_fails(build):
    def configure(self):
        raise ValueError("no")

    asked = []
    kernel = build(plugins=[plugin("a", configure=configure, layers=lambda self: asked.append(1))])
    assert (ids(kernel), asked) == (["hook.failed"], [])


def test_no_plan_is_shown_when_compiling_fails(build):
    def layers(self):
        raise ValueError("no")

    asked = []
    kernel = build(plugins=[plugin("a", layers=layers, compiled=lambda self: asked.append(1))])
    assert (ids(kernel), asked) == (["hook.failed"], [])


def test_hooks_are_asked_in_the_order_of_a_boot():
    asked = []
    hooks = ("settings", "configure", "layers", "routes", "call", "router", "compiled", "checks")
    notes = {hook: noting(asked, hook) for hook in (*hooks, "lifespan", "servers")}
    shop = App(name="pages", routes=Route("/a", "GET", show))
    Kernel({"plugins": {"active": ""}}, plugins=[Shop, plugin("a", **notes)], apps=[shop]).boot()
    assert asked == list(hooks)


def test_the_plan_is_shown_when_it_is_complete(build):
    seen = []
    kernel = build(
        Route("/a", "GET", show), plugins=[plugin("a", compiled=lambda self, plan: seen.append(plan))]
    ).boot()
    assert seen == [kernel.plan]
    assert len(kernel.plan.routes) == 1


@pytest.mark.parametrize("hook", ["layers", "routes"])
@pytest.mark.parametrize("answer", [5, [5]])
def test_an_answer_of_the_wrong_shape_names_its_plugin(build, hook, answer):
    kernel = build(plugins=[plugin("odd", **{hook: answer}), plugin("fine", layers=[], routes=[])])
    (problem,) = kernel.problems
    kind = hook.removesuffix("s").title()
    assert (problem.id, problem.level) == ("hook.failed", "error")
    assert problem.message == f"plugin 'odd': hook 'kernel_{hook}' failed: TypeError: 5 is no {kind}"
    assert problem.where.startswith(__file__)


@pytest.mark.parametrize("answer", ["shop.urls", ["shop.urls"], show, [[show]]])
def test_what_an_app_names_as_routes_and_is_none_is_told_with_its_place(build, answer):
    (problem,) = build(apps=[App(name="odd", routes=answer)]).problems
    assert problem.message.startswith("plugin 'odd': hook 'kernel_routes' failed: TypeError: ")
    assert problem.message.endswith(" is no Route")
    assert problem.where.startswith(__file__)


@pytest.mark.parametrize("answer", ["x", ["x"], lambda self: (one for one in ["x"])])
def test_layers_that_are_none_name_their_plugin(build, answer):
    (problem,) = build(plugins=[plugin("odd", layers=answer)]).problems
    assert problem.message == "plugin 'odd': hook 'kernel_layers' failed: TypeError: 'x' is no Layer"


@pytest.mark.parametrize("answer", [5, [5], lambda self: iter([5])])
def test_a_check_that_answers_no_problem_names_its_plugin(build, answer):
    (problem,) = build(plugins=[plugin("odd", checks=answer), plugin("fine", checks=[])]).problems
    assert problem.message == "plugin 'odd': hook 'kernel_checks' failed: TypeError: 5 is no Problem"
    assert problem.where.startswith(__file__)


def test_a_check_that_fails_half_way_is_a_finding_of_its_plugin(build):
    def checks(self):
        yield Problem("a.b", "warning", "seen")
        raise ValueError("no")

    (problem,) = build(plugins=[plugin("odd", checks=checks), plugin("fine", routes=[])]).problems
    assert problem.message == "plugin 'odd': hook 'kernel_checks' failed: ValueError: no"


def test_what_is_declared_wrongly_is_told_with_the_line_that_declares_it(build):
    def routes(self):
        return [Route("/a", "GET", show, exception_handlers=5)]

    (problem,) = build(plugins=[plugin("odd", routes=routes)]).problems
    assert problem.message.endswith("route '/a': exception_handlers= is 5, no mapping of exceptions to handlers")
    assert problem.where == f"{__file__}:{routes.__code__.co_firstlineno + 1}"


def test_a_service_offered_by_an_answer_to_any_hook_is_that_plugins(build):
    class Late(Plugin):
        name = "late"

        @hookimpl
        def kernel_layers(self, kernel):
            kernel.provide("thing", 1)

    kernel = build(plugins=[Late, plugin("other", layers=[], configure=None)]).boot()
    assert kernel.booted.services["thing"] == ("late", 1)


def order(build, *plugins, **config):
    kernel = build(plugins=plugins, config=config)
    assert not kernel.problems, kernel.problems
    return [layer.name for layer in kernel.plan.layers]


def test_layers_stand_in_the_order_of_their_plugins(build):
    plugins = [plugin("a", layers=[Layer("one")]), plugin("b", layers=Layer("two"))]
    assert order(build, *plugins) == ["one", "two"]
    assert order(build, *plugins[::-1]) == ["two", "one"]


@pytest.mark.parametrize("wish", ["one", "a"])
def test_a_layer_may_stand_before_a_layer_or_a_plugin(build, wish):
    assert order(build, plugin("a", layers=[Layer("one")]), plugin("b", layers=Layer("two", before=wish))) == [
        "two",
        "one",
    ]


@pytest.mark.parametrize("wish", ["two", "b"])
def test_a_layer_may_stand_after_a_layer_or_a_plugin(build, wish):
    assert order(build, plugin("a", layers=Layer("one", after=wish)), plugin("b", layers=[Layer("two")])) == [
        "two",
        "one",
    ]


def test_a_layer_after_its_own_plugin_comes_after_the_other_layers_of_it(build):
    layers = [Layer("last", after="a"), Layer("one"), Layer("first", before=("a", "first"))]
    assert order(build, plugin("a", layers=layers)) == ["first", "one", "last"]


def test_the_order_of_absent_layers_is_ignored(build):
    assert order(build, plugin("a", layers=Layer("one", after="x", before="y"))) == ["one"]


def test_the_operator_decides_the_order_of_layers(build):
    layers = [Layer("one"), Layer("two"), Layer("three")]
    assert order(build, plugin("a", layers=layers), order={"layers": "three, one"}) == ["two", "three", "one"]


@pytest.mark.parametrize("name", ["one", "a:one"])
def test_a_layer_may_replace_another(build, name):
    plugins = [plugin("a", layers=[Layer("one"), Layer("two")]), plugin("b", layers=Layer("three", replaces=name))]
    assert order(build, *plugins) == ["two", "three"]


def test_a_layer_declared_twice_names_both(build):
    kernel = build(plugins=[plugin("a", layers=[Layer("one")]), plugin("b", layers=[Layer("one")])])
    (problem,) = kernel.problems
    assert problem.id == "layer.duplicate"
    assert problem.message == "layer 'one' is declared by 'a' and by 'b'"
    assert problem.hint == f"{WAYS}, or let one of the two win: replaces="


def test_a_conflict_tells_where_each_side_stands_and_where_it_comes_from(build):
    async def around(request, call_next):
        return await call_next(request)

    kernel = build(plugins=[plugin("a", layers=Layer("one", around=around)), plugin("b", layers=Layer("one"))])
    assert f"'a' ({__file__}:" in kernel.problems[0].message

    plan = Plan((Member("a", "plugin", distribution="acme", version="1.2"),))
    assert plan.claims(("a", "x.py:1"), ("b", "y.py:2")) == "'a' (x.py:1, acme 1.2) and by 'b' (y.py:2)"


def test_layers_that_wait_for_one_another_are_shown_as_a_path(build):
    kernel = build(plugins=[plugin("a", layers=[Layer("one", after="two"), Layer("two", after="one")])])
    (problem,) = kernel.problems
    assert problem.id == "layer.cycle"
    assert problem.message.startswith("layers wait for one another: ")
    assert set(problem.message.split(": ")[1].split(" -> ")) == {"one", "two"}


def test_routes_get_their_app_its_prefix_and_its_options(build):
    kernel = build(Route("/a", "GET", show, tags="inner"), prefix="/shop/", tags="outer")
    ((route, _),) = kernel.boot().plan.routes
    assert (route.path, route.app, route.effective.tags) == ("/shop/a", "shop", ("outer", "inner"))


def test_a_plugin_may_declare_routes_without_a_prefix(build):
    kernel = build(plugins=[plugin("a", routes=Route("/health", "GET", show))])
    ((route, _),) = kernel.boot().plan.routes
    assert (route.path, route.app) == ("/health", "a")


def test_a_declared_route_stays_as_it_is(build):
    route = Route("/a", "GET", show)
    build(route, prefix="/one").boot()
    ((other, _),) = build(route, prefix="/two").boot().plan.routes
    assert (route.path, other.path) == ("/a", "/two/a")


def test_the_groups_of_a_container_stand_between_app_and_route(build):
    route = Route("/a", "GET", show, tags="c").derive(groups=(Options(tags=("b",)),))
    ((compiled, _),) = build([route], tags="a").boot().plan.routes
    assert compiled.effective.tags == ("a", "b", "c")


def test_without_a_router_nothing_is_found():
    kernel = Kernel({"plugins": {"active": ""}}, apps=[App(name="a", routes=[Route("/a", "GET", show)])]).boot()
    match = kernel.booted.compiled[1]
    assert match(None) is None


@pytest.mark.parametrize("threshold", [700, 0])
def test_a_boot_collects_no_garbage_and_leaves_the_collector_as_it_found_it(threshold):
    found, during = gc.get_threshold(), []
    curious = plugin("curious", configure=lambda self: during.append(gc.get_threshold()[0]))
    try:
        gc.set_threshold(threshold, *found[1:])
        Kernel({"plugins": {"active": ""}}, plugins=[curious]).boot()
        assert (during, gc.get_threshold()) == ([0], (threshold, *found[1:]))
    finally:
        gc.set_threshold(*found)


def test_boots_that_overlap_leave_the_collector_running():
    found, inside, over = gc.get_threshold(), Event(), Event()

    def later(self):
        inside.set()
        over.wait(10)

    def boot(configure):
        Kernel({"plugins": {"active": ""}}, plugins=[plugin("curious", configure=configure)]).boot()

    other = Thread(target=boot, args=(later,))

    def first(self):
        other.start()
        inside.wait(10)

    try:
        boot(first)
        over.set()
        other.join(10)
        assert gc.get_threshold() == found
    finally:
        gc.set_threshold(*found)
