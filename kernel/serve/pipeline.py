"""Fold everything around a handler into one closure, once, from the inside out.

Outer to inner: application -> app -> group -> route -> guards -> before_request -> bind ->
handler -> render -> after_request. What is not used leaves no code behind. While folding, each
piece is noted as a `Step`, so that `kernel explain` shows exactly what was compiled.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from itertools import accumulate, takewhile
from typing import Any, get_args

from kernel.boot.plan import Step
from kernel.boot.registry import Registry
from kernel.errors import NOT_FOUND, HTTPException
from kernel.layers import NOTHING, Handler, Hook, Layer, Level, Options, Route, as_tuple, where
from kernel.request import Request
from kernel.response import Response
from kernel.serve import wrappers
from kernel.serve.wrappers import is_async, is_blocking, label

OWN = type("Own", (dict,), {"__missing__": lambda _, pairs: pairs})()  # an answer has the headers it brings
PHASES = ("before_request", "after_request", "after_response")


class Encoders(dict[type, tuple[Any, ...]]):
    """What encodes values, by their type, for one route; plugins are asked when a type first turns up.

    Each is (encode, status, pairs, headers, render): the attribute `plain` of *render* (see `kernel_render`), else
    None for *encode*, and all headers, which *complete* holds by the *pairs* that the answer brings.
    """

    def __init__(self, registry: Registry, measure: Hook, complete: Any, route: Route | None) -> None:
        self._registry, self._measure, self.complete, self._route = registry, measure, complete, route

    def __missing__(self, kind: type) -> tuple[Any, ...]:
        if issubclass(kind, Response):
            return self.setdefault(kind, (None, 0, (), (), lambda response: response))
        answer = self._registry.first("kernel_render", type_=kind, route=self._route)
        if answer is None:
            raise TypeError(f"route '{self._route}': no active plugin renders a value of type '{kind.__qualname__}'")
        step = Step("render", kind.__qualname__, answer[0], "route", where(answer[1]), is_async=False)
        encode, status, pairs = getattr(answer[1], "plain", (None, 0, ()))
        encode, render = [one and self._measure(step, one, self._route) for one in (encode, answer[1])]
        return self.setdefault(kind, (encode, status, pairs, self.complete[pairs], render))

    def render(self, value: Any) -> Response:
        """Return *value* as a response that may be changed."""
        response: Response = self[value.__class__][4](value)
        return response.copy() if response is value else response


class Compiler:
    """Compiles the handlers of one kernel; `steps` holds what was folded around the last one.

    `measure(step, function, route)` returns what is called for a step; None if nobody measures.
    """

    def __init__(self, registry: Registry, layers: Sequence[Layer], services: Mapping[str, tuple[str, Any]]) -> None:
        self._registry, self._services, self._route = registry, services, None  # type: Registry, Any, Route | None
        self._measure: Hook = services.get("measure", ("", lambda step, function, route: function))[1]
        self._outer = [layer for layer in layers if layer.level == "application"]
        self._inner = [(layer.level, layer) for layer in layers if layer.level != "application"]
        self._seen, self._made = dict[tuple[Any, ...], tuple[Any, Step]](), dict[tuple[Any, ...], Any]()
        self._encoders = partial(Encoders, registry, self._measure, services.get("headers", ("", OWN))[1])
        self.encoders = self._encoders(None)
        # what answers an exception that nobody inside wanted; plugins are asked once per type and route
        ask = cache(lambda kind, at: (registry.first("kernel_rescue", exc_type=kind, route=at) or ("", None))[1])
        not_found = cache(lambda: getattr(ask(HTTPException, None), "not_found", None))
        self.rescue = wrappers.rescuing(ask, self.encoders.render, not_found, services.get("observe", ("", None))[1])

    def application(self, match: Hook) -> tuple[Hook, Hook]:
        """Fold the layers of level "application" around what calls the handlers; there 404 and 405 are responses.

        Returns what finds the handler of a request, *match* itself without such layers, and the
        gate: what the outermost layers do before a request as long as nothing has to wait.
        """

        async def dispatch(request: Request) -> Response:
            try:
                handler = match(request)
            except HTTPException as error:
                return (await self.rescue(request, error)).copy()  # type: ignore[no-any-return]  # a response, perhaps shared
            value = await (handler(request) if handler else self.rescue(request, NOT_FOUND))
            return (request.route.encoders if request.route else self.encoders).render(value)

        self._render, self._route, self.steps, self.finishers = self.encoders.render, None, list[Step](), list[Hook]()
        gates, inner, level = [*takewhile(is_gate, self._outer)], dispatch, "application"  # type: Any, Handler, str
        for layer in reversed(self._outer[len(gates) :]):
            inner = self._wrapped(inner, layer, level)
        hooks = [self._note("before_request", one.before_request, level, one.plugin) for one in gates[::-1]][::-1]
        asked = lambda request: next((x for one in hooks if (x := one(request)) is not None), None)  # noqa: E731
        return (match if inner is dispatch else lambda request: inner), hooks[0] if len(hooks) == 1 else asked

    def route(self, route: Route) -> Handler:
        """Fold everything that holds for *route*; its chain is app, groups, route.

        What it raises is rescued once, outside. A handler with nothing around it stays as it is:
        `serve` renders what it returns.
        """
        encoders = route.encoders = self._encoders(route)
        self._render, self._route, self.steps, self.finishers = encoders.render, route, [], []
        levels = list(zip(["app", *["group"] * (len(route.chain) - 2), "route"], route.chain, strict=True))
        value = self._value(route)
        inner = wrappers.endpoint(value, encoders.render)
        route.own = self._hooks(inner, route, levels) if any(one is not NOTHING for one in route.chain) else inner
        call = self._around(route, levels)
        call = wrappers.finished(call, tuple(self.finishers)) if self.finishers else call
        return value if call is inner else call

    def _around(self, route: Route, levels: list[tuple[str, Options]]) -> Handler:
        """Return the layers of the route around what is its own; a plugin's stand outside the users' own.

        Routes of one app with the same layers share what is made of them, but for hooks, which render for one route.
        """
        own = [(level, one) for level, options in levels for one in options.layers]
        out = {id(one) for _, one in (*self._inner, *own) if one.select and not one.select(route)}
        key = route.app, route.effective.skip, frozenset(out), *[(level, id(one)) for level, one in own]
        inner, (call, self.steps, made) = self.steps, self._made.get(key, (wrappers.inside, [], ()))
        stack = [] if made else sorted((*self._inner, *own), key=lambda pair: get_args(Level).index(pair[0]))
        for level, layer in [pair for pair in stack[::-1] if id(pair[1]) not in out]:
            call = self._wrapped(call, replace(layer, plugin=layer.plugin or route.app), level, route.effective.skip)
        if not made and "measure" not in self._services and all(step.phase == "layer" for step in self.steps):
            self._made[key] = call, self.steps, (own,)  # kept, so that nothing else takes the ids
        self.steps = [*self.steps, *inner]
        return route.own if call is wrappers.inside else call  # type: ignore[no-any-return]  # a Handler

    def _note(self, phase: str, what: Any, level: str, plugin: str, status: str = "active", name: str = "") -> Any:
        """Note a step, and return what is called for it: *what*, measured if somebody measures."""
        key = phase, id(what), level, plugin, status, name
        if key not in self._seen:  # one for all routes; *what* is kept so that nothing else takes its id
            self._seen[key] = what, Step(phase, name or label(what), plugin, level, where(what), is_async(what), status)
        self.steps.insert(0, self._seen[key][1])
        return self._measure(self.steps[0], what, self._route)

    def _wrapped(self, call: Handler, layer: Layer, level: str, skip: Iterable[str] = ()) -> Handler:
        """Return *call* inside one layer; only the parts the layer has are compiled in."""
        if skip and not {layer.name, layer.plugin, f"{layer.plugin}:{layer.name}"}.isdisjoint(skip):
            self._note("layer", layer.around or layer, level, layer.plugin, "skipped: by skip=", layer.name)
            return call
        for phase in [phase for phase in PHASES if getattr(layer, phase)]:
            call = self._hooked(call, phase, getattr(layer, phase), level, layer)
        if layer.on_finish:
            self.finishers.insert(0, self._hooked(None, "on_finish", layer.on_finish, level, layer))
        if layer.around:
            call = wrappers.around(call, layer, self._note("layer", layer.around, level, layer.plugin, name=layer.name))
        return call

    def _hooked(self, call: Any, phase: str, hook: Hook, level: str, layer: Layer) -> Any:
        """Return *call* with a hook around it; of on_finish the compiled hook."""
        hook = self._note(phase, hook, level, layer.plugin)
        answer = self._registry.first("kernel_hook", phase=phase, function=hook, layer=layer, render=self._render)
        if answer is None:
            message = f"no active plugin calls {phase} '{label(hook)}' of '{layer.plugin}'"
            self._registry.problems.error("hook.nobody", message, "switch on the plugin 'handlers'", where(hook))
        return answer[1](call) if answer and call else answer and answer[1]

    def _hooks(self, call: Handler, route: Route, levels: list[tuple[str, Options]]) -> Handler:
        """Wrap the users' hooks: of each kind the nearest level's wins, guards add up."""
        owners = [Layer("", plugin=route.app, blocking=o.blocking) for o in accumulate(route.chain, Options.inherit)]
        depths = [(*level, owner) for level, owner in zip(levels, owners, strict=True)][::-1]
        for phase in (*PHASES, "guards"):
            winner = ""
            found = [(level, hook, o) for level, some, o in depths for hook in as_tuple(getattr(some, phase))[::-1]]
            for level, hook, owner in found:
                if winner or getattr(hook, "__name__", "") in route.effective.skip:
                    status = f"overridden: by '{winner}'" if winner else "skipped: by skip="
                    self._note(phase, hook, level, route.app, status)
                else:
                    winner = "" if phase == "guards" else label(hook)
                    call = self._hooked(call, phase.removesuffix("s"), hook, level, owner)
        return call

    def _value(self, route: Route) -> Hook:
        """Return bind -> handler as one async function of the request."""
        answer = self._registry.first("kernel_call", route=route)
        self._note("render", Encoders.render, "route", "", name="render")
        self._note("handler", route.handler, "route", route.app)
        value: Hook = self._measure(self.steps[0], answer[1] if answer else route.handler, route)
        for name, plugin, extract in reversed(getattr(value, "binders", ())):
            self._note("bind", extract, "route", plugin, name=name)
        return value


def is_gate(layer: Layer) -> bool:
    """Tell whether a layer only looks at the request, without waiting for anything."""
    hook, others = layer.before_request, layer.around or layer.after_request or layer.after_response or layer.on_finish
    return hook is not None and not others and not is_async(hook) and not is_blocking(hook, layer.blocking)
