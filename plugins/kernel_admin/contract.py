"""`kernel plugins contract NAME`: hold a plugin to what every plugin has to keep."""

import sys
from dataclasses import asdict, replace
from inspect import getdoc
from typing import Any

import click

from kernel.boot.config import Config, locate, read
from kernel_admin.faults import Fault
from kernel_admin.tables import as_json, dump


@click.command()
@click.argument("name")
@as_json
def contract(name: str, as_json: bool) -> None:
    """Hold a plugin or an app to what every plugin has to keep.

    NAME is an entry point or "module:attribute". It is asked clause by clause, within a project
    with its sections of config.ini, so that required keys have values: what it opens at a start is
    opened. Exits 1 for a breach.
    """
    from kernel_testing.clauses import CLAUSES
    from kernel_testing.contract import breaches
    from kernel_testing.subject import subject

    try:
        one = subject(name, sections())
        one = replace(one, config=owned(one)) if one.kind == "plugin" else one
    except LookupError as error:
        raise Fault.one("plugin.unknown", str(error), "'kernel plugins list' shows what is installed") from None
    found = breaches(one)
    if as_json:
        dump(
            {
                "name": name,
                "kept": not found,
                "clauses": list(CLAUSES),
                "breaches": [asdict(breach) for breach in found],
            }
        )
    else:
        for clause, ask in CLAUSES.items():
            mine = [breach for breach in found if breach.clause == clause]
            click.echo(f"{'broken' if mine else 'kept':8}{clause:18}  {getdoc(ask)}")
            click.echo("".join(f"        - {breach.message}\n" for breach in mine), nl=False)
    sys.exit(1 if found else 0)


def sections() -> Config:
    """Return the configuration of the project of this folder, whose modules can then be imported."""
    path = locate()[0]
    if not path.is_file():
        return Config({})
    sys.path[:0] = [] if str(path.parent) in sys.path else [str(path.parent)]
    return read(path)


def owned(one: Any) -> dict[str, Any]:
    """Return the sections of a plugin and of those it requires; those of others would be opened without need."""
    from kernel_testing.subject import needed, owners

    names = owners(one, needed(one))
    return {name: keys for name, keys in one.config.items() if name in names}
