"""What handlers answer: whole bodies, JSON, files, redirects and streams.

    from kernel_responses import File, HTML, JSON, Redirect, Stream, Success, Text

Every response can be sent any number of times; sending never changes it. `compress=True` sends
gzip to clients that ask for it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kernel_responses.public import *  # noqa: F403  # the names are listed there


def __getattr__(name: str) -> Any:
    """Import the public names when one is first asked for: to start takes a few of them."""
    return getattr(import_module("kernel_responses.public"), name)
