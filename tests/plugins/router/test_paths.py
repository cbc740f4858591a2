"""The syntax of paths, and what the types of variables accept."""

from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given, strategies as st
from kernel_router.paths import TYPES, Variable, joined, parse, shape

UUID = "0b0f1c4e-7d2a-11ee-B962-0242ac120002"


@pytest.mark.parametrize("path", ["", "/"])
def test_the_root_has_no_parts(path: str) -> None:
    assert parse(path) == ()


@pytest.mark.parametrize("path", ["/a/b", "/a/b/", "a/b", "a/b/"])
def test_slashes_at_the_ends_do_not_count(path: str) -> None:
    assert parse(path) == ("a", "b")


def test_a_variable_without_a_type_is_a_str() -> None:
    assert parse("/<id>") == parse("/<id:str>") == (Variable("id", "str", None),)


def test_a_pattern_may_have_no_name() -> None:
    (part,) = parse("/(v[0-9]+)")
    assert isinstance(part, Variable)
    assert (part.name, part.kind) == ("", "(v[0-9]+)")


def test_names_do_not_make_a_shape() -> None:
    assert shape(parse("/a/<id:int>")) == shape(parse("a/<number:int>/")) == ("a", "<int>")


def test_a_pattern_may_hold_angles_and_groups() -> None:
    (part,) = parse("/<x:((?P<y>a|b)c)>")
    assert isinstance(part, Variable)
    assert part.fits("ac")


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/<a>x", "part '<a>x' is no whole text"),
        ("/x<a>", "part 'x<a>' is no whole text"),
        ("/<a><b>", "no whole text"),
        ("/<a:>", "no whole text"),
        ("/<>", "no whole text"),
        ("/v(a)", "no whole text"),
        ("/()", "no whole text"),
        ("/<a:(b/c)>", "a regex holds no '/'"),
        ("/(b/c)", "a regex holds no '/'"),
        ("/a//b", "empty part"),
        ("//", "empty part"),
        ("/<a>/<a:int>", "variable 'a' is there twice"),
        ("/b/<a>/c/<a:int>", "variable 'a' is there twice"),
        ("/<a:itn>", "there is no type 'itn'; did you mean 'int'?"),
        ("/<a:([)>", "'([)' is no regular expression: unterminated character set"),
        ("/<a:path>/<b>", "only text may follow 'a', a variable of type 'path'"),
        ("/<a:path>/<b:path>", "only text may follow 'a'"),
    ],
)
def test_a_broken_path_is_refused_by_name(path: str, reason: str) -> None:
    with pytest.raises(ValueError, match=r"^path ") as refused:
        parse(path)
    assert str(refused.value).startswith(f"path '{path}': ")
    assert reason in str(refused.value)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("str", "a.b c@d%-é"),
        ("int", "5"),
        ("int", "-5"),
        ("int", "+007"),
        ("float", "5"),
        ("float", "-5.50"),
        ("uuid", UUID),
        ("uuid", UUID.upper()),
        ("slug", "a-b_C9"),
        ("path", "a/b.c/d"),
    ],
)
def test_a_type_accepts(kind: str, text: str) -> None:
    assert Variable("x", kind, TYPES[kind]).fits(text)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("str", ""),
        ("str", "a/b"),
        ("str", ".."),
        ("int", "٣"),
        ("int", "5\n"),
        ("int", "--5"),
        ("int", "5.0"),
        ("float", ".5"),
        ("float", "5."),
        ("float", "1e5"),
        ("float", "nan"),
        ("uuid", UUID.replace("-", "")),
        ("uuid", UUID + "\n"),
        ("slug", "a.b"),
        ("slug", "ä"),
        ("path", "a//b"),
        ("path", "a/"),
        ("path", "a/../b"),
    ],
)
def test_a_type_refuses(kind: str, text: str) -> None:
    assert not Variable("x", kind, TYPES[kind]).fits(text)


@given(st.integers())
def test_every_integer_is_an_int(number: int) -> None:
    assert Variable("x", "int", TYPES["int"]).fits(str(number))


@pytest.mark.parametrize(
    ("prefix", "path", "whole"),
    [
        ("", "/a", "/a"),
        ("", "a", "/a"),
        ("", "", "/"),
        ("/", "/a", "/a"),
        ("/api", "/a", "/api/a"),
        ("/api/", "a", "/api/a"),
        ("/api", "/", "/api"),
        ("/api", "", "/api"),
    ],
)
def test_a_prefix_is_joined_with_one_slash(prefix: str, path: str, whole: str) -> None:
    assert joined(prefix, path) == whole


def test_several_patterns_may_have_no_name() -> None:
    assert [part.name for part in parse("/(a+)/(b+)/(a+)") if isinstance(part, Variable)] == ["", "", ""]


def test_what_a_path_is_made_of_stays_as_it_is() -> None:
    (part,) = parse("/<name>")
    with pytest.raises(FrozenInstanceError):
        part.name = "other"  # type: ignore[union-attr, misc]  # that is the question
