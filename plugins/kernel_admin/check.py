"""`kernel check`: boot as a server would, start nothing, and tell every finding."""

import sys
from collections.abc import Iterable
from dataclasses import asdict

import click

import kernel
from kernel import Problem
from kernel_admin.faults import tell
from kernel_admin.project import explain_imports
from kernel_admin.tables import as_json, counted, dump


@click.command()
@click.option("--deploy", is_flag=True, help="Also look for what is unfit for production.")
@as_json
def check(deploy: bool, as_json: bool) -> None:
    """Boot without serving, and tell what is wrong.

    Exits 1 on errors, 78 if the configuration cannot be read; warnings alone are no failure.
    """
    problems = findings(deploy)
    report(problems, as_json)
    sys.exit(verdict(problems))


def findings(deploy: bool) -> list[Problem]:
    """Return what the boot found and, with *deploy*, what the plugins have against production."""
    boot = kernel.app.booted
    explain_imports(kernel.app)
    more = boot.check(deploy=True) if deploy and not boot.problems.fatal else []
    return list(dict.fromkeys([*boot.problems, *more]))


def of_configuration(problems: Iterable[Problem]) -> list[Problem]:
    """Return the findings that stand in the configuration of the project."""
    places = set(kernel.app.config.origins.values())
    return [one for one in problems if one.id.startswith("config.") or one.where in places]


def report(problems: Iterable[Problem], as_json: bool) -> None:
    """Print findings on stdout."""
    problems = list(problems)
    if as_json:
        dump({"problems": [asdict(problem) for problem in problems]})
        return
    for problem in problems:
        tell(problem, sys.stdout)
    errors = sum(problem.level == "error" for problem in problems)
    click.echo(summary(errors, len(problems) - errors))


def summary(errors: int, warnings: int) -> str:
    """Return what was found in one line; of what there is none, nothing is said."""
    said = [counted(number, noun) for number, noun in ((errors, "error"), (warnings, "warning")) if number]
    return ", ".join(said) or "no problems"


def verdict(problems: Iterable[Problem]) -> int:
    """Return the exit code for findings."""
    errors = [problem for problem in problems if problem.level == "error"]
    return 78 if any(problem.id == "config.unreadable" for problem in errors) else int(bool(errors))
