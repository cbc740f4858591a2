"""The clauses of the contract: each is asked of one plugin or app and yields how that breaks it."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any, get_type_hints

import anyio
from kernel_compat.specification import specifications

from kernel import API, Kernel, Plugin
from kernel.errors import Problem
from kernel_testing.subject import Subject, needed

HEAVY = frozenset(
    {"PIL", "aiohttp", "alembic", "boto3", "botocore", "celery", "cv2", "django", "flask", "httpx", "hypercorn"}
    | {"jinja2", "matplotlib", "numpy", "pandas", "psycopg", "pydantic", "pytest", "redis", "requests", "scipy"}
    | {"sqlalchemy", "tensorflow", "torch", "trio", "uvicorn"}
)
"""Packages that take long to import: to be imported on first need, inside functions."""
UNLOADED = "it cannot be loaded"
MANY = 200
"""Modules that one import may bring."""
TIMES = 2
"""How often a lifespan is entered and left."""
SECONDS = 30.0
"""How long an import, or the lifespans of one kernel, may take."""


def loads(subject: Subject) -> Iterator[str]:
    """The entry point loads, is claimed once, and bears the name of its plugin."""
    claims = {one.value: f"{one.distribution} {one.version}" for one in subject.installed if one.name == subject.name}
    if len(claims) > 1:
        yield f"'{subject.name}' is claimed by {' and by '.join(claims.values())}"
    try:
        plugin = subject.plugin
    except Exception as error:
        yield f"{UNLOADED}: {type(error).__name__}: {error}"
        return
    name = getattr(plugin, "name", "")
    if subject.thing is None and ":" not in subject.name and name not in ("", subject.name):
        yield f"its name is '{name}', that of its entry point '{subject.name}'"


def imports(subject: Subject) -> Iterator[str]:
    """Importing it does nothing: no thread, socket, process or file; a plugin imports no heavy package."""
    if not subject.target:
        return
    facts = probed(subject.target)
    if facts is None:
        yield f"{UNLOADED}: that ends the process"
        return
    yield from (f"importing it {effect}" for effect in facts["effects"])
    if subject.is_app:  # its models and templates are what it is for
        return
    packages = {name.partition(".")[0] for name in facts["modules"]}
    yield from (
        f"importing it imports '{name}': import that inside the function that needs it"
        for name in sorted(packages & HEAVY)
    )
    if len(facts["modules"]) > MANY:
        yield f"importing it imports {len(facts['modules'])} modules, more than {MANY}"


def probed(target: str) -> dict[str, Any] | None:
    """Return what importing *target* does in a process and a folder of its own, None if that ends there."""
    script = str(Path(__file__).with_name("probe.py"))
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as other:
        answer = Path(other, "answer.json")
        command = [sys.executable, "-B", "-P", "-c", BEGIN, script, target, str(answer)]
        paths = json.dumps(sys.path)
        subprocess.run(command, input=paths, cwd=folder, capture_output=True, text=True, timeout=SECONDS)  # noqa: S603
        facts: dict[str, Any] | None = json.loads(answer.read_text("utf-8")) if answer.is_file() else None
    return facts


BEGIN = """
import json, runpy, sys
sys.path[:] = json.load(sys.stdin)
sys.argv[:] = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
"""Take over the path on which this process finds modules, then run the script."""


def documented(subject: Subject) -> Iterator[str]:
    """Each key of its section has a type and a text: `Annotated[int, "what it is for"]`."""
    schema = getattr(subject.plugin, "Config", None)
    if schema is None:
        return
    if not is_dataclass(schema) and not hasattr(schema, "__struct_fields__"):
        yield f"its Config '{schema.__qualname__}' is neither a dataclass nor a msgspec.Struct"
        return
    names = [one.name for one in fields(schema)] if is_dataclass(schema) else schema.__struct_fields__
    hints = get_type_hints(schema, include_extras=True)
    for name in names:
        if not any(isinstance(part, str) and part for part in getattr(hints[name], "__metadata__", ())):
            yield f"key '{name}' has no text: write {name}: Annotated[..., \"what it is for\"]"


