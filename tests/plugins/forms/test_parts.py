from collections.abc import Callable, Iterator
from typing import Any

import pytest
from kernel_forms import Upload
from kernel_forms.spool import Spool

from kernel.errors import ClientDisconnect, HTTPException

pytestmark = pytest.mark.anyio
KIB, MIB = 1024, 1024 * 1024
Parts = Callable[..., bytes]


async def refusal(request: Any) -> tuple[int, str]:
    """Return how the form is refused."""
    with pytest.raises(HTTPException) as caught:
        await request.form()
    assert caught.value.headers == ((b"connection", b"close"),)
    return caught.value.status, caught.value.detail


async def test_fields_and_files_are_told_apart(make: Any, multipart: str, parts: Parts) -> None:
    body = parts(("title", "\u00e4".encode()), ("photo", b"\x89PNG", "a.png", "Content-Type: image/PNG; x=y"))
    form = await make(multipart, body).form()
    photo = form["photo"]
    assert (list(form), form["title"]) == (["title", "photo"], "\u00e4")
    assert (photo.filename, photo.content_type, photo.size, await photo.read()) == ("a.png", "image/png", 4, b"\x89PNG")
    assert photo.headers["Content-Type"] == "image/PNG; x=y"


async def test_a_file_without_a_type_is_text(make: Any, multipart: str, parts: Parts) -> None:
    assert (await make(multipart, parts(("f", b"x", "a"))).form())["f"].content_type == "text/plain"


async def test_several_files_of_one_name_are_a_list(make: Any, multipart: str, parts: Parts) -> None:
    form = await make(multipart, parts(("f", b"1", "a"), ("f", b"22", "b"), ("g[]", b"", "c"))).form()
    assert [(file.filename, file.size) for file in form.getlist("f")] == [("a", 1), ("b", 2)]
    assert [file.filename for file in form["g[]"]] == ["c"]


async def test_a_file_input_that_was_left_empty_is_neither_file_nor_field(
    make: Any, multipart: str, parts: Parts
) -> None:
    empty = ("f", b"", "", "Content-Type: application/octet-stream")
    assert dict(await make(multipart, parts(empty)).form()) == {}
    form = await make(multipart, parts(empty, ("f", b"x", ""), ("f", b"", "empty.txt"))).form()
    assert [(file.filename, file.size) for file in form.getlist("f")] == [("", 1), ("empty.txt", 0)]


@pytest.mark.parametrize(
    ("sent", "filename"),
    [
        ("\u6587\u6863.pdf", "\u6587\u6863.pdf"),
        ("../../etc/passwd", "../../etc/passwd"),
        ("a%22b%0D%0A.txt", 'a"b\r\n.txt'),
        ('a\\"b.txt', 'a"b.txt'),
        ("a\\\\b.txt", "a\\b.txt"),
        ("x\"; filename*=\"utf-8''y", "x"),
    ],
)
async def test_a_file_name_is_what_the_client_sent(
    make: Any, multipart: str, parts: Parts, sent: str, filename: str
) -> None:
    assert (await make(multipart, parts(("f", b"x", sent))).form())["f"].filename == filename


async def test_the_charset_of_a_field_is_honoured(make: Any, multipart: str, parts: Parts) -> None:
    head = "Content-Type: text/plain; charset=iso-8859-1"
    form = await make(multipart, parts(("a", b"\xe4", None, head), ("b", b"\xe4"))).form()
    assert (form["a"], form["b"]) == ("\u00e4", "\ufffd")
    with pytest.raises(HTTPException, match="415"):
        await make(multipart, parts(("a", b"x", None, "Content-Type: text/plain; charset=zlib"))).form()


async def test_line_feeds_in_a_file_are_kept(make: Any, multipart: str, parts: Parts) -> None:
    content = b"one\n--XX\ntwo\n--XX--\n\r\r\n-\r\n--X"
    assert await (await make(multipart, parts(("f", content, "a"))).form())["f"].read() == content


async def test_what_stands_before_and_behind_the_parts_is_dropped(make: Any, multipart: str, parts: Parts) -> None:
    body = [b"\r\n" * MIB, b"before\r\n", parts(("a", b"1")), b"behind" * MIB]
    assert dict(await make(multipart, body).form()) == {"a": "1"}


