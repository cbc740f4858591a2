"""One page is the whole contract: each hook is documented, and none is asked with what it does not offer."""

import inspect

import pytest
from kernel_testing import Client, make_kernel

from kernel import App, Plugin, hookimpl, hookspec
from kernel.hookspecs import Specs
from kernel.layers import Route

HOOKS = {name: function for name, function in vars(Specs).items() if name.startswith("kernel_")}


@pytest.mark.parametrize("name", HOOKS)
def test_every_hook_is_documented(name):
    assert inspect.getdoc(HOOKS[name])


@pytest.mark.parametrize("name", HOOKS)
def test_every_hook_abstains_by_default(name):
    function = HOOKS[name]
    assert function(*(None for _ in inspect.signature(function).parameters)) is None


def test_first_is_written_where_the_first_answer_counts():
    first = {name for name, function in HOOKS.items() if function.kernel_spec["firstresult"]}
    assert first == {name for name, function in HOOKS.items() if inspect.getdoc(function).startswith("first")}


def test_a_specification_is_what_pluggy_makes_of_it_and_knows_its_version():
    class Own:
        @hookspec
        def kernel_bare(self): ...

        @hookspec(since=(1, 2), since_args={"late": (1, 3)}, firstresult=True)
        def kernel_first(self, late): ...

    assert (Own.kernel_bare.since, Own.kernel_bare.since_args) == ((1, 0), {})
    assert (Own.kernel_first.since, Own.kernel_first.since_args) == ((1, 2), {"late": (1, 3)})
    assert [one.kernel_spec["firstresult"] for one in (Own.kernel_bare, Own.kernel_first)] == [False, True]


class Instead(Plugin):
    """Answers before the standard plugins, in its own way."""

    name = "instead"
    Config = dict

    @hookimpl(tryfirst=True)
    def kernel_settings(self, section, schema, config):
        return {"own": config["instead"]} if schema is dict and section == "instead" else None

    @hookimpl
    def kernel_configure(self, config):
        self.config = config

    @hookimpl(tryfirst=True)
    def kernel_call(self, route):
        async def call(request):
            return f"called by {self.name} with {self.config['own']['word']}"

        return call if route.path == "/call" else None

    @hookimpl(tryfirst=True)
    def kernel_hook(self, phase, function, layer, render):
        async def bypass(request):
            return render(f"{phase} ({layer.on}): {function(request)}")

        return (lambda inner: bypass) if phase == "before_request" else None

    @hookimpl
    def kernel_compiled(self, plan):
        self.paths = [route.path for route, _ in plan.routes]


async def handler(request):
    raise AssertionError


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("path", "said"),
    [("/call", "called by instead with hi"), ("/hook", "before_request (success): it")],
)
async def test_a_plugin_may_stand_in_for_the_standard_ones(path, said):
    routes = [Route("/call", "GET", handler), Route("/hook", "GET", handler, before_request=lambda request: "it")]
    plugin = Instead()

    async with Client(make_kernel([plugin], [App(routes=routes)], {"instead": {"word": "hi"}})) as client:
        assert (await client.get(path)).text == said
    assert plugin.paths == ["/call", "/hook"]
