"""Give a kernel that is up another configuration: start what it says, then swap."""

import anyio
from anyio.to_thread import run_sync

from kernel import Kernel
from kernel.errors import KernelError
from kernel.request import Context
from kernel_events.keeper import Keeper


async def reconfigure(new: Kernel) -> anyio.Event:
    """Swap the kernel in front of *new* to that, which is not booted; see `Kernel.reconfigure`."""
    async with new.front.service("keeper").lock:
        old: Keeper = new.front.service("keeper")
        if not old.up:
            raise KernelError(f"the kernel is {old.life.state}: it can be reconfigured only while it is up")
        new.context = Context(new.front.context)
        await run_sync(new.boot)  # in a thread: requests are served meanwhile
        if "keeper" not in new.booted.services:
            raise KernelError("the new configuration does without the plugin 'events', which this needs: restart")
        new.service("keeper").follow(old)
        await new.start()
        old.retire()  # at once: nothing is awaited in between
    return old.stopped
