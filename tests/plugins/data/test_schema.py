"""JSON Schema of fields and classes."""

from typing import Any

import pytest
from kernel_data import (
    TYPE_HEADER,
    TYPE_PARAM,
    Boolean,
    Choice,
    Data,
    Date,
    DateTime,
    Decimal,
    Dict,
    Field,
    File,
    Float,
    Integer,
    List,
    String,
    filters as f,
    validators as v,
)


@pytest.mark.parametrize(
    ("field", "schema"),
    [
        (Field(), {}),
        (String(), {"type": "string"}),
        (String(default="a", schema={"description": "d"}), {"type": "string", "default": "a", "description": "d"}),
        (String(nullable=True), {"type": ["string", "null"]}),
        (Field(nullable=True), {}),
        (Integer(processors=[v.Limit(min=1)]), {"type": "integer", "minimum": 1}),
        (Float(), {"type": "number"}),
        (Decimal(), {"type": "number"}),
        (Boolean(), {"type": "boolean"}),
        (Date(), {"type": "string", "format": "date"}),
        (DateTime(), {"type": "string", "format": "date-time"}),
        (Choice(["a", 1]), {"enum": ["a", 1]}),
        (File(), {"type": "string", "format": "binary"}),
        (List(processors=[v.Length(max=3)]), {"type": "array", "maxItems": 3}),
        (List(item_field=String()), {"type": "array", "items": {"type": "string"}}),
        (Dict(processors=[v.Length(min=1)]), {"type": "object", "minProperties": 1}),
        (String(processors=[v.Length(min=1, max=3)]), {"type": "string", "minLength": 1, "maxLength": 3}),
        (String(processors=[v.NotBlank(), v.NotNull()]), {"type": "string", "minLength": 1}),
        (String(processors=[v.In(["a"])]), {"type": "string", "enum": ["a"]}),
        (Field(processors=[v.In(range(3))]), {"type": "integer"}),
        (Field(processors=[v.NotIn(["a"])]), {"not": {"enum": ["a"]}}),
        (Field(processors=[v.Limit(max=5)]), {"type": "number", "maximum": 5}),
        (String(processors=[v.Integer()]), {"type": "integer"}),
        (String(processors=[v.Numeric()]), {"type": "number"}),
        (String(processors=[v.Boolean()]), {"type": "boolean"}),
        (String(processors=[v.UUID()]), {"type": "string", "format": "uuid"}),
        (String(processors=[v.EmailAddress()]), {"type": "string", "format": "email", "maxLength": 254}),
        (String(processors=[v.Url()]), {"type": "string", "format": "uri", "maxLength": 2048}),
        (String(processors=[v.IPAddress(4)]), {"type": "string", "format": "ipv4"}),
        (String(processors=[v.IPAddress()]), {"type": "string"}),
        (String(processors=[v.Date()]), {"type": "string", "format": "date"}),
        (String(processors=[v.DateTime()]), {"type": "string"}),
        (String(processors=[v.MatchRegex("a+")]), {"type": "string", "pattern": "^(?:a+)$", "maxLength": 1000}),
        (String(processors=[v.MatchRegex("")]), {"type": "string"}),
        (String(processors=[v.PhoneNumber()]), {"type": "string", "pattern": r"^\+[1-9][0-9]{1,16}$"}),
        (String(processors=[v.PasswordPolicy()]), {"type": "string", "minLength": 8, "maxLength": 1024}),
        (Field(processors=[v.DictInnerTypes()]), {"type": "object"}),
        (String(processors=[v.RestrictedFile(["png"])]), {"type": "string", "description": "a file of type png"}),
        (String(processors=[v.RestrictedFile()]), {"type": "string"}),
        (
            String(processors=[f.DecodeBase64(), v.Length(max=3)]),
            {"type": "string", "contentEncoding": "base64"},
        ),
        (String(processors=[f.BlankToNull(), v.Length(max=3)]), {"type": "string", "maxLength": 3}),
        (String(processors=[lambda value: value, v.Length(max=3)]), {"type": "string", "maxLength": 3}),
    ],
)
def test_a_field_describes_what_it_takes(field: Any, schema: dict[str, Any]) -> None:
    assert type("One", (Data,), {"x": field}).json_schema()["properties"]["x"] == schema  # type: ignore[attr-defined]


def test_patterns_are_given_for_names_and_paths() -> None:
    class Patterns(Data):
        name = String(processors=[v.UserNamePolicy()])
        path = String(processors=[v.UrlPath()])

    assert all("pattern" in schema for schema in Patterns.json_schema()["properties"].values())


class Address(Data):
    """Where somebody lives."""

    strict = True
    country = String("country-code", required=True)


def test_a_class_describes_itself_and_those_inside() -> None:
    class Person(Data):
        address = Dict(data_class=Address, required=True)
        age = Integer(required=True, default=1)
        trace = String(field_type=TYPE_HEADER)
        page = Integer(field_type=TYPE_PARAM)

    address = {
        "title": "Address",
        "type": "object",
        "properties": {"country-code": {"type": "string"}},
        "required": ["country-code"],
        "additionalProperties": False,
        "description": "Where somebody lives.",
    }
    schema = Person.json_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert (schema["title"], schema["required"], "description" in schema) == ("Person", ["address"], False)
    assert schema["properties"]["address"] == address
    assert list(Person.json_schema(TYPE_HEADER, TYPE_PARAM)["properties"]) == ["page", "trace"]


class Node(Data):
    name = String()


Node.left = Dict(data_class=Node)  # type: ignore[attr-defined]  # a class that contains itself
Node.right = Dict(data_class=Node)  # type: ignore[attr-defined]


def test_a_class_that_contains_itself_is_referred_to() -> None:
    schema = Node.json_schema()
    assert schema["properties"]["left"] == {"type": "object", "$ref": "#/$defs/Node"}
    assert list(schema["$defs"]) == ["Node"]
    assert schema["$defs"]["Node"]["properties"]["right"] == {"type": "object", "$ref": "#/$defs/Node"}
