"""docs/checks.md and the code name the same findings."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
DOCUMENTED = re.findall(r"^(?:### `|\| `)([a-z_]+\.[a-z_]+)`", (ROOT / "docs/checks.md").read_text("utf-8"), re.M)
CALLED = ("Problem", "error", "conflict", "problem", "_problem")
"""What makes a finding; its first argument is the id."""
COMMANDS = ("command", "db", "demo", "doctor", "help", "init", "new", "testing")
"""First parts of what single commands and test fixtures say, which `kernel check` does not."""
DOCTOR = ("forms.folder", "logging.unwritable", "static.unreadable", "lock.altered")
"""What only `kernel doctor` and `kernel plugins verify` find."""
ANY = "[a-z_]+"


def ids(node: ast.expr) -> Iterator[str]:
    """Yield the id that an argument is, as a pattern if part of it is computed."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield re.escape(node.value)
    elif isinstance(node, ast.JoinedStr):
        yield "".join(re.escape(part.value) if isinstance(part, ast.Constant) else ANY for part in node.values)


def patterns() -> set[str]:
    """Return every id in the code."""
    found = set[str]()
    for path in [path for folder in ("kernel", "plugins", "contrib") for path in (ROOT / folder).rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            name = isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", ""))
            if isinstance(node, ast.Call) and node.args and name in CALLED:
                found |= set(ids(node.args[0]))
    return {one for one in found if "\\." in one and one.partition("\\")[0] not in COMMANDS}


PATTERNS = patterns()


def test_every_finding_is_documented():
    undocumented = [one for one in PATTERNS if not any(re.fullmatch(one, name) for name in (*DOCUMENTED, *DOCTOR))]
    assert sorted(undocumented) == []


def test_every_documented_finding_exists():
    assert [name for name in DOCUMENTED if not any(re.fullmatch(one, name) for one in PATTERNS)] == []


def test_a_finding_is_documented_once_and_in_order():
    pages = {name: DOCUMENTED.count(name) for name in DOCUMENTED}
    start = DOCUMENTED.index("api.deprecated")
    assert [name for name, number in pages.items() if number > 1] == []
    assert [sorted(DOCUMENTED[:start]), sorted(DOCUMENTED[start:])] == [DOCUMENTED[:start], DOCUMENTED[start:]]
