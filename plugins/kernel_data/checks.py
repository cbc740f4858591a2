"""What is known of data handlers at boot: whether they can work, what cleans by them, and their schemas."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from inspect import isclass
from typing import Any

from kernel import Problem
from kernel.layers import Route
from kernel_data.data import Data
from kernel_data.declaration import fields_of, problems_of
from kernel_data.plan import plan_of
from kernel_data.schema import schema_of
from kernel_data.sources import NAMES, TYPE_URL_VAR

_variables = re.compile(r"(?:^|/)<([^<>():/]+)[:>]").findall


def cleaner_of(instance: Data) -> Callable[..., Any]:
    """Return what cleans by a Data class: its plan, or a `get_cleaned_data` of its own."""
    if type(instance).get_cleaned_data is not Data.get_cleaned_data:
        return lambda request, limit: instance.get_cleaned_data(request)
    clean, default = plan_of(instance).clean, instance.__default__
    return lambda request, limit: clean(request, default, limit)


def is_data_class(chosen: Any) -> bool:
    """Tell whether something given as data_handler is a class derived from Data."""
    return isclass(chosen) and issubclass(chosen, Data)


def compiled(routes: Sequence[Route], has_forms: bool) -> list[Problem]:
    """Return what is wrong with the data handlers of *routes*; compile them if no error is."""
    problems = list(check(routes, has_forms))
    if not any(problem.level == "error" for problem in problems):
        for handler in {route.effective.data_handler for route in routes}:
            plan_of(handler())
    return problems


def check(routes: Iterable[Route], has_forms: bool) -> Iterator[Problem]:
    """Report data handlers that cannot work, and each wrong declaration once."""
    seen: set[Any] = set()
    for route in routes:
        chosen = route.effective.data_handler
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


def schemas(routes: Iterable[Route]) -> dict[Route, dict[str, dict[str, Any]]]:
    """Return, for each route with a data handler, a JSON Schema for each source that it reads.

    The sources are json, form, query, path, header and content.
    """
    found = {route: route.effective.data_handler for route in routes}
    return {route: by_source(chosen) for route, chosen in found.items() if is_data_class(chosen)}


def by_source(data_class: type) -> dict[str, dict[str, Any]]:
    """Return the JSON Schema of each source that a Data class reads."""
    used = sorted({field.type for field in fields_of(data_class).values() if field.type})
    return {
        name: schema_of(data_class, [kind for kind in used if NAMES[kind] == name])
        for name in dict.fromkeys(NAMES[kind] for kind in used)
    }
