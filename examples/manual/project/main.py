"""The entry of the project: `hypercorn main:bp`."""

from kernel_logging import get_logger

from kernel import Kernel

LOGGER = get_logger(__name__)
bp = Kernel()


@bp.event("startup")
async def on_startup():
    LOGGER.info("serving for %s", ", ".join(bp.config["networking"]["allowed_hosts"]))
