from typing import Any

import pytest
from kernel_requests import media

from kernel.errors import HTTPException


@pytest.mark.parametrize(
    ("name", "found"),
    [
        (None, "utf-8"),
        ("UTF-8", "utf-8"),
        ("latin1", "iso8859-1"),
        ("windows-1252", "cp1252"),
        ("Shift_JIS", "shift_jis"),
        ("utf-16", "utf-16"),
    ],
)
def test_charsets_of_plain_text_are_known(name: str | None, found: str):
    assert media.codec(name) == found


@pytest.mark.parametrize(
    "name", ["", "klingon", "punycode", "idna", "zlib", "unicode_escape", "utf-7", "a\0b", "\u0131"]
)
def test_other_charsets_are_415(name: str):
    with pytest.raises(HTTPException, match="415"):
        media.codec(name)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("kind", "body", "text"),
    [(b"text/plain", "é".encode(), "é"), (b"Text/Plain; charset=Latin-1", b"\xe9", "é"), (b"", b"a", "a")],
)
async def test_a_body_is_text_in_its_charset(kind: bytes, body: bytes, text: str, make: Any) -> None:
    assert await make([(b"content-type", kind)], [body]).text() == text


@pytest.mark.anyio
@pytest.mark.parametrize(("charset", "status"), [(b"utf-8", 400), (b"zlib", 415), (b"", 415)])
async def test_a_body_that_is_no_such_text_is_refused(charset: bytes, status: int, make: Any) -> None:
    with pytest.raises(HTTPException, match=str(status)):
        await make([(b"content-type", b"text/plain; charset=" + charset)], [b"\xff"]).text()


@pytest.mark.parametrize(
    ("said", "length"),
    [
        *((b"12", 12), (b"", None), (b"-1", None), (b"x", None)),
        *((b"9" * 19, int("9" * 19)), (b"9" * 20, None), (b"9" * 21, None)),
    ],
)
def test_the_announced_length_is_a_number_or_none(said: bytes, length: int | None, make: Any) -> None:
    assert make([(b"content-length", said)]).content_length == length


@pytest.mark.parametrize("said", [b"Text/CSV ; charset=a;b", b" text/csv", b"text/csv"])
def test_the_media_type_is_what_stands_before_its_parameters(said: bytes, make: Any) -> None:
    assert media.content_type(make([(b"content-type", said)])) == "text/csv"


@pytest.mark.parametrize("coding", [b"gzip", b"br, gzip", b"GZIP", b"identity, gzip", b"made-up"])
def test_a_body_that_is_coded_is_415_and_the_answer_says_what_is_taken(coding: bytes, make: Any) -> None:
    with pytest.raises(HTTPException) as refused:
        media.check_coding(make([(b"content-encoding", coding)]))
    assert (refused.value.status, list(refused.value.headers)) == (415, [(b"accept-encoding", b"identity")])


@pytest.mark.parametrize("coding", [None, b"", b"identity", b" Identity "])
def test_a_body_that_is_not_coded_is_taken(coding: bytes | None, make: Any) -> None:
    media.check_coding(make([] if coding is None else [(b"content-encoding", coding)]))
