"""Where the instructions of the plain text request go: what happens before, in and after what users write.

The handler and `send` stop the traced process when they are called and when they return, so the parts add
up to the whole. A stop itself is counted too; what two stops without anything between take is taken off.
"""

import asyncio
import gc
import os
import signal
import sys
from contextlib import suppress
from typing import Any

from basics import raw_plaintext
from kernel_router import Routes
from scenario import HEADERS, ASGIApp, Scenario
from stepping import Unavailable, counts

from kernel import App, Kernel

OURS = (
    "until the handler: the request, checks, the route",
    "",
    "rendering, until the first message",
    "the first message, until the second",
    "the second message, and the end of the request",
)
RAW = ("until the first message", "the first message, until the second", "the second message, and the end")
WARM_UP, PROCESSES = 200, 4


class Stops:
    """Ends a part and begins the next, once it is `on`."""

    on = False

    def __call__(self) -> None:
        """Stop twice: once the counting ends, once it begins."""
        if self.on:
            os.kill(os.getpid(), signal.SIGSTOP)
            os.kill(os.getpid(), signal.SIGSTOP)


stop = Stops()
routes = Routes()


@routes.get("/plaintext")
async def plaintext(request):  # type: ignore[no-untyped-def]  # as users write it
    stop()
    stop()
    return "Hello, world!"


async def taken(message: Any) -> None:
    """Take what is sent."""
    stop()


def counting(app: ASGIApp, scenario: Scenario) -> None:
    """Make requests until nothing is new any more; then stop at each part of one."""
    scope, (message,) = scenario.scope(), scenario.messages()

    async def receive() -> Any:
        return message

    async def serve() -> None:
        stop()
        await app(scope, receive, taken)
        stop()

    for number in range(WARM_UP + 1):
        work = serve()
        if number == WARM_UP:
            stop.on = True
            os.kill(os.getpid(), signal.SIGSTOP)
        with suppress(StopIteration):
            work.send(None)  # nothing waits, so no event loop is asked
    os.kill(os.getpid(), signal.SIGSTOP)
    stop.on = False


async def watched() -> None:
    """Count the parts in a started kernel, and in the callable."""
    gc.disable()
    app = App(name="bench", routes=routes)
    scenario = Scenario("plaintext", "/plaintext", app, raw_plaintext, None)
    kernel = Kernel({}, apps=[app])
    await kernel.start()
    counting(kernel, scenario)
    counting(raw_plaintext, scenario)
    await kernel.stop()


def parted(found: list[int]) -> tuple[list[int], list[int]]:
    """Return the instructions of each part, ours and by hand, without those of the stops.

    What is counted before the first part and after the last belongs to none. The second part of ours has
    nothing in it but the stops.
    """
    ours, raw = found[1 : 1 + len(OURS)], found[len(OURS) + 3 : -1]
    stops = ours[1]
    return [count - stops for count in ours], [count - stops for count in raw]


def main() -> int:
    """Print the parts, of the process that needed least; 0 too where nothing can be counted, with the reason."""
    try:
        seen = [parted(counts(lambda: asyncio.run(watched()))) for _ in range(PROCESSES)]
    except Unavailable as error:
        print(f"skipped: instructions cannot be counted here: {error}")
        return 0
    for title, names, parts in zip(
        ("ours", "raw"), (OURS, RAW), [min(some, key=sum) for some in zip(*seen, strict=True)], strict=True
    ):
        print(f"{title}, {len(HEADERS)} headers: {sum(parts):,}")
        for name, count in zip(names, parts, strict=True):
            if name:
                print(f"  {name:52} {count:>7,} {count / sum(parts):5.0%}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
