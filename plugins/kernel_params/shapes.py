"""What an annotation asks for: one value or many, whether it may lack, and how it is read."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec

from kernel_params.readers import READERS, Reader, reader

CONTAINERS = (list, tuple, set, frozenset)


@dataclass(frozen=True, slots=True)
class Shape:
    """How a parameter is read.

    `read` reads one text; `collect` makes a container of the values of a repeated field, None for a
    single value; `check` applies the constraints of `msgspec.Meta` to the result, if there are any.
    """

    read: Reader
    collect: Callable[[Iterable[Any]], Any] | None
    check: Callable[[Any], Any] | None
    optional: bool


def shape(annotation: Any) -> Shape | None:
    """Return the shape of an annotation; None for a type that is not read from texts.

    Raises:
        TypeError: a constraint that its type cannot have.
    """
    if isinstance(annotation, type) and annotation in READERS:  # what most are
        return Shape(READERS[annotation], None, None, optional=False)
    base, constraints = _parted(annotation)
    members = get_args(base) if get_origin(base) in (Union, UnionType) else (base,)
    base, more = _parted(next((member for member in members if member is not NoneType), None))
    optional = NoneType in members
    if len(members) - optional != 1:
        return None
    collect, item = _container(base)
    read = _constrained_reader(item)
    if read is None:
        return None
    return Shape(read, collect, _checker(base, [*constraints, *more]), optional)


def _parted(annotation: Any) -> tuple[Any, list[msgspec.Meta]]:
    """Return the type inside `Annotated`, and what of the rest concerns it."""
    if get_origin(annotation) is not Annotated:
        return annotation, []
    base, *metadata = get_args(annotation)
    return base, [meta for meta in metadata if isinstance(meta, msgspec.Meta)]


def _container(base: Any) -> tuple[Any, Any]:
    """Return the constructor and the type of the items, or None and *base* itself."""
    kind, arguments = get_origin(base), get_args(base)
    if kind not in CONTAINERS or (kind is tuple and arguments[1:] != (...,)):
        return None, base
    return kind, arguments[0]


def _constrained_reader(annotation: Any) -> Reader | None:
    base, constraints = _parted(annotation)
    read, check = reader(base), _checker(base, constraints)
    if read is None or check is None:
        return read
    return lambda text: check(read(text))


def _checker(base: Any, constraints: list[msgspec.Meta]) -> Callable[[Any], Any] | None:
    if not constraints:
        return None
    kind: Any = Annotated[base, *constraints]
    msgspec.json.Decoder(kind)  # only to hear now what is wrong with it
    return lambda value: msgspec.convert(value, kind)
