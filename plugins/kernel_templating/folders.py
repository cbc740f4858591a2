"""Where templates lie: the folders of every app, and the order in which they are searched.

A template is known by "app:name", the app that owns its file and the path below the app's folders.
A bare name means the app that asks first, then the other apps in their order; what stands in
`override` comes before all.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

SEPARATOR = ":"
REFUSED = frozenset("\\\0:")


class Folders:
    """The template folders of all apps.

    Args:
        folders: absolute folders by the name of their app, in the order of the apps.
        override: apps whose templates take the place of others' of the same bare name.
    """

    def __init__(self, folders: Mapping[str, Sequence[Path]], override: Sequence[str] = ()) -> None:
        self.by_app, self._override = folders, tuple(name for name in override if name in folders)

    def order(self, own: str = "") -> list[str]:
        """Return the apps to search for a bare name that *own* asks for."""
        first = (*self._override, *([own] if own in self.by_app else ()))
        return list(dict.fromkeys((*first, *self.by_app)))

    def find(self, name: str, own: str = "") -> str | None:
        """Return the "app:name" that *name* means to the app *own*, or None."""
        app, colon, bare = name.rpartition(SEPARATOR)
        for one in [app] if colon else self.order(own):
            if self.file(one, bare):
                return f"{one}{SEPARATOR}{bare}"
        return None

    def file(self, app: str, bare: str) -> Path | None:
        """Return the file of a template; None if there is none, or if the name leaves the folder (CWE-22)."""
        if not REFUSED.isdisjoint(bare) or not {"", ".", ".."}.isdisjoint(bare.split("/")):
            return None
        paths = (folder / bare for folder in self.by_app.get(app, ()))
        return next((path for path in paths if os.path.isfile(path)), None)  # which is False for what no path can be

    def searched(self, name: str, own: str = "") -> list[tuple[str, Path]]:
        """Return (app, folder) of each place *name* is looked for."""
        app, colon, _ = name.rpartition(SEPARATOR)
        return [(one, folder) for one in ([app] if colon else self.order(own)) for folder in self.by_app.get(one, ())]

    def __iter__(self) -> Iterator[str]:
        """Yield every template as "app:name"; hidden files are none."""
        for app, folders in self.by_app.items():
            names = (path.relative_to(folder) for folder in folders for path in sorted(folder.rglob("*")))
            shown = (name.as_posix() for name in names if not any(part.startswith(".") for part in name.parts))
            yield from (f"{app}{SEPARATOR}{name}" for name in dict.fromkeys(shown) if self.file(app, name))
