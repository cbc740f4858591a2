"""Lists and dicts, and Data classes inside others."""

from typing import Any

import pytest
from kernel_data import TYPE_HEADER, Data, Dict, Field, List, String, filters as f, validators as v

pytestmark = pytest.mark.anyio


class Address(Data):
    country = String(required=True)
    zip = String("zip-code", processors=[v.Length(max=5)])
    from_header = String(field_type=TYPE_HEADER)


class Node(Data):
    name = String(required=True)


Node.children = List(item_field=Dict(data_class=Node))  # type: ignore[attr-defined]  # a class that contains itself


@pytest.mark.parametrize(
    ("field", "sent", "result"),
    [
        (List(item_field=Field(processors=[v.Integer()])), ["1", "x", "y"], {1: ["Must be integer"]}),
        (List(item_field=Field(processors=[v.Integer(), f.ToIntegerObject()])), ["1", 2], [1, 2]),
        (List(), "x", ["Required list data"]),
        (List(), None, ["Required list data"]),
        (List(nullable=True), None, None),
        (List(nullable=True, item_field=Field()), None, None),
        (List(item_field=String()), [], []),
        (List(), [1, "a"], [1, "a"]),
        (List(default=[1]), None, [1]),
        (List(processors=[v.Length(max=1)], item_field=Field()), [1, 2], ["Length error max: 1"]),
        (List(item_field=String()), ["", "a"], [None, "a"]),
        (List(item_field=String(), auto_blank_to_null=False), ["", "a"], ["", "a"]),
        (List(item_field=List(item_field=String())), [["a"], [1]], {1: {0: ["Must be string"]}}),
        (Dict(), {"a": 1}, {"a": 1}),
        (Dict(), "x", ["Required dict data"]),
        (Dict(), None, ["Required dict data"]),
        (Dict(nullable=True, data_class=Address), None, None),
        (Dict(data_class=Address), {"country": "it"}, {"country": "it"}),
        (Dict(data_class=Address), {}, {"country": "Required"}),
        (Dict(data_class=Address), {"country": "it", "zip-code": "1"}, {"country": "it", "zip": "1"}),
        (Dict(data_class=Address), {"country": "it", "from_header": "h"}, {"country": "it", "from_header": "h"}),
        (List(item_field=Dict(data_class=Address)), [{"country": "it"}, {}], {1: {"country": "Required"}}),
        (List(item_field=Dict(data_class=Address)), [{"country": "it"}], [{"country": "it"}]),
        (List(nullable=True, item_field=Dict(data_class=Address)), None, None),
        (Dict(data_class=Node), {"name": "a", "children": [{"name": "b"}]}, {"name": "a", "children": [{"name": "b"}]}),
        (Dict(data_class=Node), {"name": "a", "children": [{}]}, {"children": {0: {"name": "Required"}}}),
    ],
)
async def test_what_is_inside_is_cleaned(field: Any, sent: Any, result: Any, cleaned: Any) -> None:
    assert await cleaned(field, sent) == result


async def test_a_nested_field_is_read_from_its_dict_and_nowhere_else(clean: Any) -> None:
    class Outer(Data):
        country = String()
        address = Dict(data_class=Address)

    cleaned, errors = await clean(Outer, {"country": "outside", "address": {"country": "inside"}})
    assert (cleaned["address"], errors) == ({"country": "inside"}, {})
    assert (await clean(Outer, {"country": "outside", "address": {}}))[1] == {"address": {"country": "Required"}}


async def test_a_nested_validator_sees_the_data_of_its_dict(clean: Any) -> None:
    class Passwords(Data):
        one = String()
        two = String(processors=[v.IsEqualToField("one")])

    class Outer(Data):
        inner = Dict(data_class=Passwords)

    message = 'The value is not equal to "one" field value.'
    assert await clean(Outer, {"one": "b", "inner": {"one": "a", "two": "a"}})
    assert (await clean(Outer, {"inner": {"one": "a", "two": "b"}}))[1] == {"inner": {"two": [message]}}
    assert (await clean(Outer, {"inner": {"two": "b"}}))[1] == {"inner": {"two": [message]}}


async def test_neither_list_nor_dict_is_changed(clean: Any) -> None:
    class Outer(Data):
        names = List(item_field=String(processors=[f.Cut(1)]))
        inner = Dict(data_class=Address, processors=[v.Length(max=3)])

    sent = {"names": ["abc", ""], "inner": {"country": ""}}
    await clean(Outer, sent)
    assert sent == {"names": ["abc", ""], "inner": {"country": ""}}


async def test_a_field_with_a_nested_class_works_by_itself() -> None:
    assert await Dict(data_class=Address).process({"country": "it"}) == {"country": "it"}
