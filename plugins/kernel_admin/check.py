"""`kernel check`: boot as a server would, start nothing, and tell every finding."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict

import click

import kernel
from kernel import Problem
from kernel_admin.deployment import survey
from kernel_admin.faults import tell
from kernel_admin.project import explain_imports
from kernel_admin.tables import as_json, counted, dump

LEVELS = {"error": ("error",), "warning": ("error", "warning"), "never": ()}


@click.command()
@click.option("--deploy", is_flag=True, help="Also look for what is unfit for production.")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="Tell only findings with this tag; may be repeated.")
@click.option("--fail-level", type=click.Choice(tuple(LEVELS)), default="error", help="What exits 1.")
@as_json
def check(deploy: bool, tags: Sequence[str], fail_level: str, as_json: bool) -> None:
    """Boot without serving, and tell what is wrong.

    The first part of an id is a tag, and so is "deploy" of what only --deploy looks for. Ids in [checks]
    silenced are counted and not told, unless they forbid the boot. Exits 1 on errors, 78 if the
    configuration cannot be read; warnings alone are no failure, unless --fail-level says so.
    """
    explain_imports(kernel.app)
    found = [one for one in survey(kernel.app, deploy) if not tags or set(tags) & set(one.tags)]
    told, silenced = ([one for one in found if one.silenced is quiet] for quiet in (False, True))
    if as_json:
        rows = {name: [one.row() for one in some] for name, some in (("problems", told), ("silenced", silenced))}
        dump(rows)
    else:
        report([one.problem for one in told], as_json=False, silenced=len(silenced))
    sys.exit(verdict([one.problem for one in told], LEVELS[fail_level]))


def findings() -> list[Problem]:
    """Return what the boot found."""
    explain_imports(kernel.app)
    return list(dict.fromkeys(kernel.app.problems))


def of_configuration(problems: Iterable[Problem]) -> list[Problem]:
    """Return the findings that stand in the configuration of the project."""
    places = set(kernel.app.config.origins.values())
    return [one for one in problems if one.id.startswith("config.") or one.where in places]


def report(problems: Iterable[Problem], as_json: bool, silenced: int = 0) -> None:
    """Print findings on stdout."""
    problems = list(problems)
    if as_json:
        dump({"problems": [asdict(problem) for problem in problems]})
        return
    for problem in problems:
        tell(problem, sys.stdout)
    errors = sum(problem.level == "error" for problem in problems)
    click.echo(summary(errors, len(problems) - errors) + (f", {silenced} silenced" if silenced else ""))


def summary(errors: int, warnings: int) -> str:
    """Return what was found in one line; of what there is none, nothing is said."""
    said = [counted(number, noun) for number, noun in ((errors, "error"), (warnings, "warning")) if number]
    return ", ".join(said) or "no problems"


def verdict(problems: Iterable[Problem], failing: Sequence[str] = LEVELS["error"]) -> int:
    """Return the exit code for findings; *failing* are the levels that make it 1."""
    found = list(problems)
    if any(problem.id == "config.unreadable" and problem.level == "error" for problem in found):
        return 78
    return int(any(problem.level in failing for problem in found))
