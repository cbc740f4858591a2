"""The plugin: it makes the middlewares of [middlewares] active and compiles them to layers."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from kernel import Layer, Plugin, hookimpl
from kernel.boot.registry import blame, innermost
from kernel.errors import BootError
from kernel.types import Application
from kernel_middlewares.loading import Loader
from kernel_middlewares.middleware import Middleware, method
from kernel_middlewares.onion import onion
from kernel_middlewares.wrapping import Wrapper, Wrapping


@dataclass(frozen=True)
class MiddlewaresConfig:
    """Section [middlewares]."""

    active: Annotated[tuple[str, ...], "classes, as package.module.Class; the first is the outermost"] = ()


class Middlewares(Plugin):
    """Middleware classes of [middlewares] active."""

    name = "middlewares"
    requires = ("settings",)
    Config = MiddlewaresConfig

    @hookimpl(trylast=True)
    def kernel_configure(self, kernel: Application, config: MiddlewaresConfig) -> None:
        """Make the middlewares, and hand each the application: everything else is configured by now."""
        loader = Loader(kernel)
        self._kernel, self._middlewares = kernel, loader.load(config.active)
        if not loader.problems:
            applied = {path: self._applied(path, one, loader) for path, one in self._middlewares.items()}
            self._wrappers = {path: wrapper for path, wrapper in applied.items() if wrapper}
        if loader.problems:
            raise BootError(loader.problems)

    def _applied(self, path: str, middleware: Middleware, loader: Loader) -> Wrapper | None:
        """Return what a middleware put around the application."""
        process = method(middleware, "process_application")
        if process is None:
            return None
        wrapper = Wrapper(self._kernel, process)
        try:
            value = middleware.process_application(wrapper.kernel)
        except Exception as error:  # whatever it raises
            hint = f"see {innermost(error)}"
            loader.problems.error("middleware.application", f"middleware '{path}' failed: {blame(error)}", hint)
            return None
        if value is wrapper.kernel or value is self._kernel:
            return None
        if not callable(value):
            wrong = process.wrong(value, "the application or an ASGI application that wraps it")
            hint = "return what it was given, or an ASGI application that calls it"
            loader.problems.error("middleware.application", str(wrong), hint, process.where)
        wrapper.outer = value
        return wrapper

    @hookimpl
    def kernel_layers(self) -> Iterable[Layer]:
        """Stand around the application in the order of the configuration, and around every route.

        A request for a host that is not ours gets no further than the check of it.
        """
        handlers = {}
        for path, one in self._middlewares.items():
            around = onion(self._kernel, method(one, "process_request"), method(one, "process_response"))
            asgi, wrapping = self._wrappers.get(path), method(one, "process_handler")
            if around or asgi:
                yield Layer(path, around=around, asgi=asgi, after=("networking",))
            if wrapping:
                handlers[f"{path}.process_handler"] = wrapping
        if handlers:
            yield Layer(", ".join(handlers), around=Wrapping([*handlers.values()]), level="route")
