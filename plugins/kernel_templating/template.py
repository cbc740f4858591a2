"""Template: the name of a template, or its text, and what it is rendered with."""

from collections.abc import Mapping
from contextvars import ContextVar, copy_context
from typing import Any

from kernel import Request, Response
from kernel.response import HeaderInput
from kernel.types import Application

STARTED: ContextVar[Application] = ContextVar("templating.started")
"""The kernel whose life cycle this task runs: listeners of phases and servers beside the application."""


class Template:
    """A template to be rendered; cheap to make, and found when it is rendered.

    Args:
        path: below a `template_dirs` folder of the app that serves the request, then of the others;
            "app:page.html" says which.
        context: variables of the template.
        source: text of a template, rendered in a sandbox: it sees nothing but what it is given.
        kernel: where there is no request; by default that of the current request, of the running
            life cycle, or the project of the working directory.

    Raises:
        ValueError: neither *path* nor *source*.
    """

    __slots__ = ("context", "kernel", "path", "source")

    def __init__(
        self,
        path: str | None = None,
        context: Mapping[str, Any] | None = None,
        *,
        source: str | None = None,
        kernel: Application = None,
    ) -> None:
        if path is None and source is None:
            raise ValueError(
                "Template path or source is not specified: Template('page.html') or Template(source='...')"
            )
        self.path, self.context, self.source, self.kernel = path, context, source, kernel

    async def render(self, context: Mapping[str, Any] | None = None, **names: Any) -> str:
        """Return the text; *context* wins over *names*, both over the context of the template.

        Raises:
            TemplateNotFound: the message lists where it was looked for.
            jinja2.TemplateError: it does not compile, or uses a name that does not exist.
        """
        request, templates = here(self)
        variables = {**(self.context or {}), **names, **(context or {})}
        rendered: str = await templates.render(self, request, variables)
        return rendered

    async def response(self, status: int = 200, headers: HeaderInput = (), content_type: str = "") -> Response:
        """Return a response with the text; by default its type is that of the template's name."""
        request, templates = here(self)
        text = await templates.render(self, request, self.context or {})
        return Response(text, status, headers, content_type or templates.content_type(self))

    def __repr__(self) -> str:
        return f"Template({self.path!r})" if self.source is None else f"Template(source={self.source[:40]!r})"


def here(template: Template) -> tuple[Request | None, Any]:
    """Return the request this task serves, if any, and the templates of its kernel.

    Raises:
        LookupError: there is no kernel that has templates.
    """
    request = serving(template.kernel)
    kernel = template.kernel or (request.app if request else STARTED.get(None))
    if kernel is None and template.path is None:
        from kernel_templating.renderer import Templates

        return None, Templates()
    return request, (project(template) if kernel is None else kernel).service("templates")


def serving(kernel: Application = None) -> Request | None:
    """Return the request this task serves; with kernels inside one another, that of the innermost."""
    values = copy_context().values()
    requests = [one for one in values if isinstance(one, Request) and kernel in (None, one.app)]
    if len(requests) > 1:
        requests.sort(key=lambda one: len(one.scope.get("root_path") or ""))
    return requests[-1] if requests else None


def project(template: Template) -> Application:
    """Return the project of the working directory, booted."""
    from kernel import app
    from kernel.errors import BootError

    try:
        return app.boot()
    except BootError as error:
        hint = "pass the kernel: Template(path, kernel=kernel)"
        raise LookupError(f"{template!r} is rendered outside a request, where no project is found; {hint}") from error
