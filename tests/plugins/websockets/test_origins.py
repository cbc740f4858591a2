"""Which pages may connect."""

import pytest
from kernel_requests.values import Values
from kernel_testing import Client, Refused
from kernel_websockets.origins import Origins

pytestmark = pytest.mark.anyio


async def quiet(ws):
    await ws.accept()


async def outcome(kernel, origin, scope=None, host="shop.example"):
    """Return the status of a handshake, 101 for one that was accepted."""
    origins = [origin] if isinstance(origin, str) else origin or []
    headers = [("host", host), *(("origin", one) for one in origins)]
    async with Client(kernel) as client:
        try:
            async with client.websocket("/ws", headers, scope=scope):
                return 101
        except Refused as refused:
            return refused.status


CONFIG = {"networking": {"allowed_hosts": "*"}}


@pytest.mark.parametrize(
    ("origin", "host", "status"),
    [
        (None, "shop.example", 101),
        ("http://shop.example", "shop.example", 101),
        ("https://shop.example", "shop.example", 101),
        ("http://SHOP.example", "shop.EXAMPLE", 101),
        ("http://shop.example:80", "shop.example", 101),
        ("http://shop.example", "shop.example:80", 101),
        ("http://shop.example:8000", "shop.example:8000", 101),
        ("http://[::1]:8000", "[::1]:8000", 101),
        ("http://shop.example:8000", "shop.example", 403),
        ("http://shop.example", "shop.example:8000", 403),
        ("http://shop.example.evil", "shop.example", 403),
        ("http://evil.example", "shop.example", 403),
        ("http://sub.shop.example", "shop.example", 403),
        ("null", "shop.example", 403),
        ("", "shop.example", 403),
        ("shop.example", "shop.example", 403),
        ("file://", "shop.example", 403),
        ("chrome-extension://shop.example", "shop.example", 403),
        ("http://shop.example\x00", "shop.example", 403),
        (["http://shop.example", "http://shop.example"], "shop.example", 403),
    ],
)
async def test_by_default_only_pages_of_the_same_origin_connect(serving, origin, host, status):
    assert await outcome(serving(quiet, config=CONFIG), origin, host=host) == status


@pytest.mark.parametrize(("origin", "status"), [("https://shop.example", 101), ("http://shop.example", 403)])
async def test_a_plain_page_does_not_reach_a_secure_socket(serving, origin, status):
    assert await outcome(serving(quiet, config=CONFIG), origin, {"scheme": "wss"}) == status


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://app.example", 101),
        ("https://app.example:443", 101),
        ("http://localhost:5173", 101),
        ("https://shop.example", 101),
        ("http://app.example", 403),
        ("https://app.example:444", 403),
        ("https://app.example.evil", 403),
        ("null", 403),
    ],
)
async def test_further_origins_are_compared_whole(serving, origin, status):
    config = {**CONFIG, "websocket": {"allow_origins": "https://app.example/, http://localhost:5173"}}
    assert await outcome(serving(quiet, config=config), origin) == status


@pytest.mark.parametrize("origin", [None, "https://evil.example", "null"])
async def test_a_star_lets_everybody_in(serving, origin):
    config = {**CONFIG, "websocket": {"allow_origins": "*"}}
    assert await outcome(serving(quiet, config=config), origin) == 101


@pytest.mark.parametrize(("origin", "status"), [(None, 403), ("http://shop.example", 101)])
async def test_an_origin_can_be_required(serving, origin, status):
    config = {**CONFIG, "websocket": {"require_origin": "true"}}
    assert await outcome(serving(quiet, config=config), origin) == status


async def test_a_route_can_be_open_to_all_pages(serving):
    assert await outcome(serving(quiet, config=CONFIG, skip="origin"), "http://evil.example") == 101


async def test_the_forwarded_scheme_and_host_count(serving):
    config = {"networking": {"allowed_hosts": "*", "trusted_proxies": "127.0.0.1"}}
    headers = {"host": "inner", "x-forwarded-host": "shop.example", "x-forwarded-proto": "https"}
    async with Client(serving(quiet, config=config)) as client:
        async with client.websocket("/ws", {**headers, "origin": "https://shop.example"}):
            pass
        with pytest.raises(Refused):
            async with client.websocket("/ws", {**headers, "origin": "http://shop.example"}):
                pass


@pytest.mark.parametrize("entry", ["shop.example", "https://", "null", "https://*.example", "https://a/b"])
def test_what_is_no_origin_is_refused(entry):
    with pytest.raises(ValueError, match="is no origin of the form"):
        Origins([entry])


class Asking:
    """A request, as far as it is asked."""

    scheme = "ws"

    def __init__(self, origin):
        self.headers = Values([("origin", origin), ("host", "shop.example")])


def test_a_long_origin_takes_no_long_time(grows_linearly):
    origins = Origins()
    grows_linearly(origins.allow, lambda n: Asking("http://" + "a." * n + "\x00"), 500)
