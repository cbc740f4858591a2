"""Start and stop mounted applications (ASGI lifespan sub-specification), from the server's side."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import Event, create_task_group

from kernel.types import Message
from kernel_router.mount import Mount, State

logger = logging.getLogger("kernel.router")


class Conversation:
    """What is said with one application: `startup` at once, `shutdown` when `stopping` is set."""

    def __init__(self, mount: Mount, state: State) -> None:
        self._mount, self._state = mount, state
        self._asked = False
        self.started, self.stopping, self.ended = Event(), Event(), Event()
        self.failure = ""

    async def run(self) -> None:
        """Call the application; one that ends or raises without an answer has no lifespan."""
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": self._state}
        try:
            await self._mount.application(scope, self._receive, self._send)
        except Exception as error:
            if not self.started.is_set():
                logger.info("mount '%s' has no lifespan (%r)", self._mount.path, error)
            elif self.stopping.is_set():
                self._failed(f"its shutdown failed: {type(error).__name__}: {error}")
            elif not self.failure:
                logger.exception("mount '%s': its lifespan ended early", self._mount.path)
        finally:
            self.started.set()
            self.ended.set()

    async def _receive(self) -> Message:
        if not self._asked:
            self._asked = True
            return {"type": "lifespan.startup"}
        await self.stopping.wait()
        return {"type": "lifespan.shutdown"}

    async def _send(self, message: Message) -> None:
        kind, _, verdict = message["type"].removeprefix("lifespan.").partition(".")
        if verdict == "failed":
            self._failed(f"its {kind} failed: {message.get('message', '')}")
        (self.started if kind == "startup" else self.ended).set()

    def _failed(self, text: str) -> None:
        self.failure = self.failure or f"mount '{self._mount.path}': {text}"


@asynccontextmanager
async def running(mount: Mount, state: State) -> AsyncIterator[None]:
    """Run the lifespan of a mounted application around the block.

    Raises:
        RuntimeError: the application says that its startup or shutdown failed, and why.
    """
    talk = Conversation(mount, state)
    raised: Exception | None = None
    async with create_task_group() as group:
        group.start_soon(talk.run)
        await talk.started.wait()
        if not talk.failure:
            try:
                yield
            except Exception as error:
                raised = error  # raised below: a task group would wrap it
            talk.stopping.set()
            await talk.ended.wait()
        group.cancel_scope.cancel()
    if raised:
        raise raised
    if talk.failure:
        raise RuntimeError(talk.failure)
