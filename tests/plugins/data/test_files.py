"""Files, restricted by their size and their content."""

import base64
import io
import zipfile
from typing import Any

import pytest
from kernel_data import Field, File, List, String, filters as f, validators as v
from PIL import Image

pytestmark = pytest.mark.anyio


def image(form: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (40, 20)).save(file, form)
    return file.getvalue()


def archive(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for name in names:
            made.writestr(name, "x")
    return file.getvalue()


WORD, SHEET, ZIP = archive("[Content_Types].xml", "word/document.xml"), archive("xl/workbook.xml"), archive("a.txt")
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'></svg>"
TYPE, EMPTY = "Invalid file error: Invalid file type", b""


@pytest.mark.parametrize(
    ("extensions", "data"),
    [
        (["jpg"], image("JPEG")),
        ([".JPEG"], image("JPEG")),
        (["gif", "png"], image("PNG")),
        (["webp"], image("WEBP")),
        (["gif"], image("GIF")),
        (["bmp"], image("BMP")),
        (["tiff"], image("TIFF")),
        (["pdf"], b"%PDF-1.4\n%abc"),
        (["docx"], WORD),
        (["xlsx", "docx"], SHEET),
        (["zip"], ZIP),
        (["gz"], b"\x1f\x8b\x08" + b"\0" * 10),
        (["txt"], "schön".encode()),
        (["csv"], b"a,b\r\n1,2\r\n"),
        (["json"], b' {"a": 1}'),
        (["svg"], SVG),
        (["svg"], b"<?xml version='1.0'?>\n" + SVG),
        (["xml"], b"<?xml version='1.0'?><a/>"),
        (["html"], b"<!doctype html><p>"),
    ],
)
async def test_a_file_of_a_type_is_accepted(extensions: list[str], data: bytes) -> None:
    assert await v.RestrictedFile(extensions)(data) is None


@pytest.mark.parametrize(
    ("extensions", "data"),
    [
        (["jpg", "png"], b"text"),
        (["jpg"], image("PNG")),
        (["png"], b"\x89PN"),
        (["docx"], ZIP),
        (["docx"], SHEET),
        (["docx"], b"PK\x03\x04" + b"\0" * 40),
        (["txt"], image("PNG")),
        (["txt"], b"a\0b"),
        (["txt"], b"\xff\xfe"),
        (["json"], b"text?"),
        (["svg"], b"<?xml version='1.0'?><a/>"),
        (["svg"], b"<html><svg></svg>"),
        (["html"], b"<p>"),
        (["png"], SVG),
    ],
)
async def test_a_file_of_another_type_is_refused(extensions: list[str], data: bytes) -> None:
    assert await v.RestrictedFile(extensions)(data) == TYPE


@pytest.mark.parametrize(
    ("limits", "size", "message"),
    [
        ({"max_size": 2048}, 2048, None),
        ({"max_size": 2048}, 2049, "Invalid file error: max size: 2.0KB"),
        ({"max_size": 10}, 11, "Invalid file error: max size: 10B"),
        ({"max_size": 1024**2}, 1024**2 + 1, "Invalid file error: max size: 1.0MB"),
        ({"min_size": 1024}, 1023, "Invalid file error: min size 1.0KB"),
        ({"min_size": 1024}, 1024, None),
        ({"max_size": 1, "message": "Too big"}, 2, "Too big"),
    ],
)
async def test_sizes_are_in_bytes(limits: Any, size: int, message: Any, upload: Any) -> None:
    validator = v.RestrictedFile(**limits)
    assert await validator(b"a" * size) == message
    assert await validator(upload(b"a" * size)) == message


async def test_blank_values_pass_and_other_types_do_not() -> None:
    validator = v.RestrictedFile(["png"])
    blank: list[Any] = [None, "", b""]
    assert [await validator(value) for value in blank] == [None] * 3
    assert [await validator(value) for value in ("text", 5, {"a": 1})] == ["Invalid file error"] * 3


async def test_the_name_a_client_gives_has_to_fit_too(upload: Any) -> None:
    validator = v.RestrictedFile(["png"])
    assert await validator(upload(image("PNG"), "a.PNG")) is None
    assert await validator(upload(image("PNG"), "a.exe")) == TYPE
    assert await validator(upload(image("JPEG"), "a.png")) == TYPE
    assert await validator(upload(EMPTY, "a.png")) == TYPE


async def test_a_file_is_read_from_its_start_again(upload: Any) -> None:
    file = upload(image("PNG"))
    await v.RestrictedFile(["png"])(file)
    assert await file.read() == image("PNG")


async def test_the_image_of_the_manual(cleaned: Any) -> None:
    restricted = v.RestrictedFile(extensions=("jpg", "jpeg", "png"), min_size=1, max_size=2048)
    field = String(processors=(v.NotNull(), f.DecodeBase64(), restricted, f.ModifyImage(format="JPEG")))
    assert (await cleaned(field, base64.b64encode(image("PNG")).decode()))[:2] == b"\xff\xd8"
    assert await cleaned(field, base64.b64encode(b"text").decode()) == [TYPE]
    assert await cleaned(field, base64.b64encode(b"a" * 3000).decode()) == ["Invalid file error: max size: 2.0KB"]
    assert await cleaned(field, "?") == ["Invalid base64 data"]


async def test_a_file_field_hands_over_the_file(upload: Any, cleaned: Any) -> None:
    file = upload(image("PNG"))
    assert await cleaned(File(processors=[v.RestrictedFile(["png"])]), file) is file
    assert await cleaned(List(item_field=File()), [file]) == [file]
    assert await cleaned(Field(processors=[v.RestrictedFile(["gif"])]), file) == [TYPE]
