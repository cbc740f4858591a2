"""Every filter: its results, and what it answers to what it cannot filter."""

import io
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from kernel_data import Field, filters as f
from PIL import Image

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("filtering", "value", "result"),
    [
        (f.Escape(), "<a>&amp;", "&lt;a&gt;&amp;"),
        (f.Escape(), "\"'", "&quot;&#x27;"),
        (f.Cut(2), "abc", "ab"),
        (f.Cut(2), [1, 2, 3], [1, 2]),
        (f.DecodeBase64(), "YQ==", b"a"),
        (f.ParseDateTime(), "2024-02-29 12:00:00", datetime(2024, 2, 29, 12)),
        (f.ParseDateTime("%d.%m.%Y"), "29.02.2024", datetime(2024, 2, 29)),
        (f.ToStringObject(), 5, "5"),
        (f.ToStringObject(), b"x", "b'x'"),
        (f.ToIntegerObject(), "12", 12),
        (f.ToIntegerObject(), "5.9", 5),
        (f.ToIntegerObject(), "-5.9", -5),
        (f.ToIntegerObject(), 5.9, 5),
        (f.ToIntegerObject(), Decimal("5.9"), 5),
        (f.ToIntegerObject(), True, 1),
        (f.ToFloatObject(), "1.5", 1.5),
        (f.ToDecimalObject(), "1.10", Decimal("1.10")),
        (f.ToDecimalObject(), 1.1, Decimal("1.1")),
        (f.ToBooleanObject(), "true", True),
        (f.ToBooleanObject(), 1, True),
        (f.ToBooleanObject(), "0", False),
        (f.ToBooleanObject(), False, False),
        (f.BlankToNull(), "", None),
        (f.BlankToNull(), b"", None),
        (f.BlankToNull(), "a", "a"),
        (f.Normalize(), "\ufb03", "ffi"),
        (f.Normalize("NFC"), "e\u0301", "é"),
        (f.Normalize(casefold=True), "\uff33TRASSE", "strasse"),
        (f.Normalize(casefold=True), "Straße", "strasse"),
    ],
)
async def test_a_filter_changes_the_value(filtering: Any, value: Any, result: Any, cleaned: Any) -> None:
    assert await filtering(value) == result
    found = await cleaned(Field(processors=[filtering], auto_blank_to_null=False), value)
    assert (found, type(found)) == (result, type(result))


@pytest.mark.parametrize(
    ("filtering", "values", "message"),
    [
        (f.Escape(), [5, []], "Invalid value"),
        (f.Cut(2), [5], "Invalid value"),
        (f.DecodeBase64(), ["YQ", "Y Q==", "YQ==\n", "ä", "!", 5], "Invalid base64 data"),
        (f.ParseDateTime(), ["noon", 5], "Invalid datetime format (must be %Y-%m-%d %H:%M:%S)"),
        (
            f.ToIntegerObject(),
            ["x", "1e3", ".5", "5.x", "1_0", " 5 ", "9" * 5000, [], float("nan"), float("inf"), Decimal("1e9999999")],
            "Must be integer",
        ),
        (f.ToFloatObject(), ["x", "nan", 10**400, [], True], "Must be numeric"),
        (f.ToDecimalObject(), ["x", "inf", {}], "Must be numeric"),
        (f.ToBooleanObject(), ["yes", 2, []], "Must be boolean"),
        (f.ToStringObject(), [10**5000], "Invalid value"),
        (f.Normalize(), ["\ufb03" * 1_000_000, 5], "Invalid value"),
        (f.ModifyImage(), [b"no image", "text", 5], "Invalid image"),
    ],
)
async def test_what_cannot_be_filtered_is_an_error_of_the_field(
    filtering: Any, values: list[Any], message: str, cleaned: Any
) -> None:
    assert [value for value in values if await cleaned(Field(processors=[filtering]), value) != [message]] == []


@pytest.mark.parametrize("filtering", [f.Escape(), f.Cut(1), f.ToIntegerObject(), f.DecodeBase64(), f.ModifyImage()])
async def test_blank_values_stay_as_they_are(filtering: Any, cleaned: Any) -> None:
    for value in (None, "", b""):
        assert await filtering(value) == value
        assert await cleaned(Field(processors=[filtering], auto_blank_to_null=False), value) == value


def image(form: str, size: tuple[int, int] = (40, 20), mode: str = "RGB", **more: Any) -> bytes:
    file = io.BytesIO()
    Image.new(mode, size).save(file, form, **more)
    return file.getvalue()


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF"])
async def test_an_image_is_encoded_anew_and_shrunk(form: str) -> None:
    result = await f.ModifyImage(max_size=(10, 10))(image(form))
    with Image.open(io.BytesIO(result)) as made:
        assert (made.format, made.size, made.mode) == ("JPEG", (10, 5), "RGB")


async def test_an_image_keeps_its_size_without_a_limit(upload: Any) -> None:
    result = await f.ModifyImage(format="PNG", mode="L")(upload(image("PNG", mode="RGBA")))
    with Image.open(io.BytesIO(result)) as made:
        assert (made.format, made.size, made.mode) == ("PNG", (40, 20), "L")


async def test_an_image_is_turned_as_its_metadata_says() -> None:
    turned = Image.Exif()
    turned[0x0112] = 6
    result = await f.ModifyImage()(image("JPEG", exif=turned))
    with Image.open(io.BytesIO(result)) as made:
        assert (made.size, dict(made.getexif())) == ((20, 40), {})


async def test_an_image_with_too_many_pixels_is_not_decoded(cleaned: Any) -> None:
    field = Field(processors=[f.ModifyImage(max_pixels=799)])
    assert await cleaned(field, image("PNG")) == ["Invalid image"]
    assert isinstance(await cleaned(Field(processors=[f.ModifyImage(max_pixels=800)]), image("PNG")), bytes)


async def test_a_damaged_image_and_a_format_of_other_programs_are_refused(cleaned: Any) -> None:
    field = Field(processors=[f.ModifyImage()])
    assert await cleaned(field, image("PNG")[:60]) == ["Invalid image"]
    assert await cleaned(field, image("EPS")) == ["Invalid image"]
