"""The plugin: it concludes requests for which something waits; others never meet it."""

import logging
from collections.abc import Callable, Iterable
from inspect import isawaitable
from typing import Any

import anyio

from kernel import Plugin, Request, Response, hookimpl
from kernel.types import Application
from kernel_outcomes.outcome import classify

logger = logging.getLogger("kernel")


class Outcomes(Plugin):
    """Runs the hooks that wait for the end of a request."""

    name = "outcomes"

    @hookimpl
    def kernel_configure(self, kernel: Application) -> None:
        """Offer the conclusion that the kernel awaits when a request has hooks waiting."""
        kernel.provide("conclude", conclude)


async def conclude(request: Request, response: Response | None, error: BaseException | None) -> None:
    """Run `request.after` if the answer went out whole, and the finishers whatever happened.

    They run even while the request is being cancelled.
    """
    with anyio.CancelScope(shield=True):
        if error is None:
            await isolated(request, request.after, request)
        await isolated(request, request.finishers, request, classify(request, response, error))


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
