"""The plugin "trace": it measures what requests meet, or is not there at all."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from time import perf_counter_ns
from typing import Annotated, Any

from kernel_networking import Access
from kernel_settings import Duration

from kernel import Layer, Plugin, Problem, Request, Response, hookimpl
from kernel.types import Application
from kernel_trace.header import server_timing
from kernel_trace.measured import measure
from kernel_trace.recorder import Recorder, Span
from kernel_trace.timings import SECOND, Timings

LOOPBACK = ("127.0.0.0/8", "::1")
TENTH = Duration("100ms")


@dataclass(frozen=True)
class TraceConfig:
    """Section [trace]."""

    enabled: Annotated[bool, "measure every layer, hook, guard, binder, handler and encoder"] = False
    header: Annotated[bool, "tell clients on this machine in a Server-Timing header"] = True
    slow: Annotated[Duration, "log what takes this long itself; 0 logs every call"] = TENTH


class Trace(Plugin):
    """Measure the parts of requests."""

    name = "trace"
    requires = ("settings", "networking")
    Config = TraceConfig
    clock = staticmethod(perf_counter_ns)

    @hookimpl
    def kernel_configure(self, kernel: Application, config: TraceConfig) -> None:
        """Offer the figures and, if that is enabled, measure what is compiled."""
        self._kernel, self._config, self._access = kernel, config, Access(LOOPBACK)
        timings = Timings()
        kernel.provide("trace", timings)
        self._recorder = Recorder(timings, round(config.slow * SECOND), self._route, self.clock)
        if config.enabled:
            kernel.provide("measure", partial(measure, self._recorder))

    def _route(self) -> Any:
        try:
            return self._kernel.get_current_request().route
        except LookupError:  # behind the end of the request
            return None

    @hookimpl
    def kernel_layers(self) -> Layer | None:
        """Stand outermost, if clients on this machine are told."""
        if not (self._config.enabled and self._config.header):
            return None
        return Layer("trace", before_request=self._begin, blocking=False, before=("events", "networking"))

    def _begin(self, request: Request) -> None:
        """Collect the times of a request whose client may see them."""
        recorder = self._recorder
        span = Span([] if self._access.allows(request) else None)
        recorder.current.set(span)
        if span.entries is None:
            return
        began = recorder.clock()

        async def tell(request: Request, response: Response) -> Response:
            entries, span.entries = span.entries or [], None
            response = response.copy()  # it may be one of several requests
            response.headers.append((b"server-timing", server_timing(recorder.clock() - began, entries)))
            return response

        async def settle(request: Request, response: Response) -> Response:
            request.settlers = (*request.settlers, tell)  # when all others are done
            return response

        request.settlers = (settle, *request.settlers)

    @hookimpl
    def kernel_checks(self, deploy: bool) -> Iterable[Problem]:
        """Warn of measuring what nobody looks at, and of what a proxy can make public."""
        if not (deploy and self._config.enabled):
            return
        where = self._kernel.config.origin("trace", "enabled") or "[trace]"
        message = "[trace] enabled: every part of every request is measured, which costs each of them"
        yield Problem("trace.enabled", "warning", message, "switch it on only while you look for something", where)
        if self._config.header:
            message = "[trace] header: a proxy on this machine that adds no header makes every client look local"
            hint = "set header to false in production; the log and the figures stay"
            yield Problem("trace.header", "warning", message, hint, where)
