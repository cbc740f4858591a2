"""`kernel demo`: a small application to look at, served from a folder of the user."""

import os
from pathlib import Path

import click

from kernel_admin.binding import checked


@click.command()
@click.option("--bind", default="", callback=checked, help="host:port, [v6]:port or unix:/path.")
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), help="Folder for its config and its data.")
def demo(bind: str, data: Path | None) -> None:
    """Serve a small application to look at, until ctrl+c."""
    from kernel_demo.serve import config_path

    from kernel_admin.run import serve

    path = config_path(data)
    os.environ["KERNEL_CONFIG"] = str(path)
    click.echo(f"the demo lives in {path.parent}")
    serve(bind, workers=1, reload=False, server="hypercorn", worker_class="asyncio")
