"""What becomes of a Template that a handler returns."""

from collections.abc import Callable

from kernel import Request, Response
from kernel.response import Pair, header
from kernel.types import Application, Send
from kernel_templating.renderer import PAGE, TYPES, Templates
from kernel_templating.template import Template

PAIRS: dict[str, tuple[Pair, ...]] = {kind: (header("content-type", kind),) for kind in (PAGE, *TYPES.values())}


class Later(Response):
    """A page that is rendered when it is sent, because something in it has to be awaited."""

    streamed = True

    def __init__(self, template: Template, templates: Templates, request: Request) -> None:
        super().__init__(content_type=templates.content_type(template))
        self._template, self._templates, self._request = template, templates, request

    async def prepare(self, request: Request) -> Response:
        """Return the response with its text; what was changed about it so far stays."""
        text = await self._templates.render(self._template, self._request, self._template.context or {})
        response = Response.trusted(text.encode(), self.status, ())
        response.pairs = self.pairs
        return response

    async def write(self, request: Request, send: Send) -> None:
        """Send what `prepare` returns."""
        await (await self.prepare(request)).write(request, send)


def rendering(templates: Templates, kernel: Application) -> Callable[[Template], Response]:
    """Return the encoder of templates."""

    def render(template: Template) -> Response:
        request = kernel.get_current_request()
        text = templates.now(template, request, template.context or {})
        if text is None:
            return Later(template, templates, request)
        return Response.trusted(text.encode(), 200, PAIRS[templates.content_type(template)])

    return render
