"""Sources: each is read only when a field asks for it, and what is not there is absent."""

from typing import Any

import pytest
from kernel_data import (
    TYPE_CONTENT,
    TYPE_FILE,
    TYPE_FILES,
    TYPE_FORM,
    TYPE_FORM_FIELD,
    TYPE_HEADER,
    TYPE_JSON,
    TYPE_JSON_FIELD,
    TYPE_PARAM,
    TYPE_PARAMS,
    TYPE_URL_VAR,
    TYPE_URL_VARS,
    Data,
    Field,
    File,
    List,
    String,
    validators as v,
)

from kernel.errors import HTTPException

pytestmark = pytest.mark.anyio
FORM, TEXT = (("content-type", "multipart/form-data; boundary=x"),), (("content-type", "Text/Plain; charset=latin-1"),)


class Around(Data):
    agent = String("User-Agent", field_type=TYPE_HEADER)
    q = String(field_type=TYPE_PARAM)
    tags = List("tag", field_type=TYPE_PARAM)
    id = String(field_type=TYPE_URL_VAR)
    languages = List("accept-language", field_type=TYPE_HEADER)


class Posted(Data):
    text = String(field_type=TYPE_FORM_FIELD)
    texts = List("text", field_type=TYPE_FORM_FIELD)
    file = Field(field_type=TYPE_FILE)
    files = Field("file", field_type=TYPE_FILE, processors=[[v.NotNull()]])
    upload = File("file", field_type=TYPE_FILE)
    uploads = List("file", field_type=TYPE_FILE, item_field=File())


class Many(Data):
    files = Field("file", field_type=TYPE_FILE, processors=[[v.NotNull()]])
    uploads = List("file", field_type=TYPE_FILE, item_field=File())


class Whole(Data):
    content = Field(field_type=TYPE_CONTENT)


class Mixed(Data):
    a = String()
    b = String(field_type=TYPE_FORM_FIELD)


async def data_of(data_class: type[Data], request: Any) -> Any:
    cleaned, errors = await data_class().get_cleaned_data(request)
    assert errors == {}
    return cleaned


def test_the_old_names_are_the_new_ones() -> None:
    assert (TYPE_JSON, TYPE_FORM, TYPE_PARAMS) == (TYPE_JSON_FIELD, TYPE_FORM_FIELD, TYPE_PARAM) == (1, 2, 3)
    assert (TYPE_URL_VARS, TYPE_FILES) == (TYPE_URL_VAR, TYPE_FILE) == (4, 5)
    assert (TYPE_CONTENT, TYPE_HEADER) == (6, 7)


async def test_what_stands_around_the_body_leaves_it_unread(incoming: Any) -> None:
    lines = [("user-agent", "x"), ("accept-language", "de"), ("accept-language", "it")]
    request = incoming(query=[("q", "a"), ("q", "b"), ("tag", "1"), ("tag", "2")], path={"id": "7"}, headers=lines)
    assert await data_of(Around, request) == {
        "agent": "x",
        "id": "7",
        "languages": ["de", "it"],
        "q": "b",
        "tags": ["1", "2"],
    }
    assert request.read == []
    assert await data_of(Around, incoming()) == {}


async def test_a_form_gives_texts_and_files_each_one_or_many(incoming: Any, upload: Any) -> None:
    one, two = upload(b"1", "a.txt", "text/plain"), upload(b"2")
    pairs = [("text", "a"), ("text", "b"), ("file", "no file"), ("file", one)]
    data = await data_of(Posted, incoming(form=pairs, headers=FORM))
    assert data == {
        "file": b"1",
        "files": [b"1"],
        "text": "b",
        "texts": ["a", "b"],
        "upload": one,
        "uploads": [one],
    }
    many = await data_of(Many, incoming(form=[*pairs, ("file", two)], headers=FORM))
    assert many == {"files": [b"1", b"2"], "uploads": [one, two]}
    assert [(file.filename, file.content_type) for file in many["files"]] == [
        ("a.txt", "text/plain"),
        ("a.png", "image/png"),
    ]


