"""The plan says what runs, and who brought it from where."""

import pytest

from kernel import App, Layer, Plugin, hookimpl
from kernel.boot.plan import Member, Plan
from kernel.layers import Route


async def show(request):
    return "shown"


def look(request): ...


def test_the_names_of_a_member_are_a_tuple():
    app = App(requires="orm", after=["a", "b"])
    member = Member("x", "app", plugin=app)
    assert (member.names("requires"), member.names("after"), member.names("before")) == (("orm",), ("a", "b"), ())


def test_one_name_given_as_text_is_one_name():
    class Odd:
        requires = "orm"

    assert Member("x", "plugin", plugin=Odd()).names("requires") == ("orm",)


def test_a_member_that_was_not_loaded_has_no_names():
    assert Member("x", "plugin").names("requires") == ()


def test_only_active_members_run():
    plan = Plan(members=(Member("a", "app"), Member("b", "app", state="active")))
    assert [member.name for member in plan.active] == ["b"]


def test_members_and_steps_cannot_be_changed():
    with pytest.raises(AttributeError):
        Member("a", "app").state = "active"


class Watch(Plugin):
    name = "watch"

    @hookimpl
    def kernel_layers(self):
        return [Layer("looking", before_request=look), Layer("around", around=self.around, level="app")]

    async def around(self, request, call_next):
        return await call_next(request)


def test_every_contribution_knows_its_plugin_and_place(build):
    plan = build(Route("/a", "GET", show), plugins=[Watch], guards=look).boot().plan
    (step,) = plan.application
    line = f"{__file__}:{look.__code__.co_firstlineno}"
    assert (step.phase, step.callable, step.plugin, step.level, step.where) == (
        "before_request", "look", "watch", "application", line,
    )  # fmt: skip
    ((route, steps),) = plan.routes
    assert route.where.startswith(f"{__file__}:")
    wanted = [
        ("layer", "watch", "app"),
        ("guard", "shop", "app"),
        ("handler", "shop", "route"),
        ("render", "", "route"),
    ]
    assert [(step.phase, step.plugin, step.level) for step in steps] == wanted
    assert [step.where.startswith(__file__) for step in steps] == [True, True, True, False]
    assert [step.is_async for step in steps][:3] == [True, False, True]


def test_the_layers_of_the_plan_name_their_plugin(build):
    assert [(layer.name, layer.plugin) for layer in build(plugins=[Watch]).plan.layers] == [
        ("looking", "watch"),
        ("around", "watch"),
    ]
