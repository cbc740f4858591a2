"""Handler parameters: `AsyncSession`, and `Annotated[AsyncSession, "reporting"]`."""

import inspect
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin

from kernel import Problem, Request
from kernel.errors import BootError
from kernel.layers import Route, where
from kernel.serve.wrappers import is_async
from kernel_orm.background import find
from kernel_orm.config import DEFAULT
from kernel_orm.database import Database
from kernel_orm.scope import session_of

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession


def wanted(annotation: Any) -> str | None:
    """Return the name of the database whose session an annotation asks for; None for other types."""
    alchemy: Any = sys.modules.get("sqlalchemy.ext.asyncio")  # without it nobody can name its class
    base, *notes = get_args(annotation) if get_origin(annotation) is Annotated else (annotation,)
    if alchemy is None or not (isinstance(base, type) and issubclass(base, alchemy.AsyncSession)):
        return None
    return next((note for note in notes if isinstance(note, str)), DEFAULT)


def bind(
    parameter: inspect.Parameter, route: Route, databases: Mapping[str, Database]
) -> "Callable[[Request], AsyncSession] | None":
    """Return what fills a parameter with the session of the request.

    Raises:
        BootError: there is no such database, or the handler could not await anything.
    """
    name = wanted(parameter.annotation)
    if name is None:
        return None
    place = f"route '{route}': parameter '{parameter.name}'"
    try:
        find(databases, name)
    except LookupError as error:
        raise _wrong(f"{place}: {error.args[0]}", "write the section; it may be empty", route) from error
    if not is_async(route.handler) and not inspect.isasyncgenfunction(route.handler):
        raise _wrong(f"{place}: only an async handler can use a session", "write async def", route)
    return lambda request: session_of(request, databases, name)


def _wrong(message: str, hint: str, route: Route) -> BootError:
    return BootError([Problem("orm.parameter", "error", message, hint, where(route.handler))])
