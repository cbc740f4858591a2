"""Members are chosen by the configuration, imported when chosen, and sorted."""

import re

import pytest

from kernel import App, Kernel, Plugin, hookimpl
from kernel.boot.plan import Member
from kernel.boot.selection import bare


class Recorded(list):
    """What is installed, and how often that was asked."""

    asked = 0

    def __call__(self):
        self.asked += 1
        return list(self)


@pytest.fixture
def project():
    """Return a factory: a kernel that finds only these members."""

    def project(*members, active="standard", plugins=(), apps=(), **config):
        sections = {"plugins": {"active": active, **config.pop("more", {})}, **config}
        return Kernel(sections, plugins=plugins, apps=apps, discover=lambda: members)

    return project


def member(name, value, **more):
    return Member(
        name, more.pop("kind", "plugin"), value, more.pop("distribution", "acme"), more.pop("version", "1.0"), **more
    )


def plugin(name_, **attributes):
    return type(name_.title(), (Plugin,), {"name": name_, **attributes})


def active(kernel):
    assert not kernel.booted.problems.fatal, kernel.problems
    return [member.name for member in kernel.plan.active if member.name != "project"]


def errors(kernel):
    return [problem for problem in kernel.problems if problem.level == "error"]


def state(kernel, name):
    (found,) = [member for member in kernel.plan.members if member.name == name]
    return found.state, found.reason


PAIR = "from kernel import Plugin\nclass A(Plugin): pass\nclass B(Plugin): pass\n"


def test_standard_means_the_plugins_of_our_own_distribution(project, module):
    name = module(PAIR)
    kernel = project(member("a", f"{name}:A", standard=True), member("b", f"{name}:B"))
    assert active(kernel) == ["a"]
    assert state(kernel, "b") == ("discovered", "installed, but not named in [plugins] active")


def test_standard_is_the_default(module):
    found = [member("a", f"{module(PAIR)}:A", standard=True)]
    assert active(Kernel({}, discover=lambda: found)) == ["a"]


def test_a_stranger_runs_when_it_is_named(project, module):
    name = module(PAIR)
    kernel = project(member("a", f"{name}:A", standard=True), member("b", f"{name}:B"), active="b, standard")
    assert active(kernel) == ["b", "a"]


def test_nothing_is_imported_unless_it_is_active(project, module):
    kernel = project(member("a", f"{module('1 / 0')}:A"), active="")
    assert active(kernel) == []


def test_discovery_is_asked_once_and_only_when_something_is_named():
    found = Recorded()
    active(Kernel({"plugins": {"active": ""}}, discover=found))
    assert found.asked == 0
    assert Kernel({"plugins": {"active": ""}, "apps": {"active": "x"}}, discover=found).problems
    assert found.asked == 1


def test_a_blocked_plugin_does_not_run(project, module):
    kernel = project(member("a", f"{module(PAIR)}:A"), active="a", more={"blocked": "a"})
    assert active(kernel) == []
    assert state(kernel, "a") == ("blocked", "named in [plugins] blocked")


@pytest.mark.parametrize(
    ("blocked", "reason"),
    [
        ("a<2", "named in [plugins] blocked"),
        ("a <2: loses rows", "named in [plugins] blocked: loses rows"),
        ("a: for now", "named in [plugins] blocked: for now"),
        ("a>=2", None),
        ("ab", None),
    ],
)
def test_a_plugin_is_blocked_by_version_and_with_a_reason(project, module, blocked, reason):
    kernel = project(member("a", f"{module(PAIR)}:A", version="1.5"), active="a", more={"blocked": blocked})
    assert state(kernel, "a") == (("blocked", reason) if reason else ("active", ""))


def test_the_environment_names_another_way_to_find_what_is_installed(module, monkeypatch):
    text = (
        f"{PAIR}\nfrom kernel.boot.plan import Member\ndef found(): return [Member('a', 'plugin', f'{{__name__}}:A')]"
    )
    monkeypatch.setenv("KERNEL_DISCOVERY", f"{module(text)}:found")
    assert active(Kernel({"plugins": {"active": "a"}})) == ["a"]


