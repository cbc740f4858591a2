"""The error codes of the app."""

from kernel_errors import ErrorCode, ErrorList
from kernel_responses import Status

errors = ErrorList(
    ErrorCode(1100, "Authorization error", Status.UNAUTHORIZED),
    ErrorCode(1101, "User '{}' does not exist", Status.NOT_FOUND),
)
