"""A Data class, compiled once: which sources are read, and what is done to each field in order."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from inspect import isawaitable, signature
from itertools import islice
from typing import Any

from kernel import Request
from kernel.errors import BootError
from kernel_data.chains import Mode, fresh
from kernel_data.declaration import fields_of, option, problems_of
from kernel_data.field import Field
from kernel_data.invalid import LONGEST_NAME, MOST_ERRORS, Invalid, flat, normal, pruned
from kernel_data.sources import ABSENT, BODIES, LOADERS, NAMES, Load, Take, Values, fitting, taker

REQUIRED = "Required"
UNKNOWN = ["Unknown field"]
WHOLE = "*"
"""The name under which a check of several fields reports what belongs to none of them."""
OPEN = ("json", "form", "query")
"""The sources of which strict mode knows what does not belong there."""


@dataclass(frozen=True, slots=True)
class Source:
    """One source of a Data class, and what is taken from it.

    `plain` are (attribute, key) of what stands under its key; `others` are (attribute, key, take,
    whether it waits); `keys` are all names known there.
    """

    name: str
    load: Load
    plain: tuple[tuple[str, str], ...]
    others: tuple[tuple[str, str, Take, bool], ...]
    keys: frozenset[str]

    async def read(self, request: Request, received: dict[str, Any]) -> Values:
        """Put what is there into *received*; return the whole source."""
        found = await self.load(request)
        for attribute, key in self.plain:
            if key in found:
                received[attribute] = found[key]
        for attribute, key, take, waits in self.others:
            value = await take(found, key) if waits else take(found, key)
            if value is not ABSENT:
                received[attribute] = value
        return found


def sources_of(fields: Mapping[str, Field]) -> Iterator[Source]:
    """Yield the sources that fields name, in the order in which they are read."""
    bodies = {NAMES[field.type] for field in fields.values() if NAMES.get(field.type) in BODIES}
    for name in LOADERS:
        own = [(a, f.data_name or a, f) for a, f in fields.items() if NAMES.get(f.type) == name]
        takes = [(a, key, *taker(f.type, f.many, f.takes_file)) for a, key, f in own]
        plain = tuple((a, key) for a, key, take, _ in takes if take is None)
        others = tuple((a, key, take, waits) for a, key, take, waits in takes if take is not None)
        if own:
            yield Source(name, fitting(name, bodies), plain, others, frozenset(key for _, key, _ in own))


class DataPlan:
    """What cleans the data of one Data class; it holds nothing of a request.

    Args:
        instance: of the Data class, made once.
        nullify: whether '' and b'' become null.
        every: whether every error is looked for, not the first of each field.
    """

    def __init__(self, instance: Any, nullify: bool, every: bool) -> None:
        kind, mode = type(instance), Mode(nullify, every)
        fields = fields_of(kind)
        self.sources = tuple(sources_of(fields))
        self._names = tuple((attribute, field.data_name or attribute) for attribute, field in fields.items())
        self._keys = frozenset(key for _, key in self._names)
        self._strict, self._fill = option(kind, "strict"), option(kind, "fill_absent")
        self._uniform, self._check = option(kind, "uniform_errors"), checker(instance)
        steps = [(name, field, field.compile(mode)) for name, field in fields.items()]
        self._entries = tuple((n, s.call, s.waits, fresh(f.default), f.required) for n, f, s in steps)

    async def clean(self, request: Request, default: Any, limit: int) -> tuple[dict[str, Any], dict[Any, Any]]:
        """Return the cleaned data and at most *limit* errors; *default* stands in for what lacks."""
        received: dict[str, Any] = {}
        unknown: list[str] = []
        for source in self.sources:
            found = await source.read(request, received)
            if self._strict and source.name in OPEN:
                unknown += strangers(found, source.keys)
        if default is not None:
            values = default if isinstance(default, Mapping) else vars(default)
            received = {name: values[name] for name, _ in self._names if name in values} | received
        cleaned, errors = await self.run(received, request, unknown)
        if errors:
            errors = pruned(dict(flat(errors)) if self._uniform else errors, limit)
        return cleaned, errors

    async def within(self, value: Values, request: Request | None) -> dict[str, Any]:
        """Return the cleaned data of a dict, read by the names of the fields; raises Invalid."""
        received = {attribute: value[key] for attribute, key in self._names if key in value}
        cleaned, errors = await self.run(received, request, strangers(value, self._keys) if self._strict else ())
        if errors:
            raise Invalid.of(errors)
        return cleaned

    async def run(
        self, received: Mapping[str, Any], request: Request | None, unknown: Iterable[str]
    ) -> tuple[dict[str, Any], dict[Any, Any]]:
        """Return the cleaned data and the errors of what was received, by attribute."""
        cleaned: dict[str, Any] = {}
        errors: dict[Any, Any] = dict.fromkeys(unknown, UNKNOWN)
        app = request.app if request else None
        for name, call, waits, default, required in self._entries:
            if name in received:
                meta = {"name": name, "received_data": received, "request": request, "app": app}
                try:
                    value = call(received[name], meta)
                    cleaned[name] = await value if waits else value
                except Invalid as invalid:
                    cleaned[name], errors[name] = None, invalid.errors
            elif default is not None:
                cleaned[name] = default()
            elif required:
                errors[name] = REQUIRED
            elif self._fill:
                cleaned[name] = None
        if self._check and not errors:
            errors = await self._check(cleaned, {"received_data": received, "request": request, "app": app})
        return cleaned, errors


def strangers(found: Values, known: frozenset[str]) -> list[str]:
    """Return the names, cut, of what a source holds beyond the fields, as many as are ever told."""
    return [str(name)[:LONGEST_NAME] for name in islice(found.keys() - known, MOST_ERRORS)]


def checker(instance: Any) -> Any:
    """Return `async (cleaned, meta) -> errors` that calls the class's `check`, or None if it has none."""
    check = option(type(instance), "check")
    if check is None:
        return None
    bound = instance.check
    with_meta = len(signature(bound).parameters) > 1

    async def find(cleaned: dict[str, Any], meta: Mapping[str, Any]) -> dict[Any, Any]:
        try:
            errors = bound(cleaned, meta) if with_meta else bound(cleaned)
            errors = await errors if isawaitable(errors) else errors
        except Invalid as invalid:
            errors = invalid.errors
        if not errors:
            return {}
        told = normal(errors)
        return told if isinstance(told, dict) else {WHOLE: told}

    return find


def plan_of(instance: Any, every: bool | None = None) -> DataPlan:
    """Return the plan of an instance's class, compiled at the first call.

    Raises:
        BootError: a field is declared wrongly.
    """
    kind = type(instance)
    nullify = option(kind, "auto_blank_to_null") if instance.__nullify__ is None else instance.__nullify__
    key = nullify, option(kind, "uniform_errors") if every is None else every
    plans: dict[Any, DataPlan] = kind.__plans__
    if key not in plans:
        problems = [problem for problem in problems_of(kind) if problem.level == "error"]
        if problems:
            raise BootError(problems)
        plans[key] = DataPlan(instance, *key)
    return plans[key]
