"""The plugin "templating": folders, names and checks of templates."""

import sys
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from kernel import App, Plugin, Problem, Response, hookimpl, hookspec
from kernel.boot.plan import Member
from kernel.errors import BootError, did_you_mean
from kernel.layers import as_tuple
from kernel.serve.wrappers import is_async
from kernel.types import Application
from kernel_templating import checks
from kernel_templating.folders import Folders
from kernel_templating.page import rendering
from kernel_templating.renderer import Templates
from kernel_templating.template import STARTED, Template


@dataclass(frozen=True)
class TemplatesConfig:
    """Section [templates]."""

    override: Annotated[tuple[str, ...], "apps whose templates replace others' of the same name, as a theme does"] = ()
    reload: Annotated[bool, "look for changed files; always so with [debug] enabled"] = False
    undefined: Annotated[Literal["strict", "lenient"], "a name that does not exist: an error, or nothing"] = "strict"


class Specs:
    """What this plugin asks others."""

    @hookspec(since=(1, 0))
    def kernel_template_dirs(self) -> Any:
        """Name folders of templates, relative to the folder of your module."""

    @hookspec(since=(1, 0))
    def kernel_template_globals(self) -> Any:
        """Return names that every template sees: a mapping."""

    @hookspec(since=(1, 0))
    def kernel_template_filters(self) -> Any:
        """Return filters: a mapping of names to functions, sync or async."""

    @hookspec(since=(1, 0))
    def kernel_template_context(self) -> Any:
        """Return context processors, `(request) -> mapping`, sync or async; asked at every rendering."""


class Templating(Plugin):
    """Render templates; provide "templates", the `Templates` of the project."""

    name = "templating"
    requires = ("settings",)
    specs = (Specs,)
    section = "templates"
    Config = TemplatesConfig

    @hookimpl
    def kernel_configure(self, kernel: Application, config: TemplatesConfig) -> None:
        """Collect what apps and plugins declare; a name that is claimed twice is a finding."""
        members = {member.name: member for member in kernel.plan.active}
        folders = {
            name: tuple(place(members[name]) / path for path in as_tuple(answer))
            for name, answer in kernel.collect("kernel_template_dirs")
        }
        self._declared = {name: declared(member) for name, member in members.items()}
        self._override, self._kernel, self._config = config.override, kernel, config
        own = builtin(kernel)
        names, problems = checks.claims(
            kernel.collect("kernel_template_globals"), "global", [*own, "request"], kernel.plan.claims
        )
        filters, more = checks.claims(kernel.collect("kernel_template_filters"), "filter", (), kernel.plan.claims)
        if problems or more:
            raise BootError([*problems, *more])
        contexts = [
            (name, context, is_async(context))
            for name, answer in kernel.collect("kernel_template_context")
            for context in as_tuple(answer)
        ]
        reload = config.reload or kernel.config.get("debug", {}).get("enabled") is True
        found = Folders(folders, config.override, live=reload)
        self._templates = Templates(found, {**names, **own}, filters, contexts, config.undefined, reload)
        kernel.provide("templates", self._templates)

    @hookimpl
    def kernel_render(self, type_: type) -> Callable[[Template], Response] | None:
        """Render templates that a handler returns."""
        return rendering(self._templates, self._kernel) if issubclass(type_, Template) else None

    @hookimpl
    def kernel_lifespan(self, kernel: Application) -> Any:
        """Tell templates rendered by listeners and servers which kernel they belong to."""
        return started(kernel)

    @hookimpl
    def kernel_checks(self, deploy: bool) -> Iterable[Problem]:
        """Report folders that are not there, templates that do not compile and, for production, watching files."""
        if deploy and self._config.reload:
            message = "[templates] reload: every rendering looks whether files have changed"
            where = self._kernel.config.origin("templates", "reload")
            yield Problem("templates.reload", "warning", message, "leave it out", where)
        folders = self._templates.folders
        yield from checks.missing(folders, self._declared)
        for name in [name for name in self._override if name not in folders.by_app]:
            message = f"[templates] override: no app '{name}' has template_dirs{did_you_mean(name, folders.by_app)}"
            where = self._kernel.config.origin("templates", "override")
            yield Problem("templates.override", "error", message, "mend the name", where)
        if folders.by_app:
            yield from checks.uncompilable(self._templates)


def declared(member: Member) -> str:
    """Return "file:line" where a member was declared, as far as it is known."""
    if isinstance(member.plugin, App):
        return member.plugin.where
    file = getattr(sys.modules.get(type(member.plugin).__module__), "__file__", None)
    return f"{file}:1" if file else ""


def place(member: Member) -> Path:
    """Return the folder that the template_dirs of a member are relative to."""
    return Path(declared(member).rpartition(":")[0]).absolute().parent


def builtin(kernel: Application) -> dict[str, Callable[..., str]]:
    """Return the names every template sees."""

    def url_for(name: str, /, **variables: Any) -> str:
        """Return the path of a route."""
        try:
            build = kernel.get_current_request().url_for
        except LookupError:
            build = kernel.service("url_for")
        url: str = build(name, **variables)
        return url

    def static_url(path: str) -> str:
        """Return the URL of a static file."""
        url: str = kernel.service("static_url")(path)
        return url

    def media_url(path: str) -> str:
        """Return the URL of an uploaded file."""
        url: str = kernel.service("media_url")(path)
        return url

    return {"url_for": url_for, "static_url": static_url, "media_url": media_url}


@asynccontextmanager
async def started(kernel: Application) -> AsyncIterator[None]:
    """Name the running kernel to this task and those it starts."""
    before = STARTED.get(None)
    STARTED.set(kernel)
    try:
        yield
    finally:
        STARTED.set(before)
