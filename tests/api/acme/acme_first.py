"""A plugin as strangers wrote it when the hook API was 1.0. It is never changed: it has to keep working.

It answers every hook of 1.0 and takes every argument; `asked` keeps the names, in order.
"""

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated

import anyio
import click

from kernel import Hooks, Layer, Plugin, Problem, Response, hookimpl, hookspec
from kernel.layers import Route


@dataclass(frozen=True)
class FirstConfig:
    """Section [first]."""

    word: Annotated[str, "what is said"] = "first"


class Specs:
    """What it asks others."""

    @hookspec
    def kernel_first(self):
        """Say a word."""


class Money(int):
    """A value of its own, which it renders and binds."""


class Spent(Exception):
    """An error of its own, which it answers."""


async def show(request, amount: Money):
    return amount


async def spend(request):
    raise Spent


async def fail(request):
    raise RuntimeError("inside")


class First(Plugin):
    """Answers everything."""

    name = "first"
    api = (1, 0)
    requires = ("responses", "errors", "events", "templating", "static", "orm", "router")
    after = ("nobody",)
    before = ("nobody else",)
    specs = (Specs,)
    Config = FirstConfig

    def __init__(self):
        self.asked, self.lived = [], []

    @hookimpl(tryfirst=True)
    def kernel_settings(self, config, section, schema, problems):
        self.asked.append("kernel_settings")
        assert "plugins" in config
        assert isinstance(section, str)
        assert isinstance(schema, type)
        assert list(problems) == []

    @hookimpl
    def kernel_configure(self, kernel, config):
        self.asked.append("kernel_configure")
        self.words = [config.word, *(word for _, word in kernel.collect("kernel_first"))]
        kernel.provide("first", self.words)
        kernel.provide("request.word", lambda request: self.words[0])

    @hookimpl
    def kernel_events(self):
        self.asked.append("kernel_events")
        return ()

    @hookimpl
    def kernel_errors(self):
        from kernel_errors import ErrorCode, ErrorList

        self.asked.append("kernel_errors")
        return ErrorList(ErrorCode(7000, "Spent", 402))

    @hookimpl
    def kernel_error_handlers(self):
        self.asked.append("kernel_error_handlers")
        return {410: lambda request, error: Response("gone", 410)}

    @hookimpl
    def kernel_unexpected(self):
        self.asked.append("kernel_unexpected")
        return lambda request, error, answer: Response(f"{type(error).__name__} was {answer.status}", 500)

    @hookimpl
    def kernel_models(self):
        self.asked.append("kernel_models")
        return ()

    @hookimpl
    def kernel_static_dirs(self):
        self.asked.append("kernel_static_dirs")
        return ()

    @hookimpl
    def kernel_template_dirs(self):
        self.asked.append("kernel_template_dirs")
        return ["acme_pages"]

    @hookimpl
    def kernel_template_globals(self):
        self.asked.append("kernel_template_globals")
        return {"first_word": lambda: self.words[0]}

    @hookimpl
    def kernel_template_filters(self):
        self.asked.append("kernel_template_filters")
        return {"loud": str.upper}

    @hookimpl
    def kernel_template_context(self):
        self.asked.append("kernel_template_context")
        return lambda request: {"path": request.path}

    @hookimpl
    def kernel_layers(self, kernel):
        self.asked.append("kernel_layers")
        assert kernel.service("first") is self.words
        return [Layer("first", around=self.around)]

    async def around(self, request, call_next):
        response = await call_next(request)
        response.headers.append((b"x-word", request.word.encode()))
        return response

    @hookimpl
    def kernel_routes(self, kernel):
        self.asked.append("kernel_routes")
        assert kernel.config["first"]
        return [
            Route("/money/<amount>", "GET", show),
            Route("/spend", "GET", spend),
            Route("/fail", "GET", fail),
            Route("/page", "GET", self.page, before_request=lambda request: None),
        ]

    async def page(self, request):
        from kernel_templating import Template

        return Template("first.html")

    @hookimpl(tryfirst=True)
    def kernel_call(self, route):
        self.asked.append("kernel_call")
        assert route.handler

    @hookimpl(tryfirst=True)
    def kernel_hook(self, phase, function, layer, render):
        self.asked.append("kernel_hook")
        assert phase in ("guard", "before_request", "after_request", "after_response", "on_finish")
        assert callable(function)
        assert layer.name is not None
        assert callable(render)

    @hookimpl(tryfirst=True)
    def kernel_bind(self, parameter, route):
        self.asked.append("kernel_bind")
        if parameter.annotation is Money and parameter.name in route.path:
            return lambda request: Money(request.url_vars[parameter.name])
        return None

    @hookimpl(tryfirst=True)
    def kernel_render(self, type_, route):
        self.asked.append("kernel_render")
        if type_ is Money and route.path == "/money/<amount>":
            return lambda amount: Response(f"{amount} coins")
        return None

    @hookimpl(tryfirst=True)
    def kernel_rescue(self, exc_type, route):
        self.asked.append("kernel_rescue")
        if exc_type is Spent and route.path == "/spend":
            return lambda request, exc: Response("spent", 402)
        return None

    @hookimpl(tryfirst=True)
    def kernel_router(self, routes):
        self.asked.append("kernel_router")
        assert all(route.path and callable(handler) for route, handler in routes)

    @hookimpl
    def kernel_hooks(self, kernel):
        self.asked.append("kernel_hooks")
        hooks = Hooks()
        hooks.event("startup")(lambda: self.lived.append(f"startup of {kernel.config['first']}" and "startup"))
        hooks.event("shutdown")(lambda: self.lived.append("shutdown"))
        return hooks

    @hookimpl
    def kernel_compiled(self, plan):
        self.asked.append("kernel_compiled")
        self.paths = [route.path for route, _ in plan.routes]

    @hookimpl
    def kernel_checks(self, kernel, deploy):
        self.asked.append("kernel_checks")
        assert kernel.service("first")
        return [Problem("first.deploy", "warning", "plugin 'first': in production", "say so")] if deploy else []

    @hookimpl
    def kernel_lifespan(self, kernel):
        self.asked.append("kernel_lifespan")
        return self.life(kernel)

    @asynccontextmanager
    async def life(self, kernel):
        self.lived.append("enter")
        yield
        self.lived.append("leave")

    @hookimpl
    def kernel_servers(self, kernel):
        self.asked.append("kernel_servers")
        assert kernel.service("first")
        return [self.serve]

    async def serve(self):
        self.lived.append("serve")
        await anyio.sleep_forever()

    @hookimpl
    def kernel_commands(self, cli):
        self.asked.append("kernel_commands")

        @cli.command()
        def first():
            """Say the word."""
            click.echo(self.words[0])

    @hookimpl
    def kernel_init_func(self):
        self.asked.append("kernel_init_func")
        return lambda config: self.lived.append(config["first"]["word"])

    @hookimpl(optionalhook=True)
    def kernel_doctor(self):
        self.asked.append("kernel_doctor")
        return {"the word": lambda: [Problem("first.word", "warning", "plugin 'first': a word", "none")]}
