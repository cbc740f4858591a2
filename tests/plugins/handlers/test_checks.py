"""What would be without effect is told at boot."""

import pytest
from kernel_handlers.plugin import Handlers
from kernel_router import Routes
from kernel_testing import make_kernel

from kernel import App, Layer, Plugin, hookimpl


class Early(Plugin):
    name = "early"

    @hookimpl
    def kernel_layers(self):
        return [Layer("gate", before_request=lambda request: None), Layer("inner", level="app", around=passing)]


async def passing(request, call_next):
    return await call_next(request)


def greet(request):
    return None


def findings(app=None, plugins=(), config=None, **options):
    routes = Routes()
    routes.get("/", **options)(passing)
    app = app if app is not None else App(name="shop", routes=routes, before_request=greet)
    kernel = make_kernel([Handlers, Early, *plugins], [app], config, standard=False)
    kernel.booted  # noqa: B018  # boots
    return [(problem.id, problem.level) for problem in kernel.problems if problem.id != "route.parameter"]


@pytest.mark.parametrize("name", ["gate", "early:gate", "nothing"])
def test_a_skip_without_effect_is_an_error(name):
    assert ("route.skip", "error") in findings(App(routes=one(skip=name)))


@pytest.mark.parametrize("name", ["inner", "early:inner", "early", "greet", "own"])
def test_a_skip_with_effect_passes(name):
    app = App(routes=one(skip=name), before_request=greet, layers=Layer("own", around=passing))
    assert findings(app) == []


def one(**options):
    routes = Routes(**options)

    @routes.get("/")
    async def show(request):
        return None

    return routes


def test_an_asgi_layer_in_an_option_is_an_error():
    app = App(routes=one(layers=Layer("wrap", asgi=lambda app: app)))
    assert findings(app) == [("layer.asgi", "error")]


def test_a_hook_that_cannot_be_called_is_an_error():
    app = App(routes=one(after_response=5))
    assert findings(app) == [("route.hook", "error")]


def test_an_app_that_is_none_is_an_error():
    assert findings(len) == [("app.stranger", "error")]


def test_an_unknown_name_in_order_is_a_warning():
    app = App(routes=one())
    assert findings(app, config={"order": {"layers": "gate, iner"}}) == [("config.order", "warning")]
