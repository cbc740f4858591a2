"""Every validator: what it accepts and refuses, and its words."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, strategies as st
from kernel_data import validators as v
from kernel_data.validators import addresses
from kernel_data.validators.passwords import score

pytestmark = pytest.mark.anyio
BIG = 10**400
UUID4 = "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d"

ROWS: list[tuple[Any, list[Any], list[Any], str]] = [
    (v.NotNull(), ["", b"", 0, "a", []], [None], "Null value error"),
    (v.NotBlank(), [None, 0, [], "a"], ["", b""], "Blank value error"),
    (v.In(["a", 1]), [None, "", b"", "a", 1, 1.0], ["b", True, [], {}], "Value error"),
    (v.In("abc"), ["a"], ["ab", 1], "Value error"),
    (v.In([["a"], 2]), [["a"], 2], [["b"], "a"], "Value error"),
    (v.In(range(10**12)), [5, 10**11], [-1, True, "5", []], "Value error"),
    (v.NotIn(["a", ""]), [None, "b", []], ["a", ""], "Value error"),
    (v.Length(max=3), [None, "", "abc", [1], {}], ["abcd", 5, True, 1.5], "Length error max: 3"),
    (v.Length(min=1, max=2), [None, "a"], ["", "abc"], "Length error min: 1 max: 2"),
    (v.Length(equal=2, max=9), ["ab"], ["a", "abc"], "Length error acceptable: 2"),
    (
        v.Limit(min=1, max=5),
        [None, "", 1, 5, "5", 2.5, Decimal(3), "1e0"],
        [0, 6, "x", " 5 ", "nan", float("nan"), float("inf"), "inf", "1_0", BIG, [], {}, True, "٣"],
        "Value limit error min: 1 max: 5",
    ),
    (v.Limit(max=5), [5, -BIG], [6], "Value limit error max: 5"),
    (
        v.UUID(),
        [None, "", UUID4],
        [UUID4.upper(), UUID4.replace("-", ""), f"{UUID4}\n", "9b1deb4d-3b7d-1bad-9bdd-2b0d7b3dcb6d", 1, []],
        "Invalid UUID",
    ),
    (
        v.Numeric(),
        [None, "", 1, 1.5, Decimal("1.5"), "1", "-1.5", "1e3", ".5", "5.", BIG],
        [True, "x", "nan", "inf", "1_0", " 5 ", "5\n", "1e999", float("inf"), [], {}, b"1", "9" * 5000],
        "Must be numeric",
    ),
    (v.Numeric(allow_string=False), [1, 1.5], ["1"], "Must be numeric"),
    (
        v.Integer(),
        [None, "", 1, "12", "-3", "+3", BIG],
        [True, 1.0, "1.0", "x", "1_0", " 5 ", "5\n", "٣", "9" * 5000, [], {}],
        "Must be integer",
    ),
    (v.Integer(allow_string=False), [1], ["1"], "Must be integer"),
    (v.Integer(allow_zero_decimal=True), [1, 1.0, "1.0", "1e2"], [1.5, "1.5", "x", float("inf")], "Must be integer"),
    (v.Boolean(), [None, "", True, False, "true", "false", 0, 1, "0", "1"], ["True", 2, [], {}], "Must be boolean"),
    (
        v.Url(),
        [
            None,
            "http://a.example",
            "https://u:p@a.example:8000/x?y=1#z",
            "http://127.0.0.1/",
            "http://[::1]:80/",
            "http://localhost",
            "https://münchen.example/ä",
            "http://a.example./",
        ],
        [
            "a.example",
            "javascript://x",
            "javascript:alert(1)",
            "ftp://x y",
            "http://",
            "http://a.example\n",
            "http://-a.example",
            "http://a..example",
            "http://127.1/",
            "http://010.0.0.1/",
            "http://0x7f.1/",
            "http://1.2.3.4%00/",
            "http://[::1",
            "http://[1.2.3.4]/",
            "http://a.example:99999/",
            "http://a.example\\@b.example",
            "http://a.example/" + "a" * 2048,
            1,
            [],
        ],
        "Invalid URL",
    ),
    (v.Url(schemes=["HTTPS"]), ["https://a.example"], ["http://a.example"], "Invalid URL"),
    (
        v.UrlPath(),
        [None, "", "/", "/a", "/a/b c"],
        ["a", "//a", "//host", "/a/", "/a//b", "/a\n", "/\\host", 1, [], "/" + "a" * 3000],
        "Invalid Path",
    ),
    (
        v.PhoneNumber(),
        [None, "", "+491701234567", "+15551234567", "+390612345678", "+9981"],
        ["491701234567", "+0123", "+15551234567\n", "+49" + "1" * 15, "+49", "+49 170", 49, [], "+٤٩1"],
        "Not acceptable phone number",
    ),
    (
        v.PasswordPolicy(),
        [None, "", "Password1", "Tr0ub4dor&3", "abcdEFGH12"],
        ["password", "12345678", "Zx9", "        ", "a" * 2000, 12345678, []],
        "Not acceptable password error",
    ),
    (v.PasswordPolicy(min_length=3), ["Zx9"], ["Z9"], "Not acceptable password error"),
    (
        v.UserNamePolicy(),
        [None, "", "ada", "a.b_c", "A1" * 32],
        ["ab", ".ada", "ada_", "a..b", "a._b", "ada\n", "ädä", "a" * 65, 123, []],
        "Not acceptable username",
    ),
    (
        v.DateTime(),
        [None, "", "2024-02-29 12:00:00"],
        ["2024-02-30 12:00:00", "2024-02-29\n12:00:00", "2024-02-29 12:00:00 ", 5, [], "2" * 1000],
        "Invalid datetime format (must be %Y-%m-%d %H:%M:%S)",
    ),
    (v.Date(), ["2024-02-29"], ["29.02.2024"], "Invalid datetime format (must be %Y-%m-%d)"),
    (v.DateTime("%d.%m.%Y"), ["29.02.2024"], ["2024-02-29"], "Invalid datetime format (must be %d.%m.%Y)"),
    (v.MatchRegex("[a-z]+"), [None, "", "abc"], ["abc1", "1abc", "abc\n", 1, [], "a" * 1001], "Invalid format"),
    (v.MatchRegex(""), [None, "anything", 5], [], "Invalid format"),
    (v.MatchRegex("a*", max_length=2), ["aa"], ["aaa"], "Invalid format"),
    (
        v.IPAddress(),
        [None, "", "1.2.3.4", "::1"],
        ["010.0.0.1", "127.1", "0x7f.1", "1.2.3.4%00", "fe80::1%eth0", "1.2.3.4\n", 16909060, []],
        "Invalid IP address",
    ),
    (v.IPAddress(4), ["1.2.3.4"], ["::1"], "Invalid IP address"),
    (
        v.DictInnerTypes([str], [int, str]),
        [None, "", {}, {"a": 1, "b": "c"}],
        [{"a": True}, {1: 1}, [], "x", 5],
        "Must be a mapping of <str>:<int|str>",
    ),
    (v.DictInnerTypes([], []), [{}, {"a": object()}], [[]], "Must be a mapping of <Any>:<Any>"),
    (
        v.NoDuplicateDictItemValueInList("k"),
        [None, [], [{"k": 1}, {"k": 2}], [{}, {}], [{"k": 1}, {"k": True}], [{"k": [1]}, {"k": [2]}]],
        [[{"k": 1}, {"k": 1}], [{"k": {"a": 1, "b": 2}}, {"k": {"b": 2, "a": 1}}], ["k"], {"k": 1}, 5],
        'Duplicate "k" value in data',
    ),
]


@pytest.mark.parametrize(("validator", "accepted", "refused", "message"), ROWS)
async def test_a_validator_accepts_refuses_and_says_why(
    validator: Any, accepted: list[Any], refused: list[Any], message: str
) -> None:
    assert [value for value in accepted if await validator(value, {}) is not None] == []
    assert [value for value in refused if await validator(value, {}) != message] == []


@given(
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=5,
    )
)
def test_no_value_makes_a_validator_fail(value: Any) -> None:
    validators = [row[0] for row in ROWS]
    assert [one for one in validators if one.check(value, {}) not in (None, one.message)] == []


VALID = [
    "a@b.com",
    "A.User+tag@Example.COM",
    "o'hara@mail.example.org",
    "x@xn--mnchen-3ya.de",
]
INVALID: list[Any] = [
    "a",
    "@b.com",
    "a@",
    "a@b",
    "a@b.com\n",
    "a b@c.com",
    "a..b@c.com",
    "a@b..com",
    "a@-b.com",
    "a@010.0.0.1",
    "a@b@c.com",
    "x" * 65 + "@b.com",
    "a@" + "a." * 50_000,
    "a" * 100_000 + "@",
    5,
    [],
]


@pytest.mark.parametrize("installed", [True, False])
async def test_mail_addresses_are_judged_with_and_without_the_library(installed: bool, monkeypatch: Any) -> None:
    monkeypatch.setattr(addresses, "find_spec", lambda name: installed or None)
    validator = v.EmailAddress()
    assert [value for value in [None, "", *VALID] if await validator(value) is not None] == []
    assert [value for value in INVALID if await validator(value) != "Invalid email address"] == []


async def test_a_field_has_to_equal_another() -> None:
    validator = v.IsEqualToField("password")
    message = 'The value is not equal to "password" field value.'
    assert await validator("a", {"received_data": {"password": "a"}}) is None
    assert await validator("a", {"received_data": {"password": "b"}}) == message
    assert await validator(None, {"received_data": {"password": ""}}) == message
    assert await validator(None, {"received_data": {}}) == message


@pytest.mark.parametrize(
    "make",
    [
        v.NotNull,
        v.NotBlank,
        v.UUID,
        v.Numeric,
        v.Integer,
        v.Boolean,
        v.Length,
        v.Limit,
        v.Url,
        v.UrlPath,
        v.EmailAddress,
        v.PhoneNumber,
        v.PasswordPolicy,
        v.UserNamePolicy,
        v.DateTime,
        v.Date,
        v.RestrictedFile,
        v.DictInnerTypes,
        v.IPAddress,
    ],
)
def test_every_validator_takes_a_message(make: Any) -> None:
    assert make(message="In my words").message == "In my words"


def test_every_validator_with_an_argument_takes_a_message() -> None:
    kinds = [v.In([], "m"), v.NotIn([], "m"), v.MatchRegex("a", "m"), v.IsEqualToField("a", "m")]
    assert {one.message for one in [*kinds, v.NoDuplicateDictItemValueInList("a", "m")]} == {"m"}


def test_passwords_are_scored_as_ever() -> None:
    assert [score(word) for word in ("Password1", "Zx9")] == [74, 59]
    assert score("AAbb11!!") == 50 + 8 + 10 + 10 + 25 - 7 - 3 - 8 - 8
    assert (score("abcdefgh"), score("12345678")) == (50 - 30 - 35, 50 + 40 - 90 - 35)


async def test_a_password_policy_may_explain_itself() -> None:
    policy = v.PasswordPolicy(explain=True)
    told = [await policy(word) for word in ("short", "password", "a" * 2000, 5, "Password1")]
    assert [reason and reason.partition(": ")[2] for reason in told] == [
        "at least 8 characters",
        "too easy to guess; add capitals, digits and symbols",
        "at most 1024 characters",
        "not a text",
        None,
    ]


def test_old_names_are_still_there() -> None:
    assert v.PasswordStrength is v.PasswordPolicy
    assert issubclass(v.Date, v.DateTime)


def test_a_name_that_no_distribution_offers_is_told() -> None:
    with pytest.raises(AttributeError, match="did you mean 'NotNull'"):
        _ = v.NotNul


def test_another_distribution_may_offer_a_validator(monkeypatch: Any) -> None:
    class Entry:
        def load(self) -> str:
            return "loaded"

    monkeypatch.setattr("importlib.metadata.entry_points", lambda group, name: [Entry()] if name == "Unique" else [])
    assert v.Unique == "loaded"


@pytest.mark.parametrize(
    ("validator", "make"),
    [
        (v.EmailAddress(), lambda n: "a@" + "a." * n),
        (v.Url(), lambda n: "http://" + "a." * n + "!"),
        (v.UrlPath(), lambda n: "/a" * n + "/"),
        (v.UserNamePolicy(), lambda n: "a." * n),
        (v.PhoneNumber(), lambda n: "+1" + "1" * n),
        (v.Numeric(), lambda n: "1" * n + "e"),
        (v.Integer(), lambda n: "1" * n),
        (v.PasswordPolicy(), lambda n: "a1" * n),
        (v.DateTime(), lambda n: "2024-01-01" + " " * n),
        (v.DictInnerTypes([str], [int]), lambda n: {str(k): k for k in range(n)}),
        (v.NoDuplicateDictItemValueInList("k"), lambda n: [{"k": [k]} for k in range(n)]),
    ],
)
def test_the_work_of_a_validator_grows_linearly(validator: Any, make: Any, grows_linearly: Any) -> None:
    grows_linearly(lambda value: validator.check(value, {}), make, 500)


@pytest.mark.parametrize(
    ("regex", "make"),
    [
        (addresses._atoms, lambda n: "a." * n + "("),
        (addresses._label, lambda n: "a-" * n),
        (addresses._number_like, lambda n: "0x" + "0" * n + "g"),
        (addresses._unsafe, lambda n: "a" * n),
    ],
)
def test_every_pattern_is_linear_without_the_limits(regex: Any, make: Any, grows_linearly: Any) -> None:
    grows_linearly(regex, make, 1000)
