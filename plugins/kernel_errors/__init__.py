"""Error codes, HTTP exceptions and the answers they become.

    from kernel_errors import Error, ErrorCode, ErrorList

    errors = ErrorList(ErrorCode(1100, "Authorization error", 401))
    app = App(routes=routes, errors=errors)
    ...
    raise Error(1100)       # or return it: {"status": "error", "code": 1100, "message": ...}

`exceptions.py` and `error.py` hold what is raised, `codes.py` and `registry.py` what is declared,
`answers.py` the responses; `handlers.py` are the users' own.
"""

from kernel_errors.codes import ErrorCode, ErrorList, base_errors
from kernel_errors.error import Error
from kernel_errors.exceptions import (
    BadGateway,
    BadRequest,
    Conflict,
    ExceptionResponse,
    Forbidden,
    GatewayTimeout,
    Gone,
    InsufficientStorage,
    LengthRequired,
    Locked,
    MethodNotAllowed,
    NotAcceptable,
    NotFound,
    PayloadTooLarge,
    PaymentRequired,
    PreconditionFailed,
    PreconditionRequired,
    RangeNotSatisfiable,
    RequestTimeout,
    ServerError,
    ServiceUnavailable,
    TooEarly,
    TooManyRequests,
    Unauthorized,
    UnavailableForLegalReasons,
    UnprocessableEntity,
    UnsupportedMediaType,
)
from kernel_errors.registry import ErrorRegistry

__all__ = [
    "BadGateway",
    "BadRequest",
    "Conflict",
    "Error",
    "ErrorCode",
    "ErrorList",
    "ErrorRegistry",
    "ExceptionResponse",
    "Forbidden",
    "GatewayTimeout",
    "Gone",
    "InsufficientStorage",
    "LengthRequired",
    "Locked",
    "MethodNotAllowed",
    "NotAcceptable",
    "NotFound",
    "PayloadTooLarge",
    "PaymentRequired",
    "PreconditionFailed",
    "PreconditionRequired",
    "RangeNotSatisfiable",
    "RequestTimeout",
    "ServerError",
    "ServiceUnavailable",
    "TooEarly",
    "TooManyRequests",
    "Unauthorized",
    "UnavailableForLegalReasons",
    "UnprocessableEntity",
    "UnsupportedMediaType",
    "base_errors",
]
