"""Messages for the client that do not repeat what it sent."""

import re
from enum import Enum
from typing import Any, Literal, get_args, get_origin

from msgspec import Meta, ValidationError

from kernel_bodies.annotations import bare

INVALID = "Invalid value"
LONGEST_NAME = 100
_place = re.compile(r" - at (?:`key` in )?`[^`]*`\Z").sub


def told(error: ValidationError, value: Any, hint: Any) -> str:
    """Return the message of *error* without its place and without *value*; one that the hint brings goes first."""
    own = message_of(hint)
    if own:
        return own
    text = str(error)
    if text[-1:] == "`" and " - at `" in text:
        text = _place("", text)
    if text.startswith("Expected "):
        return text
    if error.__cause__ is not None:  # raised by a check of the class
        return INVALID if repeats(text, value) else text
    if text.startswith("Invalid enum value"):
        return f"Expected one of {', '.join(choices(hint))}" if choices(hint) else INVALID
    return INVALID if text.startswith(("Invalid value ", "Object contains")) else text


def message_of(hint: Any) -> str:
    """Return what a field says of itself: `Annotated[str, Meta(pattern=..., extra={"message": ...})]`; else ""."""
    extras = [note.extra or {} for note in getattr(hint, "__metadata__", ()) if isinstance(note, Meta)]
    return next((str(extra["message"]) for extra in extras if "message" in extra), "")


def choices(hint: Any) -> list[str]:
    """Return what an enumeration or a Literal may be, as it is written."""
    hint = bare(hint)
    if get_origin(hint) is Literal:
        return [str(choice) for choice in get_args(hint)]
    return [str(member.value) for member in hint] if isinstance(hint, type) and issubclass(hint, Enum) else []


def repeats(text: str, value: Any) -> bool:
    """Tell whether a text says something of a value: a number, or a text of two characters or more."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, (dict, list)):
            waiting.extend(item.values() if isinstance(item, dict) else item)
        elif isinstance(item, (str, int, float)) and not isinstance(item, bool) and says(text, str(item)):
            return True
    return False


def says(text: str, item: str) -> bool:
    """Tell whether *item* stands in *text*; a short one as a word of its own."""
    if item not in text or (len(item) < 2 and not item.isdigit()):
        return False
    return len(item) > 3 or re.search(rf"(?<![\w.-]){re.escape(item)}(?![\w])", text) is not None


def named(name: str) -> str:
    """Return a key that a client chose as it is told again: not longer than 100 characters."""
    return name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}…"
