"""The option `data_handler`: worked out once for each route, its groups and its app."""

from collections.abc import Awaitable, Callable
from typing import Any
from weakref import proxy

from kernel_errors import Error

from kernel import Request
from kernel.layers import Route

UNEXPECTED_DATA = 1002
UNREAD: Any = object()
Clean = Callable[[Request, int], Awaitable[tuple[dict[str, Any], dict[Any, Any]]]]


class Handlers(dict[Route, Clean | None]):
    """What cleans the data for each route, `(request, limit) -> (data, errors)`; None where it has no data handler."""

    def __missing__(self, route: Route) -> Clean | None:
        chosen = route.effective.data_handler
        self[route] = clean = None if chosen is None else cleaner(chosen)
        return clean


def cleaner(chosen: Any) -> Clean | None:
    """Return what cleans by a data handler; None if it is no Data class."""
    from kernel_data.checks import cleaner_of, is_data_class

    return cleaner_of(chosen()) if is_data_class(chosen) else None


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
            self._request = proxy(self._request)  # it keeps us: large bodies must not wait for the garbage collector
        data, errors = self._result
        if errors:
            raise Error(UNEXPECTED_DATA, data=errors)
        return data  # type: ignore[no-any-return]  # the pair is kept beside a mark
