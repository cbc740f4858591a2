"""The sessions of a request: begun when asked for, committed or rolled back before its answer begins.

A session joins the settlers of its request, which have the last word before the first byte, and its
finishers, which run however the request ends. Nobody asks for it, nothing is done.
"""

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kernel import Request, Response
from kernel.types import Application
from kernel_orm.background import close, find
from kernel_orm.config import DEFAULT
from kernel_orm.database import Database
from kernel_orm.errors import ResponseBegun

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

logger = logging.getLogger("kernel.orm")
READING = frozenset({"GET", "HEAD", "OPTIONS"})
"""Safe methods (RFC 9110 §9.2.1)."""
HINT = "write before that, or use async with kernel_orm.session(request)"
Databases = Mapping[str, Database]


class Unit:
    """One session of one request, and what becomes of it."""

    __slots__ = ("_name", "_open", "closed", "session")

    def __init__(self, open_: dict[str, "Unit"], name: str, session: "AsyncSession") -> None:
        self._open, self._name, self.session = open_, name, session
        self.closed = False

    async def settle(self, request: Request, response: Response) -> Response:
        """Commit, or roll back behind an error response; then give the connection back.

        While a response is streamed the session stays, for reading.
        """
        if response.status < 400:
            await self.session.commit()
            if response.streamed:
                _protect(self.session)
                request.after = (self.close, *request.after)
                return response
        await self.close(request)
        return response

    async def finish(self, request: Request, outcome: str) -> None:
        """Give the connection back if that has not happened; what is not committed is rolled back."""
        if not self.closed:
            await self.close(request)

    async def close(self, request: Request) -> None:
        """Roll back what is open and give the connection back; one that fails at it is thrown away."""
        from sqlalchemy.exc import SQLAlchemyError

        try:
            await close(self.session)
        except (SQLAlchemyError, OSError) as error:
            method, path = request.scope["method"], request.scope["path"]
            logger.warning("%s %r: the rollback failed: %s", method, path, type(error).__name__)
        self.closed = True
        self._open.pop(self._name, None)


def _protect(session: "AsyncSession") -> None:
    """Refuse to write from now on: nothing would commit it."""
    from sqlalchemy import event

    def refuse(*_: Any) -> None:
        raise ResponseBegun(f"the session of the request was committed when the response began; {HINT}")

    def refuse_statement(state: Any) -> None:
        if state.is_insert or state.is_update or state.is_delete:
            refuse()

    event.listen(session.sync_session, "before_flush", refuse)
    event.listen(session.sync_session, "do_orm_execute", refuse_statement)


def session_of(request: Request, databases: Databases, name: str = DEFAULT) -> "AsyncSession":
    """Return the session of a request for one database; the first call begins it.

    Raises:
        LookupError: there is no such database.
        ResponseBegun: the request has been answered, so nothing would commit.
    """
    held = vars(request)
    if "response" in held:
        raise ResponseBegun(f"the request has been answered; {HINT}")
    if "db_sessions" not in held:
        held["db_sessions"] = {}
    units: dict[str, Unit] = held["db_sessions"]
    if name in units:
        return units[name].session
    database = find(databases, name)
    make = database.readers if request.scope["method"] in READING else database.sessions
    unit = units[name] = Unit(units, name, make())
    request.settlers = (*request.settlers, unit.settle)
    request.finishers, request.waiting = (*request.finishers, unit.finish), True
    return unit.session


class CurrentSession:
    """`request.app.context["db_session"]`: call it to get the session of the current request.

    It works in child tasks of a request too; one session must not be used by two tasks at once.
    """

    def __init__(self, kernel: Application, databases: Databases) -> None:
        self._kernel, self._databases = kernel, databases

    def __call__(self, name: str = DEFAULT) -> "AsyncSession":
        """Return the session for one database; raises as `session_of`, and LookupError outside of a request."""
        return session_of(self._request(), self._databases, name)

    async def remove(self, name: str = DEFAULT) -> None:
        """Roll back and close the session of the current request, if it has one; the next call begins another."""
        request = self._request()
        unit = vars(request).get("db_sessions", {}).get(name)
        if unit:
            request.settlers = tuple(settler for settler in request.settlers if settler != unit.settle)
            await unit.close(request)

    def _request(self) -> Request:
        try:
            request: Request = self._kernel.get_current_request()
        except LookupError:
            hint = "use async with kernel_orm.session(app)"
            raise LookupError(f"db_session() is called outside of a request; {hint}") from None
        return request
