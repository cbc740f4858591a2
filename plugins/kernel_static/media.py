"""The plugin "media": it serves the project's uploads, if that is asked for, so that none can harm a visitor."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from kernel_responses.file import SANDBOX, File
from kernel_responses.media import media_type
from kernel_settings import Duration

from kernel import Plugin, Problem, Request, Response, hookimpl
from kernel.layers import Route
from kernel.types import Application
from kernel_static.links import Base, unserved
from kernel_static.serving import AT_ONCE, cache_control, check_prefix

ACTIVE = ("html", "xml", "svg", "javascript", "ecmascript", "flash")
"""Parts of the names of media types that browsers run."""
SHOWN = ("png", "jpeg", "gif", "webp", "pdf")


@dataclass(frozen=True)
class MediaConfig:
    """Section [media]."""

    prefix: Annotated[str, "where uploads are served, as /media; unset: nowhere"] = ""
    inline_types: Annotated[tuple[str, ...], "endings or media types that browsers show; others are saved"] = SHOWN
    max_age: Annotated[Duration, "how long an upload may be kept unasked"] = AT_ONCE

    def __post_init__(self) -> None:
        if self.prefix:
            check_prefix(self.prefix)


class Media(Plugin):
    """Serve the files below `[environment] media_path`; provide "media_url"."""

    name = "media"
    requires = ("settings", "responses")
    Config = MediaConfig

    @hookimpl
    def kernel_configure(self, kernel: Application, config: MediaConfig) -> None:
        """Offer the service."""
        self._kernel, self._config = kernel, config
        kernel.provide("media_url", Base(kernel, config.prefix) if config.prefix else unserved)

    @hookimpl
    def kernel_checks(self, deploy: bool) -> Iterable[Problem]:
        """Report, for production, types of uploads that browsers run."""
        for kind in self._config.inline_types if deploy and self._config.prefix else ():
            if any(part in meant(kind) for part in ACTIVE):
                message = (
                    f"[media] inline_types: '{kind}' can hold scripts, and only the sandbox keeps them from this site"
                )
                hint = "leave it out, so that it is saved, not shown"
                where = self._kernel.config.origin("media", "inline_types")
                yield Problem("media.active", "warning", message, hint, where)

    @hookimpl
    def kernel_routes(self) -> Iterable[Route]:
        """Declare the route, if there is a prefix."""
        config = self._config
        shown = frozenset(map(meant, config.inline_types))
        headers = [cache_control(config.max_age), (b"content-security-policy", SANDBOX.encode())]

        async def media(request: Request) -> Response:
            path = request.url_vars["path"]
            return File(path, headers=headers, partial=True, download=plain_type(path) not in shown)

        return [Route(f"{config.prefix.rstrip('/')}/<path:path>", "GET", media)] if config.prefix else []


def meant(kind: str) -> str:
    """Return the media type of an entry of `inline_types`: a type, or the ending of file names."""
    return kind if "/" in kind else plain_type(f"x.{kind}")


def plain_type(name: str) -> str:
    """Return the media type that a file name promises, without parameters."""
    return media_type(name).partition(";")[0]
