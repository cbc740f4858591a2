"""The plugin "cors": it stands outside of everything, so that refusals and errors carry the headers too."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import partial
from typing import Annotated

from kernel_settings import Duration

from kernel import Layer, Plugin, Problem, hookimpl
from kernel.types import Application, ASGIApp, Message, Receive, Scope, Send
from kernel_cors.origins import Origins
from kernel_cors.policy import Policy, is_token

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
HEADERS = ("accept", "accept-language", "content-language", "content-type")
TEN_MINUTES = Duration("10m")
NAMES = {f"allowed_{what}": f"allow_{what}" for what in ("origins", "methods", "headers")}
"""Older names of options: the name in use."""


@dataclass(frozen=True)
class CorsConfig:
    """Section [cors]."""

    allow_origins: Annotated[tuple[str, ...], "origins that may call, as https://shop.example; * for all"] = ()
    allow_methods: Annotated[tuple[str, ...], "methods they may use; * for all"] = METHODS
    allow_headers: Annotated[tuple[str, ...], "request headers they may send; * for all"] = HEADERS
    expose_headers: Annotated[tuple[str, ...], "response headers their scripts may read"] = ()
    allow_credentials: Annotated[bool, "whether their requests may bring cookies and authorization"] = False
    max_age: Annotated[Duration, "how long a browser need not ask again"] = TEN_MINUTES
    allow_private_network: Annotated[bool, "whether public sites may call into a private network"] = False
    allowed_origins: Annotated[tuple[str, ...], "another name of allow_origins"] = ()
    allowed_methods: Annotated[tuple[str, ...], "another name of allow_methods"] = ()
    allowed_headers: Annotated[tuple[str, ...], "another name of allow_headers"] = ()

    def __post_init__(self) -> None:
        defaults = {field.name: field.default for field in fields(self)}
        for old, new in NAMES.items():
            if getattr(self, old) and getattr(self, new) != defaults[new]:
                raise ValueError(f"{old} is another name of {new}: give one of the two")
        wrong = [name for name in (*self.methods, *self.headers, *self.expose_headers) if not is_token(name)]
        if wrong:
            raise ValueError(f"{', '.join(map(repr, wrong))}: no name of a method or a header")
        origins = self.policy().origins
        if origins.everybody and self.allow_credentials:
            raise ValueError("allow_origins: '*' with allow_credentials would let every site act as its visitors")

    @property
    def methods(self) -> list[str]:
        """The methods, in upper case."""
        return [method.upper() for method in self.allowed_methods or self.allow_methods]

    @property
    def headers(self) -> list[str]:
        """The names of request headers, in lower case."""
        return [header.lower() for header in self.allowed_headers or self.allow_headers]

    def policy(self) -> Policy:
        """Return what the options mean; raises ValueError for an origin that is none."""
        return Policy(
            origins=Origins(self.allowed_origins or self.allow_origins),
            methods=self.methods,
            headers=frozenset(self.headers),
            exposed=self.expose_headers,
            max_age=int(self.max_age),
            credentials=self.allow_credentials,
            private_network=self.allow_private_network,
        )


class Cors(Plugin):
    """Let pages of other origins call, as section [cors] says; by default none."""

    name = "cors"
    requires = ("settings",)
    Config = CorsConfig

    @hookimpl
    def kernel_configure(self, kernel: Application, config: CorsConfig) -> None:
        """Compile the options."""
        self._kernel, self._config, self._policy = kernel, config, config.policy()

    @hookimpl
    def kernel_layers(self) -> Iterable[Layer]:
        """Wrap the whole application, if anybody may call."""
        return [Layer("cors", asgi=partial(sharing, self._policy))] if self._policy.origins else []

    @hookimpl
    def kernel_checks(self, deploy: bool) -> Iterable[Problem]:
        """Warn of a plugin that has nothing to do and, for production, report doors that stand open."""
        if not self._policy.origins:
            message, hint = "[cors] allow_origins is not set, so no other origin may call", "name the origins"
            yield Problem("cors.nobody", "warning", message, hint, "[cors] allow_origins")
        if deploy and self._policy.origins.everybody:
            message = "[cors] allow_origins: '*' lets the pages of every site read the answers"
            hint = "name the origins; if everything here is public, silence this finding in [checks]"
            yield Problem("cors.everybody", "error", message, hint, self._where("allow_origins", "allowed_origins"))
        if deploy and self._config.allow_private_network:
            message = "[cors] allow_private_network: public sites may call what only a private network should reach"
            where = self._where("allow_private_network")
            yield Problem("cors.private_network", "warning", message, "leave it out", where)

    def _where(self, *keys: str) -> str:
        given = (self._kernel.config.origins.get(("cors", key)) for key in keys)
        return next(filter(None, given), f"[cors] {keys[0]}")


def sharing(policy: Policy, inner: ASGIApp) -> ASGIApp:
    """Return *inner* with the headers of the policy on every answer; preflights never reach it."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await inner(scope, receive, send)
        asked = dict(scope["headers"])
        origin = asked.get(b"origin")
        if scope["method"] == "OPTIONS" and origin and b"access-control-request-method" in asked:
            await send({"type": "http.response.start", "status": 204, "headers": policy.preflight(asked)})
            return await send({"type": "http.response.body", "body": b""})

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": policy.answer(origin, message.get("headers", ()))}
            await send(message)

        await inner(scope, receive, answer)

    return application
