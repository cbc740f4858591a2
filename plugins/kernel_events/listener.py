"""A listener: a function, who brought it, and what it wants to be called with and where."""

import inspect
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from kernel.errors import Findings, did_you_mean
from kernel.layers import Hook, as_tuple, where
from kernel.serve.wrappers import label
from kernel_events.event import OFFERED

WISHES = ("before", "after")
UNNAMED = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


@dataclass(frozen=True, slots=True, eq=False)
class Listener:
    """A function that listens to an event, or to all whose names match a pattern like "user_*".

    `names` are the parameters it has, `required` those without a default; `every` tells that it
    takes all arguments. `before` and `after` name plugins, apps or functions; `wishes` are those that
    the event itself knows.
    """

    plugin: str
    event: str
    function: Hook
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    every: bool = False
    wishes: Mapping[str, Any] = field(default_factory=dict)
    where: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "where", where(self.function))

    label = property(lambda self: label(self.function))

    # Whether the event is a pattern.
    wild = property(lambda self: "*" in self.event)

    def hears(self, event: str) -> bool:
        """Tell whether it listens to *event*."""
        return self.event == event or (self.wild and fnmatchcase(event, self.event))

    def arguments(self, payload: Mapping[str, Any], offered: Mapping[str, Any]) -> dict[str, Any]:
        """Return what it is called with: what it names of *offered*, and the whole payload if it takes all."""
        chosen = {name: offered[name] for name in self.names if name in offered}
        return {**payload, **chosen} if self.every else chosen

    def bears(self, name: str) -> bool:
        """Tell whether somebody who says "before *name*" means this one."""
        return name in (self.plugin, self.label, self.label.rpartition(".")[2])

    def lacks(self, payload: Iterable[str]) -> Iterator[str]:
        """Yield what is wrong with its parameters for an event that carries *payload*."""
        known = (*payload, *OFFERED)
        for name in self.required:
            if name not in known:
                yield f"has no argument '{name}'{did_you_mean(name, known)}"


def listener(plugin: str, item: tuple[Any, ...], problems: Findings, more: Iterable[str] = ()) -> Listener | None:
    """Return the listener of one item of `Hooks`; what is wrong with it goes to *problems*.

    Args:
        more: wishes that the event itself knows.
    """
    event, function, *rest = item
    wishes: dict[str, Any] = dict(*rest)
    blame = f"'{plugin}': event '{event}': listener '{label(function)}'"
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        problems.error("event.listener", f"{blame} cannot be called with named arguments", "wrap it", where(function))
        return None
    known = (*WISHES, *more)
    for wish in sorted(wishes.keys() - set(known)):
        hint = f"the wishes are {', '.join(known)}"
        problems.error("event.wish", f"{blame} wishes '{wish}'{did_you_mean(wish, known)}", hint, where(function))
    named = [parameter for parameter in parameters if parameter.kind not in UNNAMED]
    if any(parameter.kind is parameter.POSITIONAL_ONLY for parameter in named):
        problems.error("event.listener", f"{blame} has positional-only parameters", "drop the '/'", where(function))
    return Listener(
        plugin,
        event,
        function,
        as_tuple(wishes.get("before")),
        as_tuple(wishes.get("after")),
        tuple(parameter.name for parameter in named),
        tuple(parameter.name for parameter in named if parameter.default is parameter.empty),
        any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters),
        {wish: value for wish, value in wishes.items() if wish in more},
    )
