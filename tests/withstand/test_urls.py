"""C. Paths, queries, hosts, methods and redirects that were made to do harm."""

from typing import Any

import pytest
from hypothesis import given, strategies as st
from kernel_responses import Redirect
from kernel_router import Routes
from kernel_router.matcher import Longest, compiled
from kernel_router.survey import survey

from kernel import App, Request
from kernel.errors import HTTPException
from kernel.layers import Route

pytestmark = pytest.mark.anyio


async def test_a_hundred_thousand_query_fields_are_400(site: Any, seconds_of: Any) -> None:
    """R43: they are counted before they are split."""
    from kernel_requests.query import Query

    query = b"&".join(b"a%d=1" % number for number in range(100_000))
    async with site() as running:
        assert (await running.ask("GET", "/look", query=query)).status == 400
        assert (await running.ask("GET", "/look", query=b"a=" + b"x" * 20_000)).status == 414

    def refuse() -> None:
        with pytest.raises(HTTPException):
            Query.parse(query, 1_000)

    assert seconds_of(refuse) <= 0.03


async def test_bytes_that_are_no_text_make_no_error(site: Any) -> None:
    """R44: in the query, in a header, in a cookie, in the path."""
    async with site() as running:
        for query in (b"a=%ff", b"a=\xff", b"%ff=1", b"%", b"a=%zz", b"\xff\xfe"):
            assert (await running.ask("GET", "/look", query=query)).status == 200
        for name in (b"x-a", b"cookie", b"user-agent", b"accept", b"content-type", b"origin", b"range"):
            assert (await running.ask("GET", "/look", [(name, b"\xff\xfe")])).status == 200
        for path, status in (("/look\ufffd", 404), ("/\udcff", 404), ("/values/\ufffd", 200)):
            assert (await running.ask("GET", path)).status == status


async def test_a_path_that_looks_like_a_host_is_404(site: Any) -> None:
    """R45: nothing redirects there, and the answer has no Location."""
    paths = [
        "//evil.example/..",
        "/\\evil.example/",
        "//evil.example//",
        "/\\/evil.example",
        "///",
        "//plain",
        "/plain//",
    ]
    async with site() as running:
        for path in paths:
            answer = await running.ask("GET", path)
            assert (answer.status, dict(answer.headers).get(b"location")) == (404, None)


@pytest.mark.parametrize("allowed", ["localhost", "*"])
async def test_a_host_that_is_none_is_400_whatever_is_allowed(site: Any, allowed: str) -> None:
    """R47: so a host never changes the path of the URL."""
    wrong = [
        b"a/b?c",
        b"u@b",
        b"a b",
        b"",
        b"[::1",
        b"a:99999",
        b"a\0",
        b"a#b",
        b"a\\b",
        b"\xff",
        b"a,b",
        b"a" * 5_000,
        None,
    ]
    async with site(networking={"allowed_hosts": allowed}) as running:
        for host in wrong:
            assert (await running.ask("GET", "/look", host=host)).status == 400
        two = await running.ask("GET", "/look", [(b"host", b"localhost")])
        assert two.status == 400
        assert (await running.ask("GET", "/look")).body.startswith(b'["/look","/look",')


async def test_more_headers_than_the_limit_are_431_whoever_reads_them(site: Any) -> None:
    """R52: also where the handler looks at none."""
    async with site() as running:
        for headers in ([(b"x-a", b"1")] * 20_000, [(b"x-%d" % number, b"1") for number in range(2_000)]):
            for path in ("/plain", "/look", "/nowhere"):
                assert (await running.ask("GET", path, headers)).status == 431
        assert (await running.ask("GET", "/plain", [(b"x-a", b"1")] * 99)).status == 200
        assert (await running.ask("GET", "/plain", [(b"x-a", b"1")] * 100)).status == 431
    async with site(limits={"max_headers": "30000"}) as running:
        assert (await running.ask("GET", "/plain", [(b"x-a", b"1")] * 20_000)).status == 200


async def test_headers_are_walked_through_in_linear_time(grows_linearly: Any) -> None:
    """R52, with the limit raised."""
    from kernel_networking.hosts import Hosts
    from kernel_networking.plugin import checking

    check = checking(Hosts(), 10**9)

    def ask(headers: Any) -> None:
        request = Request({"type": "http", "headers": headers}, None, None)  # type: ignore[arg-type]  # unused
        assert check(request) is None

    grows_linearly(ask, lambda size: [(b"x-a", b"1")] * size + [(b"host", b"localhost")], 2_000)


async def test_a_long_header_is_431_and_a_long_path_414(site: Any) -> None:
    """R53: whatever the server lets through."""
    async with site() as running:
        assert (await running.ask("GET", "/look", [(b"x-a", b"a" * 100_000)])).status == 431
        for path in ("/" + "a" * 100_000, "/values/" + "a" * 100_000, "/rest/" + "a/" * 50_000, "/rest/" + "/" * 300):
            assert (await running.ask("GET", path)).status == 414
        assert (await running.ask("GET", "/values/" + "a" * 8_000)).status == 200
        assert (await running.ask("GET", "/rest/" + "a/" * 200)).status == 200
    async with site(limits={"max_path_length": "20B", "max_path_segments": "3"}) as running:
        assert (await running.ask("GET", "/values/" + "a" * 13)).status == 414
        assert (await running.ask("GET", "/rest/a/b/c")).status == 414


