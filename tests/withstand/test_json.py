"""B. JSON and other data that were made to do harm."""

from typing import Any

import pytest
from kernel_data import Data, Integer, validators as v
from kernel_responses import JSON
from kernel_router import Routes

from kernel import App

pytestmark = pytest.mark.anyio
KIND = b"application/json"


async def test_deep_json_is_400_and_no_recursion_error(site: Any, caplog: pytest.LogCaptureFixture) -> None:
    """R26: 64 levels are taken, 65 and 100,000 are not."""
    async with site() as running:
        for depth, status in ((64, 200), (65, 400), (100_000, 400)):
            for body in (b"[" * depth + b"]" * depth, b'{"a":' * depth + b"1" + b"}" * depth):
                assert (await running.post("/json", KIND, body)).status == status
        assert "Recursion" not in caplog.text


async def test_what_not_every_parser_understands_alike_is_400(site: Any) -> None:
    """R28 and R29: NaN, infinities, huge integers, repeated keys."""
    async with site() as running:
        for body in (b"NaN", b"[Infinity]", b'{"a":-Infinity}', b"1e999", b"9" * 1_000_000, b'{"a":1,"a":2}'):
            assert (await running.post("/json", KIND, body)).status == 400


async def test_text_that_is_no_unicode_never_comes_back_as_an_error(site: Any) -> None:
    """R31: it is refused on its way in, so that no echo, log or database fails at it later."""
    async with site() as running:
        for body in (b'"\xff"', '"a"'.encode("utf-16"), b'"\\ud800"', b'{"\\udfff":1}', b'"a\xc3"'):
            assert (await running.post("/json", KIND, body)).status == 400
        for body in (b'"\\ud83d\\ude00"', b'"\\u0000\\u202e\\uffff"'):
            assert (await running.post("/json", KIND, body)).status == 200


async def test_json_under_another_name_is_415(site: Any) -> None:
    """R32: a form of another site can send the first ones, and nothing of them is read as JSON."""
    async with site() as running:
        for kind in (b"text/plain", b"application/x-www-form-urlencoded", b"multipart/form-data"):
            assert (await running.post("/json", kind, b"{}")).status == 415
        assert (await running.ask("POST", "/json", (), [b"{}"])).status == 415
        for kind in (b"application/json; charset=utf-8", b"application/problem+json"):
            assert (await running.post("/json", kind, b"{}")).status == 200


async def test_five_thousand_wrong_fields_make_a_short_answer(site: Any) -> None:
    """R29, R39 and R40: at most a hundred errors, nothing of what was sent, and an extra key is not there."""
    own, marker = Routes(), "marker-of-the-client"
    fields = type("Many", (Data,), {f"f{number}": Integer() for number in range(5_000)})

    @own.post("/items", data_handler=fields)
    async def items(request: Any) -> JSON:
        return JSON(await request.get_cleaned_data())

    wrong = ",".join(f'"f{number}":"{marker}"' for number in range(5_000))
    async with site(App(name="own", routes=own)) as running:
        answer = await running.post("/items", KIND, f"{{{wrong}}}".encode())
        assert answer.status == 400
        assert answer.body.count(b'"f') == 100
        assert marker.encode() not in answer.body
        assert len(answer.body) <= 65_536
        assert (await running.post("/items", KIND, b'{"f1":"%s"}' % (b"9" * 5_000))).status == 400
        answer = await running.post("/items", KIND, b'{"f1":1,"is_admin":true}')
        assert (answer.status, answer.body) == (200, b'{"f1":1}')


@pytest.mark.parametrize(
    ("validator", "value"),
    [
        (v.EmailAddress(), "a@" + "a." * 50_000),
        (v.EmailAddress(), '"' + "a" * 100_000 + '"@'),
        (v.EmailAddress(), "a@b\n"),
        (v.UserNamePolicy(), "\ufb03" * 1_000_000),
        (v.IPAddress(), "010.0.0.1"),
        (v.IPAddress(), "1.2.3.4%00"),
    ],
)
async def test_length_is_looked_at_first(validator: Any, value: str, seconds_of: Any) -> None:
    """R33, R37 and R42."""
    assert validator.check(value, {})
    assert seconds_of(lambda: validator.check(value, {})) <= 0.01
