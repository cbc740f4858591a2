"""Validate one section against its plugin's Config: a dataclass or a msgspec.Struct."""

import re
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from kernel.boot.config import Config, items
from kernel.errors import Findings, did_you_mean
from kernel_settings.marks import Bounds
from kernel_settings.masking import MASK, mask

BOOLEANS = {"yes": "true", "on": "true", "no": "false", "off": "false"}
SCHEMA = "'kernel config schema' lists every key, its type and its meaning"
KINDS = {"bool": "yes or no", "int": "a whole number", "float": "a number"}
LISTS = (tuple, list, set, frozenset)


def coerce(value: Any, hint: Any) -> Any:
    """Return *value*, a text or a tuple of lines, as the annotated type.

    Raises:
        ValueError: it does not fit.
    """
    bounds = [mark for mark in getattr(hint, "__metadata__", ()) if isinstance(mark, Bounds)]
    if get_origin(hint) is Annotated and isinstance(get_args(hint)[1], str):
        hint = get_args(hint)[0]
    if any(get_origin(part) in LISTS for part in (hint, *get_args(hint))):
        value = items(value)
    elif hint is bool and isinstance(value, str):
        value = BOOLEANS.get(value.lower(), value.lower())
    found = msgspec.convert(value, hint, strict=False, dec_hook=lambda kind, text: kind(text))
    for one in bounds:
        one.check(found)
    return found


def expected(hint: Any, error: ValueError) -> str:
    """Return what a key wants, in words of the configuration rather than of Python where it is a plain kind."""
    if one_of := choices(hint):
        return f"expected one of {', '.join(one_of)}"
    kind = re.match(r"Expected `(\w+)( \| null)?`, got", str(error))
    return f"expected {KINDS[kind[1]]}" if kind and kind[1] in KINDS else str(error)


def choices(hint: Any) -> list[str]:
    """Return the values that a type allows, if they can be counted."""
    kind = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    if get_origin(kind) is Literal:
        return [str(one) for one in get_args(kind)]
    return [str(one.value) for one in getattr(kind, "__members__", {}).values()]


def meaning(hint: Any) -> str:
    """Return what a key means, as its author says, or where that is told."""
    texts = [part for part in getattr(hint, "__metadata__", ()) if isinstance(part, str)]
    return f"it says: {texts[0]}" if texts else SCHEMA


def validate(config: Config, section: str, schema: type, problems: Findings) -> Any:
    """Return the section as an instance of *schema*, or None with what is wrong in *problems*.

    The validated values, defaults included, then stand in the configuration too.
    """
    hints, given = get_type_hints(schema, include_extras=True), config.get(section, {})
    values, known = {}, len(problems)
    for key, value in given.items():
        name, where = key.replace("-", "_"), config.origin(section, key)
        if name not in hints:
            hint = f"its keys are {', '.join(hints)}"
            message = f"[{section}] has no key '{key}'{did_you_mean(name, hints)}"
            problems.error("config.unknown", message, hint, where)
            continue
        try:
            values[name] = coerce(value, hints[name])
        except ValueError as error:
            shown = mask(config, section, key, value)
            wanted = expected(hints[name], error)
            why = "the value does not fit" if MASK in str(shown) else wanted  # the error may quote the value
            problems.error("config.value", f"[{section}] {key}: {why}, not {shown!r}", meaning(hints[name]), where)
    if len(problems) > known:
        return None
    try:
        instance = schema(**values)
    except (TypeError, ValueError) as error:
        problems.error("config.value", f"[{section}] {error}", SCHEMA, config.origin(section))
        return None
    config[section] = {**given, **{name: getattr(instance, name) for name in hints}}
    return instance
