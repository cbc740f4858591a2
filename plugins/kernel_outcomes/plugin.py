"""The plugin: it settles and concludes requests for which something waits; others never meet it."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from kernel import Plugin, Request, Response, hookimpl
from kernel.response import checked
from kernel.types import Application
from kernel_outcomes.background import Background
from kernel_outcomes.conclusion import Conclusion

MOST, LONGEST = 1000, 15.0
"""The defaults of [limits] max_background and of [timeouts] shutdown_hook, in seconds."""


class Outcomes(Plugin):
    """Runs what has the last word on a response, the hooks that wait for its end, and background calls."""

    name = "outcomes"

    @hookimpl
    def kernel_configure(self, kernel: Application) -> None:
        """Offer what the kernel awaits for a request with settlers, and for one with hooks waiting."""
        most, services = number(kernel, "limits", "max_background", MOST), kernel.booted.services
        self._background = Background(most, lambda: services.get("spawn", ("", None))[1])
        kernel.provide("settle", settle)
        kernel.provide("conclude", Conclusion(kernel, self._background).conclude)
        kernel.provide("busy", self._background.busy)
        kernel.provide("request.background", self._background.of)

    @hookimpl(trylast=True)
    def kernel_lifespan(self, kernel: Application) -> AbstractAsyncContextManager[None]:
        """Own the background calls: what they use is started before, and stopped after they have ended."""
        return self._background.running(number(kernel, "timeouts", "shutdown_hook", LONGEST))


def number(kernel: Application, section: str, key: str, default: Any) -> Any:
    """Return a number of a section that another plugin owns and validates."""
    value = kernel.config.get(section, {}).get(key)
    return value if isinstance(value, (int, float)) else default


async def settle(
    request: Request, response: Response, rescue: Callable[[Request, Exception], Awaitable[Response]]
) -> Response:
    """Give the response to each of `request.settlers`, before its first byte, and return what is to be sent.

    They are called whatever became of the request, unless the client left or it was cancelled. The
    exception of one is answered like a handler's; those after it get that answer.
    """
    response, done = response.copy(), 0  # it may be one of several requests
    while done < len(request.settlers):  # one may add others
        settler, done = request.settlers[done], done + 1
        try:
            response = await settler(request, response)
            if isinstance(response.pairs, list):
                response.pairs = tuple(checked(response.pairs))
        except BaseException as error:
            if close := getattr(response, "aclose", None):  # of a stream that is under way, and is not sent
                await close()
            if not isinstance(error, Exception):
                raise
            response = (await rescue(request, error)).copy()
    return response
