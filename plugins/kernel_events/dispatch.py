"""Who listens to what in one kernel, in which order, and how an event is executed."""

import inspect
import logging
import sys
from collections.abc import Iterable, Mapping
from graphlib import CycleError
from typing import Any

from kernel.boot.discovery import sort
from kernel.boot.plan import Plan
from kernel.errors import Findings, Problem
from kernel_events.event import DEFAULTS, Event, Role
from kernel_events.listener import Listener, listener

logger = logging.getLogger("kernel.events")
STOPPING = ("drain", "pre_stop")
"""Heard in reverse: who came first leaves last. At `shutdown` only the owners are, each one's listeners are not."""
NOTHING: Mapping[str, Any] = {}
ALIKE = 0.85
"""How near an undeclared event must be to one of the framework to be taken for a slip, from 0 to 1."""


class Events:
    """The events of one kernel; `problems` is what was found while they were collected.

    Args:
        app: what listeners get as `app`.
        current: returns the request that is being served, or None.
    """

    def __init__(self, app: Any = None, current: Any = lambda: None) -> None:
        self._app, self._current, self.problems = app, current, Findings()
        self._claims = (getattr(app, "plan", None) or Plan()).claims
        self.declared: dict[str, Event] = {}
        self._owners: dict[str, str] = {}
        self._listeners: list[Listener] = []
        self._compiled: dict[str, tuple[Listener, ...]] = {}
        self.wild: tuple[Listener, ...] = ()

    def declare(self, owner: str, events: Iterable[Event]) -> None:
        """Add declarations; two different ones of one name are a finding."""
        for event in events:
            if not isinstance(event, Event):
                message = f"'{owner}': events= holds {event!r}, which is no Event"
                self.problems.error("event.wrong", message, 'write Event("user_created", username=str)')
                continue
            known = self.declared.setdefault(event.name, event)
            first = self._owners.setdefault(event.name, owner)
            if known.payload != event.payload:
                both = self._claims((first, known.where), (owner, event.where))
                hint = "rename one of the two, switch one off, or let both say the same"
                message = f"event '{event.name}' is declared by {both}"
                self.problems.error("event.duplicate", message, hint, event.where)

    def add(self, plugin: str, hooks: Iterable[tuple[Any, ...]]) -> None:
        """Add the listeners of one plugin or app."""
        for item in hooks:
            event = self.declared.get(item[0])
            if one := listener(plugin, item, self.problems, event.wishes if event else ()):
                self._listeners.append(one)

    def compile(self) -> None:
        """Put the listeners of each event in order, and check them against what is declared."""
        self.wild = tuple(self._ordered("*", [one for one in self._listeners if one.wild]))
        for name in self.known():
            role = isinstance(self.declared.get(name), Role)
            found = [one for one in self._listeners if one.hears(name) and not (role and one.wild)]
            self._compiled[name] = tuple(self._ordered(name, turned(name, found)))
            self._check(name)

    def known(self) -> list[str]:
        """Return every event that is declared or listened to by its name."""
        heard = [one.event for one in self._listeners if not one.wild]
        return list(dict.fromkeys([*self.declared, *heard]))

    def of(self, event: str) -> tuple[Listener, ...]:
        """Return the listeners of *event*, in calling order."""
        compiled = self._compiled.get(event)
        if compiled is None and self.wild:  # not kept, since whoever makes up names would fill the memory
            return tuple(one for one in self.wild if one.hears(event))
        return compiled or ()

    def _ordered(self, event: str, found: list[Listener]) -> list[Listener]:
        """Return *found* as its members wish, ties as they are."""
        names = {f"{one.plugin}:{one.label} ({one.where}) #{number}": one for number, one in enumerate(found, 1)}
        edges = []
        for name, one in names.items():
            others = [(key, other) for key, other in names.items() if other is not one]
            edges += [(key, name) for key, other in others if any(map(other.bears, one.after))]
            edges += [(name, key) for key, other in others if any(map(other.bears, one.before))]
        try:
            return [names[name] for name in sort(list(names), edges)]
        except CycleError as error:
            message = f"event '{event}': listeners wait for one another: {' -> '.join(error.args[1])}"
            self.problems.error("event.cycle", message, "drop one before= or after= among them")
            return found

    def _check(self, name: str) -> None:
        """Note listeners that want what the event does not carry, and those of a misspelt event."""
        event, listeners = self.declared.get(name), self._compiled[name]
        if event is None:
            from difflib import get_close_matches  # needed only where something is wrong

            for near in get_close_matches(name, [event.name for event in DEFAULTS], 1, ALIKE):
                message = f"'{listeners[0].plugin}' listens to '{name}', which nobody declares; did you mean '{near}'?"
                hint = f"rename it, or declare it: App(events=[Event('{name}')])"
                self.problems.append(Problem("event.unknown", "warning", message, hint, listeners[0].where))
            return
        for one in listeners:
            for fault in one.lacks(event.payload):
                message = f"'{one.plugin}': listener '{one.label}': event '{name}' {fault}"
                self.problems.error("event.argument", message, f"it is {event}, declared at {event.where}", one.where)

    async def execute(self, event: str, payload: Mapping[str, Any], **offered: Any) -> list[Exception]:
        """Call every listener with the arguments it names, one after another; return what was raised.

        One that fails does not stop the others; each failure is logged with its owner and place.

        Args:
            offered: `request` and `response`, where there are some.

        Raises:
            TypeError: the payload is not what the event was declared with.
        """
        if event in self.declared and (faults := sorted(self.declared[event].faults(payload))):
            declared = self.declared[event]
            raise TypeError(f"event {declared}: {', '.join(faults)} (executed at {executed()})")
        failures: list[Exception] = []
        if listeners := self.of(event):
            offered = {"request": self._current(), **offered}
        for one in listeners:
            try:
                await self.call(one, event, payload, **offered)
            except Exception as error:  # isolated: the listeners after it still run
                failures.append(error)
                logger.exception("event '%s': the listener of '%s' failed (%s)", event, one.plugin, one.where)
        return failures

    async def call(self, one: Listener, event: str, payload: Mapping[str, Any] = NOTHING, **offered: Any) -> None:
        """Call one listener with the arguments it names."""
        basics = {"app": self._app, "event": event, "request": None, "response": None}
        result = one.function(**one.arguments(payload, {**basics, **offered, **payload}))
        if inspect.isawaitable(result):
            await result


def turned(event: str, found: list[Listener]) -> list[Listener]:
    """Return the listeners of *event* as they are called if nobody wishes otherwise."""
    if event in STOPPING:
        return found[::-1]
    owners = dict.fromkeys(one.plugin for one in found)
    return [one for owner in reversed(owners) for one in found if one.plugin == owner] if event == "shutdown" else found


def executed() -> str:
    """Return "file:line" of whoever executes an event: the nearest frame outside the kernel and this plugin."""
    frame = sys._getframe(1)
    while frame.f_back and frame.f_globals.get("__name__", "").startswith(("kernel.", "kernel_events.")):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"
