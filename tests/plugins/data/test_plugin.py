"""The plugin, asked through a kernel with all standard plugins."""

import contextlib
from typing import Any

import pytest
from kernel_data import (
    TYPE_CONTENT,
    TYPE_FILE,
    TYPE_FORM_FIELD,
    TYPE_HEADER,
    TYPE_PARAM,
    TYPE_URL_VAR,
    Boolean,
    Choice,
    Data,
    Dict,
    Field,
    File,
    Integer,
    List,
    String,
    filters as f,
    validators as v,
)
from kernel_router import Routes
from kernel_testing import Client

from kernel import App, Kernel, Layer, Plugin, hookimpl
from kernel.errors import BootError

pytestmark = pytest.mark.anyio
URLENCODED = {"content-type": "application/x-www-form-urlencoded"}


class UserCreationData(Data):
    group = String("group", required=True, processors=[v.NotNull()], field_type=TYPE_URL_VAR)
    first_name = String("first_name", processors=[v.Length(max=50)])
    email = String("email", processors=[v.EmailAddress()])
    password = String("password", required=True, processors=[v.PasswordStrength()])
    password_re = String("password_re", processors=[v.IsEqualToField("password")])


def error(data: Any) -> dict[str, Any]:
    return {"status": "error", "code": 1002, "message": "Unexpected data", "data": data}


async def test_the_data_handler_of_the_manual(serve: Any) -> None:
    async with Client(serve(UserCreationData, "/users/<group>")) as client:
        response = await client.post("/users/staff", json={"first_name": "Ada", "password": "Password1", "x": 1})
        assert response.json() == {"first_name": "Ada", "group": "staff", "password": "Password1"}
        response = await client.post("/users/staff", json={"password": "password", "password_re": "x", "email": "a"})
    assert (response.status, response.json()) == (
        400,
        error(
            {
                "email": ["Invalid email address"],
                "password": ["Not acceptable password error"],
                "password_re": ['The value is not equal to "password" field value.'],
            }
        ),
    )


async def test_indexes_are_keys_in_the_answer(serve: Any) -> None:
    class Listed(Data):
        l = List(item_field=Integer())  # noqa: E741  # the contract's name

    async with Client(serve(Listed)) as client:
        assert (await client.post("/", json={"l": [1, "x"]})).json() == error({"l": {"1": ["Must be integer"]}})


async def test_a_route_without_a_data_handler_has_no_data(serve: Any) -> None:
    async with Client(serve(None)) as client:
        assert (await client.post("/", json={})).status == 204


async def test_a_data_handler_is_inherited_and_worked_out_once() -> None:
    async def answer(request: Any) -> Any:
        return await request.get_cleaned_data()

    class Group(Data):
        a = String()

    class Own(Data):
        b = String()

    routes = Routes()
    routes.post("/group")(answer)
    routes.post("/own", data_handler=Own)(answer)
    async with Client(Kernel({}, apps=[App(name="shop", routes=routes, data_handler=Group)])) as client:
        sent = {"a": "1", "b": "2"}
        assert [(await client.post(path, json=sent)).json() for path in ("/group", "/own")] == [{"a": "1"}, {"b": "2"}]


async def test_the_result_is_kept_and_the_input_is_not_changed(serve: Any) -> None:
    runs = []

    class Once(Data):
        names = List(processors=[lambda value, meta: runs.append(1)], item_field=String(processors=[f.Cut(1)]))

    async def handler(request: Any) -> Any:
        first, second = await request.get_cleaned_data(), await request.get_cleaned_data()
        return {"same": first is second, "data": first, "json": await request.json()}

    async with Client(serve(Once, handler=handler)) as client:
        answer = (await client.post("/", json={"names": ["abc"]})).json()
    assert (answer, len(runs)) == ({"same": True, "data": {"names": ["a"]}, "json": {"names": ["abc"]}}, 1)


async def test_what_is_wrong_is_raised_each_time(serve: Any) -> None:
    class Lacking(Data):
        a = String(required=True)

    async def handler(request: Any) -> Any:
        try:
            await request.get_cleaned_data()
        except Exception:
            return await request.get_cleaned_data()

    async with Client(serve(Lacking, handler=handler)) as client:
        assert (await client.post("/", json={})).json() == error({"a": "Required"})


async def test_there_is_no_data_without_a_route() -> None:
    seen: list[Any] = []

    async def look(request: Any, call_next: Any) -> Any:
        seen.append(await request.get_cleaned_data())
        return await call_next(request)

    class Looking(Plugin):
        name = "looking"

        @hookimpl
        def kernel_layers(self) -> Any:
            return [Layer("look", around=look)]

    async with Client(Kernel({}, plugins=[Looking])) as client:
        assert (await client.get("/nowhere")).status == 404
    assert seen == [None]


