"""The answer to a body that does not fit."""

from typing import Any

from kernel_errors import Error, base_errors

UNEXPECTED_DATA = base_errors[1002]
WHOLE = "*"
"""The name of faults that belong to the whole body, as with the check of a Data class."""


class UnexpectedBody(Error):
    """Answers 1002 with the faults of a body as `data`, by field or index."""

    # What Error does for any code is done once for this one: a refusal has to be cheap.
    code, status, detail = UNEXPECTED_DATA.code, UNEXPECTED_DATA.status, UNEXPECTED_DATA.message
    headers, message_data, compress = (), None, False

    def __init__(self, faults: Any) -> None:
        self.data = faults if isinstance(faults, dict) else {WHOLE: faults}
