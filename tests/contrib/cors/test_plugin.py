from typing import Any

import pytest
from kernel_cors.origins import Origins
from kernel_cors.plugin import Cors, sharing
from kernel_cors.policy import Policy
from kernel_responses import Redirect, Stream, Text
from kernel_router import Mount, Routes
from kernel_testing import Client
from kernel_testing.response import Response

from kernel import App, Kernel
from kernel.errors import ConfigError

pytestmark = pytest.mark.anyio
SHOP = "https://shop.example"
PREFLIGHT = {"origin": SHOP, "access-control-request-method": "PUT"}
routes = Routes()


@routes.get("/")
async def home(request: Any) -> Text:
    response = Text("home", headers=[("vary", "cookie")])
    response.set_cookie("a", "1")
    response.set_cookie("b", "2")
    return response


@routes.get("/stream")
async def stream(request: Any) -> Stream:
    return Stream(["a", "b"])


@routes.get("/away")
async def away(request: Any) -> Redirect:
    return Redirect("/")


@routes.get("/fails")
async def fails(request: Any) -> None:
    raise ValueError("secret")


@routes.post("/json")
async def as_json(request: Any) -> Any:
    return await request.json()


@routes.options("/own")
async def own(request: Any) -> str:
    return "mine"


async def mounted(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"Vary", b"accept")]})
    await send({"type": "http.response.body", "body": b"mounted"})


def kernel_of(**cors: Any) -> Kernel:
    everything = [routes, Mount("/mounted", mounted, lifespan=False)]
    return Kernel({"cors": cors}, plugins=[Cors], apps=[App(name="shop", routes=everything)])


async def ask(path: str = "/", method: str = "GET", headers: Any = (), **cors: Any) -> Response:
    async with Client(kernel_of(**cors)) as client:
        return await client.request(method, path, headers)


async def test_a_preflight_of_an_allowed_origin_is_answered() -> None:
    asked = {**PREFLIGHT, "access-control-request-headers": "X-Token, x-other"}
    answer = await ask("/", "OPTIONS", asked, allow_origins=SHOP, allow_headers="x-token", max_age="2m")
    assert (answer.status, answer.body) == (204, b"")
    assert dict(answer.headers) == {
        b"vary": b"origin, access-control-request-method, access-control-request-headers",
        b"access-control-allow-origin": SHOP.encode(),
        b"access-control-allow-methods": b"GET, HEAD, POST, PUT, PATCH, DELETE",
        b"access-control-allow-headers": b"x-token",
        b"access-control-max-age": b"120",
    }


@pytest.mark.parametrize("path", ["/", "/nothing", "/own"])
async def test_a_preflight_never_reaches_the_routes(path: str) -> None:
    answer = await ask(path, "OPTIONS", PREFLIGHT, allow_origins=SHOP)
    assert (answer.status, answer.header("access-control-allow-origin")) == (204, SHOP)


async def test_a_preflight_of_another_origin_is_not_allowed() -> None:
    answer = await ask("/", "OPTIONS", {**PREFLIGHT, "origin": "https://evil.example"}, allow_origins=SHOP)
    assert (answer.status, answer.header("access-control-allow-origin")) == (204, None)


