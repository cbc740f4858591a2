"""Jinja, set up so that a template cannot do harm by accident.

Everything is escaped, whatever the file is called; a name that does not exist is an error; what is
rendered from a string runs in the sandbox. This module imports Jinja, and only the first template
imports this module.
"""

from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import BaseLoader, Environment, StrictUndefined, Template, TemplateNotFound as Missing, Undefined
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import internalcode

from kernel.errors import did_you_mean
from kernel.serve.wrappers import is_async
from kernel_templating.folders import SEPARATOR, Folders

UNDEFINED: dict[str, type[Undefined]] = {"strict": StrictUndefined, "lenient": Undefined}


class TemplateNotFound(Missing):
    """There is no such template; the message lists where it was looked for."""

    def __init__(self, name: str, folders: Folders, own: str = "") -> None:
        app, colon, bare = name.rpartition(SEPARATOR)
        message = f"template {name!r} is not found"
        if colon and app not in folders.by_app:
            super().__init__(name, f"{message}: no app {app!r} has template_dirs{did_you_mean(app, folders.by_app)}")
            return
        known = [one.rpartition(SEPARATOR)[2] for one in folders if not colon or one.startswith(app + SEPARATOR)]
        places = "".join(f"\n    {folder} (app '{one}')" for one, folder in folders.searched(name, own))
        looked = f"; looked in{places}" if places else "; no app has template_dirs"
        super().__init__(name, f"{message}{did_you_mean(bare, known)}{looked}")


class Awaits(Exception):  # noqa: N818  # a signal, not an error
    """A template called something async; it has to be rendered again, with await."""


class Loader(BaseLoader):
    """Reads templates by their full name, "app:name", as UTF-8."""

    def __init__(self, folders: Folders) -> None:
        self._folders = folders

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """Return text, file name and whether the file is still the same; raises TemplateNotFound."""
        app, _, bare = template.rpartition(SEPARATOR)
        path = self._folders.file(app, bare)
        if path is None:
            raise TemplateNotFound(template, self._folders)
        changed = path.stat().st_mtime_ns

        def current() -> bool:
            return self._folders.file(app, bare) == path and path.stat().st_mtime_ns == changed

        return path.read_text("utf-8"), str(path), current


class Calls(Context):
    """The variables of one rendering without await, which notices what would have to be awaited."""

    @internalcode
    def call(__self, __obj: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:  # noqa: N805, B902  # as Jinja calls it
        """Call something from a template."""
        value = super().call(__obj, *args, **kwargs)
        if hasattr(value, "__await__"):
            getattr(value, "close", bool)()  # a coroutine that nobody will await
            raise Awaits
        return value


class Joining(Environment):
    """An environment whose templates refer to others from the app that owns them."""

    folders: Folders

    def join_path(self, template: str, parent: str) -> str:
        """Return the full name of what *parent* extends, includes or imports."""
        own = parent.rpartition(SEPARATOR)[0]
        found = self.folders.find(template, own)
        if found is None:
            raise TemplateNotFound(template, self.folders, own)
        return found


class Sandboxed(Joining, ImmutableSandboxedEnvironment):
    """The same for templates whose text is not ours."""


def environment(
    folders: Folders,
    filters: Mapping[str, Callable[..., Any]],
    undefined: str = "strict",
    reload: bool = False,
    *,
    waits: bool = False,
    sandboxed: bool = False,
) -> Joining:
    """Return an environment.

    Args:
        waits: compile templates that await what they call; they take half as long again.
        sandboxed: for texts that somebody else wrote.
    """
    made = (Sandboxed if sandboxed else Joining)(
        loader=Loader(folders),
        autoescape=True,
        undefined=UNDEFINED[undefined],
        auto_reload=reload,
        enable_async=waits,
        cache_size=-1,
    )
    made.folders = folders
    made.filters |= filters if waits else {name: _refusing(f) if is_async(f) else f for name, f in filters.items()}
    if not waits:
        made.context_class = Calls
    return made


def _refusing(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return what takes the place of an async filter where nothing is awaited."""

    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise Awaits

    return refuse


def attempt(template: Template, variables: Mapping[str, Any]) -> str | None:
    """Return the rendered text, or None if something in it has to be awaited."""
    try:
        return template.render(variables)
    except Awaits:
        return None
    except TypeError as error:
        if "object is not iterable" not in str(error):  # as an async iterator says in a plain loop
            raise
        return None
