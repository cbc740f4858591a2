"""`kernel doctor`: what surrounds the project and spoils it: versions, doubles, leftovers, rights."""

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from importlib_metadata import PathDistribution, distributions

from kernel import Problem
from kernel.boot.config import Config, read
from kernel.errors import ConfigError
from kernel_admin.binding import Place, default_bind
from kernel_admin.faults import Fault, tell
from kernel_admin.tables import as_json, dump
from kernel_admin.version import DISTRIBUTION, dependencies, found

OLDEST = (3, 11)


@click.command()
@as_json
def doctor(as_json: bool) -> None:
    """Examine what surrounds the project; exits 1 on findings."""
    project, unread = configuration()
    checks: dict[str, list[Problem]] = {
        "python": list(python(sys.version_info[:2])),
        "dependencies": list(versions()),
        "import name 'kernel'": list(owners(distributions())),
        "leftovers": list(leftovers(Path.cwd())),
        "configuration": unread,
        "port": list(port(project)),
        "project folder": list(writable(project.root)),
    }
    problems = [problem for spoiled in checks.values() for problem in spoiled]
    if as_json:
        dump(
            {"checks": {name: not spoiled for name, spoiled in checks.items()}, "problems": list(map(asdict, problems))}
        )
    else:
        for name, spoiled in checks.items():
            click.echo(f"{name:22}{'see below' if spoiled else 'ok'}")
        for problem in problems:
            tell(problem, sys.stdout)
    sys.exit(1 if problems else 0)


def configuration() -> tuple[Config, list[Problem]]:
    """Return the configuration, an empty one with the reason if it cannot be read."""
    try:
        return read(), []
    except ConfigError as error:
        return Config({}), list(error.problems)


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


def port(project: Config) -> Iterator[Problem]:
    """Find an address that cannot be bound."""
    try:
        Place.open(default_bind(project)).close()
    except (Fault, click.ClickException) as error:
        yield finding("port", error.message, "", "[networking] bind")


def writable(folder: Path) -> Iterator[Problem]:
    """Find a project folder that cannot be written."""
    if not os.access(folder, os.W_OK):
        yield finding("folder", f"the project folder '{folder}' cannot be written", "change its owner or its mode")


def finding(kind: str, message: str, hint: str, where: str = "") -> Problem:
    """Return one finding of the doctor."""
    return Problem(f"doctor.{kind}", "error", message, hint, where)
