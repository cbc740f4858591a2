"""Answers to what a database may do to any request: 503 while it cannot serve, 504 if it takes too long.

Everything else that SQLAlchemy raises is a server error like any other.
"""

import logging
import sys
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Any

from kernel import Request, Response
from kernel.errors import HTTPException
from kernel.types import Application
from kernel_orm.errors import Unreachable

logger = logging.getLogger("kernel.orm")
RETRY_AFTER = (b"retry-after", b"5")
CANCELED, NO_TABLE = "57014", "42P01"
TRANSIENT = ("57P", "53", "08", "40001", "40P01")
"""SQLSTATE of PostgreSQL: shutting down, out of resources, connection lost, serialization failure, deadlock."""
Rescue = Callable[[Request, Any], Awaitable[Response]]


def rescuer(kernel: Application, exc_type: type[Exception], route: Any) -> Rescue | None:
    """Return what answers exceptions of a type; None for types that no database raises."""
    exc: Any = sys.modules.get("sqlalchemy.exc")  # if it is not imported, it has raised nothing
    if not issubclass(exc_type, (Unreachable, *((exc.TimeoutError, exc.DBAPIError) if exc else ()))):
        return None

    def usual(kind: type[Exception], otherwise: Any) -> Any:
        return next((answer for _, answer in kernel.collect("kernel_rescue", exc_type=kind, route=route)), otherwise)

    unexpected, told = usual(Exception, _raised), usual(HTTPException, _plain)

    async def answer(request: Request, error: Exception) -> Response:
        status = status_of(error)
        if status is None:
            _explain(error)
            return await _response(unexpected(request, error))
        text = getattr(error, "orig", None) or error.args[0]
        logger.error("%s %r: answered %d: %s", request.scope["method"], request.scope["path"], status, text)
        return await _response(told(request, HTTPException(status, headers=[RETRY_AFTER] if status == 503 else [])))

    return answer


def _explain(error: Any) -> None:
    """Tell whoever reads the traceback what to do about a table that does not exist."""
    if getattr(error.orig, "sqlstate", None) == NO_TABLE or str(error.orig).startswith("no such table"):
        error.add_note("Its tables are made by 'kernel db create', or 'kernel db upgrade' where there are revisions")


def _raised(request: Request, error: Exception) -> Response:
    raise error


def _plain(request: Request, error: HTTPException) -> Response:
    return Response(error.detail, error.status, error.headers)


async def _response(value: Any) -> Response:
    response: Response = await value if isawaitable(value) else value
    return response


def status_of(error: Any) -> int | None:
    """Return the status that tells a client about the state of the database; None if it is not to blame."""
    original = getattr(error, "orig", None)
    if original is None:
        return 503  # no connection: none could be opened, or all are in use
    state = getattr(original, "sqlstate", None) or ""
    if state == CANCELED:
        return 504
    busy = str(getattr(original, "sqlite_errorname", "")).startswith("SQLITE_BUSY")
    return 503 if error.connection_invalidated or busy or state.startswith(TRANSIENT) else None