def test_a_discovery_that_refuses_tells_its_findings(module, monkeypatch):
    text = "from kernel.errors import BootError, Problem\ndef found(): raise BootError([Problem('lock.drift')])"
    monkeypatch.setenv("KERNEL_DISCOVERY", f"{module(text)}:found")
    assert [problem.id for problem in Kernel({}).problems] == ["lock.drift"]


def test_a_plugin_named_twice_runs_once(project, module):
    name = module(PAIR)
    assert active(project(member("a", f"{name}:A", standard=True), active="a, standard, a")) == ["a"]


def test_an_unknown_plugin_names_the_nearest(project, module):
    (problem,) = errors(project(member("router", f"{module(PAIR)}:A"), active="ruoter"))
    assert problem.id == "plugin.failed"
    assert problem.message == "plugin 'ruoter' is not installed; did you mean 'router'?"
    assert problem.hint


def test_an_unknown_plugin_has_the_line_of_the_configuration(tmp_path):
    path = tmp_path / "config.ini"
    path.write_text("[plugins]\nactive = ruoter\n")
    (problem,) = errors(Kernel(path, discover=list))
    assert problem.where == f"{path}:2"


def test_two_distributions_that_claim_one_name_are_both_named(project, module):
    name = module(PAIR)
    kernel = project(member("a", f"{name}:A"), member("a", f"{name}:B", distribution="other", version="2"), active="a")
    (problem,) = errors(kernel)
    assert problem.id == "plugin.duplicate"
    assert problem.message == f"plugin 'a' is claimed by {name}:A, from acme 1.0 and by {name}:B, from other 2"
    assert problem.hint


