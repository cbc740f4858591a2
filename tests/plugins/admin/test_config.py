"""`kernel config`."""

from typing import Any

import msgspec
import pytest
from kernel_admin.schema import default_values, keys
from kernel_admin.tables import cell, plain

import kernel
from kernel import Kernel
from kernel.boot.config import locate

CONFIG = """
[apps]
active = shop:app
[mine]
token = hunter2
url = postgres://me:hunter2@localhost/db
"""


@pytest.fixture(autouse=True)
def configured(make_project: Any) -> None:
    make_project(CONFIG)


def test_secrets_are_masked(invoke: Any) -> None:
    result = invoke("config", "show")

    assert result.exit_code == 0
    assert "hunter2" not in result.output
    assert "url = postgres://me:********@localhost/db" in result.output


def test_origins_are_shown(invoke: Any, invoke_json: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERNEL__MINE__MORE", "1")
    sections = invoke_json("config", "show", "--origin")

    assert sections["mine"]["url"]["origin"].endswith("config.ini:6")
    assert sections["mine"]["more"] == {"value": "1", "origin": "env KERNEL__MINE__MORE"}
    assert sections["errors"]["format"] == {"value": "json", "origin": "default"}
    assert "; default" in invoke("config", "show", "--origin").output


def test_json_has_the_sections(invoke_json: Any) -> None:
    assert invoke_json("config", "show")["apps"] == {"active": ["shop:app"]}


def test_show_works_with_a_wrong_value(make_project: Any, invoke: Any) -> None:
    make_project("[errors]\nformat = xml\n")
    result = invoke("config", "show")

    assert result.exit_code == 0
    assert "format = xml" in result.stdout
    assert "config.value" in result.stderr


def test_check_looks_at_the_configuration_alone(make_project: Any, invoke: Any) -> None:
    assert invoke("config", "check").exit_code == 0


def test_check_exits_78(make_project: Any, invoke: Any, invoke_json: Any) -> None:
    """R132 and F24."""
    make_project("[errors]\nformat = xml\n")

    assert invoke("config", "check").exit_code == 78
    assert invoke_json("config", "check")["problems"][0]["id"] == "config.value"


def test_check_knows_every_finding_that_stands_in_the_configuration(make_project: Any, invoke_json: Any) -> None:
    make_project("[plugins]\nactive = standard, nope\n[apps]\nactive = broken\n", broken="raise ValueError")

    assert [one["message"] for one in invoke_json("config", "check")["problems"]] == [
        "plugin 'nope' is not installed",
    ]


def test_the_schema_lists_every_key(invoke: Any) -> None:
    lines = invoke("config", "schema").stdout.splitlines()

    assert any(line.split()[:4] == ["networking", "bind", "str", "127.0.0.1:8000"] for line in lines)


def test_the_schema_is_a_json_schema_of_all_sections(invoke_json: Any) -> None:
    schema = invoke_json("config", "schema")
    sections = schema["properties"]

    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert sections["networking"]["properties"]["bind"]["default"] == "127.0.0.1:8000"
    assert sections["networking"]["additionalProperties"] is False
    assert sections["errors"]["properties"]["format"]["enum"] == ["json", "problem"]
    assert sections["plugins"]["properties"]["active"]["items"] == {"type": "string"}
    assert sections["limits"]["properties"]["max_json_depth"]["maximum"] == 1000
    assert sections["logging"]["properties"]["file"]["anyOf"] == [{"type": "string"}, {"type": "null"}]


@pytest.mark.parametrize(
    "more", ["[errors]\nformat = xml", "[plugins]\nactive = standard, nope", "[apps]\nactive = nowhere\nx = 1"]
)
def test_the_schema_depends_on_no_value(make_project: Any, invoke_json: Any, more: str) -> None:
    make_project("[networking]\n")
    healthy = invoke_json("config", "schema")
    kernel.app = Kernel(lambda: locate()[0])
    make_project(more)

    assert invoke_json("config", "schema") == healthy


def test_the_schema_of_a_plugin_that_cannot_run_is_listed(make_project: Any, invoke_json: Any) -> None:
    wrong = """
from dataclasses import dataclass
from enum import Enum
from kernel import Plugin
class Colour(Enum):
    red = "red"
@dataclass
class Config:
    size: int
    colour: Colour = Colour.red
class Wrong(Plugin):
    name, Config = "wrong", Config
    def kernel_nothing(self): ...
"""
    make_project("[apps]\nactive = wrong:Wrong", wrong=wrong)
    keys = invoke_json("config", "schema")["properties"]["wrong"]["properties"]

    assert keys["size"] == {"type": "integer"}
    assert keys["colour"]["enum"] == ["red"]


def test_a_struct_is_a_schema_too() -> None:
    class Mine(msgspec.Struct):
        first: int
        second: str = "two"

    class Bare(msgspec.Struct):
        first: int

    assert [(key.name, key.default) for key in keys("mine", Mine)] == [("first", None), ("second", "two")]
    assert default_values(Bare) == {}


def test_values_are_shown_plainly() -> None:
    assert [cell(value) for value in (True, None, ("a", "b"), 1.5)] == ["yes", "", "a, b", "1.5"]
    assert (plain({2, 1}), plain(3j)) == ([1, 2], "3j")
