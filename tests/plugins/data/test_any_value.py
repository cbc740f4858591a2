"""Any JSON value into any field: it is cleaned, or it is an error of that field."""

import enum
from typing import Any

import anyio
import pytest
from hypothesis import given, strategies as st
from kernel_data import (
    TYPE_FORM_FIELD,
    TYPE_HEADER,
    TYPE_PARAM,
    TYPE_URL_VAR,
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
from kernel_data.invalid import normal


class Size(enum.Enum):
    SMALL = "s"
    ONE = 1


PROCESSORS: list[Any] = [
    v.NotNull(), v.NotBlank(), v.In(["a", 1, True]), v.NotIn(["a"]), v.Length(min=1, max=3), v.Limit(min=0, max=9),
    v.UUID(), v.Numeric(), v.Integer(allow_zero_decimal=True), v.Boolean(), v.Url(), v.UrlPath(), v.EmailAddress(),
    v.PhoneNumber(), v.PasswordPolicy(), v.UserNamePolicy(), v.DateTime(), v.Date(), v.MatchRegex("[a-z]+"),
    v.RestrictedFile(["png"], max_size=9), v.IPAddress(), v.IsEqualToField("field_0"), v.DictInnerTypes([str], [int]),
    v.NoDuplicateDictItemValueInList("a"),
    f.Escape(), f.Cut(2), f.DecodeBase64(), f.ParseDateTime(), f.ToStringObject(), f.ToIntegerObject(),
    f.ToFloatObject(), f.ToDecimalObject(), f.ToBooleanObject(), f.BlankToNull(), f.Normalize(), f.ModifyImage(),
]  # fmt: skip
KINDS: list[Any] = [Integer, Float, Decimal, Boolean, Date, DateTime, File, String, List, Dict]


class Inner(Data):
    a = String(required=True)
    b = Integer()


def every_field(field_type: int) -> dict[str, Field]:
    """Return a field of every kind, and fields with each processor: alone, in a String, for each element."""
    fields = [kind(field_type=field_type) for kind in KINDS]
    fields += [Choice(Size, field_type=field_type), Dict(data_class=Inner, field_type=field_type)]
    fields += [List(item_field=item, field_type=field_type) for item in (Integer(), Dict(data_class=Inner))]
    for one in PROCESSORS:
        lists = ([one], [[one]])
        fields += [kind(processors=chosen, field_type=field_type) for kind in (Field, String) for chosen in lists]
    return {f"field_{number}": field for number, field in enumerate(fields)}


class Json(Data):
    vars().update(every_field(1))


class Uniform(Json):
    uniform_errors = True
    auto_blank_to_null = False


SOURCES = {"form": TYPE_FORM_FIELD, "query": TYPE_PARAM, "headers": TYPE_HEADER, "path": TYPE_URL_VAR}
OTHERS = {source: type(source, (Data,), dict(every_field(kind))) for source, kind in SOURCES.items()}
FORM = [("content-type", "multipart/form-data; boundary=x")]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)
TEXTS = st.text() | st.sampled_from(["1", "true", "s", "", "2024-01-01", "1e400", "nan", "YQ==", "0" * 5000])


def assert_told(data_class: type[Data], request: Any, names: set[str]) -> None:
    """Clean; assert that every field has a value or an error in its due shape."""
    cleaned, errors = anyio.run(data_class().get_cleaned_data, request, 10_000)
    assert {name.partition(".")[0] for name in errors} | cleaned.keys() == names
    assert all(error in (normal(error), "Required") or isinstance(error, dict) for error in errors.values())


@pytest.mark.parametrize("data_class", [Json, Uniform])
@given(value=VALUES)
def test_any_json_is_cleaned_or_an_error_of_the_field(data_class: type[Data], incoming: Any, value: Any) -> None:
    names = set(every_field(1))
    assert_told(data_class, incoming(dict.fromkeys(names, value)), names)


@pytest.mark.parametrize("source", SOURCES)
@given(text=TEXTS)
def test_any_text_of_any_source_is_cleaned_or_an_error_of_the_field(source: str, incoming: Any, text: str) -> None:
    pairs = dict.fromkeys(every_field(1), text)
    values: Any = pairs if source == "path" else list(pairs.items())
    request = incoming(**{source: values}, **({"headers": FORM} if source == "form" else {}))
    assert_told(OTHERS[source], request, set(pairs))
