"""`kernel config`: the configuration as the project sees it, without its secrets."""

import sys
from typing import Any

import click
from kernel_settings import shown

from kernel import Kernel
from kernel_admin.check import findings, of_configuration, report
from kernel_admin.project import safe, told
from kernel_admin.schema import described, json_schema, keys
from kernel_admin.tables import as_json, cell, dump, emit

SCHEMA = ("section", "key", "type", "default", "help")
NONE = "no active plugin has a section"


@click.group()
def config() -> None:
    """Look at the configuration."""


@config.command()
@click.option("--origin", is_flag=True, help="Also show where each value comes from.")
@as_json
def show(origin: bool, as_json: bool) -> None:
    """Show every section, defaults included and secrets masked."""
    project = told()
    sections: dict[str, dict[str, Any]] = shown(project.config)
    if as_json:
        dump(with_origins(project, sections) if origin else sections)
        return
    for section, values in sections.items():
        click.echo(f"[{section}]")
        for key, value in values.items():
            click.echo(f"{key} = {cell(value)}{f'    ; {came_from(project, section, key)}' if origin else ''}".rstrip())
        click.echo()


@config.command()
@as_json
def check(as_json: bool) -> None:
    """Check the configuration alone: whatever is wrong at a line of it. Exits 78 on errors in it."""
    problems = of_configuration(findings())
    report(problems, as_json)
    sys.exit(78 if any(problem.level == "error" for problem in problems) else 0)


@config.command()
@as_json
def schema(as_json: bool) -> None:
    """List every key that the active plugins understand; with --json as the JSON Schema of all sections."""
    schemas = described(safe())
    if as_json:
        dump(json_schema(schemas))
        return
    emit([key.row() for section, kind in schemas.items() for key in keys(section, kind)], SCHEMA, False, NONE)


@config.command()
@click.option("--all", "whole", is_flag=True, help="Every plugin of asgi-kernel, not those of a project.")
@click.option("--limits", "only_limits", is_flag=True, help="Only what limits something, and what happens beyond it.")
def reference(whole: bool, only_limits: bool) -> None:
    """Print a page of every section and key, in Markdown."""
    from kernel_admin import reference as pages

    sections = pages.everything() if whole else pages.of_project(safe())
    click.echo((pages.limits if only_limits else pages.reference)(sections), nl=False)


def with_origins(project: Kernel, sections: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the sections with {value, origin} for each key."""
    return {
        section: {key: {"value": value, "origin": came_from(project, section, key)} for key, value in keys.items()}
        for section, keys in sections.items()
    }


def came_from(project: Kernel, section: str, key: str) -> str:
    """Return "file:line", "env NAME" or "default"."""
    return project.config.origins.get((section, key), "default")