async def test_a_form_without_parts_is_empty(make: Any, multipart: str) -> None:
    assert dict(await make(multipart, b"--XX--\r\n").form()) == {}


HEAD = b'--XX\r\nContent-Disposition: form-data; name="a"'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nothing",
        b"--XX\r\n",
        b"--XX\n",
        HEAD,
        HEAD + b"\r\n\r\nhalf a val",
        HEAD + b"\r\n\r\nvalue\r\n--XX\r\n",
        HEAD + b"\r\n\r\nvalue\r\n--XX-",
        HEAD + b"\r\n\r\nvalue\r\n--XXjunk",
        HEAD + b'; filename="f"\r\n\r\nhalf a file',
        HEAD + b"\nX: y\r\n",
        HEAD + b"\r\nno colon\r\n\r\n1\r\n--XX--",
        HEAD + b"\r\n\xff: 1\r\n\r\n1\r\n--XX--",
        HEAD + b"\r\nContent-Length: -1\r\n\r\n1\r\n--XX--",
        HEAD + b"\r\nContent-Length: 5\r\n\r\n1\r\n--XX--",
        b"--XX\r\nContent-Type: text/plain\r\n\r\n1\r\n--XX--",
        b"--XX\r\nContent-Disposition: attachment; name=a\r\n\r\n1\r\n--XX--",
        b"--XX\r\nContent-Disposition: form-data\r\n\r\n1\r\n--XX--",
        b"".join([HEAD + b"\r\nbroken\r\n\r\n1\r\n"] * 1000) + b"--XX--",
    ],
)
async def test_a_malformed_form_is_400_and_not_logged(make: Any, multipart: str, body: bytes, caplog: Any) -> None:
    status, detail = await refusal(make(multipart, body))
    assert (status, detail[:21], caplog.records) == (400, "the form is malformed", [])


async def test_an_empty_name_is_a_name(make: Any, multipart: str, parts: Parts) -> None:
    assert dict(await make(multipart, parts(("", b"1"))).form()) == {"": "1"}


@pytest.mark.parametrize(
    "boundary", ["", '""', "a" * 71, "a" * 257, "a" * 60_000, "a\rb", '"a\nb"', "\u00e4", '"a\x7f"']
)
async def test_a_boundary_that_is_none_is_400(make: Any, boundary: str) -> None:
    content_type = f"multipart/form-data; boundary={boundary}"
    large = {"max_header_size": 100_000, "max_headers_total": 100_000}
    assert await refusal(make(content_type, b"--a--\r\n", **large)) == (400, "the form has no valid boundary")
    assert await refusal(make("multipart/form-data", b"--a--\r\n")) == (400, "the form has no valid boundary")


@pytest.mark.parametrize("boundary", [".*+?[](){}|^$\\\\", "a" * 70, "'()+_,-./:=? a"])
async def test_a_boundary_is_a_literal(make: Any, parts: Parts, boundary: str) -> None:
    body = parts(("a", b"1")).replace(b"--XX", b"--" + boundary.replace("\\\\", "\\").encode())
    assert dict(await make(f'multipart/form-data; boundary="{boundary}"', body).form()) == {"a": "1"}


def endless(one: bytes) -> Iterator[bytes]:
    while True:
        yield one


async def test_one_field_too_many_is_413_before_the_rest_is_received(make: Any, multipart: str, parts: Parts) -> None:
    one = parts(("f", b"x"))[: -len(b"--XX--\r\n")]
    request = make(multipart, endless(one * 100))
    assert await refusal(request) == (413, "the form has more than 1000 fields")
    assert request.scope["taken"] <= 1001 * len(one) + 2 * 64 * KIB
    assert len(await make(multipart, one * 1000 + b"--XX--").form()) == 1


async def test_one_file_too_many_is_413(make: Any, multipart: str, parts: Parts, finish: Any) -> None:
    one = parts(("f", b"x", "a"))[: -len(b"--XX--\r\n")]
    request = make(multipart, endless(one))
    assert await refusal(request) == (413, "the form has more than 100 files")
    await finish(request)
    assert len((await make(multipart, one * 100 + b"--XX--").form()).getlist("f")) == 100


