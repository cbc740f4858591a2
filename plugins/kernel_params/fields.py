"""Fields of the query: read one, and on failure tell everything that is wrong with the query."""

from collections.abc import Callable, Mapping
from typing import Any

from kernel_errors import Error

from kernel import Request
from kernel_params.shapes import Shape

UNEXPECTED_DATA = 1002
MOST_PROBLEMS = 100
MISSING: Any = object()
Take = Callable[[Any], Any]


class Unfit(ValueError):
    """A field that lacks or does not fit; `problem` is what the client is told about it."""

    def __init__(self, problem: Any) -> None:
        super().__init__(problem)
        self.problem = problem


def single(name: str, shape: Shape, default: Any) -> Take:
    """Return what takes one value, the last of the field, out of a query."""
    read, check = shape.read, shape.check

    def take(query: Any) -> Any:
        text = query.get(name)
        if text is None:
            return lacking(default)
        try:
            value = read(text)
            return check(value) if check else value
        except ValueError as error:
            raise Unfit([str(error)]) from None

    return take


def repeated(name: str, shape: Shape, default: Any) -> Take:
    """Return what takes all values of a field out of a query; problems stand by their position."""
    read, check, collect = shape.read, shape.check, shape.collect
    assert collect, "a shape with many values has a container"

    def take(query: Any) -> Any:
        texts = query.getlist(name)
        if not texts:
            return lacking(default)
        values, problems = [], {}
        for number, text in enumerate(texts):
            try:
                values.append(read(text))
            except ValueError as error:
                problems[str(number)] = [str(error)]
        if problems:
            raise Unfit(dict(list(problems.items())[:MOST_PROBLEMS]))
        try:
            return check(collect(values)) if check else collect(values)
        except ValueError as error:
            raise Unfit([str(error)]) from None

    return take


def lacking(default: Any) -> Any:
    """Return the default of a field that was not sent."""
    if default is MISSING:
        raise Unfit("Required")
    return default


def extractor(take: Take, siblings: Mapping[str, Take]) -> Callable[[Request], Any]:
    """Return what fills a parameter; if it cannot, it names every field of the route that is wrong."""

    def extract(request: Request) -> Any:
        query = request.query_params
        try:
            return take(query)
        except Unfit:
            raise Error(UNEXPECTED_DATA, data=problems(siblings, query)) from None

    return extract


def problems(fields: Mapping[str, Take], query: Any) -> dict[str, Any]:
    """Return what is wrong with each field of a query, by name."""
    found = {}
    for name, take in fields.items():
        try:
            take(query)
        except Unfit as error:
            found[name] = error.problem
    return found
