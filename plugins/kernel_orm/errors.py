"""What goes wrong outside of SQL."""

from kernel.errors import KernelError


class Unreachable(KernelError):
    """No connection to a database could be opened; a client is answered 503."""


class ResponseBegun(KernelError):
    """The session of a request was asked for, or written to, after its commit: when the response had begun."""
