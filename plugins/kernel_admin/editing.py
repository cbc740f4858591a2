"""Change one list in the text of a config.ini, and nothing else: comments, blanks, line ends and order stay.

A list is written as config.ini has it already: one item a line, or separated by commas. What an
item's line says behind a `;` stays as a comment of its own. The outcome is read back: a text in
which anything but the one list differs is refused, never written.
"""

import re
from collections.abc import Sequence
from configparser import ConfigParser, Error

from kernel.boot.config import items

COMMENT = re.compile(r"(^|\s)[;#].*")
_head, _blank = re.compile(r"[^=:]*[=:][ \t]*").match, re.compile(r"[ \t]*").match
Sections = dict[str, dict[str, list[str]]]


class Uneditable(ValueError):
    """The text is not one that can be changed with care; the message says why."""


def edited(text: str, section: str, key: str, wanted: Sequence[str]) -> str:
    """Return *text* with the list at [section] key holding *wanted*: what it has stays in its order, the rest follows.

    Raises:
        Uneditable: the text cannot be read, or the outcome would say anything else than that.
    """
    before = sections(text)
    now = before.get(section, {}).get(key, [])
    lines = text.split("\n")
    more = [item for item in wanted if item not in now]
    for item in [item for item in now if item not in wanted]:
        lines = without(lines, section, key, item)
    for item in more:
        lines = with_(lines, section, key, item)
    outcome = "\n".join(lines)
    kept = [item for item in now if item in wanted]
    expected = {**before, section: {**before.get(section, {}), key: [*kept, *more]}}
    if sections(outcome) != expected:
        raise Uneditable(f"[{section}] {key} is written in a way that cannot be changed safely")
    return outcome


def sections(text: str) -> Sections:
    """Return every value as the list of its items, as `kernel.boot.config` reads it.

    Raises:
        Uneditable: it is no INI.
    """
    parser = ConfigParser(interpolation=None, default_section="\0")
    try:
        parser.read_string(text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))
    except Error as error:
        raise Uneditable(str(error).partition("\n")[0]) from None
    return {name: {key: values(value) for key, value in parser[name].items()} for name in parser.sections()}


def values(value: str) -> list[str]:
    """Return the items of a value, what stands behind a ; or # left out."""
    return [str(item) for line in value.split("\n") for item in items(COMMENT.sub("", line))]


def owners(lines: Sequence[str]) -> list[tuple[str, str]]:
    """Return (section, key) of each line; the key of a heading is "", blanks and comments belong to nobody."""
    found, section, key = list[tuple[str, str]](), "", ""
    for line in (line.removeprefix("\ufeff") for line in lines):
        if line[:1] == "[":
            section, key = line.partition("]")[0][1:], ""
        elif line[:1].strip() and line[0] not in "#;":
            key = re.split("[=:]", line, maxsplit=1)[0].strip().lower()
        found.append((section, key) if line.strip() and line.strip()[0] not in "#;" else ("", ""))
    return found


def parts(line: str, first: bool) -> tuple[str, str, str]:
    """Return what stands before the items of a line, the items, and what stands behind them, line end included."""
    head = (_head if first else _blank)(line)
    begin = head.end() if head else 0
    code = COMMENT.sub("", line[begin:].rstrip("\r")).rstrip()
    return line[:begin], code, line[begin + len(code) :]


def without(lines: Sequence[str], section: str, key: str, item: str) -> list[str]:
    """Return *lines* without an item; a line of its own goes, what was said behind it stays."""
    found = list[str]()
    spans = [number for number, owner in enumerate(owners(lines)) if owner == (section, key)]
    for number, line in enumerate(lines):
        head, code, tail = parts(line, number in spans[:1])
        kept = [part for part in code.split(",") if part.strip() != item]
        if number not in spans or len(kept) == len(code.split(",")):
            found.append(line)
        elif "".join(kept).strip() or number == spans[0]:
            code = ",".join(kept).strip()
            found.append(f"{head if code else head.rstrip()}{code}{tail}")
        elif tail.strip():
            found.append(f"{head}{tail.lstrip()}")
    return found


def with_(lines: Sequence[str], section: str, key: str, item: str) -> list[str]:
    """Return *lines* with an item more, behind the last one; a key or a section that is missing is added."""
    known, found = owners(lines), list(lines)
    end = "\r" if lines[0].endswith("\r") else ""
    spans = [number for number, owner in enumerate(known) if owner == (section, key)]
    if not spans:
        return inserted(found, known, section, f"{key} = {item}{end}", end)
    full = [number for number in spans if parts(lines[number], number == spans[0])[1]]
    last = (full or spans)[-1]
    head, code, tail = parts(lines[last], last == spans[0])
    if last != spans[0]:
        found.insert(last + 1, f"{head}{item}{end}")
    elif code:
        found[last] = f"{head}{code.removesuffix(',').rstrip()}, {item}{tail}"
    else:
        gap = head[len(head.rstrip()) :] or " "
        found[last] = f"{head.rstrip()} {item}{gap if tail.strip() else ''}{tail.lstrip(' ')}"
    return found


def inserted(lines: list[str], known: Sequence[tuple[str, str]], section: str, line: str, end: str) -> list[str]:
    """Return *lines* with a line as the last of its section, which is added if there is none."""
    mine = [number for number, (name, _) in enumerate(known) if name == section]
    if mine:
        return [*lines[: mine[-1] + 1], line, *lines[mine[-1] + 1 :]]
    closed = not lines[-1].strip()
    body = lines[:-1] if closed else [*lines[:-1], f"{lines[-1]}{end}"]
    gap = [end] if any(text.strip() for text in body) else []
    return [*body, *gap, f"[{section}]{end}", line, ""]
