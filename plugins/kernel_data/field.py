"""Field: where a value comes from, and what is done to it.

A field is a declaration: it is compiled once for its Data class and holds nothing of a request. To make
a kind of your own, derive from Field and override `parse(value)`, which returns the value in the type of
the field or raises Invalid; or `set_value(value, meta)`, which is called on a copy of the field and
leaves its result in `self.value` or its messages in `self.errors`.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from functools import partial
from importlib.util import find_spec
from inspect import isawaitable, isclass
from typing import Any

from kernel_data.chains import Mode, Step, chain, fresh
from kernel_data.filters.filter import Filter
from kernel_data.invalid import Invalid
from kernel_data.processors import steps_of
from kernel_data.sources import NAMES, TYPE_JSON_FIELD
from kernel_data.validators.validator import NOTHING, Meta, Validator


class Field:
    """A value of any type.

    Args:
        name: the key in the source; the name of the attribute if None.
        default: taken for an absent value and for null, as it is; of a callable, what it returns.
        processors: validators and filters in order; a nested list is for each element of a list.
        field_type: the source, one of the TYPE_ constants; None has none but the default of its Data.
        required: an absent value is an error.
        auto_blank_to_null: whether '' and b'' become null; None leaves it to the Data class.
        nullable: null stays null; no default takes its place, and a List or Dict accepts it.
        schema: further keywords of the field's JSON Schema, such as description.
    """

    base: Mapping[str, Any] = {}
    """The JSON Schema of the type."""
    takes_many = False
    """Whether it takes all values of a repeated field."""
    takes_file = False
    """Whether it takes an uploaded file itself, not its bytes."""

    def __init__(
        self,
        name: str | None = None,
        default: Any = None,
        processors: Iterable[Any] | None = None,
        field_type: int | None = TYPE_JSON_FIELD,
        required: bool = False,
        *,
        auto_blank_to_null: bool | None = None,
        nullable: bool = False,
        schema: Mapping[str, Any] | None = None,
    ) -> None:
        self.data_name, self.default, self.type, self.required = name, default, field_type, required
        self.processors: Any = processors if is_single(processors) else tuple(processors or ())
        self.nullable, self.schema = nullable, dict(schema or {})
        self.nullify, self.where = auto_blank_to_null, declared()
        self.value: Any = default
        self.errors: Any = []
        self._step: Step | None = None

    @property
    def many(self) -> bool:
        """Whether it takes all values of a repeated field."""
        return self.takes_many or any(is_nested(processor) for processor in self.processors)

    def parse(self, value: Any) -> Any:
        """Return a value other than None in the type of the field; raise Invalid for what has none."""
        return value

    def steps(self, mode: Mode) -> list[Step]:
        """Return what is done to the value, in order."""
        parts = steps_of(self.processors, mode)
        return [self.parsing(), *parts] if type(self).parse is not Field.parse else parts

    def parsing(self) -> Step:
        """Return `parse` as a step."""
        parse = self.parse
        return Step(lambda value, meta: value if value is None else parse(value))

    def compile(self, mode: Mode) -> Step:
        """Return the one step that makes the cleaned value of a received one, or raises Invalid."""
        if self.nullify is not None:
            mode = Mode(self.nullify, mode.every)
        step = chain(self.steps(mode), mode, None if self.nullable else fresh(self.default))
        if type(self).set_value is Field.set_value:
            return step
        bare = chain((), mode)
        return Step(partial(self._set_on_a_copy, step, bare), False, True)

    async def _set_on_a_copy(self, step: Step, bare: Step, value: Any, meta: Meta) -> Any:
        one = copy(self)
        one.value, one.errors, one._step = self.default, [], step
        result: Any = one.set_value(bare.call(value, meta), meta)
        if isawaitable(result):
            await result
        if one.errors:
            raise Invalid.of(one.errors) if isinstance(one.errors, dict) else Invalid(one.errors)
        return one.value

    async def set_value(self, value: Any, meta: Meta = NOTHING) -> None:
        """Clean *value* into `self.value`, or say in `self.errors` what is wrong with it."""
        try:
            self.value = await self.process(value, meta)
        except Invalid as invalid:
            self.errors = invalid.errors

    async def process(self, value: Any, meta: Meta = NOTHING) -> Any:
        """Return the cleaned value, outside of a Data class; raises Invalid."""
        if self._step is None:
            self._step = chain(self.steps(Mode()), Mode(), None if self.nullable else fresh(self.default))
        result = self._step.call(value, meta)
        return await result if self._step.waits else result

    def describe(self, inner: Any) -> dict[str, Any]:
        """Return the JSON Schema of what is received; `inner(data_class)` is that of a nested Data class."""
        schema = {**self.base, **self.shape(inner)}
        for processor in self.processors:
            if isinstance(processor, (Validator, Filter)):
                processor.describe(schema)
            if isinstance(processor, Filter) and not processor.keeps_form:
                break
        if self.nullable and "type" in schema:
            schema["type"] = [schema["type"], "null"]
        if isinstance(self.default, (str, int, float)):
            schema["default"] = self.default
        return {**schema, **self.schema}

    def shape(self, inner: Any) -> dict[str, Any]:
        """Return the JSON Schema of what the field is made of."""
        return {}

    def nested(self) -> Iterable[type]:
        """Return the Data classes that are part of the field."""
        return ()

    def findings(self) -> Iterator[str]:
        """Yield what is wrong with the declaration."""
        if self.type is not None and self.type not in NAMES:
            yield f"field_type is {self.type!r}; write one of the TYPE_ constants of kernel_data, or None"
        if self.data_name is not None and not isinstance(self.data_name, str):
            yield f"name is {self.data_name!r}, not a text"
        if is_single(self.processors):
            yield f"processors is {self.processors!r}; write a list: processors=[...]"
        else:
            yield from unusable(self.processors)


class String(Field):
    """A text; processors that test or make another type decide on it themselves."""

    base = {"type": "string"}

    def steps(self, mode: Mode) -> list[Step]:
        """Demand a text after the validators that stand before the first filter."""
        parts = super().steps(mode)
        if self.many or NAMES.get(self.type) == "content" or any(map(decides_type, self.processors)):
            return parts
        place = next((n for n, part in enumerate(parts) if not part.judges), len(parts))
        return [*parts[:place], Step(self._judge, True), *parts[place:]]

    def _judge(self, value: Any, meta: Meta) -> str | None:
        return None if value is None or isinstance(value, (str, bytes)) else "Must be string"


def decides_type(processor: Any) -> bool:
    """Tell whether a processor judges or makes a type other than text."""
    return getattr(processor, "judges_type", False) or getattr(processor, "converts", False)


def is_single(processors: Any) -> bool:
    """Tell whether something given as processors is no list of them."""
    return processors is not None and (isinstance(processors, str) or not isinstance(processors, Iterable))


def is_nested(processor: Any) -> bool:
    """Tell whether a processor is a list of processors."""
    return isinstance(processor, Iterable) and not callable(processor)


def unusable(processors: Iterable[Any]) -> Iterator[str]:
    """Yield what cannot be used as a processor."""
    for processor in processors:
        if isclass(processor) and issubclass(processor, (Validator, Filter)):
            yield f"the processor '{processor.__name__}' is a class; write {processor.__name__}()"
        elif isinstance(processor, str) or not (callable(processor) or is_nested(processor)):
            yield f"the processor {processor!r} is neither a validator, nor a filter, nor a list of such"
        elif not callable(processor):
            yield from unusable(processor)
        else:
            yield from lacking(processor)


def lacking(processor: Any) -> Iterator[str]:
    """Yield the library that a processor needs and that is not installed."""
    library = getattr(processor, "library", None)
    if library and find_spec(library[0]) is None:
        name, distribution = type(processor).__name__, library[1]
        yield f"the processor '{name}' needs {distribution}; install it: pip install {distribution}"


def declared() -> str:
    """Return "file:line" of the nearest frame outside this package."""
    frame = sys._getframe(1)
    while frame.f_back and frame.f_globals.get("__name__", "").startswith("kernel_data."):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"