BROKEN = [b"{", b'{"a": 1', b"\xff", b'{"a": NaN}', b"[" * 1000, b'{"a": ' + b"9" * 10_000 + b"}"]


@pytest.mark.parametrize("body", BROKEN)
async def test_malformed_json_is_a_bad_request(body: bytes, serve: Any) -> None:
    class Number(Data):
        a = Integer()

    async with Client(serve(Number)) as client:
        response = await client.post("/", body=body, headers={"content-type": "application/json"})
    assert (response.status, response.json()["code"]) == (400, 1002)


async def test_json_that_is_no_object_is_told(serve: Any) -> None:
    async with Client(serve(UserCreationData, "/<group>")) as client:
        response = await client.post("/a", json=[1])
    assert (response.status, response.json()["code"]) == (400, 1002)
    assert response.json()["message"] == "object expected, but the JSON body is an array"


async def test_a_form_with_a_file_is_cleaned(serve: Any) -> None:
    class Picture(Data):
        title = String(field_type=TYPE_FORM_FIELD, required=True)
        tags = List("tag", field_type=TYPE_FORM_FIELD)
        public = Boolean(field_type=TYPE_FORM_FIELD, default=False)
        image = File(field_type=TYPE_FILE, required=True, processors=[v.RestrictedFile(["txt"], max_size=100)])
        data = Field("image", field_type=TYPE_FILE)

    async def handler(request: Any) -> Any:
        data = await request.get_cleaned_data()
        image = data["image"]
        content = data["data"].decode()
        whole = (await image.read()).decode()
        return {**data, "image": [image.filename, image.content_type, image.size, whole], "data": content}

    parts = [("title", "", b"A"), ("tag", "", b"x"), ("tag", "", b"y"), ("image", '; filename="a.txt"', b"hello")]
    body = b"".join(
        b'--b\r\ncontent-disposition: form-data; name="%s"%s\r\n\r\n%s\r\n' % (name.encode(), more.encode(), data)
        for name, more, data in parts
    )
    async with Client(serve(Picture, handler=handler)) as client:
        head = {"content-type": "multipart/form-data; boundary=b"}
        response = await client.post("/", body=body + b"--b--\r\n", headers=head)
        assert response.json() == {
            "data": "hello",
            "image": ["a.txt", "text/plain", 5, "hello"],
            "public": False,
            "tags": ["x", "y"],
            "title": "A",
        }
        response = await client.post(
            "/", body=b"title=A", headers={"content-type": "application/x-www-form-urlencoded"}
        )
        assert response.json() == error({"image": "Required"})
        assert (await client.post("/", json={})).status == 415


async def test_a_form_and_the_whole_body_can_both_be_had(serve: Any) -> None:
    class Both(Data):
        a = String(field_type=TYPE_FORM_FIELD)
        body = Field(field_type=TYPE_CONTENT, processors=[lambda value: value.decode()])
        agent = String("user-agent", field_type=TYPE_HEADER)
        page = Integer(field_type=TYPE_PARAM, default=1)

    async with Client(serve(Both)) as client:
        head = {**URLENCODED, "user-agent": "t"}
        response = await client.post("/?page=2", body=b"a=b", headers=head)
    assert response.json() == {"a": "b", "agent": "t", "body": "a=b", "page": 2}


async def test_at_most_a_hundred_errors_are_told_and_no_value_is(serve: Any) -> None:
    many = type("Many", (Data,), {f"field{n:04}": Integer() for n in range(5000)})
    async with Client(serve(many)) as client:
        response = await client.post("/", json={f"field{n:04}": "secret" for n in range(5000)})
    assert (response.status, len(response.json()["data"])) == (400, 100)
    assert len(response.body) < 64 * 1024
    assert b"secret" not in response.body


async def test_the_number_of_errors_is_configured(serve: Any) -> None:
    class Two(Data):
        a = String(required=True)
        b = String(required=True)

    async with Client(serve(Two, config={"limits": {"max_validation_errors": "1"}})) as client:
        assert (await client.post("/", json={})).json() == error({"a": "Required"})


async def test_a_class_may_clean_in_its_own_way(serve: Any) -> None:
    class Own(Data):
        async def get_cleaned_data(self, request: Any, limit: int = 100) -> Any:
            return {"path": request.path}, {}

    async with Client(serve(Own)) as client:
        assert (await client.post("/")).json() == {"path": "/"}


class NoInit(Data):
    def __init__(self, needed: int) -> None:
        super().__init__()


class Inside(Data):
    deep = Field(processors=["strip"])


class Itself(Data):
    name = String()


Itself.again = Dict(data_class=Itself)  # type: ignore[attr-defined]  # a class that contains itself


