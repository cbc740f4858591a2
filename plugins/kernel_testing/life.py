"""The lifespan protocol from the server's side (ASGI lifespan 2.0)."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

ASGIApp = Callable[[Any, Any, Any], Awaitable[None]]
STEPS = ("startup", "shutdown")


class LifespanFailed(Exception):
    """The application could not start or stop; the message is its own."""


class Life:
    """One lifespan of an application: run it as a task, and ask it step by step.

    `state` is what the application leaves there for its requests.
    """

    def __init__(self, app: ASGIApp) -> None:
        import anyio

        self.state: dict[str, Any] = {}
        self._app, self._steps, self._forever = app, iter(STEPS), anyio.Event()
        self._asked = {step: anyio.Event() for step in STEPS}
        self._answered = {step: anyio.Event() for step in STEPS}
        self._answers: dict[str, str] = {}

    async def run(self) -> None:
        """Call the application; one that raises before its first answer speaks no lifespan, and may."""
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": self.state}
        try:
            await self._app(scope, self._receive, self._send)
        except Exception as error:
            if self._answers:
                self._answers["shutdown"] = f"{type(error).__name__}: {error}"
        finally:
            for event in self._answered.values():
                event.set()

    async def ask(self, step: str) -> None:
        """Ask for one step and wait for its end.

        Raises:
            LifespanFailed: the application says so, or ended by an exception after its start.
        """
        self._asked[step].set()
        await self._answered[step].wait()
        if self._answers.get(step):
            raise LifespanFailed(self._answers[step])

    async def _receive(self) -> dict[str, str]:
        step = next(self._steps, "")
        await self._asked.get(step, self._forever).wait()
        return {"type": f"lifespan.{step}"}

    async def _send(self, message: Mapping[str, Any]) -> None:
        _, step, end = message["type"].split(".")
        self._answers[step] = f"{step} failed: {message.get('message', '')}" if end == "failed" else ""
        self._answered[step].set()
