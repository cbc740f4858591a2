"""The option `data_handler`: worked out once for each route, its groups and its app."""

import re
from collections.abc import Awaitable, Callable, Iterable, Iterator
from inspect import isclass
from typing import Any

from kernel_errors import Error

from kernel import Problem, Request
from kernel.layers import Route
from kernel_data.data import Data
from kernel_data.declaration import fields_of, problems_of
from kernel_data.plan import plan_of
from kernel_data.sources import NAMES, TYPE_URL_VAR

UNEXPECTED_DATA = 1002
UNREAD: Any = object()
Clean = Callable[[Request, int], Awaitable[tuple[dict[str, Any], dict[Any, Any]]]]
_variables = re.compile(r"(?:^|/)<([^<>():/]+)[:>]").findall


class Handlers(dict[Route, Clean | None]):
    """What cleans the data for each route, `(request, limit) -> (data, errors)`; None where it has no data handler."""

    def __missing__(self, route: Route) -> Clean | None:
        chosen = route.effective.data_handler
        self[route] = clean = cleaner(chosen()) if is_data_class(chosen) else None
        return clean


def cleaner(instance: Data) -> Clean:
    """Return what cleans by a Data class: its plan, or a `get_cleaned_data` of its own."""
    if type(instance).get_cleaned_data is not Data.get_cleaned_data:
        return lambda request, limit: instance.get_cleaned_data(request)
    clean, default = plan_of(instance).clean, instance.__default__
    return lambda request, limit: clean(request, default, limit)


class Cleaning:
    """What `request.get_cleaned_data` is a method of; the result is kept for the request."""

    def __init__(self, request: Request, clean: Clean | None, limit: int) -> None:
        self._request, self._clean, self._limit = request, clean, limit
        self._result: Any = UNREAD

    async def cleaned(self) -> dict[str, Any] | None:
        """Return the cleaned data of the route's data handler; None for a route without one.

        Raises:
            Error: 1002, with what is wrong with each field.
            HTTPException: the body cannot be read as what the fields ask for (400, 413, 415).
        """
        if self._clean is None:
            return None
        if self._result is UNREAD:
            self._result = await self._clean(self._request, self._limit)
        data, errors = self._result
        if errors:
            raise Error(UNEXPECTED_DATA, data=errors)
        return data  # type: ignore[no-any-return]  # the pair is kept beside a mark


def is_data_class(chosen: Any) -> bool:
    """Tell whether something given as data_handler is a class derived from Data."""
    return isclass(chosen) and issubclass(chosen, Data)


def check(routes: Iterable[Route], has_forms: bool) -> Iterator[Problem]:
    """Report data handlers that cannot work, and each wrong declaration once."""
    seen: set[Any] = set()
    for route in routes:
        chosen = route.effective.data_handler
        if chosen is None:
            continue
        if not is_data_class(chosen):
            hint = f"write {type(chosen).__name__} without ()" if isinstance(chosen, Data) else "derive it from Data"
            message = f"route '{route}': option 'data_handler' is {chosen!r}, not a class derived from Data"
            yield Problem("data.handler", "error", message, hint, route.where)
            continue
        yield from unfit(route, chosen, has_forms)
        if chosen not in seen:
            seen.add(chosen)
            yield from problems_of(chosen)


def unfit(route: Route, chosen: type[Data], has_forms: bool) -> Iterator[Problem]:
    """Report fields whose source a route does not have."""
    known = _variables(route.path)
    for attribute, field in fields_of(chosen).items():
        key = field.data_name or attribute
        message = f"route '{route}': data class '{chosen.__name__}': field '{attribute}'"
        if field.type == TYPE_URL_VAR and key not in known:
            hint = f"the path has {' and '.join(map(repr, known)) or 'no variables'}; write name= or change the path"
            yield Problem("data.variable", "error", f"{message}: the path has no variable '{key}'", hint, field.where)
        if NAMES.get(field.type) == "form" and not has_forms:
            text = f"{message} is read from a form, and no active plugin reads forms"
            yield Problem("data.forms", "error", text, "activate the plugin 'forms'", field.where)
