"""`kernel run`: boot first, so that the exit code is right, then serve."""

import sys
from collections.abc import Callable
from typing import TypeVar

import click

import kernel
from kernel_admin.binding import Place, checked, default_bind
from kernel_admin.project import strict

F = TypeVar("F", bound=Callable[..., None])


def options(command: F) -> F:
    """Add the options of everything that serves."""
    for option in reversed(
        [
            click.option(
                "--bind",
                default="",
                callback=checked,
                help="host:port, [v6]:port or unix:/path; else [networking] bind.",
            ),
            click.option("--workers", type=click.IntRange(1, 256), default=1, help="Processes that serve."),
            click.option("--reload", is_flag=True, help="Start anew when a file of the project changes."),
            click.option("--server", type=click.Choice(["hypercorn", "uvicorn", "granian"]), default="hypercorn"),
            click.option("--worker-class", type=click.Choice(["asyncio", "trio", "uvloop"]), default="asyncio"),
        ]
    ):
        command = option(command)
    return command


@click.command()
@options
@click.option("--locked", is_flag=True, help="Refuse what differs from plugins.lock, and look at nothing else.")
def run(bind: str, workers: int, reload: bool, server: str, worker_class: str, locked: bool) -> None:
    """Serve the project until ctrl+c; a second one stops at once.

    Exits 3 when the start fails or a plugin cannot load, 4 when workers keep dying, 78 on
    configuration.
    """
    serve(bind, workers, reload, server, worker_class, locked)


def serve(bind: str, workers: int, reload: bool, server: str, worker_class: str, locked: bool = False) -> None:
    """Serve the project in this process, or in children that it watches."""
    from kernel_admin.locking import booted
    from kernel_admin.servers import available

    if reload and locked:
        raise click.UsageError("--locked runs what is locked: leave --reload out")
    if reload and workers > 1:
        raise click.UsageError("--reload runs one worker: leave --workers out")
    if server == "granian" and (reload or workers > 1 or bind.startswith("unix:")):
        raise click.UsageError("--server granian binds its address itself: no --reload, no --workers, no unix:")
    chosen = available(server, worker_class)
    if reload:
        from kernel_admin.reload import Reloader

        sys.exit(Reloader(bind, server, worker_class, announce).run())
    project = booted() if locked else strict()
    place = Place.open(bind or default_bind(project.config))
    try:
        if workers > 1:
            from kernel_admin.children import Serving, patience
            from kernel_admin.supervisor import Supervisor

            how = Serving(place, server, worker_class, patience(project.config))
            sys.exit(Supervisor(how, workers, lambda: announce(place)).run())
        from kernel_admin.serving import serve as serving

        address = "" if bind.startswith("fd://") else place.url
        serving(kernel.app, chosen, place, lambda: ready(place, address), worker_class)
    finally:
        place.close()


def ready(place: Place, address: str) -> None:
    """Open the port, unless the server did, and say so, unless a parent does."""
    if place.sock.fileno() >= 0:
        place.listen()
    if address:
        say(address)


def announce(place: Place) -> None:
    """Tell where the project is served."""
    say(place.url)


def say(address: str) -> None:
    """Print the one line that tells the address."""
    click.echo(f"serving on {address} (ctrl+c stops)")