async def test_a_field_of_one_file_takes_no_two(incoming: Any, upload: Any) -> None:
    """R13: only one of them would be looked at."""
    with pytest.raises(HTTPException, match="'file' takes one file, and 2 were sent") as refused:
        await data_of(Posted, incoming(form=[("file", upload(b"1")), ("file", upload(b"2"))], headers=FORM))
    assert refused.value.status == 400


@pytest.mark.parametrize("pairs", [[], [("text", "file"), ("file", "text")]])
async def test_what_a_form_does_not_hold_is_absent(pairs: Any, incoming: Any, upload: Any) -> None:
    data = await data_of(
        Posted, incoming(form=[(n, upload(b"") if n == "text" else v) for n, v in pairs], headers=FORM)
    )
    assert data == {}


async def test_a_file_that_was_not_chosen_is_absent_and_an_empty_one_is_there(incoming: Any, upload: Any) -> None:
    assert await data_of(Posted, incoming(form=[("file", upload(b"", ""))], headers=FORM)) == {}
    data = await data_of(Posted, incoming(form=[("file", upload(b""))], headers=FORM))
    assert (data["file"], data["files"]) == (b"", [b""])


async def test_an_empty_upload_does_not_pass_as_blank(incoming: Any, upload: Any) -> None:
    class Picture(Data):
        x = Field(field_type=TYPE_FILE, processors=[v.NotNull(), v.RestrictedFile(min_size=1)])

    _, errors = await Picture().get_cleaned_data(incoming(form=[("x", upload(b""))], headers=FORM))
    assert errors == {"x": ["Invalid file error: min size 1B"]}


@pytest.mark.parametrize(
    ("headers", "body", "data"),
    [
        (TEXT, b"sch\xf6n", {"content": "schön"}),
        ([("content-type", "text/plain")], "schön".encode(), {"content": "schön"}),
        ([("content-type", "image/png")], b"\x89P", {"content": b"\x89P"}),
        ([], b"a", {"content": b"a"}),
        (TEXT, b"", {}),
    ],
)
async def test_the_whole_body_is_text_or_bytes(headers: Any, body: bytes, data: Any, incoming: Any) -> None:
    assert await data_of(Whole, incoming(body=body, headers=headers)) == data


@pytest.mark.parametrize(("media_type", "status"), [("text/plain", 400), ("text/plain; charset=zlib", 415)])
async def test_text_in_another_charset_than_it_says_is_refused(media_type: str, status: int, incoming: Any) -> None:
    with pytest.raises(HTTPException, match=str(status)):
        await data_of(Whole, incoming(body=b"\xff", headers=[("content-type", media_type)]))


@pytest.mark.parametrize(
    ("body", "name"), [([], "an array"), ("a", "a string"), (True, "a boolean"), (1, "a number"), (1.5, "a number")]
)
async def test_json_that_is_no_object_is_refused(body: Any, name: str, incoming: Any) -> None:
    with pytest.raises(HTTPException, match=f"400 object expected, but the JSON body is {name}"):
        await data_of(Mixed, incoming(body))


async def test_a_class_of_two_bodies_reads_the_one_that_was_sent(incoming: Any) -> None:
    as_json, as_form = incoming({"a": "1"}), incoming(form=[("b", "2")], headers=FORM)
    assert [await data_of(Mixed, request) for request in (as_json, as_form)] == [{"a": "1"}, {"b": "2"}]
    assert (as_json.read, as_form.read) == (["json"], ["form"])
    assert await data_of(Mixed, incoming(headers=TEXT)) == {}


async def test_another_media_type_is_refused_where_one_is_due(incoming: Any) -> None:
    class Json(Data):
        a = String()

    with pytest.raises(HTTPException, match="415"):
        await data_of(Json, incoming(headers=TEXT))
    with pytest.raises(HTTPException, match="415"):
        await data_of(Json, incoming(body=b"{}", headers=[]))


async def test_no_body_at_all_lacks_every_field(incoming: Any) -> None:
    class Json(Data):
        a = String(required=True)

    class Form(Data):
        a = String(required=True, field_type=TYPE_FORM)

    for data_class in (Json, Form):
        assert (await data_class().get_cleaned_data(incoming(headers=[])))[1] == {"a": "Required"}
