"""The plugin: it validates the sections of all plugins, and those of the kernel itself."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from kernel import Plugin, Problem, hookimpl
from kernel.boot.config import Config as Sections
from kernel.errors import Findings, did_you_mean
from kernel.types import Application
from kernel_settings.secrets import unfit
from kernel_settings.sections import validate

DEVELOPMENT = ("dev", "devel", "development", "local", "test", "testing")


@dataclass(frozen=True)
class Plugins:
    """[plugins]"""

    active: Annotated[tuple[str, ...], "plugins that run; 'standard' means those of asgi-kernel"] = ("standard",)
    blocked: Annotated[tuple[str, ...], "plugins that do not run: acme, or acme<2: why"] = ()
    optional: Annotated[tuple[str, ...], "plugins that may fail"] = ()
    on_error: Annotated[Literal["fail", "disable"], "whether a plugin that fails forbids the start"] = "fail"


@dataclass(frozen=True)
class Apps:
    """[apps]"""

    active: Annotated[tuple[str, ...], "apps that run, in this order"] = ()


@dataclass(frozen=True)
class Order:
    """[order]"""

    plugins: Annotated[tuple[str, ...], "plugins the operator wants in this order"] = ()
    layers: Annotated[tuple[str, ...], "layers the operator wants in this order, outer to inner"] = ()


@dataclass(frozen=True)
class Checks:
    """[checks]"""

    silenced: Annotated[tuple[str, ...], "ids of findings that 'kernel check' does not tell"] = ()


KERNEL: dict[str, type] = {"apps": Apps, "order": Order, "checks": Checks}


class Settings(Plugin):
    """Typed sections."""

    name = "settings"
    Config = Plugins
    section = "plugins"

    def __init__(self) -> None:
        self.schemas: dict[str, type] = {}

    @hookimpl
    def kernel_settings(self, config: Sections, section: str, schema: type, problems: Findings) -> Any:
        """Validate one section; the first time those of the kernel too, so that all is told together."""
        for name, own in () if self.schemas else KERNEL.items():
            self.schemas[name] = own
            validate(config, name, own, problems)
        self.schemas[section] = schema
        return validate(config, section, schema, problems)

    @hookimpl
    def kernel_configure(self, kernel: Application) -> None:
        """Offer the schemas of all sections, for `kernel config schema`."""
        kernel.provide("schemas", self.schemas)

    @hookimpl
    def kernel_checks(self, kernel: Application, deploy: bool) -> Iterable[Problem]:
        """Warn of a section that is nearly one of a plugin; for production, look at secrets and switches."""
        yield from self._stray(kernel)
        if deploy:
            yield from unfit(kernel.config)
            yield from lenient(kernel.config)

    def _stray(self, kernel: Application) -> Iterable[Problem]:
        """Warn of a section that nobody owns and that is nearly one, or that of a plugin that does not run."""
        owned = {*self.schemas, "environment"}
        idle = {one.name: one.reason for one in kernel.plan.members if one.kind == "plugin" and one.state != "active"}
        for section in sorted(kernel.config.keys() - owned):
            guess = did_you_mean(section.lower().replace("-", "_"), owned)
            message, hint = f"no plugin owns section [{section}]", "rename it, unless it is a section of an app"
            if section in idle:
                guess = f": plugin '{section}' does not run ({idle[section]})"
                hint = "name it in [plugins] active, or take out what only it reads"
            if guess:
                yield Problem("config.section", "warning", f"{message}{guess}", hint, kernel.config.origin(section))


def lenient(config: Sections) -> Iterable[Problem]:
    """Report a project that starts without what fails, and one that reads what is meant for development."""
    if config["plugins"]["on_error"] == "disable":
        message = "[plugins] on_error = disable: a plugin that fails is left out, one that guards the others too"
        hint = "leave it out, and name in [plugins] optional what may be missing"
        yield Problem("settings.on_error", "error", message, hint, config.origin("plugins", "on_error"))
    if os.environ.get("KERNEL_ENV", "").lower() in DEVELOPMENT:
        message = f"KERNEL_ENV={os.environ['KERNEL_ENV']}: the project reads '{config.path}'"
        yield Problem("settings.environment", "warning", message, "unset it, or name the file of production")
