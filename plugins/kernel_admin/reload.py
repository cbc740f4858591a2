"""Serve in a child process, and start it anew whenever a file of the project changes.

The parent imports nothing of the project, so whatever is broken there ends the child only; the
next change starts another.
"""

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import click

from kernel.boot.config import Config, items, locate, read
from kernel.boot.discovery import scan
from kernel.errors import ConfigError
from kernel_admin.binding import Place, default_bind
from kernel_admin.children import Child, Serving, kill, stop
from kernel_admin.faults import tell
from kernel_admin.signals import Signals
from kernel_admin.watching import changes

PATIENCE = 5
"""Seconds a child has to end in order before it is killed."""


class Reloader:
    """Runs one child at a time until a signal; *bind* "" takes the place from the configuration.

    While nothing serves nothing listens either: a client is refused at once, rather than kept waiting.
    """

    def __init__(self, bind: str, server: str, worker_class: str, announce: Callable[[Place], None]) -> None:
        self._bind, self._how, self._announce = bind, (server, worker_class), announce
        self._place: Place | None = None
        self._announced = False
        self._child: Child | None = None
        self._signals = Signals(lambda: kill(self._children()))

    def run(self) -> int:
        """Return the exit code; a child that ends by itself in order ends the whole."""
        try:
            while True:
                self._start()
                if not self._changed():
                    return stop(self._children(), PATIENCE)
                stop(self._children(), PATIENCE)
        finally:
            kill(self._children())
            self._leave()

    def _leave(self) -> None:
        """Close the place, if there is one; the next child gets a new one at the same address."""
        if self._place:
            self._place.close()
        self._place, self._announced = None, False

    def _children(self) -> list[Child]:
        return [self._child] if self._child else []

    def _start(self) -> None:
        """Start a child, unless the configuration cannot even be read."""
        self._child = None
        try:
            config = read(locate()[0])
        except ConfigError as error:
            for problem in error.problems:
                tell(problem)
            return
        self._folders = list(dict.fromkeys(folders(config)))
        if not self._place:
            self._place = Place.open(self._bind or default_bind(config))
            self._bind = self._place.text  # port 0 was another one
        self._child = Serving(self._place, *self._how).spawn()

    _folders: tuple[Path, ...] | list[Path] = ()

    def _changed(self) -> bool:
        """Wait for a change; False for a signal, or for a child that ended in order."""
        told = False
        for found in changes(self._folders or [locate()[0].parent]):
            if self._signals.received:
                return False
            if found:
                click.echo(f"reloading: {', '.join(sorted(Path(path).name for path in found))} changed", err=True)
                return True
            code = self._child.poll() if self._child else 1
            if code == 0:
                return False
            if code is not None and not told:
                told = True
                self._leave()
                click.echo("not serving; waiting for a change", err=True)
            if self._place and not self._announced and self._place.listening:
                self._announced = True
                self._announce(self._place)
        return False


def folders(config: Config) -> Iterator[Path]:
    """Yield the folder of the project and the packages of every plugin and app it names."""
    yield config.root
    plugins = set(items(config.get("plugins", {}).get("active", "standard")))
    apps = set(items(config.get("apps", {}).get("active", ())))
    values = [name for name in apps if ":" in name or "." in name]
    for member in scan():
        wanted = plugins if member.kind == "plugin" else apps
        if member.name in wanted or (member.standard and "standard" in wanted):
            values.append(member.value)
    for value in values:
        try:
            spec = find_spec(value.partition(":")[0].partition(".")[0])
        except (ImportError, ValueError):  # the child tells
            continue
        yield from map(Path, (spec.submodule_search_locations or ()) if spec else ())
