import pytest
from kernel_cors.origins import Origins
from kernel_cors.policy import Policy, varied

SHOP = b"https://shop.example"
ORIGINS = Origins(["https://shop.example"])


def preflight(policy: Policy, headers: str | None = None, origin: bytes = SHOP, **more: bytes) -> dict[bytes, bytes]:
    asked = {b"origin": origin, b"access-control-request-method": b"PUT"}
    if headers is not None:
        asked[b"access-control-request-headers"] = headers.encode()
    asked |= {name.replace("_", "-").encode(): value for name, value in more.items()}
    answer = policy.preflight(asked)
    assert len(dict(answer)) == len(answer)
    return dict(answer)


def test_a_preflight_of_another_origin_learns_nothing() -> None:
    answer = preflight(Policy(ORIGINS, ["PUT"], ["*"], credentials=True), "x-a", b"https://evil.example")
    assert list(answer) == [b"vary"]


@pytest.mark.parametrize(("methods", "answer"), [(["GET", "PUT"], b"GET, PUT"), (["*"], b"PUT"), ([], None)])
def test_the_methods_are_told(methods: list[str], answer: bytes | None) -> None:
    assert preflight(Policy(ORIGINS, methods)).get(b"access-control-allow-methods") == answer


def test_a_method_that_is_none_is_not_repeated() -> None:
    answer = preflight(Policy(ORIGINS, ["*"]), access_control_request_method=b"a b")
    assert b"access-control-allow-methods" not in answer


@pytest.mark.parametrize(
    ("allowed", "asked", "answer"),
    [
        (["x-a", "x-b"], "X-A, x-c , x-b", b"x-a, x-b"),
        (["x-a"], "x-c", None),
        (["x-a"], "", None),
        (["x-a"], None, None),
        (["*"], "X-A,authorization", b"x-a, authorization"),
        (["*"], "x-a, b c, \t, d\n", b"x-a, d"),
    ],
)
def test_of_the_headers_asked_for_the_allowed_ones_are_told(
    allowed: list[str], asked: str | None, answer: bytes | None
) -> None:
    assert preflight(Policy(ORIGINS, headers=allowed), asked).get(b"access-control-allow-headers") == answer


def test_credentials_and_private_networks_are_allowed_only_if_that_is_said() -> None:
    asking = {"access_control_request_private_network": b"true"}
    names = {b"access-control-allow-credentials", b"access-control-allow-private-network"}
    assert names.isdisjoint(preflight(Policy(ORIGINS), **asking))
    open_policy = Policy(ORIGINS, credentials=True, private_network=True)
    assert names <= preflight(open_policy, **asking).keys()
    assert b"access-control-allow-private-network" not in preflight(open_policy)


def test_an_answer_tells_an_allowed_origin_that_it_may_be_read() -> None:
    policy = Policy(ORIGINS, exposed=["x-total", "x-page"], credentials=True)
    assert policy.answer(SHOP, [(b"x-total", b"1")]) == [
        (b"x-total", b"1"),
        (b"vary", b"origin"),
        (b"access-control-allow-origin", SHOP),
        (b"access-control-allow-credentials", b"true"),
        (b"access-control-expose-headers", b"x-total, x-page"),
    ]


@pytest.mark.parametrize("origin", [None, b"", b"https://evil.example", b"null"])
def test_an_answer_to_anybody_else_only_varies(origin: bytes | None) -> None:
    assert Policy(ORIGINS, credentials=True).answer(origin, []) == [(b"vary", b"origin")]


def test_what_everybody_may_read_does_not_vary() -> None:
    for origin in (None, SHOP):
        assert Policy(Origins(["*"])).answer(origin, []) == [(b"access-control-allow-origin", b"*")]


def test_an_answer_that_says_itself_who_may_read_it_stays_as_it_is() -> None:
    own = (b"Access-Control-Allow-Origin", b"*")
    assert Policy(ORIGINS, credentials=True).answer(SHOP, [own]) == [own, (b"vary", b"origin")]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([], [b"origin"]),
        ([b"accept-encoding"], [b"accept-encoding, origin"]),
        ([b"accept-encoding", b"cookie"], [b"accept-encoding, cookie, origin"]),
        ([b"Accept-Encoding,Origin"], [b"Accept-Encoding,Origin"]),
        ([b"*"], [b"*"]),
    ],
)
def test_vary_keeps_its_members(before: list[bytes], after: list[bytes]) -> None:
    cookies = [(b"set-cookie", b"a=1"), (b"set-cookie", b"b=2")]
    headers = varied([*cookies, *((b"Vary", value) for value in before)], b"origin")
    assert [value for name, value in headers if name.lower() == b"vary"] == after
    assert headers[:2] == cookies
