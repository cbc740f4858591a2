"""The plugin: it offers the headers to the kernel, which adds them to whatever is answered."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Annotated

from kernel_settings import Bounds

from kernel import Layer, Plugin, Problem, hookimpl
from kernel.errors import did_you_mean
from kernel.response import Pair, header
from kernel.types import Application, ASGIApp, Message, Receive, Scope, Send
from kernel_headers.standing import Standing

YEAR = 31_536_000
POLICIES = (
    *("no-referrer", "no-referrer-when-downgrade", "same-origin", "origin", "strict-origin"),
    *("origin-when-cross-origin", "strict-origin-when-cross-origin", "unsafe-url"),
)
"""Of Referrer-Policy; of several a browser takes the last that it knows."""
OPENERS = ("unsafe-none", "same-origin-allow-popups", "same-origin", "noopener-allow-popups")
HSTS = b"strict-transport-security"


@dataclass(frozen=True)
class HeadersConfig:
    """Section [headers]; an empty value leaves a header out, and a handler that sets one itself is left alone."""

    nosniff: Annotated[bool, "X-Content-Type-Options: nosniff, so that no browser guesses what an answer is"] = True
    referrer_policy: Annotated[str, "Referrer-Policy: what other sites learn of where a visitor came from"] = (
        "same-origin"
    )
    frame_options: Annotated[str, "X-Frame-Options: who may show an answer in a frame, DENY or SAMEORIGIN"] = "DENY"
    coop: Annotated[str, "Cross-Origin-Opener-Policy of pages: who may hold on to their window"] = "same-origin"
    csp: Annotated[str, "Content-Security-Policy of pages: where what they show may come from"] = ""
    hsts_seconds: Annotated[
        int,
        f"Strict-Transport-Security on https: how long browsers refuse http; 0: they do not; {YEAR} is a year",
        Bounds(0),
    ] = 0

    def __post_init__(self) -> None:
        if self.frame_options.upper() not in ("", "DENY", "SAMEORIGIN"):
            raise ValueError(f"frame_options: {self.frame_options!r} is none of DENY, SAMEORIGIN and nothing")
        for key, known in (("referrer_policy", POLICIES), ("coop", OPENERS)):
            for value in getattr(self, key).split(",") if getattr(self, key) else ():
                if value.strip() not in known:
                    near = did_you_mean(value, known)
                    raise ValueError(f"{key}: {value.strip()!r} is none of {', '.join(known)}{near}")
        try:
            header("csp", self.csp)
        except ValueError:
            raise ValueError(f"csp: {self.csp!r} holds what no header may hold") from None


class Headers(Plugin):
    """Tell browsers what they may make of an answer (WHATWG Fetch and HTML, RFC 6797, RFC 7034)."""

    name = "headers"
    requires = ("settings",)
    Config = HeadersConfig

    @hookimpl
    def kernel_configure(self, kernel: Application, config: HeadersConfig) -> None:
        """Offer the pairs to the kernel."""
        self._kernel, self._config = kernel, config
        always = {
            "x-content-type-options": "nosniff" if config.nosniff else "",
            "referrer-policy": config.referrer_policy,
            "x-frame-options": config.frame_options.upper(),
        }
        pages = {"cross-origin-opener-policy": config.coop, "content-security-policy": config.csp}
        kernel.provide("headers", Standing(written(always), written(pages)))

    @hookimpl
    def kernel_layers(self) -> Layer | None:
        """Stand around everything, if https is to stay."""
        seconds = self._config.hsts_seconds
        return Layer("hsts", asgi=strict(b"max-age=%d" % seconds), after=("networking",)) if seconds else None

    @hookimpl
    def kernel_checks(self, deploy: bool) -> Iterable[Problem]:
        """Warn of what protects visitors and is switched off, before a deployment."""
        if not deploy:
            return
        for key in ("nosniff", "referrer_policy", "frame_options", "coop"):
            if not getattr(self._config, key):
                message = f"[headers] {key}: switched off, for every answer that does not say it itself"
                where = self._kernel.config.origin("headers", key) or "[headers]"
                yield Problem("headers.off", "warning", message, "leave the key out, or set it in handlers", where)
        if not self._config.hsts_seconds:
            message = "[headers] hsts_seconds: 0, so a browser that was here over https may come back over http"
            hint = f"once every page is served over https, set it to {YEAR}; or silence this check"
            yield Problem("headers.hsts", "warning", message, hint, "[headers] hsts_seconds")


def written(values: dict[str, str]) -> tuple[Pair, ...]:
    """Return the pairs of the values that are not empty."""
    return tuple(header(name, value) for name, value in values.items() if value)


def strict(value: bytes) -> Callable[[ASGIApp], ASGIApp]:
    """Return what adds the header to all that is answered over https, which it is for (RFC 6797 §7.2)."""

    def wrap(app: ASGIApp) -> ASGIApp:
        async def call(scope: Scope, receive: Receive, send: Send) -> None:
            async def told(message: Message) -> None:
                if message["type"] == "http.response.start":
                    pairs = [*message.get("headers", ())]
                    if all(name.lower() != HSTS for name, _ in pairs):
                        message = {**message, "headers": [*pairs, (HSTS, value)]}
                await send(message)

            await app(scope, receive, told if scope.get("scheme") == "https" else send)

        return call

    return wrap