async def test_empty_file_inputs_are_counted_too(make: Any, multipart: str, parts: Parts) -> None:
    one = parts(("f", b"", ""))[: -len(b"--XX--\r\n")]
    assert (await refusal(make(multipart, endless(one))))[0] == 413


async def test_a_field_that_is_too_large_is_413_before_the_rest_is_received(
    make: Any, multipart: str, parts: Parts
) -> None:
    request = make(multipart, begun(parts(("f", b""))[:-10], endless(b"x" * 64 * KIB)))
    assert await refusal(request) == (413, "a part of the form has more than 1048576 bytes")
    assert request.scope["taken"] <= MIB + 3 * 64 * KIB


def begun(head: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield head
    yield from rest


async def test_a_file_that_is_too_large_is_413(
    make: Any, multipart: str, parts: Parts, finish: Any, on_disk: Any
) -> None:
    request = make(multipart, begun(parts(("f", b"", "a"))[:-10], endless(b"x" * 64 * KIB)), max_file_size=3 * MIB)
    assert await refusal(request) == (413, "a part of the form has more than 3145728 bytes")
    assert on_disk() == []
    await finish(request)


async def test_limits_are_inclusive(make: Any, multipart: str, parts: Parts) -> None:
    limits = {"max_field_size": 5, "max_file_size": 7, "max_part_headers": 2}
    good = [("a", b"12345", None, "X: y"), ("f", b"1234567", "a", "X: y")]
    assert len(await make(multipart, parts(*good), **limits).form()) == 2
    for bad in (("a", b"123456"), ("f", b"12345678", "a"), ("a", b"", None, "X: y", "Z: y")):
        assert (await refusal(make(multipart, parts(bad), **limits)))[0] == 413


async def test_a_header_of_a_part_that_is_too_long_is_413(make: Any, multipart: str, parts: Parts) -> None:
    assert len(await make(multipart, parts(("f", b"1", None, "X: " + "y" * 4093))).form()) == 1
    for long in (parts(("f", b"1", None, "X: " + "y" * 4094)), b"--XX\r\n" + b"x" * 70_000):
        assert (await refusal(make(multipart, long)))[0] == 413


async def test_a_client_that_leaves_is_not_the_end_of_the_form(
    make: Any, multipart: str, parts: Parts, finish: Any, on_disk: Any
) -> None:
    request = make(multipart, [parts(("f", bytes(2 * MIB), "a"))[:-50], None])
    with pytest.raises(ClientDisconnect):
        await request.form()
    assert on_disk() == []
    await finish(request)


async def test_small_files_stay_in_memory_and_the_rest_goes_to_disk(
    make: Any, multipart: str, parts: Parts, finish: Any, on_disk: Any
) -> None:
    sizes = [600 * KIB, 400 * KIB, 300 * KIB, 3 * MIB, 10]
    contents = [bytes([number]) * size for number, size in enumerate(sizes)]
    request = make(multipart, parts(*((f"f{n}", content, "a") for n, content in enumerate(contents))))
    files: list[Upload] = list((await request.form()).values())
    assert [await file.read() for file in files] == contents
    assert sorted(path.stat().st_size for path in on_disk()) == [300 * KIB, 3 * MIB]
    await finish(request)
    assert on_disk() == []


async def test_no_more_than_the_spool_and_a_block_is_in_memory(
    make: Any, multipart: str, parts: Parts, finish: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[int] = []
    spill = Spool.spill

    def noted(spool: Spool) -> None:
        held.append(sum(map(len, spool.chunks)))
        spill(spool)

    monkeypatch.setattr(Spool, "spill", noted)
    request = make(multipart, parts(("f", bytes(5 * MIB), "a")))
    await request.form()
    await finish(request)
    assert sum(held) == 5 * MIB
    assert max(held) <= MIB + 64 * KIB


async def test_a_request_without_files_waits_for_nothing(make: Any, multipart: str, parts: Parts) -> None:
    request = make(multipart, parts(("a", b"1")))
    await request.form()
    assert (request.finishers, request.waiting) == ((), False)
    request = make(multipart, parts(("a", b"1", "f")))
    await request.form()
    assert (len(request.finishers), request.waiting) == (1, True)
