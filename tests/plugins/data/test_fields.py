"""Fields: presence, defaults, blank values, processors, and fields of one's own."""

from typing import Any

import pytest
from kernel_data import Data, Field, Invalid, String, filters as f, validators as v
from kernel_data.chains import Mode

pytestmark = pytest.mark.anyio


class Person(Data):
    zeta = Field(required=True)
    alpha = Field()
    named = Field("real-name")


async def test_what_was_sent_is_cleaned_and_the_rest_is_left_out(clean: Any) -> None:
    assert await clean(Person, {"zeta": 1, "real-name": "x", "stranger": 2}) == ({"named": "x", "zeta": 1}, {})


async def test_a_required_field_that_lacks_is_told(clean: Any) -> None:
    assert await clean(Person, {}) == ({}, {"zeta": "Required"})


async def test_every_bad_field_is_told_in_alphabetical_order(clean: Any) -> None:
    class Bad(Data):
        c = Field(required=True)
        b = Field(processors=[v.NotNull()])
        a = Field(processors=[v.Integer()])

    cleaned, errors = await clean(Bad, {"a": "x", "b": ""})
    assert list(errors.items()) == [("a", ["Must be integer"]), ("b", ["Null value error"]), ("c", "Required")]
    assert cleaned == {"a": None, "b": None}


@pytest.mark.parametrize("sent", [{}, {"x": None}, {"x": ""}])
async def test_a_default_stands_in_for_an_absent_a_null_and_a_blank_value(sent: Any, clean: Any) -> None:
    class Defaulted(Data):
        x = Field(default="d", processors=[v.Length(max=0)])

    assert await clean(Defaulted, sent) == ({"x": "d"}, {})
    assert await clean(Defaulted, {"x": "sent"}) == ({"x": None}, {"x": ["Length error max: 0"]})


async def test_a_nullable_field_keeps_null_where_it_has_a_default(cleaned: Any) -> None:
    assert await cleaned(Field(default="d", nullable=True), None) is None


async def test_a_default_is_a_new_one_each_time(clean: Any) -> None:
    class Listed(Data):
        plain = Field(default=[1])
        made = Field(default=dict)

    first, _ = await clean(Listed, {})
    first["plain"].append(2)
    first["made"]["a"] = 1
    assert await clean(Listed, {}) == ({"plain": [1], "made": {}}, {})


@pytest.mark.parametrize("blank", ["", b""])
async def test_a_blank_value_becomes_null(blank: Any, cleaned: Any) -> None:
    assert await cleaned(Field(), blank) is None
    assert await cleaned(Field(processors=[v.NotNull()]), blank) == ["Null value error"]


async def test_required_and_null_passes(clean: Any) -> None:
    assert await clean(Person, {"zeta": ""}) == ({"zeta": None}, {})


async def test_a_class_and_a_field_may_keep_blank_values(clean: Any) -> None:
    class Kept(Data):
        auto_blank_to_null = False
        a = Field(processors=[v.NotBlank()])
        b = Field(auto_blank_to_null=True)
        c = Field(processors=[f.Cut(1), f.ToIntegerObject()])

    assert await clean(Kept, {"a": "", "b": "", "c": ""}) == (
        {"a": None, "b": None, "c": ""},
        {"a": ["Blank value error"]},
    )


async def test_a_class_may_keep_blank_values_by_its_constructor(clean: Any) -> None:
    class Kept(Data):
        a = Field(processors=[v.NotBlank()])

        def __init__(self) -> None:
            super().__init__(auto_blank_to_null=False)

    assert (await clean(Kept, {"a": ""}))[1] == {"a": ["Blank value error"]}


async def test_a_subclass_inherits_adds_and_removes_fields(clean: Any) -> None:
    class Child(Person):
        zeta: Any = None
        beta = Field()

    assert await clean(Child, {"zeta": 1, "alpha": 2, "beta": 3}) == ({"alpha": 2, "beta": 3}, {})


async def test_processors_run_in_order_until_one_refuses(cleaned: Any) -> None:
    field = Field(processors=[v.Integer(), f.ToIntegerObject(), v.Limit(max=20)])
    assert await cleaned(field, "12") == 12
    assert await cleaned(field, "x") == ["Must be integer"]
    assert await cleaned(field, True) == ["Must be integer"]
    assert await cleaned(field, "21") == ["Value limit error max: 20"]