def hooks(subject: Subject) -> Iterator[str]:
    """Its hooks exist, are decorated, are plain functions and name arguments that are offered."""
    yield from (
        told(one) for one in subject.kernel(["standard"]).problems if one.id.startswith(("hook.", "app.keyword"))
    )


def current(subject: Subject) -> Iterator[str]:
    """It uses no hook newer than the `api` it says, and none that is deprecated."""
    api = getattr(subject.plugin, "api", API)
    if not (isinstance(api, tuple) and list(map(type, api)) == [int, int]):
        yield f"its api is {api!r}: write api = {API}, two whole numbers"
    who = (f"plugin '{subject.own}'", f"app '{subject.own}'")
    found = [one for one in subject.kernel(["standard"]).problems if one.id.startswith("api.")]
    yield from (f"{told(one)}: {one.hint}" for one in found if one.message.startswith(who))


def conflicts(subject: Subject) -> Iterator[str]:
    """It boots beside the standard plugins: nothing it brings is taken."""
    found = subject.kernel(["standard"]).problems
    yield from (told(one) for one in found if one.level == "error" and not one.id.startswith(("hook.", "app.keyword")))


def alone(subject: Subject) -> Iterator[str]:
    """It boots with what it requires and nothing else: what it only comes before or after may be absent."""
    for one in [one for one in subject.kernel(needed(subject)).problems if one.level == "error"]:
        yield f"with nothing but what it requires: {lacking(subject, one) or told(one)}"


def lacking(subject: Subject, problem: Problem) -> str:
    """Return which plugin to require, if that is one whose hook does not exist without it; or ""."""
    owners = {one.name: one.owner for one in specifications(subject.kernel(["standard"]))}
    name = next((name for name in owners if f"hook '{name}' does not exist" in problem.message), "")
    if not name:
        return ""
    way = f"add '{owners[name]}' to requires, or write @hookimpl(optionalhook=True)"
    return f"hook '{name}' does not exist at {problem.where}: {way}"


def lives(subject: Subject) -> Iterator[str]:
    """A kernel with it starts and stops twice, on each event loop on which one without it does."""

    async def run(kernel: Kernel) -> Exception | None:
        try:
            with anyio.fail_after(SECONDS):
                for _ in range(TIMES):
                    await kernel.start()
                    await kernel.stop()
        except Exception as error:
            return error
        return None

    for backend in backends():
        kernel = subject.kernel(["standard"])
        if kernel.problems.fatal:
            return  # told by another clause
        error = anyio.run(run, kernel, backend=backend)
        if error and not anyio.run(run, replace(subject, thing=Plugin).kernel(["standard"]), backend=backend):
            yield f"on {backend}: {type(error).__name__}: {error}"


def backends() -> list[str]:
    """Return the event loops that are installed."""
    return ["asyncio", *(["trio"] if find_spec("trio") else [])]


def typed(subject: Subject) -> Iterator[str]:
    """Its package holds py.typed, so that type checkers see its types (PEP 561)."""
    module = sys.modules.get((subject.target.partition(":")[0] or subject.thing.__module__).partition(".")[0])
    paths = [Path(path) for path in getattr(module, "__path__", ())]
    if subject.target and paths and not any((path / "py.typed").is_file() for path in paths):
        yield f"'{module.__name__ if module else ''}' has no py.typed beside its __init__.py"


def told(problem: Problem) -> str:
    """Return a finding of a boot in one line."""
    return f"{problem.message}{f' at {problem.where}' if problem.where else ''}"


CLAUSES: Mapping[str, Callable[[Subject], Iterator[str]]] = {
    "import": imports,
    "entry point": loads,
    "configuration": documented,
    "hooks": hooks,
    "api": current,
    "conflicts": conflicts,
    "soft dependencies": alone,
    "lifespan": lives,
    "types": typed,
}
