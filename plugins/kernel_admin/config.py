"""`kernel config`: the configuration as the project sees it, without its secrets."""

import sys
from dataclasses import MISSING, fields, is_dataclass
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import click
from kernel_settings import shown

from kernel import Kernel
from kernel_admin.check import findings, of_configuration, report
from kernel_admin.project import readable, safe, told
from kernel_admin.tables import Row, as_json, cell, dump, emit

SCHEMA = ("section", "key", "type", "default", "help")


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
    for section, keys in sections.items():
        click.echo(f"[{section}]")
        for key, value in keys.items():
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
    """List every key that the active plugins understand."""
    schemas = described(safe())
    rows = [row for section, kind in schemas.items() for row in keys(section, kind)]
    emit(rows, SCHEMA, as_json, "no active plugin has a section")


def described(project: Kernel) -> dict[str, type]:
    """Return the schema of each section; it depends on no value, and a plugin that fails has told its own."""
    _, provided = project.booted.services.get("schemas", ("", {}))
    members = [member for member in readable().plan.members if getattr(member.plugin, "Config", None)]
    own = {member.plugin.section or member.name: member.plugin.Config for member in members}
    return {**provided, **{section: kind for section, kind in own.items() if section not in provided}}


def with_origins(project: Kernel, sections: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the sections with {value, origin} for each key."""
    return {
        section: {key: {"value": value, "origin": came_from(project, section, key)} for key, value in keys.items()}
        for section, keys in sections.items()
    }


def came_from(project: Kernel, section: str, key: str) -> str:
    """Return "file:line", "env NAME" or "default"."""
    return project.config.origins.get((section, key), "default")


def keys(section: str, kind: type) -> list[Row]:
    """Return a row for each key of a schema: a dataclass, or a Struct."""
    hints, defaults = get_type_hints(kind, include_extras=True), default_values(kind)
    return [
        {"section": section, "key": key, "type": name_of(hint), "default": defaults.get(key), "help": help_of(hint)}
        for key, hint in hints.items()
    ]


def default_values(kind: type) -> dict[str, Any]:
    """Return the default of each key that has one."""
    if is_dataclass(kind):
        made = {f.name: f.default_factory() for f in fields(kind) if f.default_factory is not MISSING}
        return made | {f.name: f.default for f in fields(kind) if f.default is not MISSING}
    struct: Any = kind
    count = len(struct.__struct_defaults__)
    return dict(zip(struct.__struct_fields__[-count:], struct.__struct_defaults__, strict=True)) if count else {}


def name_of(hint: Any) -> str:
    """Return a type as its author wrote it."""
    hint = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    return hint.__name__ if isinstance(hint, type) and not get_args(hint) else str(hint).replace("typing.", "")


def help_of(hint: Any) -> str:
    """Return the text that documents a key."""
    texts = [part for part in getattr(hint, "__metadata__", ()) if isinstance(part, str)]
    return texts[0] if texts else ""
