"""What a program gets of an internal error: the same answer, with the traceback in its data."""

import json
from traceback import TracebackException
from typing import Any

from kernel import Response
from kernel_debug.trace import worded
from kernel_debug.veil import Veil


def lines(error: BaseException, veil: Veil) -> list[str]:
    """Return the traceback as lines of text."""
    try:
        written = "".join(TracebackException.from_exception(error, limit=-50).format())
    except Exception as failure:  # the code of an exception that fails to show itself
        written = f"the traceback cannot be shown: {type(failure).__name__}"
    return veil(written).splitlines()


def detailed(error: BaseException, answer: Response, veil: Veil) -> Response:
    """Return *answer*, an object in JSON, with the error in its data."""
    content: dict[str, Any] = json.loads(answer.body)
    kind = type(error).__qualname__
    content["data"] = {"type": kind, "message": veil(worded(error)), "traceback": lines(error, veil)}
    return Response.trusted(json.dumps(content).encode(), answer.status, tuple(answer.pairs))
