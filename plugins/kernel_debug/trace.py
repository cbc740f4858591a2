"""Read an exception and all that led to it, as data to be shown."""

import linecache
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from types import CodeType, FrameType, TracebackType

Owner = Callable[[FrameType], str]
AROUND = 5
"""Lines of source shown before and after the one that runs."""
FIRST, LAST = 10, 30
"""How many frames are shown of a long traceback, from either end."""
LONGEST = 4000
"""Characters shown of a message."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of source, in three parts if it runs: before, in and after what failed."""

    number: int
    text: str
    marked: tuple[str, str, str] | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One frame: where it is, whose it is, and the source around."""

    file: str
    number: int
    function: str
    owner: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Caught:
    """One exception of the chain; `relation` says how it belongs to the one before."""

    kind: str
    message: str
    relation: str = ""
    notes: tuple[str, ...] = ()
    calls: tuple[Call, ...] = ()
    left_out: int = 0
    members: tuple[str, ...] = field(default=())


def chain(error: BaseException, owner: Owner) -> Iterator[Caught]:
    """Yield *error*, the members of a group, and what each came from; nothing twice."""
    seen: set[int] = set()
    waiting: list[tuple[BaseException, str]] = [(error, "")]
    while waiting:
        one, relation = waiting.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield caught(one, relation, owner)
        if isinstance(one, BaseExceptionGroup):
            waiting += [(member, "a member of the group") for member in one.exceptions]
        if one.__cause__ is not None:
            waiting.append((one.__cause__, "the direct cause"))
        elif one.__context__ is not None and not one.__suppress_context__:
            waiting.append((one.__context__, "while this was being handled, the error above was raised"))


def caught(error: BaseException, relation: str, owner: Owner) -> Caught:
    """Return one exception with its frames, the innermost first."""
    calls = [(step, step.tb_lineno) for step in _steps(error.__traceback__)][::-1]
    shown = calls if len(calls) <= FIRST + LAST else [*calls[:LAST], *calls[-FIRST:]]
    kind = type(error)
    return Caught(
        kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}",
        worded(error),
        relation,
        tuple(str(note)[:LONGEST] for note in getattr(error, "__notes__", ())),
        tuple(call(step, number, owner) for step, number in shown),
        len(calls) - len(shown),
    )


def _steps(step: TracebackType | None) -> Iterator[TracebackType]:
    while step:
        yield step
        step = step.tb_next


def worded(error: BaseException) -> str:
    """Return the message of *error*, whose own code may fail in turn."""
    try:
        text = str(error)
    except Exception:
        text = "(its message cannot be shown)"
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text)} characters)"


def call(step: TracebackType, number: int, owner: Owner) -> Call:
    """Return one frame with the source around it."""
    frame, code = step.tb_frame, step.tb_frame.f_code
    source = linecache.getlines(code.co_filename, frame.f_globals)
    first = max(number - AROUND, 1)
    lines = [
        Line(at, text.rstrip("\n"), parts(text.rstrip("\n"), code, step.tb_lasti) if at == number else None)
        for at, text in enumerate(source[first - 1 : number + AROUND], first)
    ]
    return Call(code.co_filename, number, code.co_qualname, owner(frame), tuple(lines))


def parts(text: str, code: CodeType, instruction: int) -> tuple[str, str, str]:
    """Return the line in three parts; what failed is in the middle, all of it where that is unknown."""
    indent = text[: len(text) - len(text.lstrip())]
    whole = indent, text[len(indent) :], ""
    if not code.co_filename.endswith(".py"):  # a template: the positions are those of its compiled form
        return whole
    first, last, start, end = next(islice(code.co_positions(), instruction // 2, None), (None,) * 4)
    if first != last or start is None or end is None:
        return whole
    data = text.encode()
    return tuple(part.decode(errors="replace") for part in (data[:start], data[start:end], data[end:]))  # type: ignore[return-value]  # three of them
