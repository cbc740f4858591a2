"""The way back: from the name of a route and its variables to a path."""

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote, urlencode

from kernel.errors import did_you_mean
from kernel.layers import Route
from kernel.request import Request
from kernel_router.paths import Parts, Variable
from kernel_router.survey import Entry


class Urls:
    """Service "url_for": call it with the name of a route and its variables."""

    def __init__(self) -> None:
        self._named: dict[str, dict[tuple[str, ...], tuple[Route, Parts]]] = {}

    def index(self, entries: Iterable[Entry]) -> None:
        """Learn the routes, under "name" and "app:name"; the methods of one path count as one."""
        for entry in entries:
            name, app = entry.route.name, entry.route.app
            for known in (name, f"{app}:{name}") if name else ():
                self._named.setdefault(known, {}).setdefault(entry.shape, (entry.route, entry.parts))

    def __call__(self, name: str, /, **variables: Any) -> str:
        """Return the path of the route *name*; variables it does not hold become the query.

        Args:
            name: the option `name` of the route, else that of its handler; or "app:name".
            variables: values are percent-encoded (RFC 3986 §2.1).

        Raises:
            LookupError: no route, or several, have this name.
            ValueError: a variable is missing, or its value does not fit its type.
        """
        routes = list(self._named.get(name, {}).values())
        if not routes:
            raise LookupError(f"no route is named '{name}'{did_you_mean(name, self._named)}")
        if len(routes) > 1:
            candidates = ", ".join(f"'{route.app}:{route.name}' {route.path} ({route.where})" for route, _ in routes)
            raise LookupError(f"several routes are named '{name}', give one a name of its own: {candidates}")
        route, parts = routes[0]
        path = "/" + "/".join(_written(part, route, variables) for part in parts)
        used = {part.name for part in parts if isinstance(part, Variable)}
        query = urlencode({key: value for key, value in variables.items() if key not in used}, doseq=True)
        return f"{path}?{query}" if query else path

    def of(self, request: Request) -> Callable[..., str]:
        """Return `request.url_for`: the same below the root path of *request*."""
        root: str = (request.scope.get("root_path") or "").removesuffix("/")

        def url_for(name: str, /, **variables: Any) -> str:
            return root + self(name, **variables)

        return url_for


def _written(part: str | Variable, route: Route, variables: dict[str, Any]) -> str:
    if isinstance(part, str):
        return quote(part, safe="")
    blame = f"url_for '{route.name}' ({route.path})"
    if not part.name:
        raise ValueError(f"{blame}: the part '{part.kind}' has no name to give it a value")
    if part.name not in variables:
        raise ValueError(f"{blame}: variable '{part.name}' is missing{did_you_mean(part.name, variables)}")
    text = str(variables[part.name])
    if not part.fits(text):
        raise ValueError(f"{blame}: {text!r} is no value for variable '{part.name}' of type '{part.kind}'")
    return quote(text, safe="/" if part.reaches else "")
