"""Patterns that could take exponential time."""

import re

import pytest
from kernel_data import validators as v


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+",
        "(a*)*b",
        r"(\w+\s?)*",
        "(a|aa)*",
        "(a|b|ab)*",
        "(a+a)+",
        "(a.|.b)*",
        "(.*)*",
        "(?:a{1,3})*",
        "(é+)+",
        "(?:ä|ö+)*",
        "(?:[^a]b+)*",
        "(?i)(?:A[a-z]+)*",
        r"x(?:(a+)\1)*",
        "(?:(a+)+b){2}",
        "(?=(a+)+)b",
        "(?:(a)(?(1)(b+)+|c))",
        "(?>(a+)+)",
        "(?:[à-ü]+)*",
    ],
)
def test_a_pattern_with_an_ambiguous_loop_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="exponentially many ways; begin each round"):
        v.MatchRegex(pattern)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("[a-z]+(-[a-z]+)*", "a-bc"),
        (r"(?:\\.|[^\"\\])*", r"a\"b"),
        ("(?:foo|foobar)*", "foofoobar"),
        ("([A-Z][a-z]+)*", "CamelCase"),
        (r"(?:\w+\s*,)*", "a ,b,"),
        (r"(?:\D\d+|\S\s+)x", "a1x"),
        (r"([a-z]|\d\d)*", "a12b"),
        (r"(?:\W|\w\d)*", "-a1"),
        (r"[\w.]+@[\w.]+", "a@b"),
        ("(?:a++)*", "aaa"),
        ("(?:^a|$)b?", "a"),
        ("(?:[^c]b|c)*", "ab"),
        ("(a{2})*", "aaaa"),
        ("(?:^a+b)*", "aab"),
        (re.compile("ABC", re.IGNORECASE), "abc"),
    ],
)
def test_a_pattern_without_one_is_taken(pattern: str, text: str) -> None:
    assert v.MatchRegex(pattern).accepts(text)


def test_a_trusted_pattern_is_not_looked_at() -> None:
    assert v.MatchRegex("(a+)+", trusted=True).accepts("aa")
