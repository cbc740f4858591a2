"""`kernel config reference`, and the pages of docs/ that it writes."""

from enum import Enum
from pathlib import Path
from typing import Any

import pytest
from kernel_admin.reference import everything, limits, reference, shown, words
from kernel_settings import Duration, Size

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("page", "text", "command"),
    [
        ("docs/reference/configuration.md", reference, "kernel config reference --all"),
        ("docs/limits.md", limits, "kernel config reference --all --limits"),
    ],
)
def test_the_page_is_what_the_plugins_say(page: str, text: Any, command: str) -> None:
    assert (ROOT / page).read_text("utf-8") == text(everything()), f"write it anew: {command} > {page}"


def test_every_key_of_limits_says_what_happens_beyond_it() -> None:
    page = limits(everything())
    [section] = [one for one in everything() if one.name == "limits"]

    assert [key for key in section.schema.__annotations__ if f"`[limits] {key}`" not in page] == ["upload_dir"]


def test_every_key_has_a_text() -> None:
    assert [line for line in reference(everything()).splitlines() if line.endswith("|  |")] == []


def test_a_project_has_a_page_of_its_own(make_project: Any, invoke: Any) -> None:
    own = """
from dataclasses import dataclass
from typing import Annotated
from kernel import Plugin
@dataclass
class Config:
    size: Annotated[int, "how much | how many"] = 3
class Own(Plugin):
    name, Config = "own", Config
"""
    make_project("[plugins]\nactive = settings\n[apps]\nactive = own:Own\n", own=own)
    page = invoke("config", "reference").stdout

    assert "## [own]\n\nOf the plugin `own`." in page
    assert "| `size` | number | `3` | how much \\| how many |" in page
    assert "[cors]" not in page
    assert "# Limits" in invoke("config", "reference", "--limits").stdout


def test_the_pages_can_be_written_without_a_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, invoke: Any
) -> None:
    monkeypatch.chdir(tmp_path)

    assert invoke("config", "reference", "--all").stdout == (ROOT / "docs/reference/configuration.md").read_text()


class Colour(Enum):
    RED = "red"


@pytest.mark.parametrize(
    ("default", "text"),
    [
        (Size("10MiB"), "`10MiB`"),
        (Size(1500), "`1500`"),
        (Duration("90m"), "`90m`"),
        (Duration("2h"), "`2h`"),
        (Duration("100ms"), "`100ms`"),
        (Duration("0"), "`0s`"),
        (True, "`yes`"),
        (False, "`no`"),
        (("a", "b"), "`a, b`"),
        ((), ""),
        (None, ""),
        (0, "`0`"),
    ],
)
def test_a_default_is_shown_as_it_is_written(default: Any, text: str) -> None:
    assert shown(default) == text


def test_a_type_that_is_not_known_is_called_by_its_name() -> None:
    assert (words(Colour), words(int | None)) == ("colour", "number")
