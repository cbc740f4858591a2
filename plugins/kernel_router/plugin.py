"""The router as a plugin: it compiles the routes, builds URLs and runs the lifespans of mounts."""

from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any

from kernel import Plugin, hookimpl
from kernel.errors import Problem
from kernel.types import Application
from kernel_router.matcher import USUAL, Longest, Matcher, compiled
from kernel_router.mount import STATES, Mount, State
from kernel_router.survey import Bound, Entry, shadows, survey
from kernel_router.urls import Urls

ENTRIES = "router.entries"
"""Service: every method of every route of this kernel."""


class Router(Plugin):
    """Match requests to routes by method and path.

    Provides the services "url_for" and "request.url_for".
    """

    name = "router"

    @hookimpl
    def kernel_configure(self, kernel: Application, config: Any) -> None:
        """Offer the services, anew for every boot; they know the routes once those are compiled."""
        self._kernel = kernel
        self._entries: list[Entry] = []
        self._urls = Urls()
        limits = kernel.config.get("limits", {})
        length = limits.get("max_path_length", USUAL.characters)
        self._longest = Longest(length, limits.get("max_path_segments", USUAL.segments))
        states: dict[int, State] = {}
        kernel.provide("url_for", self._urls)
        kernel.provide("request.url_for", self._urls.of)
        kernel.provide(ENTRIES, self._entries)
        kernel.provide(STATES, states)

    @hookimpl
    def kernel_router(self, routes: list[Bound]) -> Matcher:
        """Check all routes together and compile them to one matcher."""
        self._entries += survey(routes, self._kernel.plan.claims)
        self._urls.index(self._entries)
        return compiled(self._entries, self._longest)

    @hookimpl
    def kernel_checks(self, kernel: Application) -> Iterable[Problem]:
        """Warn of routes of two apps between which the order of the apps decides."""
        return list(shadows(kernel.service(ENTRIES)))

    @hookimpl(trylast=True)
    def kernel_lifespan(self, kernel: Application) -> AbstractAsyncContextManager[None]:
        """Start mounted applications after all plugins, and stop them before."""
        routes = (entry.route for entry in kernel.service(ENTRIES))
        return mounted([route for route in routes if isinstance(route, Mount)], kernel.service(STATES))


@asynccontextmanager
async def mounted(mounts: Iterable[Mount], states: dict[int, State]) -> AsyncIterator[None]:
    """Run the lifespans of *mounts* around the block; an application mounted twice has one life."""
    async with AsyncExitStack() as stack:
        for mount in mounts:
            key = id(mount.application)
            if mount.lifespan and key not in states:
                from kernel_router.lifespans import running  # anyio, only where it is needed

                states[key] = {}
                stack.callback(states.pop, key)
                await stack.enter_async_context(running(mount, states[key]))
        yield
