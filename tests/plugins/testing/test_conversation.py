"""The client keeps cookies, follows redirects, sends forms and files, and takes streams."""

import anyio
import pytest
from kernel_responses import Redirect, Stream, Text
from kernel_router import Routes
from kernel_testing import Client, TooManyRedirects

from kernel import App, Kernel

pytestmark = pytest.mark.anyio
routes = Routes()
left = []


@routes.get("/login")
async def login(request):
    response = Redirect("/me", method_unchange=False)
    response.set_cookie("sid", "abc")
    return response


@routes.get("/me")
async def me(request):
    return request.cookies.get("sid", "nobody")


@routes.get("/logout")
async def logout(request):
    response = Text("bye")
    response.delete_cookie("sid")
    return response


@routes.get("/secure")
async def secure(request):
    response = Text("ok")
    response.set_cookie("safe", "1", secure=True)
    return response


@routes.get("/round")
async def around(request):
    return Redirect("/round")


@routes.post("/moved")
async def moved(request):
    return Redirect("/echo?moved=1", permanent="p" in request.query_params, method_unchange="k" in request.query_params)


@routes.route("/echo", ("GET", "POST"))
async def echo(request):
    return {
        "method": request.method,
        "query": dict(request.query_params),
        "type": request.headers.get("content-type", ""),
        "body": (await request.body()).decode("latin-1"),
    }


@routes.get("/ticks")
async def ticks(request):
    async def tick():
        try:
            for number in range(1000):
                yield f"{number};"
        finally:
            left.append(True)

    return Stream(tick())


@routes.get("/fail")
async def fail(request):
    return Stream(failing())


async def failing():
    yield "a"
    raise ValueError("broken")


@pytest.fixture
async def client(anyio_backend):
    async with Client(Kernel({}, apps=[App(name="shop", routes=[routes])])) as running:
        yield running


async def test_a_cookie_is_sent_from_then_on_and_forgotten_when_deleted(client):
    await client.get("/login")
    assert client.cookies["sid"] == "abc"
    assert (await client.get("/me")).text == "abc"
    await client.get("/logout")
    assert "sid" not in client.cookies
    assert (await client.get("/me")).text == "nobody"


async def test_a_cookie_given_by_hand_wins(client):
    await client.get("/login")
    assert (await client.get("/me", headers={"cookie": "sid=other"})).text == "other"


async def test_a_cookie_may_be_there_from_the_start(client):
    client.cookies.set("sid", "early")
    assert (await client.get("/me")).text == "early"


async def test_a_secure_cookie_is_sent_over_https_only(client):
    await client.get("/secure", scope={"scheme": "https"})
    assert "safe" in client.cookies
    assert client.cookies.sent("http://localhost/") == []
    assert client.cookies.sent("https://localhost/") == [(b"cookie", b"safe=1")]


async def test_an_unknown_cookie_is_an_error(client):
    with pytest.raises(KeyError):
        client.cookies["nobody"]


async def test_redirects_are_followed_on_demand(client):
    assert (await client.get("/login")).status == 302
    assert (await client.get("/login", follow=True)).text == "abc"


@pytest.mark.parametrize(("query", "method", "body"), [("k", "POST", "hello"), ("", "GET", "")])
async def test_the_status_decides_whether_method_and_body_are_kept(client, query, method, body):
    answer = (await client.post(f"/moved?{query}=1", body="hello", follow=True)).json()
    assert (answer["method"], answer["body"], answer["query"]) == (method, body, {"moved": "1"})


async def test_going_round_in_circles_ends(client):
    with pytest.raises(TooManyRedirects, match="/round"):
        await client.get("/round", follow=True)


async def test_a_form_is_sent_urlencoded(client):
    answer = (await client.post("/echo", form={"a": ["1", "ä"], "b": "x y"})).json()
    assert (answer["type"], answer["body"]) == ("application/x-www-form-urlencoded", "a=1&a=%C3%A4&b=x+y")


async def test_files_are_sent_as_multipart(client):
    files = {"icon": ('a"b.png', b"\x89PNG", "image/png"), "notes": [("n.txt", "one"), b"two"]}
    answer = (await client.post("/echo", form={"name": "x"}, files=files)).json()
    boundary = answer["type"].partition("boundary=")[2]
    assert answer["body"] == (
        f'--{boundary}\r\ncontent-disposition: form-data; name="name"\r\n\r\nx\r\n'
        f'--{boundary}\r\ncontent-disposition: form-data; name="icon"; filename="a%22b.png"\r\n'
        "content-type: image/png\r\n\r\n\x89PNG\r\n"
        f'--{boundary}\r\ncontent-disposition: form-data; name="notes"; filename="n.txt"\r\n'
        "content-type: application/octet-stream\r\n\r\none\r\n"
        f'--{boundary}\r\ncontent-disposition: form-data; name="notes"; filename="notes"\r\n'
        "content-type: application/octet-stream\r\n\r\ntwo\r\n"
        f"--{boundary}--\r\n"
    )


async def test_a_stream_is_taken_piece_by_piece(client):
    async with client.stream("GET", "/ticks") as answer:
        parts = [part async for part in answer]
    assert (answer.status, len(parts), parts[:2]) == (200, 1000, [b"0;", b"1;"])


async def test_leaving_a_stream_early_is_leaving_the_server(client):
    left.clear()
    async with client.stream("GET", "/ticks") as answer:
        async for _ in answer:
            break
    assert left == [True]


async def test_a_stream_that_breaks_off_is_an_error(client):
    async with client.stream("GET", "/fail") as answer:
        with pytest.raises(ConnectionError, match="in the middle"):
            [part async for part in answer]


async def test_an_application_that_raises_before_it_answers_says_why():
    async def app(scope, receive, send):
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        async with Client(app).stream("GET", "/"):
            pass


async def test_an_application_that_ignores_the_leaving_is_cut():
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200})
        await anyio.sleep_forever()

    async with Client(app, timeout=0.05).stream("GET", "/") as answer:
        assert answer.status == 200


async def test_a_host_that_cannot_be_parsed_reaches_the_application() -> None:
    for host in ("[", "a]", "localhost:nonsense", "localhost:99999999"):
        async with Client(Kernel({})) as client:
            assert (await client.get("/", headers={"host": host})).status == 400
