"""Error: the answer of a declared code, with its message filled in."""

import logging
from collections.abc import Mapping
from typing import Any

from kernel.errors import HTTPException
from kernel.response import header
from kernel_errors.codes import ErrorCode, base_errors
from kernel_errors.exceptions import HeaderPairs

logger = logging.getLogger("kernel.errors")


class Error(HTTPException):
    """Answer with the declared error *code*, raised or returned.

    Which message and status belong to the code of an app is known to the kernel that serves the
    request, so `status` is that of a built-in code and 0 for any other.

    Args:
        code: number of an ErrorCode.
        message_data: what the message's placeholders are filled with: a mapping by name, a list or
            tuple by position, anything else as the only position. None leaves the message as it is.
        data: further information, sent as "data" unless it is None.
        headers: further response headers, pairs of bytes or str.
        compress: send gzip to a client that asks for it.

    Raises:
        ValueError: a header that may not be sent.
    """

    def __init__(
        self,
        code: int,
        message_data: Any = None,
        data: Any = None,
        headers: HeaderPairs | None = (),
        compress: bool = False,
    ) -> None:
        known = base_errors.items.get(code)
        pairs = [header(*pair) for pair in headers or ()]
        super().__init__(known.status if known else 0, known.message if known else f"error code {code}", pairs)
        self.code, self.message_data, self.data, self.compress = code, message_data, data, compress

    def __str__(self) -> str:
        return f"error code {self.code}"


def worded(code: ErrorCode, data: Any) -> str:
    """Return the message of *code* filled with *data*; what does not fit is logged, not raised."""
    if data is None:
        return code.message
    try:
        if isinstance(data, Mapping):
            return code.message.format_map(data)
        return code.message.format(*(data if isinstance(data, (list, tuple)) else (data,)))
    except Exception as error:  # formatting calls code of the values, which may raise anything
        reason = f"{type(error).__name__}: {error}"
        logger.warning("error code %s: message %r does not fit %r (%s)", code.code, code.message, data, reason)
        return code.message
