"""A section becomes an instance of its plugin's Config, or findings with file, line and the way out."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Annotated, Literal

import msgspec
import pytest
from kernel_settings import Duration, Secret, Size
from kernel_settings.sections import SCHEMA, coerce, validate

from kernel.boot.config import Config, read
from kernel.errors import Findings


class Colour(Enum):
    RED = "red"


@dataclass
class Shop:
    currency: str = "EUR"
    places: tuple[str, ...] = ()
    retries: int = 3
    api_key: Secret = field(default=Secret(""))
    timeout: Annotated[Duration, "how long to wait"] = field(default=Duration("30s"))


class Struct(msgspec.Struct):
    port: Annotated[int, msgspec.Meta(ge=1)] = 80


def validated(tmp_path, text, schema=Shop):
    path, problems = tmp_path / "config.ini", Findings()
    path.write_text(text)
    config = read(path)
    return validate(config, "shop", schema, problems), problems, config


@pytest.mark.parametrize(
    ("text", "kind", "wanted"),
    [
        ("a", str, "a"),
        ("3", int, 3),
        ("0.5", float, 0.5),
        ("yes", bool, True),
        ("ON", bool, True),
        ("true", bool, True),
        ("1", bool, True),
        ("no", bool, False),
        ("off", bool, False),
        ("False", bool, False),
        ("0", bool, False),
        (True, bool, True),
        ("red", Colour, Colour.RED),
        ("fail", Literal["fail", "disable"], "fail"),
        ("a, b", tuple[str, ...], ("a", "b")),
        (("1", "2"), list[int], [1, 2]),
        ("a", set[str], {"a"}),
        ("", frozenset[str], frozenset()),
        ("a,b", list[str] | None, ["a", "b"]),
        ("3", int | None, 3),
        ("10KiB", Size, 10240),
        ("2m", Duration, 120),
        ("2m", Annotated[Duration, "help"], 120),
        ("2", Annotated[int, msgspec.Meta(ge=1)], 2),
        ("s", Secret, "s"),
    ],
)
def test_a_text_becomes_the_annotated_type(text, kind, wanted):
    assert coerce(text, kind) == wanted


def test_a_secret_stays_a_secret():
    assert type(coerce("s3cret", Secret)) is Secret


@pytest.mark.parametrize(
    ("text", "kind"), [("x", int), ("maybe", bool), ("x", Literal["a"]), ("1w", Duration), ("a", list[int])]
)
def test_a_text_that_does_not_fit_is_a_value_error(text, kind):
    with pytest.raises(ValueError, match=r"[Ee]xpected|[Ii]nvalid"):
        coerce(text, kind)


def test_defaults_and_given_values_make_one_instance(tmp_path):
    shop, problems, config = validated(tmp_path, "[shop]\nplaces = a, b\nretries = 5\n")
    assert shop == Shop(places=("a", "b"), retries=5)
    assert not problems
    assert (config["shop"]["retries"], config["shop"]["currency"], config["shop"]["places"]) == (5, "EUR", ("a", "b"))


def test_a_missing_section_is_all_defaults():
    config = Config({})
    assert validate(config, "shop", Shop, Findings()) == Shop()
    assert config["shop"]["currency"] == "EUR"


def test_a_key_may_be_written_with_hyphens(tmp_path):
    shop, problems, _ = validated(tmp_path, "[shop]\napi-key = x\n")
    assert (shop.api_key, problems) == ("x", [])


def test_an_unknown_key_has_line_and_did_you_mean(tmp_path):
    """R132."""
    shop, (problem,), _ = validated(tmp_path, "[shop]\ncurency = USD\n")
    assert shop is None
    assert problem.message == "[shop] has no key 'curency'; did you mean 'currency'?"
    assert (problem.id, problem.where) == ("config.unknown", f"{tmp_path / 'config.ini'}:2")
    assert problem.hint == "its keys are currency, places, retries, api_key, timeout"


def test_a_wrong_value_has_its_line(tmp_path):
    """R132."""
    _, (problem,), _ = validated(tmp_path, "[shop]\n\nretries = many\n")
    assert problem.message.startswith("[shop] retries: ")
    assert problem.message.endswith(", not 'many'")
    assert (problem.id, problem.where) == ("config.value", f"{tmp_path / 'config.ini'}:3")


@pytest.mark.parametrize(
    ("key", "message", "hint"),
    [
        ("kind", "[shop] kind: expected one of a, b, not 'x'", "it says: which one"),
        ("colour", "[shop] colour: expected one of red, not 'x'", SCHEMA),
    ],
)
def test_a_value_that_is_none_of_a_few_names_them_and_what_they_mean(tmp_path, key, message, hint):
    @dataclass
    class Choosing:
        kind: Annotated[Literal["a", "b"], "which one"] = "a"
        colour: Colour = Colour.RED

    _, (problem,), _ = validated(tmp_path, f"[shop]\n{key} = x\n", Choosing)
    assert (problem.message, problem.hint) == (message, hint)


@pytest.mark.parametrize(
    ("key", "wanted"),
    [
        ("enabled", "yes or no"),
        ("retries", "a whole number"),
        ("rate", "a number"),
        ("most", "a whole number"),
        ("ports", "a whole number"),
    ],
)
def test_a_wrong_value_of_a_plain_kind_is_told_in_plain_words(tmp_path, key, wanted):
    @dataclass
    class Plain:
        enabled: bool = False
        retries: Annotated[int, "how often"] = 3
        rate: float = 1.0
        most: int | None = None
        ports: tuple[int, ...] = ()

    _, (problem,), _ = validated(tmp_path, f"[shop]\n{key} = maybe\n", Plain)
    assert problem.message == f"[shop] {key}: expected {wanted}, not 'maybe'"


def test_all_findings_of_a_section_are_told_together(tmp_path):
    _, problems, _ = validated(tmp_path, "[shop]\nretries = many\ncurency = USD\ntimeout = soon\n")
    assert [problem.id for problem in problems] == ["config.value", "config.unknown", "config.value"]


def test_a_secret_that_does_not_fit_is_not_shown(tmp_path, monkeypatch):
    @dataclass
    class Pin:
        secret_pin: int = 0
        pin: int = 0

    monkeypatch.setenv("SHOP_PIN", "s3cret")
    _, problems, _ = validated(tmp_path, "[shop]\nsecret_pin = s3cret\npin = env:SHOP_PIN\n", Pin)
    assert len(problems) == 2
    assert not [problem for problem in problems if "s3cret" in str(problem)]


@pytest.mark.parametrize("kind", [Literal["a", "b"], Duration, Colour, list[int]])
def test_no_type_tells_a_secret_in_its_message(tmp_path, monkeypatch, kind):
    schema = dataclass(type("Pin", (), {"__annotations__": {"pin": kind}, "pin": None}))
    monkeypatch.setenv("SHOP_PIN", "s3cret")
    _, (problem,), _ = validated(tmp_path, "[shop]\npin = env:SHOP_PIN\n", schema)
    assert "s3cret" not in str(problem)


def test_a_required_key_that_is_missing_is_a_finding(tmp_path):
    @dataclass
    class Needy:
        url: str

    _, (problem,), _ = validated(tmp_path, "[shop]\n", Needy)
    assert problem.id == "config.value"
    assert "url" in problem.message
    assert problem.where == f"{tmp_path / 'config.ini'}:1"


def test_a_config_may_refuse_what_its_types_allow(tmp_path):
    @dataclass
    class Range:
        low: int = 1
        steps: list[int] = field(default_factory=list)

        def __post_init__(self):
            if self.low > 5:
                raise ValueError("low is above 5")

    _, (problem,), _ = validated(tmp_path, "[shop]\nlow = 6\n", Range)
    assert problem.message == "[shop] low is above 5"


def test_a_struct_is_a_schema_too(tmp_path):
    assert validated(tmp_path, "[shop]\nport = 8000\n", Struct)[0].port == 8000
    _, (problem,), _ = validated(tmp_path, "[shop]\nport = 0\n", Struct)
    assert "Expected `int` >= 1" in problem.message
