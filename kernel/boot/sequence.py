"""The boot: read, select, register, configure, collect, compile, check. Pure, no side effects.

It goes as far as it can and keeps every finding, so that one run tells everything that is wrong.
`kernel check`, the tests and the server take this same path; only the server goes on to start.
"""

import gc
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Any

from kernel.boot.config import Config, Source, items, read
from kernel.boot.discovery import settled
from kernel.boot.plan import Plan
from kernel.boot.registry import Registry, blame, innermost
from kernel.boot.selection import Selection
from kernel.errors import WAYS, BootError, ConfigError, Problem
from kernel.hookspecs import Specs
from kernel.layers import Layer, Route, as_tuple, where
from kernel.plugin import App
from kernel.request import extended
from kernel.serve.pipeline import Compiler
from kernel.types import Application


class Boot:
    """One boot of one kernel; `problems` is complete when `run` returns."""

    compiled: tuple[Any, ...] = ()

    def __init__(self, kernel: Application) -> None:
        self.kernel, self.registry, self.plan, self.config = kernel, Registry(), Plan(), Config({})
        self.services, self.problems, kernel._boot = dict[str, tuple[str, Any]](), self.registry.problems, self

    def run(self, source: Source, apps: Any, plugins: Any, discover: Callable[[], Any]) -> None:
        """Boot as far as possible; next to nothing becomes garbage meanwhile, so that nobody looks for some."""
        thresholds = gc.get_threshold()
        gc.set_threshold(0)
        try:
            self.config = read(source)
            self._boot(apps, plugins, discover)
        except Exception as error:
            message = f"plugin '{self.registry.asked}': the boot failed: {blame(error)}"
            own = Problem("boot.failed", "error", message, "see what it declares", innermost(error))
            self.problems += error.problems if isinstance(error, BootError) else [own]
        finally:
            self.registry.booting = False
            # 0 was set by another boot, in another thread, that sets it back itself
            gc.set_threshold(*(thresholds if thresholds[0] else gc.get_threshold()))

    def _boot(self, apps: Any, plugins: Any, discover: Callable[[], Any]) -> None:
        self._prepare()
        selection = Selection(self.config, discover, self.registry)
        for kind, add, objects in (("plugin", selection.add_plugins, plugins), ("app", selection.add_apps, apps)):
            add()
            selection.add_objects(kind, objects)
        selection.require()
        selection.sort()
        self.plan = Plan(tuple(selection.members.values()))
        for step in (partial(self._configure, self._register()), self._compile):
            if not self.problems.fatal:
                step()
        if not self.problems.fatal:
            list(self.registry.collect("kernel_compiled", plan=self.plan))
            self.problems += self.check(deploy=False)

    def demand(self) -> None:
        """Raise BootError with all findings, if one forbids to run; ConfigError if one is about config."""
        if self.problems.fatal:
            unusable = any(problem.id.startswith("config.") for problem in self.problems)
            raise (ConfigError if unusable else BootError)(self.problems)

    def check(self, deploy: bool) -> list[Problem]:
        """Return what the plugins report about the finished plan."""
        answers = self.registry.collect("kernel_checks", kind=Problem, kernel=self.kernel, deploy=deploy)
        return [problem for _, problems in answers for problem in problems]

    def _prepare(self) -> None:
        """Fill [environment] and make the project's folder importable."""
        root, given = self.config.root, self.config.get("environment", {})
        self.problems += self.config.problems
        self.config["environment"] = {"project_path": str(root), "project_name": root.name, **given}
        importable = str(root.parent if (root / "__init__.py").is_file() else root)
        if self.config.path and importable not in sys.path:
            sys.path.insert(0, importable)

    def _register(self) -> dict[str, Any]:
        """Register every active member and return the validated section of each."""
        active, configs = self.plan.active, {}
        for name, specs in [("kernel", Specs), *((one.name, specs) for one in active for specs in one.names("specs"))]:
            self.registry.specify(name, specs)
        for member in reversed(active):
            self.registry.turn(member.name)
            self.registry.register(member.name, member.plugin)
        for member in [member for member in active if getattr(member.plugin, "Config", None)]:
            schema, section = member.plugin.Config, getattr(member.plugin, "section", "") or member.name
            arguments = {"config": self.config, "section": section, "schema": schema, "problems": self.problems}
            answer = self.registry.first("kernel_settings", **arguments)
            try:
                given = None if answer or self.problems.fatal else schema(**self.config.get(section, {}))
                configs[member.name] = answer[1] if answer else given
            except (TypeError, ValueError) as error:
                self.problems.error("config.value", f"[{section}] {error}", "mend it", self.config.origin(section))
        return configs

    def _configure(self, configs: dict[str, Any]) -> None:
        for name, _, _ in self.registry.implementations("kernel_configure"):
            list(self.registry.collect("kernel_configure", only=name, kernel=self.kernel, config=configs.get(name)))

    def _compile(self) -> None:
        """Collect layers and routes, and fold them."""
        layers = tuple(self._layers())
        compiler = Compiler(self.registry, layers, self.services)
        folded = [(route, compiler.route(route), tuple(compiler.steps)) for route in self._routes()]
        bound, routes = [one[:2] for one in folded], tuple((route, steps) for route, _, steps in folded)
        match = self.match = (self.registry.first("kernel_router", routes=bound) or ("", lambda request: None))[1]
        self.services["rescue"], (find, gate) = ("kernel", compiler.rescue), compiler.application(match)
        build = extended({key: value for key, (_, value) in self.services.items()}, compiler.finishers, self.kernel)
        self.compiled = build, find, compiler.rescue, compiler.encoders, gate, build.waiting
        self.plan = replace(self.plan, layers=layers, routes=routes, application=tuple(compiler.steps))

    def _layers(self) -> list[Layer]:
        """Return the layers of all plugins, outer to inner, without those that another replaces."""
        layers = list[Layer]()
        for name, answer in self.registry.collect("kernel_layers", kind=Layer, kernel=self.kernel):
            layers += [replace(layer, plugin=layer.plugin or name) for layer in answer]
        gone = [one for one in layers if any(by.replaces in (one.name, f"{one.plugin}:{one.name}") for by in layers)]
        layers, self.plan = [one for one in layers if one not in gone], replace(self.plan, replaced=tuple(gone))
        by_name, edges = dict[str, Layer](), list[tuple[str, str]]()
        for layer in layers:
            if (known := by_name.setdefault(layer.name, layer)) is not layer:
                both = self.plan.claims(*[(by.plugin, where(by.around or by.before_request)) for by in (known, layer)])
                hint = f"{WAYS}, or let one of the two win: replaces="
                self.problems.error("layer.duplicate", f"layer '{layer.name}' is declared by {both}", hint)
            others = [(one.name, wish) for one in layers if one is not layer for wish in (one.name, one.plugin)]
            edges += [(name, layer.name) for wish in as_tuple(layer.after) for name, by in others if by == wish]
            edges += [(layer.name, name) for wish in as_tuple(layer.before) for name, by in others if by == wish]
        order = items(self.config.get("order", {}).get("layers", ()))
        return [by_name[name] for name in settled("layer", self.problems, list(by_name), edges, order)]

    def _routes(self) -> Iterable[Route]:
        """Yield every route with its app, its prefix and its whole chain of options."""
        apps = {member.name: member.plugin for member in self.plan.active if isinstance(member.plugin, App)}
        for name, answer in self.registry.collect("kernel_routes", kind=Route, kernel=self.kernel):
            self.registry.turn(name)
            app = apps.get(name, App())
            for route in answer:
                path = f"{app.prefix.rstrip('/')}/{route.path.removeprefix('/')}"
                yield route.derive(app=name, groups=(app.options, *route.groups), path=path)