def test_two_real_distributions_that_claim_one_name_are_both_named(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("acme", "other"):
        folder = tmp_path / f"{name}-1.0.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (folder / "entry_points.txt").write_text(f"[kernel.plugins]\nbilling = {name}_billing:Billing\n")
    kernel = Kernel({"plugins": {"active": "billing"}})
    assert any("from acme 1.0" in problem.message and "from other 1.0" in problem.message for problem in errors(kernel))


def test_the_same_claim_met_twice_is_one(project, module):
    one = member("a", f"{module(PAIR)}:A")
    assert active(project(one, one, active="a")) == ["a"]


def test_an_app_and_a_plugin_may_share_a_name(project, module):
    name = module("from kernel import App, Plugin\nclass A(Plugin): pass\napp = App()")
    found = [member("a", f"{name}:A"), member("a", f"{name}:app", kind="app")]
    assert active(project(*found, active="a", apps=(), apps_={})) == ["a"]
    kernel = Kernel({"plugins": {"active": "a"}, "apps": {"active": "a"}}, discover=lambda: found)
    assert active(kernel) == ["a", "app:a"]


@pytest.mark.parametrize("form", ["{}", "{}:app"])
def test_an_app_is_named_by_package_or_attribute(module, form):
    name = form.format(module("from kernel import App\napp = App()"))
    assert active(Kernel({"plugins": {"active": ""}, "apps": {"active": name}}, discover=list)) == [name]


def test_an_app_may_stand_in_the_main_module_of_its_package(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    package = tmp_path / "kernel_test_package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "main.py").write_text("from kernel import App\napp = App(name='shop')")
    kernel = Kernel({"plugins": {"active": ""}, "apps": {"active": "kernel_test_package"}}, discover=list)
    assert active(kernel) == ["shop"]


def test_an_app_is_named_by_its_entry_point(module):
    found = [member("shop", f"{module('from kernel import App' + chr(10) + 'a = App()')}:a", kind="app")]
    kernel = Kernel({"plugins": {"active": ""}, "apps": {"active": "shop, shop"}}, discover=lambda: found)
    assert active(kernel) == ["shop"]


def test_an_unknown_app_says_where_it_was_looked_for():
    kernel = Kernel({"plugins": {"active": ""}, "apps": {"active": "kernel_nowhere"}}, discover=list)
    (problem,) = errors(kernel)
    assert "app 'kernel_nowhere' cannot be found: there is no module 'kernel_nowhere'" in problem.message
    assert "[apps] active" in problem.hint


def test_an_import_error_inside_an_app_is_told_with_its_line(module):
    """F7."""
    name = module("\nimport kernel_elsewhere")
    kernel = Kernel({"plugins": {"active": ""}, "apps": {"active": name}}, discover=list)
    (problem,) = errors(kernel)
    wanted = "cannot be imported: ModuleNotFoundError: No module named 'kernel_elsewhere'"
    assert problem.message == f"app '{name}' {wanted}"
    assert problem.where.endswith(f"{name}.py:2")


def test_an_app_that_does_not_parse_is_told_with_its_line(module):
    name = module("\n\nx = (")
    (problem,) = errors(Kernel({"plugins": {"active": ""}, "apps": {"active": name}}, discover=list))
    assert "SyntaxError" in problem.message
    assert problem.where.endswith(f"{name}.py:3")


def test_a_plugin_that_cannot_be_created_is_told(project, module):
    name = module("class A:\n    def __init__(self):\n        raise ValueError('no')")
    (problem,) = errors(project(member("a", f"{name}:A"), active="a"))
    assert "ValueError: no" in problem.message
    assert problem.where.endswith(f"{name}.py:3")


def test_an_optional_plugin_may_fail(project, module):
    kernel = project(member("a", f"{module('1 / 0')}:A"), active="a", more={"optional": "a"})
    (problem,) = kernel.problems
    assert (problem.level, active(kernel)) == ("warning", [])
    assert state(kernel, "a")[0] == "failed"
    assert "ZeroDivisionError" in state(kernel, "a")[1]


def test_all_plugins_may_fail_if_the_operator_says_so(project, module):
    """F7."""
    kernel = project(member("a", f"{module('1 / 0')}:A"), active="a", more={"on_error": "disable"})
    assert [problem.level for problem in kernel.problems] == ["warning"]


@pytest.mark.parametrize("api", [(2, 0), (1, 9), (0, 9)])
def test_a_plugin_for_another_api_is_refused(project, api):
    """F7."""
    (problem,) = errors(project(plugins=[plugin("a", api=api)], active=""))
    assert problem.message == f"plugin 'a' was written for hook API {api[0]}.{api[1]}"
    assert "this kernel offers 1.0" in problem.hint


def test_objects_and_classes_are_active_in_addition(project, module):
    kernel = project(
        member("a", f"{module(PAIR)}:A"),
        active="a",
        plugins=[plugin("b"), plugin("c")()],
        apps=[App(name="d"), App(routes=())],
    )
    assert active(kernel) == ["a", "b", "c", "d", "app"]


def test_two_apps_may_answer_nothing(project):
    assert active(project(apps=[App(name="a"), App(name="b")], active="")) == ["a", "b"]


def test_a_plugin_without_a_name_is_called_by_its_class(project):
    class Billing: ...

    assert active(project(plugins=[Billing], active="")) == ["billing"]
    assert active(project(plugins=[Billing()], active="")) == ["billing"]


def test_two_plugins_of_one_name_are_both_shown(project):
    one, other = plugin("a"), plugin("a")
    (problem,) = errors(project(plugins=[one, other], active=""))
    assert problem.id == "plugin.duplicate"
    assert re.match("plugin 'a' stands twice: <.*A object at .*> and <.*A object at .*>", problem.message)


def test_an_app_cannot_have_the_name_of_the_project(project):
    (problem,) = errors(project(apps=[App(name="project")], active=""))
    assert re.match(r"app 'project' stands twice: '.*test_selection.py:\d+' and ", problem.message)
    assert problem.hint == "'project' is the name of the project itself: give one of them another name"


def test_a_requirement_must_be_active(project):
    (problem,) = errors(project(plugins=[plugin("a", requires=("orm",))], active=""))
    assert problem.message == "plugin 'a' requires 'orm', which is not active"
    assert problem.hint == "add 'orm' to [plugins] active"


def test_a_failed_requirement_fails_what_requires_it(project):
    kernel = project(
        plugins=[plugin("a", requires=("b",)), plugin("b", requires=("c",)), plugin("d")],
        active="",
        more={"optional": "a, b"},
    )
    assert active(kernel) == ["d"]
    assert state(kernel, "a") == ("failed", "requires 'b', which is not active")


def test_a_capability_may_be_required(project):
    kernel = project(plugins=[plugin("a", requires=("cap:session",)), plugin("b", provides=("session",))], active="")
    assert set(active(kernel)) == {"a", "b"}
    (problem,) = errors(project(plugins=[plugin("a", requires=("cap:session",))], active=""))
    assert "requires 'cap:session'" in problem.message


@pytest.mark.parametrize(("wish", "fits"), [("b>=2", True), ("b>=3", False), ("b ~= 2.0", True), ("b==2.1b1", True)])
def test_a_version_may_be_required(project, module, wish, fits):
    found = member("b", f"{module(PAIR)}:B", version="2.1b1")
    kernel = project(found, active="b", plugins=[plugin("a", requires=(wish,))])
    assert bool(errors(kernel)) is not fits


def test_a_capability_orders_its_provider_first(project):
    kernel = project(plugins=[plugin("a", requires=("cap:session",)), plugin("b", provides=("session",))], active="")
    assert active(kernel) == ["b", "a"]


@pytest.mark.parametrize(
    ("first", "second"),
    [({"requires": ("b",)}, {}), ({"after": ("b",)}, {}), ({}, {"before": ("a",)}), ({"after": "b"}, {})],
)
def test_requires_after_and_before_decide_the_order(project, first, second):
    assert active(project(plugins=[plugin("a", **first), plugin("b", **second)], active="")) == ["b", "a"]


def test_ties_are_decided_by_the_configuration(project, module):
    name = module(PAIR)
    found = [member("a", f"{name}:A"), member("b", f"{name}:B")]
    assert active(project(*found, active="b, a")) == ["b", "a"]
    assert active(project(*reversed(found), active="a, b")) == ["a", "b"]


def test_soft_order_ignores_the_absent(project):
    assert active(project(plugins=[plugin("a", after=("x",), before=("y",))], active="")) == ["a"]


def test_the_operator_decides_the_order_of_plugins(project):
    kernel = project(plugins=[plugin("a"), plugin("b"), plugin("c")], active="", order={"plugins": "c, a"})
    assert active(kernel) == ["b", "c", "a"]


def test_a_cycle_is_shown_as_a_path(project):
    (problem,) = errors(project(plugins=[plugin("a", after=("b",)), plugin("b", after=("a",))], active=""))
    assert problem.id == "plugin.cycle"
    assert re.match("plugins wait for one another: (a -> b -> a|b -> a -> b)", problem.message)
    assert problem.hint


def test_hooks_are_asked_in_this_order(project):
    asked = []

    def asking(name, **more):
        return plugin(name, kernel_configure=hookimpl(lambda self: asked.append(name)), **more)

    active(project(plugins=[asking("a", after=("b",)), asking("c"), asking("b")], active=""))
    assert asked == ["c", "b", "a"]


def test_the_name_in_a_requirement_is_bare():
    assert [bare(wish) for wish in ("orm", "orm>=2", "orm ~= 2", "orm!=1")] == ["orm"] * 4


def test_apps_without_a_name_are_numbered(project):
    assert active(project(apps=[App(), App(), App(name="shop"), App()], active="")) == ["app", "app2", "shop", "app4"]
