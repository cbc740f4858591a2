"""The plugin "debug": it shows developers what went wrong, and nobody else."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Annotated

from kernel_networking import Access

from kernel import Plugin, Problem, Request, Response, hookimpl
from kernel.types import Application
from kernel_debug.accept import wants_html

Show = Callable[[Request, Exception, Response], Response | None]
SECTION = "[debug] enabled"


@dataclass(frozen=True)
class DebugConfig:
    """Section [debug]."""

    enabled: Annotated[bool, "show tracebacks to the clients below; never in production"] = False
    clients: Annotated[tuple[str, ...], "addresses or networks that see them"] = ("127.0.0.1", "::1")

    def __post_init__(self) -> None:
        try:
            Access(self.clients)
        except ValueError as error:
            raise ValueError(f"clients: {error}") from None


class Debug(Plugin):
    """Show internal errors to a browser on this machine."""

    name = "debug"
    requires = ("settings", "errors", "networking")
    Config = DebugConfig

    @hookimpl
    def kernel_configure(self, kernel: Application, config: DebugConfig) -> None:
        """Keep the section."""
        self._kernel, self._config, self._access = kernel, config, Access(config.clients)

    @hookimpl
    def kernel_unexpected(self) -> Show | None:
        """Return what shows an internal error, if that is enabled."""
        if not self._config.enabled:
            return None
        from kernel_debug.page import Page
        from kernel_debug.text import detailed
        from kernel_debug.veil import Veil, of_config, of_request

        kernel, access = self._kernel, self._access
        secrets, owner = list(of_config(kernel.config)), kernel.service("errors.owner")

        def show(request: Request, error: Exception, answer: Response) -> Response | None:
            if not access.allows(request):
                return None
            veil = Veil([*secrets, *of_request(request)])
            if wants_html(request):
                return Page(veil, owner, kernel.config.root).response(request, error, answer)
            return detailed(error, answer, veil)

        return show

    @hookimpl
    def kernel_checks(self, deploy: bool) -> Iterable[Problem]:
        """Report what must not be in production, and clients that are elsewhere."""
        if not self._config.enabled:
            return
        if deploy:
            message = f"{SECTION}: tracebacks and source are shown to {', '.join(self._config.clients) or 'nobody'}"
            hint = "set it to false in the configuration of production"
            yield Problem("debug.enabled", "error", message, hint, self._where("enabled"))
        if self._access.distant:
            message = f"[debug] clients: {', '.join(self._access.distant)} is not this machine"
            hint = "whoever has such an address sees tracebacks and source"
            yield Problem("debug.clients", "warning", message, hint, self._where("clients"))

    def _where(self, key: str) -> str:
        return self._kernel.config.origin("debug", key) or "[debug]"
