"""The templates of one kernel: found, compiled once, and rendered."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from kernel import Request
from kernel.layers import where
from kernel.serve.wrappers import label
from kernel_templating.folders import SEPARATOR, Folders

if TYPE_CHECKING:
    import jinja2

    from kernel_templating.environment import Joining

Variables = Mapping[str, Any]
Context = Callable[[Request], Any]
TYPES = {"txt": "text/plain; charset=utf-8", "xml": "application/xml", "svg": "image/svg+xml"}
PAGE = "text/html; charset=utf-8"
SAFE = ("url_for", "static_url", "media_url")
"""The globals that a text of unknown origin may use."""
SOURCES = 128
"""How many texts of templates are kept compiled."""


class Wanted(Protocol):
    """What is to be rendered, a `Template`: the name of one, or its text."""

    path: str | None
    source: str | None


class Templates:
    """The service "templates".

    Args:
        globals: names every template sees.
        filters: names for `{{ value|name }}`.
        contexts: (owner, `(request) -> mapping`, whether it is async); asked for every rendering.
        undefined: "strict" or "lenient".
        reload: look for changes of the files.
    """

    def __init__(
        self,
        folders: Folders | None = None,
        globals: Variables | None = None,
        filters: Mapping[str, Callable[..., Any]] | None = None,
        contexts: Sequence[tuple[str, Context, bool]] = (),
        undefined: str = "strict",
        reload: bool = False,
    ) -> None:
        self.folders, self._globals, self._filters = folders or Folders({}), globals or {}, filters or {}
        self._contexts, self._undefined, self._reload = contexts, undefined, reload
        self._now = [(owner, context) for owner, context, waits in contexts if not waits]
        self._later = any(waits for _, _, waits in contexts)
        self._found: dict[tuple[str, str], jinja2.Template] = {}
        self._awaiting: set[str | None] = set()
        self._text = lru_cache(SOURCES)(self._compiled_text)

    def _environment(self, waits: bool, sandboxed: bool = False) -> "Joining":
        from kernel_templating.environment import environment

        options = self.folders, self._filters, self._undefined, self._reload
        made = environment(*options, waits=waits, sandboxed=sandboxed)
        safe = SAFE if sandboxed else tuple(self._globals)
        made.globals |= {name: self._globals[name] for name in safe if name in self._globals}
        return made

    @cached_property
    def plain(self) -> "Joining":
        """The environment of files that await nothing."""
        return self._environment(waits=False)

    @cached_property
    def waiting(self) -> "Joining":
        """The environment of files that await what they call."""
        return self._environment(waits=True)

    @cached_property
    def _sandboxes(self) -> "dict[bool, Joining]":
        return {waits: self._environment(waits, sandboxed=True) for waits in (False, True)}

    def template(self, path: str, own: str = "") -> "jinja2.Template":
        """Return the compiled template that *path* means to the app *own*; raises TemplateNotFound."""
        found = self._found.get((own, path))
        if found is None:
            found = self.plain.get_template(self.plain.full_name(path, own))
            if not self._reload:
                self._found[own, path] = found
        return found

    def _compiled_text(self, source: str, own: str, waits: bool) -> "jinja2.Template":
        made = self._sandboxes[waits]
        code = made.compile(source, f"{own}{SEPARATOR}<source>", "<source>")
        return made.template_class.from_code(made, code, made.make_globals(None))

    def _compiled(self, template: Wanted, request: Request | None, waits: bool = False) -> "jinja2.Template":
        own = request.route.app if request and request.route else ""
        if template.path is None:
            return self._text(template.source, own, waits)
        compiled = self.template(template.path, own)
        return self.waiting.get_template(compiled.name) if waits else compiled  # type: ignore[arg-type]  # it has one

    def now(self, template: Wanted, request: Request | None, given: Variables) -> str | None:
        """Return the rendered text, or None if something has to be awaited; raises as `Template.render`."""
        variables: dict[str, Any] = {}
        if request and template.path is not None:
            if self._later:
                return None
            variables["request"] = request
            for owner, context in self._now:
                add(variables, context(request), owner, context)
        variables.update(given)
        return self._try(template, request, variables)

    async def render(self, template: Wanted, request: Request | None, given: Variables) -> str:
        """Return the rendered text; raises as `Template.render`."""
        variables: dict[str, Any] = {}
        if request and template.path is not None:
            variables["request"] = request
            for owner, context, waits in self._contexts:
                value = context(request)
                add(variables, await value if waits else value, owner, context)
        variables.update(given)
        text = self._try(template, request, variables)
        if text is None:
            compiled = self._compiled(template, request, waits=True)
            text = await compiled.render_async(variables)
            if template.path is not None:
                self._awaiting.add(compiled.name)
        return text

    def _try(self, template: Wanted, request: Request | None, variables: dict[str, Any]) -> str | None:
        compiled = self._compiled(template, request)
        return None if compiled.name in self._awaiting else self._attempt(compiled, variables)

    @cached_property
    def _attempt(self) -> "Callable[[jinja2.Template, dict[str, Any]], str | None]":
        from kernel_templating.environment import attempt

        return attempt

    def content_type(self, template: Wanted) -> str:
        """Return the media type that the name of a template implies."""
        return TYPES.get((template.path or "").rpartition(".")[2], PAGE)


def add(variables: dict[str, Any], more: Any, owner: str, context: Context) -> None:
    """Add what a context processor returned."""
    if not isinstance(more, Mapping):
        blame = f"'{owner}': the context processor '{label(context)}' owes a mapping"
        raise TypeError(f"{blame} and returned {type(more).__name__} ({where(context)})")
    variables.update(more)
