"""Declarations that would be without effect: each is told at boot instead of being passed over."""

from collections.abc import Iterator

from kernel import App, Plugin, Problem
from kernel.boot.config import items
from kernel.boot.plan import Plan
from kernel.errors import did_you_mean
from kernel.layers import NOTHING, Route
from kernel.types import Application

HOOKS = ("before_request", "after_request", "after_response")
NAMES = {
    "plugins": "mend the name; 'kernel plugins list' shows them",
    "layers": "mend the name; 'kernel explain METHOD PATH' shows them",
}


def check(kernel: Application) -> Iterator[Problem]:
    """Yield what the project says without being heard."""
    plan: Plan = kernel.plan
    yield from strangers(plan)
    yield from unordered(kernel, plan)
    for route, _ in plan.routes:
        yield from unskippable(plan, route)
        yield from misplaced(route)


def strangers(plan: Plan) -> Iterator[Problem]:
    """Report apps that answer no hook."""
    for member in plan.active:
        silent = not any(name.startswith("kernel_") for name in dir(member.plugin))
        if member.kind == "app" and silent and not isinstance(member.plugin, (App, Plugin)):
            message = f"app '{member.name}' is {member.plugin!r}, which is neither an App nor answers a hook"
            yield Problem("app.stranger", "error", message, "write app = App(...)", member.value)


def unordered(kernel: Application, plan: Plan) -> Iterator[Problem]:
    """Report names in [order] that nothing bears."""
    bearers = {"plugins": [member.name for member in plan.members], "layers": [layer.name for layer in plan.layers]}
    for key, names in bearers.items():
        for name in items(kernel.config.get("order", {}).get(key) or ()):
            if name not in names:
                message = f"[order] {key}: there is no '{name}'{did_you_mean(name, names)}"
                yield Problem("config.order", "warning", message, NAMES[key], kernel.config.origin("order", key))


def unskippable(plan: Plan, route: Route) -> Iterator[Problem]:
    """Report `skip=` of layers that run before the route is known, and of nothing at all."""
    if not route.effective.skip:
        return
    early = {name for layer in plan.layers if layer.level == "application" for name in (layer.name, layer.plugin)}
    early |= {f"{layer.plugin}:{layer.name}" for layer in plan.layers if layer.level == "application"}
    known = skippable(plan, route)
    for name in route.effective.skip:
        if name in known:
            continue
        why = "runs before the route is known" if name in early else f"is nothing{did_you_mean(name, known)}"
        hint = (
            "give the layer the level app, group or route" if name in early else "skip= takes names of layers or hooks"
        )
        yield Problem("route.skip", "error", f"route '{route}': what skip='{name}' names {why}", hint, route.where)


def skippable(plan: Plan, route: Route) -> set[str]:
    """Return every name that `skip=` can mean on *route*."""
    layers = [layer for layer in plan.layers if layer.level != "application"]
    layers += [layer for options in route.chain for layer in options.layers]
    hooks: list[object] = [getattr(options, hook) for options in route.chain for hook in HOOKS]
    hooks += [guard for options in route.chain for guard in options.guards]
    names = {name for layer in layers for name in (layer.name, layer.plugin, f"{layer.plugin}:{layer.name}")}
    return names | {getattr(hook, "__name__", "") for hook in hooks}


def misplaced(route: Route) -> Iterator[Problem]:
    """Report layers of an option that wrap the ASGI application, and hooks that cannot be called."""
    for options in [one for one in route.chain if one is not NOTHING]:
        for layer in options.layers:
            if layer.asgi:
                message = f"route '{route}': layer '{layer.name}' has asgi=, which wraps the whole application"
                yield Problem("layer.asgi", "error", message, "let a plugin declare it in kernel_layers", route.where)
        given = [(hook, getattr(options, hook)) for hook in HOOKS] + [("guards", guard) for guard in options.guards]
        for hook, value in given:
            if value is not None and not callable(value):
                message = f"route '{route}': {hook}={value!r} cannot be called"
                yield Problem("route.hook", "error", message, "give a function", route.where)
