"""Processors as steps: validators judge, filters change, functions are told apart by what they take."""

import inspect
import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from kernel.errors import KernelError
from kernel_data.chains import Mode, Step, chain, elements
from kernel_data.filters.filter import Filter
from kernel_data.invalid import Invalid
from kernel_data.validators.validator import BLANK, Meta, Validator

logger = logging.getLogger("kernel.data")
NOT_A_LIST = "Required list data"
REFUSED = "Invalid value"
USUAL = (ValueError, TypeError, ArithmeticError, LookupError, AttributeError)


def steps_of(processors: Iterable[Any], mode: Mode) -> list[Step]:
    """Return one step for each processor; a nested iterable applies to each element of a list."""
    return [step_of(processor, mode) for processor in processors]


def step_of(processor: Any, mode: Mode) -> Step:
    """Return a processor as a step: a Validator, a Filter, a function of (value, meta) or of (value)."""
    if isinstance(processor, Validator):
        call = processor if overridden(processor, Validator) else processor.check
        return Step(call, True, is_async(call))
    if isinstance(processor, Filter):
        return filtering(processor)
    if not callable(processor):
        return nested(processor, mode)
    if validates(processor):
        return Step(processor, True, is_async(processor))
    return changing(processor, REFUSED)


def overridden(processor: Any, base: type) -> bool:
    """Tell whether the class of *processor* has a `__call__` of its own."""
    return type(processor).__call__ is not base.__call__


def is_async(call: Any) -> bool:
    """Tell whether what *call* returns is to be awaited."""
    return inspect.iscoroutinefunction(call) or inspect.iscoroutinefunction(getattr(call, "__call__", None))  # noqa: B004  # the method itself is wanted


def validates(function: Callable[..., Any]) -> bool:
    """Tell whether a function takes (value, meta); one that takes a value alone filters."""
    try:
        signature = inspect.signature(function)
    except ValueError:  # some built-in functions have none
        return False
    needed = [p for p in signature.parameters.values() if p.default is p.empty and p.kind in POSITIONAL]
    return len(needed) == 2


POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def filtering(chosen: Filter) -> Step:
    """Return the step of a Filter."""
    if overridden(chosen, Filter):
        return changing(chosen, chosen.message)
    return changing(chosen.apply, chosen.message, () if chosen.takes_blank else BLANK)


def changing(call: Callable[[Any], Any], message: str, skipped: tuple[type, ...] = ()) -> Step:
    """Return the step of a filter: not asked about None; what it raises is an error of the field."""

    def change(value: Any, meta: Meta) -> Any:
        if value is None or (not value and type(value) in skipped):
            return value
        try:
            return call(value)
        except Exception as error:
            raise refusal(error, call, message) from error

    async def change_later(value: Any, meta: Meta) -> Any:
        if value is None or (not value and type(value) in skipped):
            return value
        try:
            return await call(value)
        except Exception as error:
            raise refusal(error, call, message) from error

    waits = is_async(call)
    return Step(change_later if waits else change, False, waits)


def refusal(error: Exception, call: Any, message: str) -> Exception:
    """Return what a failed filter means: its own words, an answer of its own, or *message*."""
    if isinstance(error, (Invalid, KernelError)):
        return error
    if not isinstance(error, USUAL):
        logger.warning("filter %r failed; the field is answered as invalid", call, exc_info=error)
    return Invalid(message)


def nested(processors: Iterable[Any], mode: Mode) -> Step:
    """Return the step of processors in a processor list: each element of a list is put through them."""
    item = elements(chain(steps_of(processors, mode), mode), mode.every, mode.every)
    return chain([Step(list_or_blank, True), item], replace(mode, nullify=False))


def list_or_blank(value: Any, meta: Meta) -> str | None:
    """Return the message for what is neither a list nor blank."""
    return None if isinstance(value, list) or (not value and (value is None or type(value) in BLANK)) else NOT_A_LIST
