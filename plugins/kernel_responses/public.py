"""The public names of the package, which `kernel_responses` imports when it is first asked for one."""

from kernel import Response
from kernel_responses.events import Event
from kernel_responses.eventstream import EventStream
from kernel_responses.file import File
from kernel_responses.json import JSON, Success
from kernel_responses.redirect import Redirect
from kernel_responses.status import Status
from kernel_responses.stream import Stream
from kernel_responses.text import HTML, Binary, Text

__all__ = [
    "HTML",
    "JSON",
    "Binary",
    "Event",
    "EventStream",
    "File",
    "Redirect",
    "Response",
    "Status",
    "Stream",
    "Success",
    "Text",
]