async def test_a_method_nobody_knows_is_405(site: Any) -> None:
    """R54: no attribute is looked up by the name that a client sends."""
    async with site() as running:
        for method in ("FOO", "__INIT__", "RENDER", "get", "WEBSOCKET", "*", "", "A" * 10_000):
            answer = await running.ask(method, "/plain")
            assert (answer.status, dict(answer.headers)[b"allow"]) == (405, b"GET, HEAD, OPTIONS")


async def test_head_and_options_are_answered(site: Any) -> None:
    """R55: HEAD has the headers of GET and no byte."""
    async with site() as running:
        head, get = await running.ask("HEAD", "/plain"), await running.ask("GET", "/plain")
        assert (head.status, head.body, sorted(head.headers)) == (200, b"", sorted(get.headers))
        options = await running.ask("OPTIONS", "/plain")
        assert (options.status, options.body, dict(options.headers)[b"allow"]) == (204, b"", b"GET, HEAD, OPTIONS")


async def test_no_path_takes_long_among_ten_thousand_routes(seconds_of: Any) -> None:
    """R57: many routes, many segments, and twenty levels that all overlap."""

    async def handler(request: Request) -> None:
        return None

    paths = [f"/a{number}/<id:int>/b{number}" for number in range(10_000)]
    paths += ["/" + "/".join(f"<v{n}>" if n in (k, 20 - k) else f"x{n}" for n in range(20)) for k in range(20)]
    routes = [(Route(path, "GET", handler), handler) for path in dict.fromkeys(paths)]
    match = compiled(survey(routes), Longest(10**9, 10**9))

    def ask(path: str) -> None:
        scope = {"type": "http", "method": "GET", "path": path, "headers": []}
        match(Request(scope, None, None))  # type: ignore[arg-type]  # nobody receives

    overlapping = "/" + "/".join(f"x{n}" for n in range(20))
    for path, most in (
        ("/a9999/1/b9999", 0.001),
        ("/a" * 4_000, 0.02),
        (overlapping, 0.02),
        (overlapping + "/y", 0.02),
    ):
        ask(path)
        assert seconds_of(lambda path=path: ask(path)) <= most


TARGETS = ["https://evil", "//evil", "/\\evil", "\\\\evil", "\tjavascript:1", "javascript:1", "/\t/evil", "/%0d%0a\r\n"]


async def test_no_redirect_leads_away_unasked(site: Any, seconds_of: Any) -> None:
    """R59: a target from outside raises where it is used, it is not sent."""
    own = Routes()

    @own.get("/go")
    async def go(request: Any) -> Any:
        return Redirect(request.query_params["to"])

    for target in TARGETS:
        with pytest.raises(ValueError, match=r"."):
            Redirect(target)

    def refuse() -> None:
        with pytest.raises(ValueError, match="8000 are the most"):
            Redirect("/" + "\u2100" * 100_000)

    assert seconds_of(refuse) <= 0.01
    async with site(App(name="own", routes=own)) as running:
        answer = await running.ask("GET", "/go", query=b"to=//evil")
        assert (answer.status, dict(answer.headers).get(b"location")) == (500, None)


async def test_an_error_repeats_nothing_of_the_path(site: Any) -> None:
    """R60: whatever stands in a link is not told by us."""
    async with site() as running:
        for path in ("/<script>x", "/call this number to get your money back", "/values/<script>/x"):
            for accept in (b"text/html", b"application/json"):
                answer = await running.ask("GET", path, [(b"accept", accept)])
                assert answer.status == 404
                assert b"script" not in answer.body
                assert b"money" not in answer.body


paths = st.text(st.sampled_from(list("/ab<>%.\\:\0\u202e")), max_size=60) | st.text(max_size=60)


@given(paths, st.sampled_from(["GET", "POST", "HEAD", "OPTIONS", "PUT", "x"]), st.sampled_from(["", "/a", "/b/"]))
def test_any_path_is_matched_or_refused(path: str, method: str, root: str) -> None:
    """R44 and R57: the router raises nothing but an HTTPException, and leaves what it finds in the path as it is."""

    async def handler(request: Request) -> None:
        return None

    declared = ["/", "/a", "/a/<x>", "/a/<x:int>", "/a/<x:path>", "/<x:slug>/b", "/b/<x:([ab]+)>/<y>", "/<x:uuid>"]
    match = compiled(survey([(Route(one, "GET", handler), handler) for one in declared]))
    scope = {"type": "http", "method": method, "path": path, "root_path": root, "headers": []}
    request = Request(scope, None, None)  # type: ignore[arg-type]  # nobody receives
    refusals = []
    try:
        match(request)
    except HTTPException as error:
        refusals.append(error.status)
    assert refusals in ([], [405])
    assert all(value in path for value in request.url_vars.values())
