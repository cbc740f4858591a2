"""What the app does when something happens."""

from kernel_logging import get_logger

from kernel import Hooks

LOGGER = get_logger(__name__)
hooks = Hooks()


@hooks.event("startup")
async def started():
    LOGGER.debug("hello is there")


@hooks.event("user_created")
async def welcome(username):
    LOGGER.info("user '%s' created", username)
