"""How a request ended."""

from enum import StrEnum

from kernel import Request, Response
from kernel.errors import ClientDisconnect


class Outcome(StrEnum):
    """What an `on_finish` hook is told."""

    OK = "ok"
    BYPASS = "bypass"
    ERROR = "error"
    NOT_FOUND = "not_found"
    DISCONNECTED = "disconnected"
    CANCELLED = "cancelled"
    CLOSED = "closed"


def classify(request: Request, response: Response | None, error: BaseException | None) -> Outcome:
    """Return the outcome of a request whose answer, if any, is out."""
    if isinstance(error, (ClientDisconnect, OSError)):
        return Outcome.DISCONNECTED
    if error is not None or response is None:
        return Outcome.ERROR if isinstance(error, Exception) else Outcome.CANCELLED
    if response.status >= 400:
        return Outcome.NOT_FOUND if request.route is None and response.status == 404 else Outcome.ERROR
    if request.bypassed:
        return Outcome.BYPASS
    return Outcome.CLOSED if request.scope["type"] == "websocket" else Outcome.OK
