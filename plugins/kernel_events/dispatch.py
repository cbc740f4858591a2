"""Who listens to what in one kernel, and how an event is executed."""

import inspect
import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from kernel.layers import where

logger = logging.getLogger("kernel.events")


class Listener(NamedTuple):
    """A function with its owner and the arguments it names (None: all of them)."""

    plugin: str
    function: Callable[..., Any]
    names: tuple[str, ...] | None


class Events(dict[str, list[Listener]]):
    """The listeners by event, in calling order."""

    def add(self, plugin: str, hooks: Iterable[tuple[str, Callable[..., Any]]]) -> None:
        """Add the (event, function) pairs of one plugin or app."""
        for event, function in hooks:
            parameters = inspect.signature(function).parameters.values()
            every = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters)
            names = None if every else tuple(parameter.name for parameter in parameters)
            self.setdefault(event, []).append(Listener(plugin, function, names))

    async def execute(self, event: str, arguments: Mapping[str, Any]) -> list[Exception]:
        """Call every listener with the arguments it names, one after another; return what was raised.

        One that fails does not stop the others; each failure is logged with its owner.
        """
        failures: list[Exception] = []
        for plugin, function, names in self.get(event, ()):
            chosen = arguments if names is None else {name: arguments[name] for name in names if name in arguments}
            try:
                result = function(**chosen)
                if inspect.isawaitable(result):
                    await result
            except Exception as error:  # isolated: the listeners after it still run
                failures.append(error)
                logger.exception("event '%s': the listener of '%s' failed (%s)", event, plugin, where(function))
        return failures
