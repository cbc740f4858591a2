"""The plugin "static": it finds the folders of all apps and serves them under one prefix."""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from kernel_settings import Duration

from kernel import Plugin, Problem, Request, Response, hookimpl, hookspec
from kernel.layers import Route, as_tuple
from kernel.types import Application
from kernel_static.disclosure import disclosing
from kernel_static.file import Library, StaticFile
from kernel_static.fingerprints import Fingerprints
from kernel_static.folders import Folders, home
from kernel_static.links import Base, StaticUrl
from kernel_static.media import Media
from kernel_static.serving import AT_ONCE, cache_control, check_prefix

__all__ = ["Media", "Static"]


@dataclass(frozen=True)
class StaticConfig:
    """Section [static]."""

    prefix: Annotated[str, "where static files are served"] = "/static"
    url: Annotated[str, "where links to them point instead, as https://cdn.example/static"] = ""
    max_age: Annotated[Duration, "how long a plain name may be kept unasked; a hashed name always may"] = AT_ONCE
    follow_symlinks: Annotated[bool, "serve what links in a static folder lead to outside of it"] = False
    hidden_files: Annotated[bool, "serve files and folders whose names begin with a dot"] = False

    def __post_init__(self) -> None:
        check_prefix(self.prefix)


class Specs:
    """What this plugin asks others."""

    @hookspec(since=(1, 0))
    def kernel_static_dirs(self) -> Any:
        """Name folders of static files, relative to the module of the app or plugin: one, or several."""


class Static(Plugin):
    """Serve static files; provide "static_url"."""

    name = "static"
    requires = ("settings", "responses")
    specs = (Specs,)
    Config = StaticConfig

    @hookimpl
    def kernel_configure(self, kernel: Application, config: StaticConfig) -> None:
        """Find the folders."""
        self._config = config
        self._plugins = {member.name: member.plugin for member in kernel.plan.active}
        answers = [(name, as_tuple(answer)) for name, answer in kernel.collect("kernel_static_dirs")]
        apps = {name: self._folders(name, folders) for name, folders in answers if folders}
        folders = Folders(apps, follow_symlinks=config.follow_symlinks, hidden_files=config.hidden_files)
        self._library = Library(folders, Fingerprints(), cache_control(config.max_age))
        self._prefix = config.prefix.rstrip("/")
        kernel.provide("static_url", StaticUrl(self._library, Base(kernel, config.url or self._prefix)))

    def _folders(self, name: str, folders: Iterable[Any]) -> tuple[Path, ...]:
        """Return the folders that a plugin names, as real paths."""
        return tuple((home(self._plugins[name]) / folder).resolve() for folder in folders)

    @hookimpl
    def kernel_routes(self) -> Iterable[Route]:
        """Declare one route for all, if there are folders."""
        library = self._library

        async def static(request: Request) -> Response:
            return StaticFile(request.url_vars["path"], library)

        return [Route(f"{self._prefix}/<path:path>", "GET", static)] if library.folders.apps else []

    @hookimpl
    def kernel_checks(self, kernel: Application, deploy: bool) -> Iterable[Problem]:
        """Report folders that are not there and, for production, those that show more than they should."""
        if deploy:
            yield from disclosing(kernel, self._config, self._library.folders)
        for name, folders in self._library.folders.apps.items():
            for folder in [folder for folder in folders if not folder.is_dir()]:
                message = f"app '{name}': static_dirs names '{folder}', which is no folder"
                where = getattr(self._plugins[name], "where", "")
                yield Problem("static.folder", "error", message, "create it, or mend static_dirs", where)

    @hookimpl(optionalhook=True)
    def kernel_doctor(self) -> dict[str, Callable[[], Iterable[Problem]]]:
        """Have the folders examined, if there are some."""
        return {"static folders": self._examine} if self._library.folders.apps else {}

    def _examine(self) -> Iterable[Problem]:
        for name, folders in self._library.folders.apps.items():
            for folder in [folder for folder in folders if not os.access(folder, os.R_OK | os.X_OK)]:
                message = f"app '{name}': the static folder '{folder}' cannot be read"
                yield Problem("static.unreadable", "error", message, "change its owner or its mode", str(folder))

    @hookimpl
    def kernel_commands(self, cli: Any) -> None:
        """Add `kernel static collect`."""
        from kernel_static.collect import command

        cli.add_command(command(self._library))
