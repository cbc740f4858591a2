"""The example of docs/life-of-a-request.md: its table and its picture are what the command prints."""

import re
from pathlib import Path
from typing import Any

import pytest

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "life-of-a-request.md").read_text("utf-8")


@pytest.fixture
def books(make_project: Any) -> None:
    (code,) = re.findall(r"^```python\n(.*?)^```", PAGE, re.M | re.S)
    make_project("[apps]\nactive = books:app\n", books=code)


def shown(text: str) -> list[str]:
    """Return lines without what is different elsewhere: where the framework is installed, and its line numbers."""
    return [re.sub(" +", " ", re.sub(r"\S*/kernel\w*/\S+", "…", line)).rstrip() for line in text.splitlines()]


def test_the_table_of_the_page_is_what_is_printed(books: None, invoke: Any) -> None:
    (text,) = re.findall(r"^```text\n\$ kernel explain GET /books/7\n(.*?)^```", PAGE, re.M | re.S)
    head, *rows = shown(invoke("explain", "GET", "/books/7").stdout)

    assert shown(text) == [re.sub(r"\(.*/", "(", head), *rows]


def test_the_picture_of_the_page_is_what_is_drawn(books: None, invoke: Any) -> None:
    lines = re.compile(r"\.py:\d+")
    drawn = invoke("explain", "GET", "/books/7", "--svg", "-").stdout

    assert lines.sub("", drawn) == lines.sub("", (DOCS / "images" / "explain.svg").read_text("utf-8"))
