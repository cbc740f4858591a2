"""Chains of steps: what a field does to a value is chosen once and then only called.

A step judges (`call(value, meta)` returns a message or None) or changes (it returns the new value,
or raises Invalid). A chain of steps that never wait is a plain function without a coroutine.
"""

from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from kernel_data.invalid import MOST_ERRORS, Invalid
from kernel_data.validators.validator import BLANK, Meta

Call = Callable[[Any, Meta], Any]
Refused = dict[int, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing done to a value; `waits` tells that the call has to be awaited."""

    call: Call
    judges: bool = False
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Mode:
    """How fields are compiled: whether '' and b'' become None, and whether every error is looked for."""

    nullify: bool = True
    every: bool = False


def fresh(default: Any) -> Callable[[], Any] | None:
    """Return what makes the default of a field, a new one each time; None for no default."""
    if default is None:
        return None
    if callable(default):
        return default  # type: ignore[no-any-return]  # any callable without arguments
    if isinstance(default, (list, dict, set, bytearray)):
        return lambda: deepcopy(default)
    return lambda: default


def chain(steps: Iterable[Step], mode: Mode, default: Callable[[], Any] | None = None) -> Step:
    """Return *steps* as one that changes: null becomes the default, the first message refuses.

    With `mode.every`, validators go on after a message, until a step would change the value.
    """
    parts = tuple(steps)
    waits = any(step.waits for step in parts)
    if waits or mode.every:
        return Step(careful(parts, mode, default), False, True)
    return Step(quick([(step.call, step.judges) for step in parts], mode.nullify, default))


def quick(parts: Iterable[tuple[Call, bool]], nullify: bool, default: Callable[[], Any] | None) -> Call:
    """Return what runs steps that never wait, up to the first message: nearly every field of every request."""
    parts = tuple(parts)

    def clean(value: Any, meta: Meta) -> Any:
        if not value:
            if nullify and type(value) in BLANK:
                value = None
            if value is None and default is not None:
                return default()
        for call, judges in parts:
            if judges:
                message = call(value, meta)
                if message is not None:
                    raise Invalid.of([str(message)])
            else:
                value = call(value, meta)
        return value

    return clean


def careful(steps: Iterable[Step], mode: Mode, default: Callable[[], Any] | None) -> Call:
    """Return what runs any steps, and tells every message if wanted."""

    async def clean(value: Any, meta: Meta) -> Any:
        if mode.nullify and not value and type(value) in BLANK:
            value = None
        if value is None and default is not None:
            return default()
        errors: list[Any] = []
        for step in steps:
            if errors and not (step.judges and mode.every):
                break
            result = step.call(value, meta)
            result = await result if step.waits else result
            if not step.judges:
                value = result
            elif result is not None:
                errors.append(str(result))
        if errors:
            raise Invalid.of(errors)
        return value

    return clean


class Elements:
    """One step for each element of a list, into a new list; None stays None.

    Args:
        item: the step of an element.
        every: go on after an element that is refused.
        indexed: errors are {index: errors}, not those of the first element.
    """

    def __init__(self, item: Step, every: bool, indexed: bool) -> None:
        self._call, self._waits = item.call, item.waits
        self._most, self._indexed = MOST_ERRORS if every else 1, indexed

    def step(self) -> Step:
        """Return the step, a plain function if that of an element is."""
        return Step(self.clean_later if self._waits else self.clean, False, self._waits)

    def clean(self, value: Any, meta: Meta) -> Any:
        """Return a list of the cleaned elements, or raise Invalid for the first that is refused."""
        call, cleaned = self._call, []
        for number, one in enumerate(value or ()):
            try:
                cleaned.append(call(one, meta))
            except Invalid as invalid:
                raise Invalid.of({number: invalid.errors} if self._indexed else invalid.errors) from None
        return value if value is None else cleaned

    async def clean_later(self, value: Any, meta: Meta) -> Any:
        """Do the same where the step has to be awaited, for as many elements as wanted."""
        call, cleaned, errors = self._call, [], Refused()
        for number, one in enumerate(value or ()):
            try:
                cleaned.append(await call(one, meta))
            except Invalid as invalid:
                errors[number] = invalid.errors
                if len(errors) >= self._most:
                    break
        if errors:
            raise Invalid.of(errors if self._indexed else next(iter(errors.values())))
        return value if value is None else cleaned


def elements(item: Step, every: bool, indexed: bool) -> Step:
    """Return the step that cleans each element of a list; see `Elements`."""
    return Elements(item, every, indexed).step()
