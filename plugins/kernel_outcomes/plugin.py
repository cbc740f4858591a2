"""The plugin: it settles and concludes requests for which something waits; others never meet it."""

import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator
from inspect import isawaitable
from typing import Any

import anyio

from kernel import Plugin, Request, Response, hookimpl
from kernel.response import checked
from kernel.types import Application
from kernel_outcomes.outcome import classify

logger = logging.getLogger("kernel")


class Outcomes(Plugin):
    """Runs what has the last word on a response, and the hooks that wait for the end of a request."""

    name = "outcomes"

    @hookimpl
    def kernel_configure(self, kernel: Application) -> None:
        """Offer what the kernel awaits for a request with settlers, and for one with hooks waiting."""
        kernel.provide("settle", settle)
        kernel.provide("conclude", conclude)


async def settle(
    request: Request, response: Response, rescue: Callable[[Request, Exception], Awaitable[Response]]
) -> Response:
    """Give the response to each of `request.settlers`, before its first byte, and return what is to be sent.

    They are called whatever became of the request, unless the client left or it was cancelled. The
    exception of one is answered like a handler's; those after it get that answer.
    """
    for settler in growing(request, "settlers"):
        try:
            response = await settler(request, response)
            if isinstance(response.pairs, list):
                response.pairs = tuple(checked(response.pairs))
        except Exception as error:
            response = await rescue(request, error)
    return response


async def conclude(request: Request, response: Response | None, error: BaseException | None) -> None:
    """Run `request.after` if the answer went out whole, and the finishers whatever happened.

    They run even while the request is being cancelled. `request.response` is then what was to be
    sent, None if it did not come to that.
    """
    vars(request)["response"] = response
    with anyio.CancelScope(shield=True):
        if error is None:
            await isolated(request, growing(request, "after"), request)
        await isolated(request, growing(request, "finishers"), request, classify(request, response, error))


def growing(request: Request, kind: str) -> Iterator[Callable[..., Any]]:
    """Yield the hooks of one kind, and those that are added meanwhile: by one that opens a session, say."""
    done = 0
    while done < len(hooks := getattr(request, kind)):
        yield hooks[done]
        done += 1


async def isolated(request: Request, hooks: Iterable[Callable[..., Any]], *args: Any) -> None:
    """Call hooks one after another; a failure is logged and reaches neither client nor server."""
    for hook in hooks:
        try:
            result = hook(*args)
            if isawaitable(result):
                await result
        except Exception:
            name, scope = getattr(hook, "__qualname__", repr(hook)), request.scope
            logger.exception("%s %r: hook '%s' failed", scope["method"], scope["path"], name)
