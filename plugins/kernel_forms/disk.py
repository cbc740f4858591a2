"""Work on the disk, off the event loop."""

import logging
from collections.abc import Callable
from errno import EDQUOT, EFBIG, ENOSPC
from typing import TypeVar

from anyio import to_thread

from kernel_forms.limits import refused

logger = logging.getLogger("kernel.forms")
FULL = {ENOSPC, EDQUOT, EFBIG}
T = TypeVar("T")


async def in_thread(work: Callable[..., T], *args: object) -> T:
    """Return `work(*args)`, called in a worker thread.

    Raises:
        HTTPException: 507, the disk is full; the log has it too.
    """
    try:
        return await to_thread.run_sync(work, *args)
    except OSError as error:
        if error.errno not in FULL:
            raise
        logger.error("no room for an upload: %s", error)
        raise refused(507, "there is no room for the upload") from error