@pytest.mark.parametrize("missing", ["origin", "access-control-request-method"])
async def test_any_other_options_request_reaches_its_route(missing: str) -> None:
    headers = {name: value for name, value in PREFLIGHT.items() if name != missing}
    assert (await ask("/own", "OPTIONS", headers, allow_origins=SHOP)).text == "mine"


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/", "GET", 200),
        ("/", "HEAD", 200),
        ("/stream", "GET", 200),
        ("/mounted", "GET", 200),
        ("/away", "GET", 307),
        ("/nothing", "GET", 404),
        ("/", "DELETE", 405),
        ("/json", "POST", 413),
        ("/fails", "GET", 500),
    ],
)
async def test_every_answer_carries_the_headers(
    path: str, method: str, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    kernel = Kernel(
        {"cors": {"allow_origins": SHOP, "allow_credentials": "true"}, "limits": {"max_body_size": 3}},
        plugins=[Cors],
        apps=[App(name="shop", routes=[routes, Mount("/mounted", mounted, lifespan=False)])],
    )
    body = b'{"a": 1}' if method == "POST" else b""
    async with Client(kernel) as client:
        for origin in (SHOP, "https://evil.example", None):
            given = {"content-type": "application/json"} | ({"origin": origin} if origin else {})
            answer = await client.request(method, path, given, body)
            allowed = SHOP if origin == SHOP else None
            assert (answer.status, answer.header("access-control-allow-origin")) == (status, allowed)
            assert answer.header("access-control-allow-credentials") == ("true" if allowed else None)
            assert "origin" in str(answer.header("vary")).split(", ")


async def test_an_answer_to_a_disallowed_host_carries_them_too() -> None:
    answer = await ask("/", "GET", {"origin": SHOP, "host": "evil"}, allow_origins=SHOP)
    assert (answer.status, answer.json()["code"]) == (400, 1003)
    assert answer.header("access-control-allow-origin") == SHOP


async def test_vary_and_cookies_of_an_answer_stay() -> None:
    answer = await ask("/", "GET", {"origin": SHOP}, allow_origins=SHOP)
    assert [value for name, value in answer.headers if name == b"vary"] == [b"cookie, origin"]
    assert len([value for name, value in answer.headers if name == b"set-cookie"]) == 2


@pytest.mark.parametrize("text", [SHOP, f"https://a.example, {SHOP}", ("https://a.example", SHOP)])
@pytest.mark.parametrize("key", ["allow_origins", "allowed_origins", "allow-origins"])
async def test_origins_may_be_one_or_a_list_under_either_name(text: Any, key: str) -> None:
    answer = await ask("/", "GET", {"origin": SHOP}, **{key: text})
    assert answer.header("access-control-allow-origin") == SHOP


async def test_older_names_of_options_are_understood() -> None:
    older = {"allowed_origins": "*", "allowed_methods": "put", "allowed_headers": "X-A", "max-age": "86400"}
    asked = {**PREFLIGHT, "access-control-request-headers": "x-a"}
    answer = await ask("/", "OPTIONS", asked, **older)
    found = [answer.header(f"access-control-{name}") for name in ("allow-methods", "allow-headers", "max-age")]
    assert (found, answer.header("access-control-allow-origin")) == (["PUT", "x-a", "86400"], "*")


@pytest.mark.parametrize(
    ("cors", "text"),
    [
        ({"allow_origins": "*", "allow_credentials": "true"}, "'*' with allow_credentials"),
        ({"allow_origins": "null"}, "'null' is no origin"),
        ({"allow_origins": SHOP, "allowed_origins": SHOP}, "allowed_origins is another name of allow_origins"),
        ({"allow_methods": "GET", "allowed_methods": "GET"}, "allowed_methods is another name of allow_methods"),
        ({"allow_headers": "x a"}, "'x a': no name of a method or a header"),
        ({"allow_origin": SHOP}, "did you mean 'allow_origins'"),
    ],
)
async def test_a_wrong_value_fails_the_boot(cors: Any, text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        kernel_of(**cors).boot()
    assert text in str(caught.value)


async def test_without_origins_nothing_is_wrapped_and_that_is_told() -> None:
    kernel = kernel_of().boot()
    assert all(layer.asgi is None for layer in kernel.plan.layers)
    assert [(problem.id, problem.level) for problem in kernel.problems] == [("cors.nobody", "warning")]
    assert kernel_of(allow_origins="*").boot().problems == []


async def test_other_protocols_pass_through() -> None:
    seen: list[Any] = []

    async def inner(*connection: Any) -> None:
        seen.append(connection)

    connection = ({"type": "websocket"}, object(), object())
    await sharing(Policy(Origins([SHOP])), inner)(*connection)  # type: ignore[arg-type]  # nothing is asked of them
    assert seen == [connection]
