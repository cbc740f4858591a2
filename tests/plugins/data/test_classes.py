"""The options of a Data class: strict, filled, uniform, defaults, and checks of several fields."""

from types import SimpleNamespace
from typing import Any

import pytest
from kernel_data import (
    TYPE_FORM_FIELD,
    TYPE_PARAM,
    Data,
    Dict,
    Field,
    Integer,
    Invalid,
    List,
    String,
    filters as f,
    validators as v,
)

from kernel.errors import BootError

pytestmark = pytest.mark.anyio
FORM = (("content-type", "application/x-www-form-urlencoded"),)


class Strict(Data):
    strict = True
    name = String()


async def test_an_unknown_field_is_absent_from_the_data(clean: Any) -> None:
    """R39."""

    class Loose(Data):
        name = String()

    assert await clean(Loose, {"name": "a", "is_admin": True}) == ({"name": "a"}, {})


async def test_strict_refuses_unknown_fields_also_inside(clean: Any) -> None:
    class Outer(Data):
        inner = Dict(data_class=Strict)

    assert (await clean(Strict, {"name": "a", "is_admin": True}))[1] == {"is_admin": ["Unknown field"]}
    assert (await clean(Outer, {"inner": {"is_admin": 1}}))[1] == {"inner": {"is_admin": ["Unknown field"]}}


async def test_strict_refuses_unknown_fields_of_query_and_form(incoming: Any) -> None:
    class Both(Data):
        strict = True
        q = String(field_type=TYPE_PARAM)
        a = String(field_type=TYPE_FORM_FIELD)

    request = incoming(form=[("a", "1"), ("b", "2")], query=[("q", "3"), ("r", "4")], headers=FORM)
    data, errors = await Both().get_cleaned_data(request)
    assert (data, set(errors)) == ({"a": "1", "q": "3"}, {"b", "r"})


async def test_names_of_unknown_fields_are_cut_and_as_many_as_the_limit(clean: Any) -> None:
    _, errors = await clean(Strict, {f"{n:04}{'x' * 1000}": 1 for n in range(5000)})
    assert len(errors) == 100
    assert {len(name) for name in errors} == {100}


async def test_absent_fields_may_be_filled_with_none(clean: Any) -> None:
    class Filled(Data):
        fill_absent = True
        a = String()
        b = String(default="b")
        c = String(required=True)

    assert await clean(Filled, {"c": "c"}) == ({"a": None, "b": "b", "c": "c"}, {})


class Uniform(Data):
    uniform_errors = True
    lacking = String(required=True)
    short = String(processors=[v.Length(max=1), v.In(["a"]), f.Cut(1), v.Length(min=9)])
    numbers = List(item_field=Integer())
    inner = Dict(data_class=Strict)
    plain = Field(processors=[[v.Length(max=1), v.In(["a"])]])


async def test_uniform_errors_are_flat_and_complete(clean: Any) -> None:
    sent = {"short": "bc", "numbers": ["x", 1, "y"], "inner": {"name": 1, "b": 2}, "plain": ["a", "bc"]}
    assert (await clean(Uniform, sent))[1] == {
        "inner.b": ["Unknown field"],
        "inner.name": ["Must be string"],
        "lacking": ["Required"],
        "numbers.0": ["Must be integer"],
        "numbers.2": ["Must be integer"],
        "plain.1": ["Length error max: 1", "Value error"],
        "short": ["Length error max: 1", "Value error"],
    }


async def test_uniform_classes_clean_as_others_do(clean: Any) -> None:
    sent = {"lacking": "l", "short": "", "numbers": ["1"], "inner": {}, "plain": []}
    data: Any = {"lacking": "l", "short": None, "numbers": [1], "inner": {}, "plain": []}
    assert await clean(Uniform, sent) == (data, {})


async def test_a_hostile_list_gives_at_most_a_hundred_errors(clean: Any) -> None:
    """R40."""
    assert len((await clean(Uniform, {"lacking": "l", "numbers": ["x"] * 100_000}))[1]) == 100


async def test_errors_are_cut_to_the_limit_in_every_shape(incoming: Any) -> None:
    class Many(Data):
        a = Dict(data_class=type("Inner", (Data,), {f"f{n}": String(required=True) for n in range(5)}))
        b = String(processors=[v.NotNull()])
        c = String(required=True)

    async def errors(limit: int) -> Any:
        return (await Many().get_cleaned_data(incoming({"a": {}, "b": None}), limit))[1]

    assert await errors(2) == {"a": {"f0": "Required", "f1": "Required"}}
    assert len((await errors(6))["a"]) == 5
    assert (await errors(6))["b"] == ["Null value error"]
    assert "c" not in await errors(6)
    assert "c" in await errors(7)


class Span(Data):
    first = Integer(required=True)
    last = Integer(required=True)

    def check(self, data: dict[str, Any]) -> Any:
        if data["first"] > data["last"]:
            return {"last": f"must not be below {data['first']}"}
        if data["last"] > 99:
            raise Invalid("too far")
        data["length"] = data["last"] - data["first"]
        return None


async def test_a_class_may_check_several_fields(clean: Any) -> None:
    assert await clean(Span, {"first": 1, "last": 3}) == ({"first": 1, "last": 3, "length": 2}, {})
    assert (await clean(Span, {"first": 4, "last": 3}))[1] == {"last": ["must not be below 4"]}
    assert (await clean(Span, {"first": 4, "last": 100}))[1] == {"*": ["too far"]}
    assert (await clean(Span, {"first": "x", "last": 3}))[1] == {"first": ["Must be integer"]}


async def test_a_check_may_be_async_and_see_the_request(incoming: Any) -> None:
    class Seeing(Data):
        a = String()

        async def check(self, data: Any, meta: Any) -> Any:
            return f"{meta['received_data']} {meta['app']}"

    assert (await Seeing().get_cleaned_data(incoming({"a": "b"})))[1] == {"*": ["{'a': 'b'} the app"]}


async def test_a_field_may_bear_the_name_of_an_option(clean: Any) -> None:
    class Named(Data):
        strict = String()
        check = String()
        default = String()

    assert await clean(Named, {"strict": "a", "check": "b", "default": "c", "d": 1}) == (
        {"strict": "a", "check": "b", "default": "c"},
        {},
    )


@pytest.mark.parametrize("default", [{"a": "1", "c": "x"}, SimpleNamespace(a="1", c="x")])
async def test_a_default_of_the_class_stands_in_for_what_lacks(default: Any, incoming: Any) -> None:
    class Defaulted(Data):
        a = Integer()
        b = Field(field_type=None)
        c = Field("see", field_type=None)

    data, errors = await Defaulted(default).get_cleaned_data(incoming({"b": "never read"}))
    assert (data, errors) == ({"a": 1, "c": "x"}, {})
    assert (await Defaulted(default).get_cleaned_data(incoming({"a": 2})))[0]["a"] == 2


async def test_a_wrong_class_says_so_when_it_is_used_by_hand(clean: Any) -> None:
    class Wrong(Data):
        a = Field(processors=[v.NotNull])

    with pytest.raises(BootError, match=r"write NotNull\(\)"):
        await clean(Wrong, {})


async def test_a_class_is_compiled_once(clean: Any) -> None:
    compiled: list[Any] = []

    class Counting(Field):
        def steps(self, mode: Any) -> Any:
            compiled.append(mode)
            return super().steps(mode)

    class Once(Data):
        a = Counting()

    assert [await clean(Once, {"a": n}) for n in range(3)] == [({"a": n}, {}) for n in range(3)]
    assert len(compiled) == 1
