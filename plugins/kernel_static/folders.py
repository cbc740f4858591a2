"""The static folders of all apps: a path begins with the name of an app, whose first folder that has the file wins."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from io import BufferedReader
from pathlib import Path
from typing import Any, NamedTuple

from kernel_responses.media import opened

from kernel import App
from kernel.errors import HTTPException, did_you_mean


class Opened(NamedTuple):
    """An open file, the folder that has it, and its path in there."""

    folder: Path
    name: str
    file: BufferedReader
    state: os.stat_result


class Folders:
    """The folders by app, as real paths.

    Args:
        rules: `follow_symlinks` and `hidden_files`, see `kernel_responses.media.locate`.
    """

    def __init__(self, apps: Mapping[str, tuple[Path, ...]], **rules: bool) -> None:
        self.apps, self.rules = apps, rules

    def places(self, path: str) -> Iterator[tuple[Path, str]]:
        """Yield each folder that may have *path*, and the path inside of it."""
        app, _, name = path.partition("/")
        for folder in self.apps.get(app, ()):
            yield folder, name

    def state(self, path: str) -> os.stat_result | None:
        """Return the state of what is at *path*; allowed or not, and without opening it."""
        for folder, name in self.places(path):
            with suppress(OSError, ValueError):
                return os.stat(folder / name)
        return None

    def open(self, path: str) -> Opened:
        """Open the file at *path*.

        Raises:
            HTTPException: 404, none of the app's folders has it.
        """
        for folder, name in self.places(path):
            with suppress(HTTPException):
                return Opened(folder, name, *opened(folder, name, **self.rules))
        raise HTTPException(404)

    def paths(self) -> Iterator[str]:
        """Yield every path that can be opened, each once, in order."""
        found = {
            f"{app}/{Path(folder, name).relative_to(top).as_posix()}"
            for app, folders in self.apps.items()
            for top in folders
            for folder, _, names in os.walk(top, followlinks=self.rules.get("follow_symlinks", False))
            for name in names
        }
        for path in sorted(found):
            with suppress(HTTPException):
                self.open(path).file.close()
                yield path

    def _guess(self, app: str) -> str:
        """Return "; did you mean 'x'?", where the last part of a dotted name may stand for the whole or the reverse."""
        by_end = {name.rpartition(".")[2]: name for name in self.apps}
        near = by_end.get(app.rpartition(".")[2])
        return f"; did you mean '{near}'?" if near else did_you_mean(app, self.apps)

    def missing(self, path: str) -> LookupError:
        """Return the error that says why there is no *path*."""
        app = path.partition("/")[0]
        if app not in self.apps:
            known = f"a path begins with the name of an app: {', '.join(map(repr, self.apps))}{self._guess(app)}"
            reason = f"no app '{app}' has static_dirs{f'; {known}' if self.apps else ', nor has any other'}"
            return LookupError(f"static file '{path}': {reason}")
        looked = ", ".join(f"'{folder}'" for folder in self.apps[app])
        return LookupError(f"static file '{path}': there is no such file in {looked}")


def home(plugin: Any) -> Path:
    """Return the folder of the module that made an app, or that defines a plugin."""
    if isinstance(plugin, App):
        return Path(plugin.where.rpartition(":")[0]).absolute().parent
    return Path(sys.modules[type(plugin).__module__].__file__ or "").absolute().parent