@pytest.mark.parametrize(
    ("field", "message"),
    [
        (Field(field_type=9), "field_type is 9 -> write one of the TYPE_ constants of kernel_data, or None"),
        (Field(name=3), "name is 3, not a text"),  # type: ignore[arg-type]  # what is refused
        (Field(processors=v.NotNull()), "-> write a list: processors=[...]"),  # type: ignore[arg-type]
        (Field(processors="strip"), "processors is 'strip' -> write a list: processors=[...]"),
        (Field(processors=[v.NotNull]), "the processor 'NotNull' is a class -> write NotNull()"),
        (Field(processors=[[f.Cut]]), "the processor 'Cut' is a class -> write Cut()"),
        (Field(processors=[5]), "the processor 5 is neither a validator, nor a filter, nor a list of such"),
        (List(item_field=String), "item_field is <class"),  # type: ignore[arg-type]
        (List(item_field=Field(processors=["a"])), "item_field: the processor 'a' is neither"),
        (Dict(data_class=String), "-> write a class derived from Data"),  # type: ignore[arg-type]
        (Dict(data_class=Inside), "data class 'Inside': field 'deep': the processor 'strip' is neither"),
        (List(item_field=Dict(data_class=NoInit)), "data class 'NoInit': it cannot be made: TypeError"),
        (String(field_type=TYPE_URL_VAR), "the path has no variable 'x' -> the path has 'id'; write name="),
        (Field(required=True, default=1), "is required and has a default, so that it never lacks"),
        (Dict(data_class=Itself), ""),
    ],
)
def test_a_wrong_declaration_is_told_at_boot(field: Any, message: str, serve: Any) -> None:
    kernel = serve(type("Wrong", (Data,), {"x": field}), "/<id>")
    with contextlib.suppress(BootError):
        kernel.boot()
    problems = [problem for problem in kernel.problems if problem.id.startswith("data.")]
    told = [f"{problem.message} -> {problem.hint}" for problem in problems]
    assert len(told) == bool(message)
    assert all(message in one for one in told)
    assert all(problem.where for problem in problems)


def problems_of(kernel: Kernel) -> list[str]:
    with pytest.raises(BootError):
        kernel.boot()
    return [f"{one.message} -> {one.hint}" for one in kernel.problems if one.id.startswith("data.")]


class Fine(Data):
    a = String(field_type=TYPE_FORM_FIELD)


@pytest.mark.parametrize(
    ("chosen", "hint"),
    [(Fine(), "write Fine without ()"), ("Fine", "derive it from Data"), (dict, "derive it from Data")],
)
def test_a_data_handler_that_is_no_data_class_is_told(chosen: Any, hint: str, serve: Any) -> None:
    (told,) = problems_of(serve(chosen))
    assert told.startswith("route 'POST /': option 'data_handler' is ")
    assert told.endswith(hint)


def test_a_form_without_the_plugin_for_forms_is_told(serve: Any) -> None:
    (told,) = problems_of(serve(Fine, config={"plugins": {"blocked": "forms"}}))
    assert told.endswith("is read from a form, and no active plugin reads forms -> activate the plugin 'forms'")


def test_a_library_that_is_not_installed_is_told(serve: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("kernel_data.field.find_spec", lambda name: None)

    class Picture(Data):
        x = Field(processors=[v.RestrictedFile(["png"]), v.RestrictedFile(max_size=1), f.ModifyImage()])

    assert [told.rpartition(": ")[2] for told in problems_of(serve(Picture))] == [
        "pip install puremagic",
        "pip install pillow",
    ]


async def test_one_class_on_two_routes_is_told_once() -> None:
    class Wrong(Data):
        x = Field(processors=["a"])

    async def answer(request: Any) -> None: ...

    routes = Routes()
    routes.post("/a", data_handler=Wrong)(answer)
    routes.post("/b", data_handler=Wrong)(answer)
    assert len(problems_of(Kernel({}, apps=[App(name="shop", routes=routes)]))) == 1


def test_the_schemas_of_all_routes_are_a_service(serve: Any) -> None:
    class Everything(Data):
        id = Integer(field_type=TYPE_URL_VAR)
        q = Choice(["a"], field_type=TYPE_PARAM)
        name = String(required=True)
        text = String(field_type=TYPE_FORM_FIELD)
        file = File(field_type=TYPE_FILE)
        nothing = Field(field_type=None)

    kernel = serve(Everything, "/<id>").boot()
    ((route, schemas),) = kernel.service("data.schemas")().items()
    assert route.path == "/<id>"
    assert {name: list(schema["properties"]) for name, schema in schemas.items()} == {
        "json": ["name"],
        "form": ["file", "text"],
        "query": ["q"],
        "path": ["id"],
    }
    assert schemas["json"]["required"] == ["name"]
