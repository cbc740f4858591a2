"""`kernel doctor`: what spoils a project: versions, doubles, leftovers, rights, and what plugins examine."""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from importlib_metadata import PathDistribution, distributions

import kernel
from kernel import Kernel, Problem
from kernel.boot.config import Config, locate
from kernel.errors import ConfigError
from kernel_admin.binding import Place, default_bind
from kernel_admin.check import findings, of_configuration, verdict
from kernel_admin.examination import Examiner, examined
from kernel_admin.faults import Fault, tell
from kernel_admin.safety import without
from kernel_admin.tables import as_json, dump
from kernel_admin.version import DISTRIBUTION, dependencies, found

OLDEST = (3, 11)


@click.command()
@as_json
def doctor(as_json: bool) -> None:
    """Examine the project and what surrounds it; exits 1 on errors."""
    project, boot = examinable()
    configuration = of_configuration(boot)
    checks: dict[str, list[Problem]] = {
        "python": list(python(sys.version_info[:2])),
        "dependencies": list(versions()),
        "import name 'kernel'": list(owners(distributions())),
        "leftovers": list(leftovers(Path.cwd())),
        "configuration": configuration,
        "plugins and apps": [problem for problem in boot if problem not in configuration],
        "port": list(port(project.config)),
        "project folder": list(writable(project.config.root)),
        **examined(project),
    }
    problems = list(dict.fromkeys(problem for spoiled in checks.values() for problem in spoiled))
    if as_json:
        dump(
            {"checks": {name: not spoiled for name, spoiled in checks.items()}, "problems": list(map(asdict, problems))}
        )
    else:
        show(checks, problems)
    sys.exit(1 if verdict(problems) else 0)


def show(checks: Mapping[str, list[Problem]], problems: Iterable[Problem]) -> None:
    """Print a line for each check, and what was found below."""
    width = max(map(len, checks)) + 2
    for name, spoiled in checks.items():
        click.echo(f"{name:{width}}{'see below' if spoiled else 'ok'}")
    for problem in problems:
        tell(problem, sys.stdout)


def examinable() -> tuple[Kernel, list[Problem]]:
    """Return the project, without what is broken, and what its boot found."""
    first = findings()
    project = Kernel(lambda: locate()[0], plugins=[Examiner()])
    return project if project.booted.compiled else without(kernel.app, Examiner())[0], first


def python(version: tuple[int, ...]) -> Iterator[Problem]:
    """Find a Python that is too old."""
    if version < OLDEST:
        text = ".".join(map(str, version))
        yield finding(
            "python", f"python {text} is too old", f"use {'.'.join(map(str, OLDEST))} or newer", sys.executable
        )


def versions() -> Iterator[Problem]:
    """Find dependencies that are missing or do not fit."""
    for wish in dependencies():
        version = found(wish.name)
        optional = bool(wish.marker and "extra" in str(wish.marker))
        if version is None and not optional:
            yield finding("dependency", f"'{wish.name}' is not installed", f"pip install '{wish}'")
        elif version and not wish.specifier.contains(version, prereleases=True):
            need = f"{wish.name}{wish.specifier}"
            yield finding(
                "dependency", f"'{wish.name}' is {version}, needed is {wish.specifier}", f"pip install '{need}'"
            )


def owners(installed: Iterable[Any]) -> Iterator[Problem]:
    """Find other distributions that own the import name `kernel`: one overwrites the other."""
    for dist in installed:
        name = dist.name.lower().replace("_", "-")
        if name != DISTRIBUTION and any(str(path) == "kernel/__init__.py" for path in dist.files or ()):
            message = f"'{dist.name}' {dist.version} owns the import name 'kernel' too"
            yield finding(
                "double", message, f"pip uninstall {dist.name}, then pip install --force-reinstall {DISTRIBUTION}"
            )


def leftovers(folder: Path) -> Iterator[Problem]:
    """Find *.egg-info in a folder that tells other entry points than what is installed."""
    for path in sorted(folder.glob("*.egg-info")):
        left = PathDistribution(path)
        known = [dist for dist in distributions(name=left.name) if Path(str(dist.locate_file(""))) != folder]
        entries = [sorted(map(str, dist.entry_points)) for dist in known]
        if not known or sorted(map(str, left.entry_points)) not in entries:
            message = f"'{path.name}' is stale: what it tells of '{left.name}' is not what is installed"
            yield finding("leftover", message, "remove it, or pip install -e . again", str(path))


def port(config: Config) -> Iterator[Problem]:
    """Find an address that cannot be bound."""
    try:
        Place.open(default_bind(config)).close()
    except (Fault, ConfigError) as error:
        yield from error.problems


def writable(folder: Path) -> Iterator[Problem]:
    """Find a project folder that cannot be written."""
    if not os.access(folder, os.W_OK):
        yield finding("folder", f"the project folder '{folder}' cannot be written", "change its owner or its mode")


def finding(kind: str, message: str, hint: str, where: str = "") -> Problem:
    """Return one finding of the doctor."""
    return Problem(f"doctor.{kind}", "error", message, hint, where)
