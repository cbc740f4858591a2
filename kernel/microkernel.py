"""Kernel: one project as an ASGI application, booted and compiled on first use."""

from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack, nullcontext
from contextvars import ContextVar
from copy import copy
from functools import partial, reduce
from typing import Any
from weakref import ref

import anyio

from kernel.boot.config import Config, Source
from kernel.boot.discovery import discover
from kernel.boot.plan import Plan
from kernel.boot.sequence import Boot
from kernel.errors import WAYS, Findings, KernelError
from kernel.layers import F, Hooks, as_tuple, caller
from kernel.plugin import App
from kernel.request import Context, Request
from kernel.serve.application import concluded, lifespan, serve, told, unavailable
from kernel.types import Many, Receive, Scope, Send


class Kernel:
    """A project: `hypercorn kernel:app` serves the one of the working directory.

    Args:
        config: a path (or a function that says it), a mapping of sections, or None:
            KERNEL_CONFIG, else `config.ini` in the working directory, else defaults.
        apps: App objects, active in addition to [apps] active.
        plugins: plugin objects or classes, active in addition to [plugins] active.
        discover: returns the installed members; asked only when the configuration names some.

    What plugins and requests know as their kernel is a *generation*: a copy that belongs to one boot
    and never changes. `front` is the kernel that servers call; it has what the latest of its
    generations has, and hands requests to that one.
    """

    def __init__(self, config: Source = None, *, apps: Many = (), plugins: Many = (), discover: Any = discover) -> None:
        self.front, self._hooks, self.context, self._spoken = self, Hooks(), Context(), False
        self._arguments = (config, (*apps, App(name="project", hooks=self._hooks)), tuple(plugins), discover)
        self._current, self.compiled = ContextVar[Request]("current_request"), tuple[Any, ...]()
        self._boot, self.wrapped = None, None  # type: Boot | None, Any

    __call__ = serve

    @property
    def booted(self) -> Boot:
        """The finished boot, whatever it found; the first use does the work."""
        if self._boot is None:
            self._boot = Boot(copy(self))
            self._boot.run(*self._arguments)
        return self._boot

    def boot(self) -> "Kernel":
        """Boot now.

        Raises:
            BootError: with every finding; ConfigError if the configuration is to blame.
        """
        self.booted.demand()
        return self

    # The sections of config.ini, references resolved, those of plugins validated.
    config: Config = property(lambda self: self.booted.config)  # type: ignore[assignment]  # read-only
    # What was compiled, with the origin of every part.
    plan: Plan = property(lambda self: self.booted.plan)  # type: ignore[assignment]  # read-only
    # Every finding of the boot, warnings included.
    problems: Findings = property(lambda self: self.booted.problems)  # type: ignore[assignment]  # read-only

    def provide(self, key: str, value: Any) -> None:
        """Offer *value* under *key*; a key taken by another plugin is a finding."""
        owner, _ = self.booted.services.setdefault(key, (self.booted.registry.asked, value))
        if owner != self.booted.registry.asked:
            both = self.plan.claims((owner, ""), (self.booted.registry.asked, caller()))
            self.problems.error("service.duplicate", f"service '{key}' is provided by {both}", WAYS, caller())

    def service(self, key: str) -> Any:
        """Return what was provided under *key*; LookupError when nobody did."""
        if key not in self.booted.services:
            raise LookupError(f"no active plugin provides '{key}'")
        return self.booted.services[key][1]

    def collect(self, hook: str, **arguments: Any) -> list[tuple[str, Any]]:
        """Ask every active plugin: (plugin name, answer) in order, abstentions left out."""
        return list(self.booted.registry.collect(hook, **arguments))

    def event(self, name: str, **wishes: Any) -> Callable[[F], F]:
        """Listen to *name* for the project itself, after the listeners of all apps; see `Hooks`."""
        return self._hooks.event(name, **wishes)

    async def execute_event(self, name: str, args: Mapping[str, Any] | None = None) -> None:
        """Call the listeners of *name* one after another; needs the events plugin."""
        await self.service("events")(name, args or {})

    def get_current_request(self) -> Request:
        """Return the request this task serves; LookupError outside of one."""
        return self._current.get()

    async def start(self) -> None:
        """Boot, then enter every lifespan in order; a failure leaves those entered and raises."""
        self._spoken = True
        await self.boot().booted.services.get("enter", ("", Kernel.enter))[1](self.booted.kernel)
        # at once: no request meets a part of each of two
        vars(self.front).update(vars(self.booted.kernel), _spoken=True)

    async def stop(self) -> None:
        """Leave the lifespans in exact reverse; requests are answered 503 again."""
        self.compiled, self.wrapped = (), None
        await self.booted.services.get("leave", ("", self.entered.aclose))[1]()

    async def reconfigure(self, config: Source = None) -> "anyio.Event":
        """Start what *config* says, or the same source read anew, and swap; requests under way end as they began.

        Needs the plugin "events". Calls come one after another.

        Returns:
            An event that is set when what served before has stopped, after its last request.

        Raises:
            BootError: with every finding; nothing has changed.
            KernelError: a start failed, and was undone; or this kernel is not up.
        """
        new, source = copy(self.front), self.front._arguments[0] if config is None else config
        new._boot, new.compiled, new.wrapped, new._arguments = None, (), None, (source, *self._arguments[1:])
        return await self.service("reconfigure")(new)  # type: ignore[no-any-return]  # an event

    async def enter(self) -> None:
        """Enter every lifespan of this generation in order; what holds them is `entered`."""
        keep = self.booted.services.get("lifespan", ("", lambda _, context: context))[1]
        async with AsyncExitStack() as stack:
            for name, some in [(n, x) for n, xs in self.collect("kernel_lifespan", kernel=self) for x in as_tuple(xs)]:
                try:
                    await stack.enter_async_context(keep(name, some if hasattr(some, "__aenter__") else some(self)))
                except Exception as why:
                    raise KernelError(f"plugin '{name}': its lifespan failed: {type(why).__name__}: {why}") from why
            last = (self.booted.services.get(key, ("", concluded))[1] for key in ("settle", "conclude"))
            enter = self.booted.services.get("seed", ("", lambda enter: enter))[1](self._current.set)
            compiled = (*self.booted.compiled, enter, self._current.reset, *last)
            wraps: list[Any] = [layer.asgi for layer in reversed(self.plan.layers) if layer.asgi]
            self.wrapped = reduce(lambda app, wrap: wrap(app), wraps, partial(serve, self, compiled=compiled))
            # `reset` is a new object, which only `compiled` holds, and with it the requests under way
            self.compiled, self.under_way = () if wraps else compiled, ref(compiled[7])
            self.entered = stack.pop_all()

    async def arrive(self, scope: Scope, receive: Receive, send: Send, compiled: Any = ()) -> None:
        """Take what `serve` does not: the lifespan, websockets, and requests while nothing is compiled.

        The service "websocket" serves the second, `async (scope, receive, send, compiled)`. For a
        server that speaks no lifespan the first request starts the kernel, once.
        """
        if scope["type"] == "lifespan":
            self._spoken = True
            await lifespan(self.start, self.stop, receive, send)
        elif scope["type"] not in ("http", "websocket"):
            raise ValueError(f"a scope of type '{scope['type']}' is not served here")
        elif compiled:
            await self.booted.services.get("websocket", ("", unavailable))[1](scope, receive, send, compiled)
        else:
            # anyio imports its locks when one is named: here, and not with the kernel
            async with nullcontext() if self.wrapped else vars(self.front).setdefault("_lock", anyio.Lock()):
                if not self._spoken:
                    await told("startup", self.start)
            await (self.wrapped or unavailable)(scope, receive, send)
