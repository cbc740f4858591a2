"""What one request would meet, outer to inner: the steps of the plan, and what is left out and why."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from kernel import App, Kernel, Layer
from kernel.boot.config import items
from kernel.boot.plan import Step
from kernel.layers import Route, as_tuple, bare, where
from kernel.serve.wrappers import is_async, label
from kernel_admin.rescuing import for_all, for_nobody, for_route
from kernel_admin.tables import short

PARTS = ("around", "on_finish", "after_response", "after_request", "before_request")
"""The parts of a layer, in the order of their steps."""
REFUSED = "refused: by select="
BEHIND = ("after_request", "after_response")


@dataclass(frozen=True, slots=True)
class Met:
    """One step, with the layer it is a part of and what else there is to say of it."""

    step: Step
    layer: Layer | None = None
    why: str = ""

    @property
    def active(self) -> bool:
        """Tell whether the step is one that the request meets."""
        return self.step.status == "active"

    @property
    def refused(self) -> bool:
        """Tell whether the layer does not want the route; such layers are told first, since they have no place."""
        return self.step.status == REFUSED

    @property
    def always(self) -> bool:
        """Tell whether it is met whatever the response is."""
        return self.layer is not None and self.layer.on == "always"


def chain(project: Kernel, route: Route | None, path: str, status: int = 0) -> list[Met]:
    """Return what a request meets that *route* answers; without one, what the answer *status* passes."""
    plan = project.plan
    found = [*wrapping(project), *(() if status else (Met(step, None, why) for step, why in for_all(project)))]
    layers = [("application", layer) for layer in plan.layers if layer.level == "application"]
    for met in walked(project, layers, plan.application):
        found += unrouted(met, route, path, status)
    found.sort(
        key=lambda met: (met.step.phase, met.step.level) == ("on_finish", "app")
    )  # they join when it is answered
    if route is not None:
        steps = next((steps for known, steps in plan.routes if known is route), ())
        around = list(walked(project, stated(project, route), steps, route))
        found += sorted(around, key=lambda one: not one.refused)
        found = with_data(found, route)
    elif status:
        found += (Met(step, None, why) for step, why in for_nobody(project, path, status))
    return found


def wrapping(project: Kernel) -> Iterator[Met]:
    """Yield what stands around the whole ASGI application: it sees a request before anything else does."""
    for layer in project.plan.layers:
        if layer.asgi:
            wrapper: Any = bare(layer.asgi)
            step = Step("asgi", label(wrapper), layer.plugin, "application", where(wrapper), is_async=True)
            yield Met(step, layer, why(project, layer))
            if not any(getattr(layer, part) for part in PARTS):
                yield from replaced(project, layer)


def stated(project: Kernel, route: Route) -> Iterator[tuple[str, Layer]]:
    """Yield every layer that could stand around *route*, with its level, in the order of the fold."""
    first, *groups, last = route.chain
    for level, some in (("app", [first]), ("group", groups), ("route", [last])):
        yield from ((level, layer) for layer in project.plan.layers if layer.level == level)
        own = [layer for options in some for layer in options.layers]
        yield from ((level, replace(layer, plugin=layer.plugin or route.app)) for layer in own)


def walked(
    project: Kernel, layers: Iterable[tuple[str, Layer]], steps: Sequence[Step], route: Route | None = None
) -> Iterator[Met]:
    """Yield *steps*, each with its layer, and between them the layers that have no steps here."""
    at = 0
    for level, layer in layers:
        if route is not None and layer.select and not layer.select(route):
            yield Met(left_out(layer, level, REFUSED), layer, f"select= at {short(where(layer.select))}")
        else:
            skipped = at < len(steps) and steps[at].status != "active" and steps[at].callable == layer.name
            size = 1 if skipped else sum(bool(getattr(layer, part)) for part in PARTS)
            for step in steps[at : at + size]:
                yield from (Met(part, layer, why(project, layer)) for part in parts(step, layer))
            at += size
        if route is not None and layer.name == f"exception_handlers.{level}":
            yield from (Met(step, None, text) for step, text in for_route(route, level))
        if not layer.asgi or any(getattr(layer, part) for part in PARTS):
            yield from replaced(project, layer)
    yield from (Met(step) for step in steps[at:])


def parts(step: Step, layer: Layer) -> list[Step]:
    """Return the steps that one step stands for: a layer may have been made of several."""
    some = getattr(layer.around, "parts", ()) if step.phase == "layer" else ()
    if not some or step.status != "active":
        return [step]
    names = step.callable.split(", ")
    return [replace(step, callable=name, where=place) for name, (_, place) in zip(names, some, strict=True)]


def left_out(layer: Layer, level: str, status: str) -> Step:
    """Return the step of a layer that does not stand here."""
    what: Any = next((getattr(layer, part) for part in (*PARTS, "asgi") if getattr(layer, part)), None)
    place, waits = where(what), what is not None and is_async(what)
    return Step("asgi" if layer.asgi else "layer", layer.name, layer.plugin, level, place, waits, status)


def replaced(project: Kernel, by: Layer, seen: tuple[Layer, ...] = ()) -> Iterator[Met]:
    """Yield the layers in whose place *by* stands, and those they had replaced."""
    for layer in project.plan.replaced:
        if by.replaces in (layer.name, f"{layer.plugin}:{layer.name}") and layer not in seen:
            yield Met(left_out(layer, layer.level, f"replaced: by '{by.name}' of '{by.plugin}'"), layer)
            yield from replaced(project, layer, (*seen, layer))


def unrouted(met: Met, route: Route | None, path: str, status: int) -> Iterator[Met]:
    """Yield a step of the application as it is met with or without a route.

    What stands for an app's own layers there becomes those; for a route it is called and changes nothing. A layer that
    is for success alone is not for an error.
    """
    layer, step = met.layer, met.step
    app: Any = getattr(layer.after_request, "app", None) if layer else None
    if isinstance(app, App):
        below = f"{path}/".startswith(f"{app.prefix.rstrip('/')}/")
        if route is None and below:
            yield from (Met(part, one, met.why) for part, one in endings(app, step.plugin))
            return
        reason = "only for what no route answers" if route else f"not below '{app.prefix}'"
        yield replace(met, why=f"changes nothing: {reason}")
    elif status and step.phase in BEHIND and not met.always:
        yield replace(met, step=replace(step, status=f"skipped: only for success, and this is {status}"))
    else:
        yield met


def endings(app: App, name: str) -> Iterator[tuple[Step, Layer]]:
    """Yield what the layers of an app do behind a response that no route gave."""
    for layer in app.options.layers:
        for part in ("on_finish", *(BEHIND[::-1] if layer.on == "always" else ())):
            hook = getattr(layer, part)
            if hook:
                yield Step(part, label(hook), name, "app", where(hook), is_async(hook)), layer


def with_data(found: list[Met], route: Route) -> list[Met]:
    """Add what cleans the data of a route, which happens when the handler asks for it."""
    kind = route.effective.data_handler
    if kind is None:
        return found
    levels = zip(("app", *["group"] * (len(route.chain) - 2), "route"), route.chain, strict=True)
    level = [name for name, options in levels if options.data_handler is not None][-1]
    place = f"{kind.__module__}:{label(kind)}" if isinstance(kind, type) else where(kind)
    step = Step("bind", label(kind), route.app, level, place, True, "on demand: request.get_cleaned_data()")
    at = next((n for n, met in enumerate(found) if met.step.phase == "handler"), len(found))
    return [*found[:at], Met(step), *found[at:]]


def why(project: Kernel, layer: Layer) -> str:
    """Return what puts a layer where it is, and when it is met."""
    layers, order = project.plan.layers, items(project.config.get("order", {}).get("layers", ()))
    known = {name for one in layers for name in (one.name, one.plugin)}
    reasons = [f"after '{name}'" for name in as_tuple(layer.after) if name in known]
    reasons += [f"before '{name}'" for name in as_tuple(layer.before) if name in known]
    reasons += [f"replaces '{layer.replaces}'"] if layer.replaces else []
    reasons += [f"[order] layers: {', '.join(order)}"] if layer.name in order else []
    reasons += ['on="always"'] if layer.on == "always" else []
    return "; ".join(reasons)
