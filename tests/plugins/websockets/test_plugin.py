"""What is told at boot, and what the command line shows."""

import pytest
from kernel_router import Route, Routes
from kernel_testing import make_kernel
from kernel_websockets import WebSocket

from kernel import App
from kernel.errors import BootError, ConfigError


async def good(ws):
    """Serve nothing."""


async def generating(ws):
    yield "x"


def plain(ws):
    """Serve nothing."""


def booted(*routes, **config):
    return make_kernel(apps=[App(name="chat", routes=[*routes])], config=config).boot()


@pytest.mark.parametrize("handler", [plain, generating])
def test_a_handler_that_cannot_wait_is_an_error(handler):
    with pytest.raises(BootError, match="route 'WEBSOCKET /ws': the handler of a websocket awaits its messages"):
        booted(Route("/ws", "WEBSOCKET", handler))


def test_a_parameter_of_another_name_and_no_type_is_an_error():
    async def handler(ws, other):
        """Serve nothing."""

    with pytest.raises(BootError, match="no active plugin can fill parameter 'other'"):
        booted(Route("/ws", "WEBSOCKET", handler))


@pytest.mark.parametrize("annotation", [WebSocket, "WebSocket"])
@pytest.mark.parametrize("methods", ["GET", ("GET", "WEBSOCKET")])
def test_a_socket_that_comes_to_a_request_is_an_error(annotation, methods):
    async def handler(request):
        """Serve nothing."""

    handler.__annotations__["request"] = annotation
    with pytest.raises(BootError, match="parameter 'request' is a WebSocket, and the route answers other requests"):
        booted(Route("/ws", methods, handler))


def test_one_handler_may_answer_requests_and_sockets():
    async def handler(request):
        """Serve nothing."""

    assert not booted(Route("/ws", ("GET", "WEBSOCKET"), handler)).problems


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("allow_origins", "shop.example", "allow_origins: 'shop.example' is no origin of the form"),
        ("max_message", "much", "max_message"),
        ("allow_origin", "https://a.example", "did you mean 'allow_origins'"),
    ],
)
def test_a_value_that_does_not_fit_is_an_error(key, value, message):
    with pytest.raises(ConfigError, match=message):
        booted(websocket={key: value})


def test_a_star_is_a_warning():
    (problem,) = booted(websocket={"allow_origins": "*"}).problems
    assert (problem.id, problem.level) == ("websocket.origins", "warning")


def test_the_plan_shows_the_check_of_the_origin_outermost():
    routes = Routes(guards=[lambda request: None])
    routes.websocket("/ws")(good)
    routes.get("/")(lambda request: "x")
    socket, page = (steps for _, steps in booted(routes).plan.routes)
    assert [step.plugin for step in socket][:1] == ["websockets"]
    assert "websockets" not in [step.plugin for step in page]
