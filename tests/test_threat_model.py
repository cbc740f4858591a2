"""The threat model names tests that exist, and every test that has a number stands in it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
NUMBER = re.compile(r"\b[RF][1-9][0-9]{0,2}\b")


def docstrings() -> Iterator[str]:
    for path in (ROOT / "tests").rglob("*.py"):
        if "conftest" in path.name:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith("test_"):
                yield ast.get_docstring(node) or ""


def listed() -> set[str]:
    rows = [
        line for line in (ROOT / "docs" / "threat-model.md").read_text("utf-8").split("\n") if line.startswith("| ")
    ]
    return {number for row in rows for number in NUMBER.findall(row.split("|")[-2])}


def test_every_number_of_the_threat_model_has_a_test():
    held = {number for text in docstrings() for number in NUMBER.findall(text)}
    assert sorted(listed() - held) == []


def test_every_number_of_a_test_stands_in_the_threat_model():
    held = {number for text in docstrings() for number in NUMBER.findall(text)}
    assert sorted(held - listed()) == []


def test_the_threat_model_has_many_rows():
    assert len(listed()) > 90