async def test_nested_processors_apply_to_each_element(cleaned: Any) -> None:
    field = Field(processors=[[v.Length(max=3), f.Cut(2)]])
    assert await cleaned(field, ["abc", "de"]) == ["ab", "de"]
    assert await cleaned(field, ["abc", "abcd", "abcde"]) == ["Length error max: 3"]
    assert await cleaned(field, "abc") == ["Required list data"]
    assert await cleaned(field, None) is None


async def test_the_received_list_is_not_changed(clean: Any) -> None:
    class Cutting(Data):
        x = Field(processors=[[f.Cut(1)]])

    sent = {"x": ["abc"]}
    assert await clean(Cutting, sent) == ({"x": ["a"]}, {})
    assert sent == {"x": ["abc"]}


class Even(v.Validator):
    async def __call__(self, value: Any, meta: Any = None) -> Any:
        return None if value % 2 == 0 else self.message


class SyncOdd(v.Validator):
    def check(self, value: Any, meta: Any) -> Any:
        return None if value % 2 else f"{meta['name']} is even"


class Double(f.Filter):
    async def __call__(self, value: Any) -> Any:
        return value * 2


class Half(f.Filter):
    async def apply(self, value: Any) -> Any:
        return value / 2


async def later(value: Any) -> Any:
    return value + 1


async def never(value: Any, meta: Any) -> str:
    return "never"


@pytest.mark.parametrize(
    ("processors", "sent", "result"),
    [
        ([Even("odd")], 3, ["odd"]),
        ([Even("odd")], 2, 2),
        ([SyncOdd()], 2, ["x is even"]),
        ([Double()], 2, 4),
        ([Half()], 2, 1.0),
        ([later], 2, 3),
        ([str.upper], "a", "A"),
        ([lambda value: value + 1], 2, 3),
        ([lambda value, meta: "no"], 2, ["no"]),
        ([never], 2, ["never"]),
        ([[later, never]], [2], ["never"]),
        ([[later]], [2, 3], [3, 4]),
        ([max], [2, 3], 3),
    ],
)
async def test_processors_may_be_classes_and_functions_sync_and_async(
    processors: Any, sent: Any, result: Any, cleaned: Any
) -> None:
    assert await cleaned(Field(processors=processors), sent) == result


async def test_validators_get_to_know_the_field_the_data_the_request_and_the_app(incoming: Any) -> None:
    seen: list[Any] = []

    class Seeing(Data):
        a = Field("first", processors=[lambda value, meta: seen.append(dict(meta))])
        b = Field()

    request = incoming({"first": "", "b": "", "c": 3})
    await Seeing().get_cleaned_data(request)
    assert seen == [{"name": "a", "received_data": {"a": "", "b": ""}, "request": request, "app": "the app"}]


class Upper(Field):
    def parse(self, value: Any) -> Any:
        if not isinstance(value, str):
            raise Invalid("Must be text")
        return super().parse(value).upper()


class Doubled(Field):
    async def set_value(self, value: Any, meta: Any = None) -> None:
        await super().set_value(value, meta)
        if not self.errors:
            self.value = self.value * 2


class Mine(Field):
    def set_value(self, value: Any, meta: Any = None) -> Any:
        if value == "bad":
            self.errors.append("Bad")
        else:
            self.value = f"my {value}"


async def test_a_field_of_ones_own_parses_its_value(cleaned: Any) -> None:
    assert await cleaned(Upper(processors=[v.Length(max=2)]), "ab") == "AB"
    assert await cleaned(Upper(), 1) == ["Must be text"]
    assert await cleaned(Upper(), None) is None


async def test_a_field_of_ones_own_may_set_its_value(cleaned: Any) -> None:
    assert await cleaned(Doubled(processors=[f.ToIntegerObject()]), "4") == 8
    assert await cleaned(Doubled(processors=[v.Integer()]), "x") == ["Must be integer"]
    assert await cleaned(Mine(), "") == "my None"
    assert await cleaned(Mine(), "bad") == ["Bad"]


