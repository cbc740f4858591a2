import gc
import os
import tempfile
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from kernel_forms import parts as parts_module
from kernel_forms.parts import Parts as FormParts
from kernel_requests import BodyTooLarge

from kernel import Kernel
from kernel.errors import BootError, HTTPException

pytestmark = pytest.mark.anyio
Parts = Callable[..., bytes]


async def test_a_form_is_read_once(make: Any, multipart: str, parts: Parts) -> None:
    request = make(multipart, parts(("a", b"1")))
    assert await request.form() is await request.form()


async def test_a_form_is_refused_again(make: Any, multipart: str) -> None:
    request = make(multipart, b"nothing")
    for _ in range(2):
        with pytest.raises(HTTPException, match="400 the form is malformed") as caught:
            await request.form()
        assert caught.value.headers == ((b"connection", b"close"),)


async def test_a_body_that_is_too_large_for_a_form_is_so_again(make: Any, urlencoded: str) -> None:
    request = make(urlencoded, b"a=1")
    request.max_body_size = 2
    for _ in range(2):
        with pytest.raises(BodyTooLarge) as caught:
            await request.form()
        assert (caught.value.status, caught.value.limit) == (413, 2)


async def test_of_a_form_that_was_refused_nothing_is_kept(
    make: Any, multipart: str, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The request keeps the refusal: its traceback would keep the fields."""
    read = list[weakref.ref[FormParts]]()

    class Watched(FormParts):
        def __init__(self, *args: Any) -> None:
            super().__init__(*args)
            read.append(weakref.ref(self))

    monkeypatch.setattr(parts_module, "Parts", Watched)
    request = make(multipart, parts(("a", b"x" * 100), ("b", b"")), max_form_fields=1)
    gc.disable()
    with pytest.raises(HTTPException, match="413 the form has more than 1 fields"):
        await request.form()
    gone = read[0]() is None
    gc.enable()
    assert gone


async def test_a_form_can_be_read_from_a_body_that_was_read(make: Any, urlencoded: str) -> None:
    request = make(urlencoded, [b"a=1", b"&b=2"])
    assert await request.body() == b"a=1&b=2"
    assert dict(await request.form()) == {"a": "1", "b": "2"}


async def test_a_form_cannot_be_read_from_a_stream_that_was_begun(make: Any, urlencoded: str) -> None:
    request = make(urlencoded, b"a=1")
    assert [chunk async for chunk in request.stream()] == [b"a=1"]
    with pytest.raises(RuntimeError, match="has been received already"):
        await request.form()


@pytest.mark.parametrize(
    "content_type", [None, "", "text/plain", "application/json", "multipart/mixed; boundary=XX", "a"]
)
async def test_another_media_type_is_415(make: Any, content_type: str | None) -> None:
    request = make(content_type, b"a=1")
    with pytest.raises(HTTPException, match="415 the body has to be a form"):
        await request.form()
    assert request.scope["taken"] == 0


@pytest.mark.parametrize(
    "kind", ["APPLICATION/X-WWW-form-urlencoded ; Charset=UTF-8", "application/x-www-form-urlencoded;"]
)
async def test_a_media_type_is_read_as_one(make: Any, kind: str) -> None:
    assert dict(await make(kind, b"a=1").form()) == {"a": "1"}


async def test_an_unknown_charset_is_415(make: Any, urlencoded: str) -> None:
    with pytest.raises(HTTPException, match="415 the charset of the body is not known here"):
        await make(f"{urlencoded}; charset=klingon", b"a=1").form()


async def test_the_limit_of_the_body_holds_for_forms(make: Any, urlencoded: str, multipart: str, parts: Parts) -> None:
    for kind, body in ((urlencoded, b"a=" + b"x" * 99), (multipart, parts(("f", b"x" * 99, "f")))):
        request = make(kind, body)
        request.max_body_size = 100
        with pytest.raises(BodyTooLarge):
            await request.form()


def boot(root: Path, upload_dir: str) -> Kernel:
    (root / "config.ini").write_text(f"[limits]\nupload_dir = {upload_dir}\n")
    kernel = Kernel(root / "config.ini")
    kernel.boot()
    return kernel


def test_an_upload_dir_is_beside_the_config_file_and_made_on_first_use(tmp_path: Path) -> None:
    boot(tmp_path, "uploads")
    assert [path.name for path in tmp_path.iterdir()] == ["config.ini"]


def test_an_upload_dir_that_is_none_is_a_problem_at_boot(tmp_path: Path) -> None:
    with pytest.raises(BootError) as caught:
        boot(tmp_path, "config.ini")
    (problem,) = caught.value.problems
    assert problem.id == "forms.upload_dir"
    assert problem.message == (
        f"plugin 'forms': [limits] upload_dir: '{tmp_path}/config.ini' is not a folder that can be written to"
    )
    assert problem.where == f"{tmp_path}/config.ini:2"


def test_an_upload_dir_that_is_a_folder_is_no_problem(tmp_path: Path) -> None:
    (tmp_path / "uploads").mkdir()
    boot(tmp_path, str(tmp_path / "uploads"))


@pytest.mark.parametrize("name", ["", "a/b"])
@pytest.mark.parametrize("access", [True, False])
def test_an_upload_folder_that_cannot_be_made_is_a_finding_of_the_doctor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, access: bool
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (plugin,) = [member.plugin for member in boot(tmp_path, name).boot().plan.active if member.name == "forms"]
    monkeypatch.setattr(os, "access", lambda path, mode: access)
    messages = [problem.message for problem in plugin.kernel_doctor()["upload folder"]()]
    assert [f"'{tmp_path}' cannot be written to" in message for message in messages] == [True] * (not access)
