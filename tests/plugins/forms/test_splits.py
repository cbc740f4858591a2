"""The outcome of a form never depends on how its bytes arrive (hypothesis, and each place of one cut)."""

from collections.abc import Coroutine
from typing import Any

import anyio
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from kernel_forms.blocks import BLOCK

from kernel.errors import HTTPException

LIMITS = {
    "max_form_fields": 4,
    "max_form_files": 3,
    "max_field_size": 30,
    "max_part_header_size": 64,
    "max_file_size": 50,
}
HEAD = b'--XX\r\nContent-Disposition: form-data; name="a"'
FORMS = {
    "good": HEAD
    + b"\r\n\r\none\r\n"
    + HEAD
    + b'; filename="f"\r\nContent-Type: x/y\r\n\r\n\r\n--X\r\r\n\r\n--XX--\r\nend',
    "preamble": b"text--XX\r\n\r\n" + HEAD + b"\r\n\r\none\r\n--XX--",
    "glued boundary": b"preamble that is long enough --XX\r\n" + HEAD + b"\r\n\r\none\r\n--XX--",
    "bare line feed": HEAD + b'; x="\n"\r\n\r\none\r\n--XX--',
    "line feed in front of a header": HEAD + b"\r\n\nX: y\r\n\r\none\r\n--XX--",
    "longest header": HEAD + b"\r\n" + b"X: ".ljust(64, b"y") + b"\r\n\r\none\r\n--XX--",
    "long header": HEAD + b"\r\n" + b"X: ".ljust(65, b"y") + b"\r\n\r\none\r\n--XX--",
    "large field": HEAD + b"\r\n\r\n" + b"x" * 31 + b"\r\n--XX--",
    "large file": HEAD + b'; filename=""\r\n\r\n' + b"x" * 51 + b"\r\n--XX--",
    "many fields": (HEAD + b"\r\n\r\n1\r\n") * 5 + b"--XX--",
    "half": HEAD + b"\r\n\r\none\r\n--XX",
    "junk": HEAD + b"\r\n\r\none\r\n--XXjunk",
}


def done(work: Coroutine[Any, Any, Any]) -> Any:
    """Return the result of *work*."""
    return anyio.run(lambda: work)


async def outcome(request: Any) -> Any:
    try:
        form = await request.form()
    except HTTPException as error:
        return error.status, error.detail
    return [(name, value if isinstance(value, str) else await value.read()) for name, value in form.multi_items()]


@pytest.mark.parametrize("body", FORMS.values(), ids=FORMS)
def test_a_cut_at_any_place_changes_nothing(make: Any, multipart: str, body: bytes):
    """R24."""
    whole = done(outcome(make(multipart, body, **LIMITS)))
    for place in range(1, len(body)):
        assert done(outcome(make(multipart, [body[:place], body[place:]], **LIMITS))) == whole


@pytest.mark.parametrize("body", FORMS.values(), ids=FORMS)
def test_single_bytes_change_nothing(make: Any, multipart: str, body: bytes):
    whole = done(outcome(make(multipart, body, **LIMITS)))
    assert done(outcome(make(multipart, [body[n : n + 1] for n in range(len(body))], **LIMITS))) == whole


PIECES = [
    b"--XX",
    b"\r\n",
    b"\r",
    b"\n",
    b"--",
    b"\r\n--XX\r\n",
    HEAD,
    b'; filename="f"',
    b"\r\n\r\n",
    b": ",
    b"x" * 29,
    b"-",
]
stateless = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@stateless
@given(st.lists(st.sampled_from(PIECES), max_size=30), st.lists(st.integers(1, 60), max_size=40))
def test_any_bytes_have_one_outcome(make: Any, multipart: str, pieces: list[bytes], sizes: list[int]):
    """R24."""
    body = HEAD + b"".join(pieces) + b"\r\n--XX--"
    assert done(outcome(make(multipart, cut(body, sizes), **LIMITS))) == done(outcome(make(multipart, body, **LIMITS)))


@stateless
@given(
    st.lists(st.integers(1, 2 * BLOCK), max_size=5),
    st.integers(BLOCK - 200, BLOCK + 50),
    st.sampled_from([b"x", b"\r\n"]),
)
def test_parts_larger_than_a_block_have_one_outcome(
    make: Any, multipart: str, sizes: list[int], length: int, content: bytes
):
    body = HEAD + b'; filename="f"\r\n\r\n' + content * length + b"\r\n" + FORMS["good"]
    name, value = done(outcome(make(multipart, cut(body, sizes))))[0]
    assert (name, value == content * length) == ("a", True)


def cut(body: bytes, sizes: list[int]) -> list[bytes]:
    """Return *body* in chunks of *sizes*, and the rest."""
    chunks: list[bytes] = []
    for size in sizes:
        chunks, body = [*chunks, body[:size]], body[size:]
    return [chunk for chunk in [*chunks, body] if chunk]
