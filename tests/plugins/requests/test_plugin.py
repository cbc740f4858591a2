import json
from typing import Any

import pytest
from kernel_requests.limits import Limits
from kernel_requests.plugin import Requests, offers

from kernel import App, Kernel, Plugin, Request, Response, hookimpl
from kernel.layers import Route

pytestmark = pytest.mark.anyio


def test_what_the_scope_says_is_an_attribute(make: Any) -> None:
    request = make(method="PUT", path="/a", root_path="/r", scheme="https", client=("::1", 5), server=("h", 80))
    assert (request.method, request.path, request.root_path, request.scheme) == ("PUT", "/a", "/r", "https")
    assert (request.client, request.server) == ({"ip": "::1", "port": 5}, {"host": "h", "port": 80})


def test_what_the_scope_leaves_out_has_a_default(make: Any) -> None:
    request = make()
    assert (request.root_path, request.scheme, request.client, request.server) == ("", "http", None, None)


def test_attributes_are_computed_once(make: Any) -> None:
    request = make()
    for name in ("headers", "cookies", "query_params", "url", "json"):
        assert getattr(request, name) is getattr(request, name)


@pytest.mark.parametrize(
    ("config", "limits"),
    [
        ({}, Limits()),
        ({"limits": {"max_cookies": 5, "max_headers": 3, "max_ranges": 9}}, Limits(max_cookies=5, max_headers=3)),
        ({"limits": {"max_cookies": "5"}}, Limits()),
    ],
)
def test_limits_are_those_of_the_validated_configuration(config: Any, limits: Limits) -> None:
    assert Limits.of(config) == limits


class OneRoute(Plugin):
    """Sends every request to the only route."""

    name = "one-route"

    @hookimpl
    def kernel_router(self, routes: Any) -> Any:
        def match(request: Any) -> Any:
            request.route, handler = routes[0]
            return handler

        return match


@pytest.mark.parametrize(
    ("body", "kind", "status", "answer"),
    [
        (b'{"a":1}', b"application/json", 200, b'["POST","1",{"a":1}]'),
        (b"{", b"application/json", 400, None),
        (b'{"a":"\\ud800"}', b"application/json", 400, None),
        (b"[" * 100_000 + b"]" * 100_000, b"application/json", 400, None),
        (b"1" * 1_048_577, b"application/json", 413, None),
        (b"{}", b"text/plain", 415, None),
    ],
)
async def test_a_handler_reads_its_request_or_the_client_is_told(
    body: bytes, kind: bytes, status: int, answer: bytes | None
) -> None:
    async def handler(request: Request) -> Response:
        content = [request.method, request.query_params["q"], await request.json()]
        return Response(json.dumps(content, separators=(",", ":")))

    async def receive() -> Any:
        return {"type": "http.request", "body": body}

    messages: list[Any] = []

    async def send(message: Any) -> None:
        messages.append(message)

    app = App(name="shop", routes=[Route("/", "POST", handler)])
    kernel = Kernel({"plugins": {"active": ""}}, plugins=[Requests, OneRoute], apps=[app])
    headers = [(b"content-type", kind)]
    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"q=1", "headers": headers}
    await kernel(scope, receive, send)
    assert messages[0]["status"] == status
    assert answer is None or messages[1]["body"] == answer


def test_whether_requests_have_an_attribute_can_be_asked() -> None:
    kernel = Kernel({"plugins": {"active": ""}}, plugins=[OneRoute, Requests]).boot()
    assert [offers(kernel, name) for name in ("json", "form")] == [True, False]
