"""Where templates lie: the folders of every app, and the order in which they are searched.

A template is known by "app:name", the app that owns its file and the path below the app's folders.
A bare name means the app that asks first, then the other apps in their order; what stands in
`override` comes before all.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

SEPARATOR = ":"
REFUSED = frozenset("\\\0:")


class Folders:
    """The template folders of all apps; hidden files and folders count as absent.

    Args:
        folders: absolute folders by the name of their app, in the order of the apps.
        override: apps whose templates take the place of others' of the same bare name.
        live: look into the folders each time; else they are listed once, and a name is only looked
            up among those, so that none can lead outside (CWE-22).
    """

    def __init__(
        self, folders: Mapping[str, Sequence[Path]], override: Sequence[str] = (), *, live: bool = False
    ) -> None:
        self.by_app, self._override = folders, tuple(name for name in override if name in folders)
        self._live = live

    def order(self, own: str = "") -> list[str]:
        """Return the apps to search for a bare name that *own* asks for."""
        first = (*self._override, *([own] if own in self.by_app else ()))
        return list(dict.fromkeys((*first, *self.by_app)))

    def find(self, name: str, own: str = "") -> str | None:
        """Return the "app:name" that *name* means to the app *own*, or None."""
        app, colon, bare = name.rpartition(SEPARATOR)
        candidates = (f"{one}{SEPARATOR}{bare}" for one in ([app] if colon else self.order(own)))
        return next((full for full in candidates if self.file(full)), None)

    def file(self, full: str) -> Path | None:
        """Return the file of a template; *full* is "app:name"."""
        if not self._live:
            return self._listed.get(full)
        app, _, bare = full.rpartition(SEPARATOR)
        if not REFUSED.isdisjoint(bare) or any(part.startswith(".") or not part for part in bare.split("/")):
            return None
        paths = (folder / bare for folder in self.by_app.get(app, ()))
        return next((path for path in paths if os.path.isfile(path)), None)  # which is False for what no path can be

    @cached_property
    def _listed(self) -> dict[str, Path]:
        found: dict[str, Path] = {}
        for app, folders in self.by_app.items():
            for path, name in ((path, name) for folder in folders for path, name in files(folder)):
                found.setdefault(f"{app}{SEPARATOR}{name}", path)
        return found

    def searched(self, name: str, own: str = "") -> list[tuple[str, Path]]:
        """Return (app, folder) of each place *name* is looked for."""
        app, colon, _ = name.rpartition(SEPARATOR)
        return [(one, folder) for one in ([app] if colon else self.order(own)) for folder in self.by_app.get(one, ())]

    def __iter__(self) -> Iterator[str]:
        """Yield every template as "app:name"."""
        if self._live:
            vars(self).pop("_listed", None)
        return iter(list(self._listed))


def files(folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield every file below *folder* and its name; links are followed, once each."""
    seen = set()
    for root, folders, names in os.walk(folder, followlinks=True):
        real = os.path.realpath(root)
        folders[:] = [] if real in seen else sorted(name for name in folders if not name.startswith("."))
        for name in [] if real in seen else sorted(names):
            if not name.startswith("."):
                path = Path(root, name)
                yield path, path.relative_to(folder).as_posix()
        seen.add(real)
