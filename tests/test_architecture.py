"""The rules that keep the project small, read from its files."""

import ast
import configparser
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BUDGET = 1200
PACKAGES = {"kernel": ROOT / "kernel"} | {
    folder.name: folder for root in ("plugins", "contrib") for folder in sorted((ROOT / root).glob("kernel_*"))
}
ADAPTERS = ("kernel_admin.", "kernel_events.keeper")
"""Modules that may name an event loop: the command line chooses one, the keeper starts a task without a parent."""


def sources() -> list[Path]:
    return [path for folder in PACKAGES.values() for path in sorted(folder.rglob("*.py"))]


def module(path: Path) -> str:
    folder = next(folder for folder in PACKAGES.values() if path.is_relative_to(folder))
    return ".".join(path.relative_to(folder.parent).with_suffix("").parts).removesuffix(".__init__")


def imports(path: Path, top_level: bool = False) -> Iterator[str]:
    """Yield what a file imports, type-checking imports counted; *top_level* leaves out functions."""
    tree = ast.parse(path.read_text("utf-8"))
    inner = {
        id(child)
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        for child in ast.walk(node)
    }
    for node in ast.walk(tree):
        if top_level and id(node) in inner:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def packages(path: Path) -> set[str]:
    return {name.partition(".")[0] for name in imports(path)} & PACKAGES.keys()


def code_lines(path: Path) -> int:
    """Count lines that are neither blank, comment nor docstring."""
    text = path.read_text("utf-8")
    documentation: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        first = getattr(node, "body", None)
        if isinstance(first, list) and first and isinstance(first[0], ast.Expr):
            value = first[0].value
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                documentation |= set(range(first[0].lineno, (first[0].end_lineno or 0) + 1))
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1)]
    return sum(1 for number, line in lines if line and line[0] != "#" and number not in documentation)


def setup() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", "utf-8")
    return parser


def test_the_kernel_keeps_its_budget():
    assert sum(code_lines(path) for path in (ROOT / "kernel").rglob("*.py")) <= BUDGET


def test_the_kernel_imports_no_plugin():
    guilty = {path.name: packages(path) - {"kernel"} for path in (ROOT / "kernel").rglob("*.py")}
    assert {name: names for name, names in guilty.items() if names} == {}


def required(package: str) -> set[str]:
    """Return the packages of the plugins that the plugins of *package* require."""
    entries = dict(line.split(" = ") for group in ("kernel.plugins", "kernel.contrib") for line in entry_points(group))
    owners = {name: value.partition(".")[0] for name, value in entries.items()}
    found: set[str] = set()
    for path in PACKAGES[package].rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Assign) and [getattr(t, "id", "") for t in node.targets] == ["requires"]:
                found |= {owners[ast.literal_eval(name)] for name in getattr(node.value, "elts", ())}
    return found


def entry_points(group: str) -> list[str]:
    return [line for line in setup()["options.entry_points"].get(group, "").splitlines() if line.strip()]


HOSTS = {"kernel.validators": "kernel_data"}
"""Entry points that a plugin reads: a module they name is imported by its host alone, so it may import that."""


def invited(path: Path) -> set[str]:
    """Return the packages that a module may import as what it adds to them."""
    hosts = {host for group, host in HOSTS.items() if any(f"= {module(path)}:" in line for line in entry_points(group))}
    return hosts.union(*map(required, hosts))


@pytest.mark.parametrize(
    "package", sorted(PACKAGES.keys() - {"kernel", "kernel_admin", "kernel_demo", "kernel_testing"})
)
def test_a_plugin_imports_only_plugins_it_requires(package: str):
    used = set().union(*(packages(path) - invited(path) for path in PACKAGES[package].rglob("*.py")))
    assert used - {"kernel", package} <= required(package)


def test_plugins_never_import_contrib():
    contrib = {name for name, folder in PACKAGES.items() if folder.parent.name == "contrib"}
    assert [path for path in sources() if "contrib" not in path.parts and packages(path) & contrib] == []


def test_nothing_names_an_event_loop_outside_the_adapters():
    guilty = [
        module(path)
        for path in sources()
        if not module(path).startswith(ADAPTERS)
        for name in imports(path)
        if name.partition(".")[0] in ("asyncio", "trio")
    ]
    assert guilty == []


