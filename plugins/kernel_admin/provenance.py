"""Who brought what, and where: every contribution of every active plugin and app, as rows."""

import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import click

from kernel import Kernel
from kernel.boot.plan import Member
from kernel.errors import KernelError
from kernel.layers import Layer, as_tuple, where

PHASES = ("around", "asgi", "before_request", "after_request", "after_response", "on_finish")


@dataclass(frozen=True, slots=True)
class Contribution:
    """One thing that an active plugin or app brings.

    `kind` is hook, specification, service, layer, route, listener, error, template folder,
    template, command or key; `where` is "file:line" as exactly as it can be known; `detail` says
    more in words.
    """

    kind: str
    name: str
    owner: str
    where: str = ""
    detail: str = ""
    thing: Any = field(default=None, repr=False, compare=False)


def contributions(project: Kernel) -> list[Contribution]:
    """Return everything that the active members of a booted project contribute, kind by kind."""
    return [one for source in SOURCES for one in source(project)]


def hooks(project: Kernel) -> Iterator[Contribution]:
    """Yield each implementation of a hook."""
    members = {member.name: member.plugin for member in project.plan.active}
    for hook in project.booted.registry.specs:
        for name, function, _ in project.booted.registry.implementations(hook):
            place = members[name].where if hasattr(members[name], "answers") else where(function)
            yield Contribution("hook", hook, name, place, thing=function)


def specifications(project: Kernel) -> Iterator[Contribution]:
    """Yield each hook that a plugin adds."""
    for member in project.plan.active:
        for specs in member.names("specs"):
            for name, function in inspect.getmembers(specs, inspect.isfunction):
                if name in project.booted.registry.specs:
                    yield Contribution("specification", name, member.name, where(function), summary(function))


def services(project: Kernel) -> Iterator[Contribution]:
    """Yield each service with the line that provides it, or that of the hook around it."""
    configure = {name: f for name, f, _ in project.booted.registry.implementations("kernel_configure")}
    for key, (owner, value) in project.booted.services.items():
        place = line_of(configure.get(owner), re.escape(repr(key)[1:-1]) + "['\"]")
        yield Contribution("service", key, owner, place, type(value).__name__, value)


def layers(project: Kernel) -> Iterator[Contribution]:
    """Yield the layers of plugins, outer to inner, then those that apps and routes state as options."""
    seen = set()
    declared = {name: where(f) for name, f, _ in project.booted.registry.implementations("kernel_layers")}
    for layer in project.plan.layers:
        yield layered(layer, layer.plugin, f"level {layer.level}", declared.get(layer.plugin, ""))
    for route, _ in project.plan.routes:
        for options in route.chain:
            for layer in [layer for layer in options.layers if id(layer) not in seen]:
                seen.add(id(layer))
                yield layered(layer, layer.plugin or route.app, f"stated around {route!r}", route.where)


def layered(layer: Layer, owner: str, detail: str, declared: str) -> Contribution:
    """Return the row of one layer; it stands where the first of its functions does, else where it is declared."""
    return Contribution("layer", layer.name, owner, next(iter(spots(layer)), declared), detail, layer)


def spots(layer: Layer) -> list[str]:
    """Return "file:line" of each function of a layer."""
    return [place for place in (where(getattr(layer, phase)) for phase in PHASES) if place]


def routes(project: Kernel) -> Iterator[Contribution]:
    """Yield each route."""
    for route, _ in project.plan.routes:
        yield Contribution("route", repr(route), route.app, route.where, named(route.handler), route)


def listeners(project: Kernel) -> Iterator[Contribution]:
    """Yield each listener of each event, in calling order."""
    known: Any = project.booted.services.get("listeners", ("", None))[1]
    for event in known.known() if known else ():
        for number, one in enumerate(known.of(event), 1):
            yield Contribution("listener", event, one.plugin, one.where, f"{one.label}, number {number}", one)


def errors(project: Kernel) -> Iterator[Contribution]:
    """Yield each error code."""
    for owner, code in project.booted.services.get("errors", ("", ()))[1]:
        yield Contribution("error", str(code.code), owner, code.where, f"{code.status} {code.message}", code)


def templates(project: Kernel) -> Iterator[Contribution]:
    """Yield the folders of templates, then each template."""
    known: Any = project.booted.services.get("templates", ("", None))[1]
    for app, folders in known.folders.by_app.items() if known else ():
        yield from (Contribution("template folder", str(folder), app, str(folder)) for folder in folders)
    for full in known.folders if known else ():
        app, _, name = full.rpartition(":")
        yield Contribution("template", name, app, f"{known.folders.file(full)}:1", full)


def commands(project: Kernel) -> Iterator[Contribution]:
    """Yield each command that a plugin adds to `kernel`."""
    registry = project.booted.registry
    for name in dict.fromkeys(name for name, _, _ in registry.implementations("kernel_commands")):
        group = click.Group()
        try:
            answers = [answer for _, answer in registry.collect("kernel_commands", only=name, cli=group)]
        except KernelError:  # told by whoever lists commands
            continue
        for command in [command for answer in answers for command in as_tuple(answer)]:
            group.add_command(command)
        for one in group.commands.values():
            function: Any = inspect.unwrap(one.callback) if one.callback else None
            yield Contribution("command", str(one.name), name, where(function), one.get_short_help_str(80), one)


def keys(project: Kernel) -> Iterator[Contribution]:
    """Yield each key of the sections that plugins own, as "section.key"."""
    for member in project.plan.active:
        schema = getattr(member.plugin, "Config", None)
        for key in getattr(schema, "__annotations__", {}):
            place = line_of(schema, rf"^\s*{key}\s*:")
            yield Contribution("key", f"{section(member)}.{key}", member.name, place, thing=schema)


SOURCES: tuple[Callable[[Kernel], Iterator[Contribution]], ...] = (
    specifications,
    hooks,
    services,
    layers,
    routes,
    listeners,
    errors,
    templates,
    commands,
    keys,
)


def section(member: Member) -> str:
    """Return the section of the configuration that a member owns."""
    return getattr(member.plugin, "section", "") or member.name


def named(function: Any) -> str:
    """Return "module:name" of a callable."""
    kind = function if hasattr(function, "__qualname__") else type(function)
    return f"{kind.__module__}:{kind.__qualname__}"


def summary(thing: Any) -> str:
    """Return the first line of a docstring."""
    return (inspect.getdoc(thing) or "").partition("\n")[0]


def line_of(thing: Any, pattern: str) -> str:
    """Return "file:line" of the first line in the source of *thing* that matches, else of *thing* itself."""
    thing = getattr(thing, "__func__", thing)
    try:
        lines, first = inspect.getsourcelines(thing)
        file = inspect.getsourcefile(thing)
    except (OSError, TypeError):
        return where(thing)
    match = next((number for number, line in enumerate(lines) if re.search(pattern, line)), 0)
    return f"{file}:{first + match}"
