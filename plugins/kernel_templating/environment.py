"""Jinja, set up so that a template cannot do harm by accident.

Everything is escaped, whatever the file is called; a name that does not exist is an error; what is
rendered from a string runs in the sandbox. This module imports Jinja, and only the first template
imports this module.
"""

from collections.abc import Callable, Mapping
from inspect import iscoroutine
from types import CoroutineType
from typing import Any

from jinja2 import BaseLoader, Environment, StrictUndefined, Template, TemplateNotFound as Missing, Undefined, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing

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


class Awaits(Exception):  # a signal, not an error
    """A template called something async; it has to be rendered again, with await."""


class Loader(BaseLoader):
    """Reads templates by their full name, "app:name", as UTF-8."""

    def __init__(self, folders: Folders) -> None:
        self._folders = folders

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """Return text, file name and whether the file is still the same; raises TemplateNotFound."""
        path = self._folders.file(template)
        if path is None:
            raise TemplateNotFound(template, self._folders)
        changed = path.stat().st_mtime_ns

        def current() -> bool:
            return self._folders.file(template) == path and path.stat().st_mtime_ns == changed

        return path.read_text("utf-8"), str(path), current


class Noticing(CodeGenerator):
    """Where nothing is awaited, compiles calls and attributes so that an awaitable raises Awaits.

    What they usually do stands inline, since a page has hundreds of them.
    """

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:
        """Write one call."""
        self.write("" if self.environment.is_async else "(called if not hasattr(called := ")
        super().visit_Call(node, frame, forward_caller=forward_caller)
        self.write("" if self.environment.is_async else ", '__await__') else context.refuse(called))")

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:
        """Write one `object.name`; the sandbox decides for itself."""
        if self.environment.is_async or self.environment.sandboxed:
            super().visit_Getattr(node, frame)
            return
        self.write("(got if (got := getattr(of := ")
        self.visit(node.node, frame)
        name = repr(node.attr)
        self.write(f", {name}, missing)).__class__ is str else environment.other(of, {name}, got))")


class Refusing(Context):
    """The variables of one rendering."""

    def refuse(self, value: Any) -> Any:
        """Refuse something awaitable; a coroutine is closed, since nobody will await it."""
        if iscoroutine(value):
            value.close()
        raise Awaits


class Joining(Environment):
    """An environment whose templates refer to others from the app that owns them."""

    code_generator_class, context_class = Noticing, Refusing
    folders: Folders
    names: dict[tuple[str, str], str]

    def full_name(self, name: str, own: str) -> str:
        """Return the "app:name" that *name* means to the app *own*; raises TemplateNotFound."""
        known = self.names.get((name, own))
        if known is None:
            known = self.folders.find(name, own)
            if known is None:
                raise TemplateNotFound(name, self.folders, own)
            if not self.auto_reload:
                self.names[name, own] = known
        return known

    def join_path(self, template: str, parent: str) -> str:
        """Return the full name of what *parent* extends, includes or imports."""
        return self.full_name(template, parent.rpartition(SEPARATOR)[0])


class Trusting(Joining):
    """An environment for the project's own files."""

    def other(self, obj: Any, attribute: str, value: Any) -> Any:
        """Return *value*, an attribute; where there is none `obj["attribute"]`, as Jinja does.

        A coroutine, as `row.awaitable_attrs.author` is, raises Awaits.
        """
        if value is missing:
            try:
                return obj[attribute]
            except (TypeError, LookupError, AttributeError):
                return self.undefined(obj=obj, name=attribute)
        if value.__class__ is CoroutineType:
            value.close()
            raise Awaits
        return value


class Sandboxed(Joining, ImmutableSandboxedEnvironment):
    """An environment for templates whose text is not ours; what they may reach, Jinja's sandbox decides."""


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
    made = (Sandboxed if sandboxed else Trusting)(
        loader=Loader(folders),
        autoescape=True,
        undefined=UNDEFINED[undefined],
        auto_reload=reload,
        enable_async=waits,
        cache_size=-1,
    )
    made.folders, made.names = folders, {}
    made.filters |= filters if waits else {name: _refusing(f) if is_async(f) else f for name, f in filters.items()}
    return made


def _refusing(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return what takes the place of an async filter where nothing is awaited."""

    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise Awaits

    return refuse


def attempt(template: Template, variables: dict[str, Any]) -> str | None:
    """Return the rendered text, or None if something in it has to be awaited."""
    try:
        return "".join(template.root_render_func(template.new_context(variables)))
    except Awaits:
        return None
    except Exception as error:
        if isinstance(error, TypeError) and "object is not iterable" in str(error):
            return None  # as an async iterator says in a plain loop; what is wrong otherwise fails again
        template.environment.handle_exception()  # which shows lines of the template, and raises
