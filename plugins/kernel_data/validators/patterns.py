"""Refuse regular expressions that can take exponential time, before any text is matched.

Matching backtracks. It explodes where a loop can go over the same text in several ways, as `(a+)+` or
`(a|aa)*`. A loop is taken for safe if its body has a fixed length and no alternatives, if something in
each round occurs nowhere else in it (`(-[a-z]+)*`), or if its alternatives begin differently. That
refuses some harmless patterns, and leaves polynomial ones to the limit of length.
"""

import re
from collections.abc import Iterable, Iterator
from re import _constants as ops, _parser as parser  # type: ignore[attr-defined]  # the only way to a pattern's structure
from typing import Any

Node = tuple[Any, Any]
Characters = frozenset[int]
BEYOND: Characters = frozenset((0xE9, 0x4E00))
ALPHABET = BEYOND.union(range(128))
"""What stands for all characters: ASCII, a letter beyond it, and an ideograph."""
MANY = 20
_ignores_case = re.compile(r"\(\?[aLmsux]*i").search
REPEATS = (ops.MAX_REPEAT, ops.MIN_REPEAT)
CATEGORIES = {
    ops.CATEGORY_DIGIT: r"\d",
    ops.CATEGORY_NOT_DIGIT: r"\D",
    ops.CATEGORY_SPACE: r"\s",
    ops.CATEGORY_NOT_SPACE: r"\S",
    ops.CATEGORY_WORD: r"\w",
    ops.CATEGORY_NOT_WORD: r"\W",
}
CLASSES: dict[Any, Characters] = {
    category: frozenset(code for code in ALPHABET if re.match(text, chr(code))) for category, text in CATEGORIES.items()
}


def refuse_if_slow(pattern: "re.Pattern[str]") -> None:
    """Raise ValueError if a loop of *pattern* can go over the same text in several ways."""
    fold = bool(pattern.flags & re.IGNORECASE or _ignores_case(pattern.pattern))
    for loop in loops(parser.parse(pattern.pattern, pattern.flags)):
        if ambiguous(list(flattened(loop)), fold):
            hint = "begin each round with a character of its own, as in '(-[a-z]+)*', or pass trusted=True"
            message = f"pattern {pattern.pattern!r}: a loop in it can match a text in exponentially many ways"
            raise ValueError(f"{message}; {hint}")


def loops(items: Iterable[Node]) -> Iterator[Any]:
    """Yield the bodies of all loops without a small limit, nested ones too."""
    for operator, argument in items:
        if operator in REPEATS and argument[1] > MANY:
            yield argument[2]
        for inner in bodies(operator, argument):
            yield from loops(inner)


def bodies(operator: Any, argument: Any) -> list[Any]:
    """Return the sequences inside a node."""
    if operator in (*REPEATS, ops.POSSESSIVE_REPEAT):
        return [argument[2]]
    if operator is ops.SUBPATTERN:
        return [argument[-1]]
    if operator is ops.BRANCH:
        return list(argument[1])
    if operator in (ops.ASSERT, ops.ASSERT_NOT):
        return [argument[1]]
    if operator is ops.GROUPREF_EXISTS:
        return [body for body in argument[1:] if body]
    return [argument] if operator is ops.ATOMIC_GROUP else []


def flattened(items: Iterable[Node]) -> Iterator[Node]:
    """Yield the nodes of a sequence, those of groups in place of the groups."""
    for operator, argument in items:
        if operator is ops.SUBPATTERN:
            yield from flattened(argument[-1])
        else:
            yield operator, argument


def ambiguous(body: list[Node], fold: bool) -> bool:
    """Tell whether rounds of a loop over *body* may be divided in several ways."""
    if not any(varies(*node) for node in body):
        return False
    if len(body) == 1 and body[0][0] is ops.BRANCH:
        ways = [list(flattened(way)) for way in body[0][1][1]]
        starts = [folded(characters(way[:1]), fold) for way in ways]
        overlap = sum(map(len, starts)) > len(frozenset().union(*starts))
        return overlap or any(not way or ambiguous(way, fold) for way in ways)
    sets = [folded(characters([node]), fold) for node in body]
    return not any(
        single(operator) and not own & frozenset().union(*sets[:n], *sets[n + 1 :])
        for n, ((operator, _), own) in enumerate(zip(body, sets, strict=True))
    )


def varies(operator: Any, argument: Any) -> bool:
    """Tell whether a node may match texts of different lengths, or in different ways."""
    if operator in REPEATS:
        least, most, inner = argument
        return bool(least != most) or any(varies(*node) for node in flattened(inner))
    return operator is ops.BRANCH


def folded(found: Characters, fold: bool) -> Characters:
    """Return the characters, with both cases of each if case does not count."""
    return found | {ord(chr(code).swapcase()) for code in found if code < 128} if fold else found


def single(operator: Any) -> bool:
    """Tell whether a node is one character, always there."""
    return operator in (ops.LITERAL, ops.NOT_LITERAL, ops.IN, ops.ANY)


def characters(items: Iterable[Node]) -> Characters:
    """Return all characters that may occur in a sequence; what is not understood may hold any."""
    found: Characters = frozenset()
    for operator, argument in items:
        if operator is ops.IN:
            found |= members(argument)
        elif operator in (ops.LITERAL, ops.NOT_LITERAL, ops.RANGE, ops.CATEGORY):
            found |= members([(operator, argument)])
        elif operator is not ops.AT:
            inner = bodies(operator, argument)
            found |= frozenset().union(*map(characters, inner)) if inner else ALPHABET
    return found


def members(items: Iterable[Node]) -> Characters:
    """Return the characters of a set like [a-z]."""
    found: set[int] = set()
    negated = False
    for operator, argument in items:
        if operator is ops.NEGATE:
            negated = True
        elif operator is ops.LITERAL:
            found |= spread(argument, argument)
        elif operator is ops.NOT_LITERAL:
            found |= ALPHABET - {argument}
        elif operator is ops.RANGE:
            found |= spread(*argument)
        else:
            found |= CLASSES[argument]
    return ALPHABET - found if negated else frozenset(found)


def spread(first: int, last: int) -> Characters:
    """Return a range of characters; any beyond ASCII stands for all of those."""
    return ALPHABET.intersection(range(first, last + 1)) | (BEYOND if last > 127 else frozenset())