async def test_a_field_that_sets_its_value_leaves_nothing_behind(clean: Any) -> None:
    class Own(Data):
        x = Mine()

    assert (await clean(Own, {"x": "bad"}))[1] == {"x": ["Bad"]}
    assert await clean(Own, {"x": "a"}) == ({"x": "my a"}, {})
    assert (Own.x.value, Own.x.errors) == (None, [])


async def test_a_field_can_be_used_by_itself() -> None:
    field = Field("n", processors=[v.Integer(), f.ToIntegerObject()])
    await field.set_value("7", {})
    assert (field.data_name, field.type, field.value, field.required, field.errors) == ("n", 1, 7, False, [])
    await field.set_value("x", {})
    assert field.errors == ["Must be integer"]
    assert await Field(processors=[later]).process(1) == 2
    with pytest.raises(Invalid):
        await field.process("y")


@pytest.mark.parametrize("wrong", [1, True, ["a"], {"a": 1}])
async def test_a_string_is_a_string(wrong: Any, cleaned: Any) -> None:
    assert await cleaned(String(), wrong) == ["Must be string"]
    assert await cleaned(String(), "a") == "a"


async def test_a_string_leaves_other_types_to_its_processors(cleaned: Any) -> None:
    assert await cleaned(String(processors=[v.Integer(), f.ToIntegerObject()]), 5) == 5
    assert await cleaned(String(processors=[v.Integer()]), True) == ["Must be integer"]
    assert await cleaned(String(processors=[f.ToStringObject()]), 5) == "5"
    assert await cleaned(String(processors=[v.NotNull(), f.Cut(1)]), 5) == ["Must be string"]
    assert await cleaned(String(processors=[[v.Length(max=3)]]), ["abc"]) == ["abc"]


def raising(error: Exception) -> Any:
    def filtering(value: Any) -> Any:
        raise error

    return filtering


@pytest.mark.parametrize("error", [ValueError("secret"), KeyError("secret"), ZeroDivisionError(), TypeError()])
async def test_what_a_filter_raises_is_an_error_of_the_field(error: Exception, cleaned: Any) -> None:
    assert await cleaned(Field(processors=[raising(error)]), "a") == ["Invalid value"]


async def test_a_filter_may_say_what_is_wrong(cleaned: Any) -> None:
    assert await cleaned(Field(processors=[raising(Invalid("Not so"))]), "a") == ["Not so"]
    assert await cleaned(Field(processors=[f.ToIntegerObject("A number, please")]), "a") == ["A number, please"]


async def test_an_unexpected_failure_of_a_filter_is_logged(cleaned: Any, caplog: Any) -> None:
    assert await cleaned(Field(processors=[raising(RuntimeError("bug"))]), "a") == ["Invalid value"]
    assert "failed; the field is answered as invalid" in caplog.text


async def test_an_async_filter_may_fail_too(cleaned: Any) -> None:
    async def failing(value: Any) -> Any:
        raise ValueError

    assert await cleaned(Field(processors=[failing]), "a") == ["Invalid value"]
    assert await cleaned(Field(processors=[failing]), None) is None


async def test_a_chain_that_waits_knows_blank_values_and_defaults_too(cleaned: Any) -> None:
    assert await cleaned(Field(processors=[later], default=5), "") == 5
    assert await cleaned(Field(processors=[later]), 1) == 2


@pytest.mark.parametrize("base", [v.Validator, f.Filter])
async def test_a_base_alone_does_nothing(base: Any) -> None:
    with pytest.raises(NotImplementedError, match="overrides neither"):
        await base()("a")
    with pytest.raises(NotImplementedError, match="does not override"):
        await v.Condition()("a")


async def test_validators_and_filters_can_be_awaited() -> None:
    assert await v.Length(max=1)("ab") == "Length error max: 1"
    assert await v.RestrictedFile()("text") == "Invalid file error"
    assert await f.Cut(1)("ab") == "a"
    assert await Half()(4) == 2
    assert await f.Cut(1)("") == ""


def test_compiling_twice_gives_the_same_answer() -> None:
    field = Field(processors=[v.Integer()])
    assert [field.compile(Mode()).call("1", {}) for _ in range(2)] == ["1", "1"]