@pytest.mark.parametrize("package", sorted(PACKAGES))
def test_there_is_no_import_cycle(package: str):
    paths = {module(path): path for path in PACKAGES[package].rglob("*.py")}
    graph = {
        name: {used for used in imports(path) if used in paths and used not in (name, package)}
        for name, path in paths.items()
        if name != package
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_setup_cfg_lists_exactly_the_packages_on_disk():
    on_disk = {}
    for folder in PACKAGES.values():
        for path in folder.rglob("*.py"):
            name = ".".join(path.parent.relative_to(folder.parent).parts)
            on_disk[name] = path.parent.relative_to(ROOT).as_posix()
    options = setup()["options"]
    listed = dict(line.split(" = ") for line in options["package_dir"].split("\n") if line)
    assert listed == on_disk
    assert sorted(filter(None, options["packages"].split("\n"))) == sorted(on_disk)


def test_source_roots_and_tests_hold_no_init_file():
    assert [root for root in ("plugins", "contrib") if (ROOT / root / "__init__.py").exists()] == []
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def test_every_package_is_typed():
    assert [name for name, folder in PACKAGES.items() if not (folder / "py.typed").is_file()] == []


def test_every_hook_of_the_kernel_has_a_heading_in_the_docs():
    page = (ROOT / "docs" / "hooks.md").read_text("utf-8")
    specs = ast.parse((ROOT / "kernel" / "hookspecs.py").read_text("utf-8"))
    hooks = [node for node in ast.walk(specs) if isinstance(node, ast.FunctionDef) and node.name.startswith("kernel_")]
    missing = [hook.name for hook in hooks if f"## {hook.name}(" not in page]
    assert missing == []
    for hook in hooks:
        arguments = ", ".join(argument.arg for argument in hook.args.args[1:])
        assert f"## {hook.name}({arguments})" in page


def test_every_finding_of_a_plugin_has_a_next_step():
    bare = []
    for path in [*ROOT.glob("plugins/**/*.py"), *ROOT.glob("contrib/**/*.py")]:
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and (position := hint_of(call)) is not None:
                hints = [*call.args[position:], *(word.value for word in call.keywords if word.arg in ("hint", None))]
                if not hints or (isinstance(hints[0], ast.Constant) and not hints[0].value):
                    bare.append(f"{path.relative_to(ROOT)}:{call.lineno}")
    assert bare == []


def hint_of(call: ast.Call) -> int | None:
    """Return the position of the hint if a call makes a finding: Problem(...), or problems.error(...)."""
    if getattr(call.func, "id", "") == "Problem":
        return 3
    holder = ast.unparse(call.func)
    return 2 if holder.endswith("problems.error") else None


GENERATED = ("kernel.serve.generated",)
"""The one room where code may be generated and run, if there is one."""
FORBIDDEN_CALLS = {"eval", "exec", "tempfile.mktemp", "os.system", "os.popen", "yaml.load", "marshal.loads"}
FORBIDDEN_IMPORTS = {"pickle", "marshal", "shelve", "dill", "yaml", "telnetlib"}
STATEMENT = ("select ", "insert ", "update ", "delete ", "drop ", "create ", "alter ", "grant ", "truncate ", "copy ")


def dangers(path: Path) -> Iterator[str]:
    """Yield what no module may contain, with its line (R134)."""
    tree = ast.parse(path.read_text("utf-8"))
    for name in imports(path):
        if name.partition(".")[0] in FORBIDDEN_IMPORTS:
            yield f"imports {name}"
    for node in ast.walk(tree):
        if danger := danger_of(node):
            yield f"line {node.lineno}: {danger}"  # type: ignore[attr-defined]  # those have one


def danger_of(node: ast.AST) -> str:
    match node:
        case ast.Call(func=func, keywords=words):
            if ast.unparse(func) in FORBIDDEN_CALLS:
                return ast.unparse(func)
            if any(word.arg == "shell" and ast.unparse(word.value) != "False" for word in words):
                return "shell=True"
        case ast.ExceptHandler(type=None):
            return "bare except"
        case ast.ExceptHandler(type=ast.Name(id="BaseException"), body=body) if not raises(body):
            return "except BaseException that does not raise"
        case ast.Assert(test=test) if not isinstance(
            test, (ast.Name, ast.Attribute)
        ):  # those tell mypy what is not None
            return "assert"
        case ast.JoinedStr() if starts_sql(node):
            return "SQL in an f-string"
        case ast.BinOp(op=ast.Mod() | ast.Add(), left=ast.Constant(value=str(sql))) if sql.lower().startswith(
            STATEMENT
        ):
            return "SQL put together"
    return ""


def raises(body: list[ast.stmt]) -> bool:
    return any(isinstance(node, ast.Raise) for statement in body for node in ast.walk(statement))


def starts_sql(node: ast.JoinedStr) -> bool:
    first = node.values[0] if node.values else None
    return (
        isinstance(first, ast.Constant) and isinstance(first.value, str) and first.value.lower().startswith(STATEMENT)
    )


@pytest.mark.parametrize("package", sorted(PACKAGES))
def test_no_module_contains_what_is_dangerous(package: str):
    """R134: no pickle, eval, exec, shell, unsafe YAML, bare except, assert as a check, or SQL made of strings."""
    found = {
        module(path): list(dangers(path)) for path in PACKAGES[package].rglob("*.py") if module(path) not in GENERATED
    }
    assert {name: what for name, what in found.items() if what} == {}


@pytest.mark.parametrize(
    "text",
    [
        "import pickle",
        "from yaml import load",
        "eval(x)",
        "exec(x)",
        "tempfile.mktemp()",
        "subprocess.run(x, shell=True)",
        "try: pass\nexcept: pass",
        "try: pass\nexcept BaseException: pass",
        "assert x > 1",
        "f'SELECT {x}'",
        "'DROP TABLE %s' % x",
        "'insert into ' + x",
        "os.system(x)",
    ],
)
def test_each_danger_is_seen(text: str, tmp_path: Path):
    (tmp_path / "bad.py").write_text(text)
    assert len(list(dangers(tmp_path / "bad.py"))) >= 1
