"""`kernel plugins compat`: which version of the hook API each plugin was written for, and what it uses of that."""

import sys
from typing import Any

import click
from kernel_compat.specification import specifications
from kernel_compat.usage import Use, api, declares, dotted, problems, uses

from kernel import API, Kernel
from kernel.boot.plan import Member
from kernel_admin.faults import tell
from kernel_admin.project import told
from kernel_admin.rows import row as facts
from kernel_admin.tables import as_json, dump, table

COLUMNS = ("name", "kind", "api", "newest", "deprecated", "fits", "refused")


@click.command()
@as_json
def compat(as_json: bool) -> None:
    """Tell which version of the hook API each plugin and app was written for, and what it uses.

    `newest` is the version of the newest hook or argument it uses, `fits` which kernels take it as
    it stands, `refused` why this one does not. Warnings follow. Exits 1 if something is refused.
    """
    project = told()
    used = list(uses(project, specifications(project)))
    rows = [
        row(project, member, [use for use in used if use.member.name == member.name])
        for member in project.plan.members
        if member.state in ("active", "failed") and member.name != "project"
    ]
    if as_json:
        dump({"api": dotted(API), "plugins": rows})
    else:
        click.echo(f"hook API {dotted(API)}")
        shown = [{**one, "deprecated": [use["name"] for use in one["deprecated"]]} for one in rows]
        click.echo("\n".join(table(shown, COLUMNS)))
        for problem in problems(project):
            tell(problem, sys.stdout)
    sys.exit(1 if any(one["refused"] for one in rows) else 0)


def row(project: Kernel, member: Member, used: list[Use]) -> dict[str, Any]:
    """Return what is to know of one plugin or app; versions of other plugins' hooks are left out."""
    known, state = facts(project, member), member.plugin is not None
    version = api(member.plugin) if state else ()
    ours = [use for use in used if use.specification.ours]
    newest = max((use.since for use in ours), default=())
    return {
        "name": member.name,
        "kind": member.kind,
        "distribution": member.distribution,
        "version": member.version,
        "api": dotted(version),
        "declared": state and declares(member.plugin),
        "newest": dotted(newest),
        "newest_uses": [use.name for use in ours if use.since == newest and not use.implied],
        "newer": [told_of(use) for use in used if use.newer],
        "deprecated": [told_of(use) for use in used if use.instead],
        "fits": f">={dotted(version)},<{version[0] + 1}.0" if version else "",
        "refused": known["reason"] if known["state"] == "failed" else "",
    }


def told_of(use: Use) -> dict[str, str]:
    """Return one use as JSON shows it."""
    return {"name": use.name, "since": dotted(use.since), "instead": use.instead, "where": use.where}
