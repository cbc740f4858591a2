"""What waits for the end of a request, run there; what fails is reported and goes no further."""

import inspect
import logging
from collections.abc import Callable
from traceback import walk_tb
from typing import Any

import anyio

from kernel import Request, Response
from kernel.errors import ClientDisconnect
from kernel.layers import where
from kernel.types import Application
from kernel_outcomes.background import Background, Call
from kernel_outcomes.outcome import classify

logger = logging.getLogger("kernel")


class Conclusion:
    """Concludes the requests of one kernel."""

    def __init__(self, kernel: Application, background: Background) -> None:
        self._kernel, self._background = kernel, background

    async def conclude(self, request: Request, response: Response | None, error: BaseException | None) -> None:
        """Run `request.after` and `request.answered` if the answer went out whole, the finishers in any case.

        Finishers run even while the request is being cancelled. A request with background calls is
        concluded in a task of the application. `request.response` is what was to be sent, None if
        it did not come to that.
        """
        request.response = response  # type: ignore[attr-defined]  # not by vars(): that costs as much as a hook
        if error is None and not (request.after or request.finishers):
            for hook in () if request.rescued else request.answered:
                try:
                    await hook(request)  # without a shield, which costs more than most hooks
                except Exception as failure:
                    await self._hook_failed(request, hook, failure)
            if not request.after:  # which they can add to
                return
            request.answered = ()
        calls = vars(request).get("calls")
        if error is not None or not (calls and await self._background.run(self._all, request, response)):
            await self._all(request, response, error, shield=True)

    async def _all(
        self, request: Request, response: Response | None, error: BaseException | None = None, shield: bool = False
    ) -> None:
        try:
            if error is not None:
                return await self._failed(request, error)
            await self._run(request, "after", shield, request)  # a background call may be cut
            if not request.rescued:
                await self._run(request, "answered", shield, request)
                await self._run(request, "after", shield, request)  # what those added
        finally:
            await self._run(request, "finishers", True, request, classify(request, response, error))

    async def _failed(self, request: Request, error: BaseException) -> None:
        """Report what cut the answer, and give up the calls that were to follow it."""
        for call in vars(request).get("calls", ()):
            self._background.leave(call)
        if isinstance(error, Exception) and not isinstance(error, (ClientDisconnect, OSError)):
            await self._report(request, f"the response failed after it had begun{self._blame(error)}", error)

    async def _run(self, request: Request, kind: str, shield: bool, *args: Any) -> None:
        """Call the hooks of one kind, each once, those too that are added meanwhile; a scope costs more than most."""
        while hooks := getattr(request, kind):
            setattr(request, kind, hooks[1:])
            try:
                result = hooks[0](*args)
                if result is not None and inspect.isawaitable(result):
                    with anyio.CancelScope(shield=shield):
                        await result
            except Exception as error:
                await self._hook_failed(request, hooks[0], error)

    async def _hook_failed(self, request: Request, hook: Callable[..., Any], error: Exception) -> None:
        await self._report(request, f"{self._title(request, hook, error)} failed", error)

    async def _report(self, request: Request, what: str, error: Exception) -> None:
        """Write the one record of a failure behind the start of the response, and tell the observers."""
        route = f" (route '{request.route}')" if request.route else ""
        logger.error("%s %r: %s%s", request.scope["method"], request.scope["path"], what, route, exc_info=error)
        observe = self._kernel.booted.services.get("observe")
        if observe:
            with anyio.CancelScope(shield=True):
                await observe[1](request, error, True)

    def _title(self, request: Request, hook: Callable[..., Any], error: Exception) -> str:
        """Return what a hook is called in a report: its name, who brought it, and from where."""
        if isinstance(hook, Call):
            return hook.title
        known = inspect.unwrap(hook)
        name, place = getattr(known, "__qualname__", repr(known)), where(known)
        plan = self._kernel.plan
        steps = [*plan.application, *(step for route, some in plan.routes if route is request.route for step in some)]
        owner = next((f" of '{step.plugin}'" for step in steps if step.where == place and place), self._blame(error))
        return f"hook '{name}'{owner} ({place})" if place else f"hook '{name}'{owner}"

    def _blame(self, error: Exception) -> str:
        """Return ", in app 'shop'" for whoever owns the innermost frame that anybody owns."""
        owner = self._kernel.booted.services.get("errors.owner", ("", lambda frame: ""))[1]
        owners = [owner(frame) for frame, _ in walk_tb(error.__traceback__)]
        return next((f", in {name}" for name in reversed(owners) if name), "")
