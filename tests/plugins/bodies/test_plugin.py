"""Which parameters are bodies, what is told at boot, and the schemas of all routes."""

from collections.abc import Iterable
from typing import Annotated, Any, NewType, TypedDict

import pydantic
import pytest
from kernel_bodies import FORM
from kernel_bodies.annotations import records
from kernel_forms import Upload
from kernel_router import Routes
from kernel_testing import Client
from msgspec import Struct
from typing_extensions import TypeAliasType

from kernel import App, Kernel, Request
from kernel.errors import BootError

pytestmark = pytest.mark.anyio


class Order(Struct):
    """What is ordered."""

    product: str
    quantity: int = 1
    inner: "Order | None" = None


class Model(pydantic.BaseModel):
    product: str
    inner: "Model | None" = None


class Typed(TypedDict):
    product: str


# called by other names, since type checkers read the calls as declarations
alias: Any = TypeAliasType
new_type: Any = NewType


@pytest.mark.parametrize(
    ("hint", "found"),
    [
        (Order, [Order]),
        (new_type("Bill", Order), [Order]),
        (alias("Orders", list[Order]), [Order]),
        (Order | Model | None, [Order, Model]),
        (list[dict[str, Typed]], [Typed]),
        (Annotated[Order, FORM], [Order]),
        (Iterable[Order], [Order]),
        (str | None, []),
        (list[int], []),
        (dict, []),
        (Request, []),
        ("Unknown", []),
    ],
)
def test_a_type_with_named_fields_is_a_body(hint: Any, found: Any) -> None:
    assert list(records(hint)) == found


def kernel_of(path: str, handler: Any, method: str = "POST", config: Any = None) -> Kernel:
    routes = Routes()
    routes.route(path, method)(handler)
    return Kernel(config or {}, apps=[App(name="shop", routes=routes)])


async def test_path_query_request_and_body_stand_side_by_side() -> None:
    async def handler(request: Request, shop: str, data: Order, page: int = 1) -> Any:
        return [request.method, shop, page, data]

    async with Client(kernel_of("/<shop>", handler)) as client:
        response = await client.post("/here?page=3", json={"product": "tea"})
        assert response.json() == ["POST", "here", 3, {"product": "tea", "quantity": 1, "inner": None}]
        assert (await client.post("/here?page=x", json={})).json()["data"] == {"page": ["Expected an integer"]}


def problems(*arguments: Any, **options: Any) -> list[str]:
    with pytest.raises(BootError) as caught:
        kernel_of(*arguments, **options).boot()
    assert all(problem.where for problem in caught.value.problems)
    return [f"{problem.id} {problem.message} -> {problem.hint}" for problem in caught.value.problems]


class Strange(Struct):
    what: complex


class Unknown:
    pass


class StrangeModel(pydantic.BaseModel, arbitrary_types_allowed=True):
    inner: list[Model]


class Nested(Struct):
    orders: list[Order]


class NestedModel(pydantic.BaseModel):
    more: dict[str, int]


TYPES = [
    (Strange, "type 'complex' has no form in JSON -> correct the type"),
    (Annotated[Strange, FORM], "type 'complex' has no form as text ->"),
    (dict[complex, Order], ""),
    (Order | Typed, "more than one dict-like type"),
    (list[Unknown | Model], "Unable to generate pydantic-core schema for"),
    (Annotated[Nested, FORM], "field 'orders' is an object, and a form holds texts and files only ->"),
    (Annotated[NestedModel, FORM], "field 'more' is an object, and a form holds texts and files only ->"),
    (Annotated[list[Order], FORM], "a form is one object with fields ->"),
]


@pytest.mark.parametrize(("hint", "message"), TYPES)
def test_a_type_that_no_body_can_have_is_told_at_boot(hint: Any, message: str) -> None:
    async def handler(data: Any) -> None: ...

    handler.__annotations__["data"] = hint
    (told,) = problems("/", handler)
    assert told.startswith("bodies.parameter route 'POST /': parameter 'data': ")
    assert message in told


def test_two_bodies_are_told_at_boot() -> None:
    async def handler(data: Order, more: Model) -> None: ...

    (told,) = problems("/", handler)
    assert told.startswith("bodies.parameter route 'POST /': parameter 'more': it is a body, and so is 'data'")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_body_of_a_get_is_told_at_boot(method: str) -> None:
    async def handler(data: Order) -> None: ...

    (told,) = problems("/", handler, method)
    assert told.startswith(f"bodies.parameter route '{method} /': parameter 'data': it is a body, and a GET has none")


def test_a_form_without_the_plugin_for_forms_is_told_at_boot() -> None:
    async def handler(data: Annotated[Order, FORM]) -> None: ...

    (told,) = problems("/", handler, config={"plugins": {"blocked": "forms"}})
    assert told.startswith("bodies.parameter route 'POST /': parameter 'data': it is a form")
    assert told.endswith("activate the plugin 'forms'")


def test_a_variable_of_the_path_is_never_the_body() -> None:
    async def handler(data: Order) -> None: ...

    (told,) = problems("/<data>", handler)
    assert told.startswith("route.parameter")


class Picture(Struct):
    title: str
    image: Upload


@pytest.mark.parametrize("kind", [Order, Typed, Model])
@pytest.mark.parametrize("many", [False, True])
def test_the_schema_of_a_body_says_what_is_taken(kind: Any, many: bool) -> None:
    async def handler(data: Any) -> Any: ...

    handler.__annotations__["data"] = list[kind] if many else kind
    ((route, schemas),) = kernel_of("/", handler).boot().service("bodies.schemas")().items()
    schema = schemas["json"]
    assert (route.path, list(schemas), schema.get("type")) == ("/", ["json"], "array" if many else None)
    reference = (schema["items"] if many else schema)["$ref"]
    found = schema["$defs"][reference.removeprefix("#/$defs/")]
    assert (found["type"], found["required"]) == ("object", ["product"])
    assert found["properties"]["product"]["type"] == "string"


def test_the_schema_of_a_form_stands_under_its_source() -> None:
    async def handler(data: Annotated[Picture, FORM]) -> None: ...

    (schemas,) = kernel_of("/", handler).boot().service("bodies.schemas")().values()
    (picture,) = schemas["form"]["$defs"].values()
    assert picture["properties"] == {"title": {"type": "string"}, "image": {"type": "string", "format": "binary"}}
