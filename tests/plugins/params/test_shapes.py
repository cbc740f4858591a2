"""What annotations ask for."""

from typing import Annotated, Any, Literal, Optional

import pytest
from kernel_params.shapes import shape
from msgspec import Meta, Struct


class Body(Struct):
    name: str


@pytest.mark.parametrize(
    ("annotation", "collect", "optional"),
    [
        (str, None, False),
        (int | None, None, True),
        (Optional[int], None, True),  # noqa: UP045  # the old spelling is meant
        (None | Literal["a"], None, True),
        (Annotated[int, "help"], None, False),
        (Annotated[int | None, Meta(ge=1)], None, True),
        (Annotated[int, Meta(ge=1)] | None, None, True),
        (list[int], list, False),
        (tuple[str, ...], tuple, False),
        (set[Annotated[int, Meta(ge=1)]], set, False),
        (frozenset[str] | None, frozenset, True),
    ],
)
def test_an_annotation_has_a_shape(annotation: Any, collect: Any, optional: bool) -> None:
    found = shape(annotation)
    assert found is not None
    assert (found.collect, found.optional) == (collect, optional)


@pytest.mark.parametrize(
    "annotation",
    [
        *(Body, dict, "int", None, int | str, int | str | None, list, list[Body], tuple[int, int], dict[str, int]),
        *(list[int | None], list[list[int]], tuple, tuple[()], Annotated[Body, Meta(title="x")], Any),
    ],
)
def test_what_is_not_read_from_texts_has_none(annotation: Any) -> None:
    assert shape(annotation) is None


@pytest.mark.parametrize("annotation", [Annotated[str, Meta(ge=1)], list[Annotated[int, Meta(pattern="a")]]])
def test_a_constraint_that_its_type_cannot_have_is_refused(annotation: Any) -> None:
    with pytest.raises(TypeError, match="Can only set"):
        shape(annotation)


def test_constraints_concern_the_value() -> None:
    found = shape(Annotated[Annotated[str, Meta(max_length=3)] | None, Meta(pattern="^a")])
    assert found is not None
    assert found.check is not None
    assert found.check("abc") == "abc"
    for wrong in ("b", "abcd"):
        with pytest.raises(ValueError, match="Expected `str`"):
            found.check(wrong)
