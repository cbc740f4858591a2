"""`kernel errors list`: the error codes a client may meet."""

import click

from kernel_admin.project import compiled, safe
from kernel_admin.tables import as_json, emit

COLUMNS = ("code", "status", "message", "owner", "where")


@click.group()
def errors() -> None:
    """Look at the declared error codes."""


@errors.command("list")
@as_json
def list_(as_json: bool) -> None:
    """List the codes of the project and of every app."""
    project = safe()
    compiled(project)
    _, declared = project.booted.services.get("errors", ("", ()))
    rows = [
        {"code": code.code, "status": code.status, "message": code.message, "owner": owner, "where": code.where}
        for owner, code in declared
    ]
    emit(rows, COLUMNS, as_json, "no error codes")
