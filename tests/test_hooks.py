"""Every hook says since when it is there, is documented on a page made of the code, and is answered in a test."""

import ast
import runpy
from collections.abc import Iterator
from pathlib import Path

import pytest
from kernel_admin.examination import Examiner
from kernel_compat.specification import Specification, specifications
from kernel_testing import make_kernel

from kernel import API
from kernel.layers import OPTION_NAMES

ROOT = Path(__file__).parent.parent
HOOKS = [one for one in specifications(make_kernel([Examiner])) if one.ours or one.owner == Examiner.name]
NAMES = {one.name for one in HOOKS}
PAGES = runpy.run_path(str(ROOT / "docs" / "generate.py"))["PAGES"]


def implemented(source: str) -> set[str]:
    """Return the hooks that a module of tests answers, with more than nothing.

    An answer is a function `kernel_x` with @hookimpl, `kernel_x=hookimpl(...)`, or `App(x=...)` where
    that is no option. A
    function that does nothing, and a module without a test, count for nothing.
    """
    tree = ast.parse(source)
    if not any(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name[:5] == "test_" for node in ast.walk(tree)
    ):
        return set()
    return {name for node in ast.walk(tree) for name in [*answers(node), *written(node)]}


def written(node: ast.AST) -> set[str]:
    """Return the hooks that a plugin answers which a test writes into a file."""
    text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
    if "kernel" not in text:
        return set()
    try:
        return {name for inner in ast.walk(ast.parse(node.value)) for name in answers(inner)}
    except SyntaxError:
        return set()


def answers(node: ast.AST) -> Iterator[str]:
    """Yield the hooks that one node of a module answers."""
    if isinstance(node, ast.FunctionDef) and any(called(mark) == "hookimpl" for mark in node.decorator_list):
        if any(acts(statement) for statement in node.body):
            yield node.name
    elif isinstance(node, ast.Call):
        app = called(node.func) == "App"
        yield from (f"kernel_{word.arg}" for word in node.keywords if app and word.arg not in OPTION_NAMES)
        yield from (str(word.arg) for word in node.keywords if not app and called(word.value) == "hookimpl")
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and called(value) == "hookimpl":
                yield str(key.value)


def called(node: ast.AST) -> str:
    """Return "f" of `f`, `f(...)` and `f(...)(...)`."""
    while isinstance(node, ast.Call):
        node = node.func
    return node.id if isinstance(node, ast.Name) else ""


def acts(statement: ast.stmt) -> bool:
    """Tell whether a statement is more than `...`, `pass`, a docstring or `return None`."""
    if isinstance(statement, ast.Return):
        return statement.value is not None and not (
            isinstance(statement.value, ast.Constant) and statement.value.value is None
        )
    return not isinstance(statement, ast.Pass) and not (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )


def specified() -> Iterator[tuple[str, ast.FunctionDef]]:
    """Yield every specification in our sources with its file."""
    for path in [
        ROOT / "kernel" / "hookspecs.py",
        *sorted((ROOT / "plugins").rglob("*.py")),
        *(ROOT / "contrib").rglob("*.py"),
    ]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and any(called(mark) == "hookspec" for mark in node.decorator_list):
                yield path.name, node


def test_every_specification_says_since_when_it_is_there() -> None:
    silent = [
        f"{file}:{node.lineno}"
        for file, node in specified()
        if not any(
            isinstance(mark, ast.Call) and "since" in [word.arg for word in mark.keywords]
            for mark in node.decorator_list
        )
    ]
    assert silent == []
    assert {node.name for _, node in specified()} == NAMES


@pytest.mark.parametrize("one", HOOKS, ids=lambda one: one.name)
def test_no_hook_is_newer_than_the_api(one: Specification) -> None:
    assert API[:1] <= one.since() <= one.newest <= API


@pytest.mark.parametrize("one", HOOKS, ids=lambda one: one.name)
def test_every_hook_is_documented(one: Specification) -> None:
    sentence = (one.function.__doc__ or "").partition("\n")[0]

    assert len(sentence.split()) > 3
    assert f"\n## {one.name}(" in (ROOT / "docs" / "hooks.md").read_text("utf-8")


def test_every_hook_is_answered_in_a_test() -> None:
    found = set().union(*(implemented(path.read_text("utf-8")) for path in (ROOT / "tests").rglob("test_*.py")))

    assert sorted(NAMES - found) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("@hookimpl\ndef kernel_a(self): return 1", {"kernel_a"}),
        ("@hookimpl(tryfirst=True)\ndef kernel_a(self): asked.append(1)", {"kernel_a"}),
        ("App(a=1, b=2)", {"kernel_a", "kernel_b"}),
        ("App(layers=1)", set()),
        ("plugin(kernel_a=hookimpl(lambda self: 1))", {"kernel_a"}),
        ("type('X', (), {'kernel_a': hookimpl(optionalhook=True)(f)})", {"kernel_a"}),
        ("@hookimpl\ndef kernel_a(self): ...", set()),
        ("@hookimpl\ndef kernel_a(self):\n    'Say nothing.'\n    return None", set()),
        ("@hookimpl\ndef kernel_a(self): pass", set()),
        ("def kernel_a(self): return 1", set()),
        ("@hookspec\ndef kernel_a(self): return 1", set()),
        ("'@hookimpl\\ndef kernel_a(self): return 1'", {"kernel_a"}),
        ("'@hookimpl\\ndef kernel_a(self): ...'", set()),
        ("'answer kernel_a with hookimpl'", set()),
        ("'kernel_a'", set()),
    ],
)
def test_what_counts_as_an_answer_in_a_test(source: str, found: set[str]) -> None:
    assert implemented(f"{source}\ndef test_x(): ...") == found
    assert implemented(source) == set()


def test_the_page_of_hooks_is_made_of_the_specifications() -> None:
    page = (ROOT / "docs" / "hooks.md").read_text("utf-8")

    assert page == PAGES["hooks.md"](), "run: python docs/generate.py"


@pytest.mark.parametrize("name", PAGES)
def test_every_page_that_is_made_of_the_code_is_there(name: str) -> None:
    assert (ROOT / "docs" / name).is_file()
