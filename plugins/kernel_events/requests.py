"""The events of a request: compiled to one layer if somebody listens, else to nothing.

request_start comes before anything looks at the request. success_response or exception_response
comes when the response is final, as the first of the settlers: those that follow, a commit say, see
what a failure made of it. request_end is a finisher: it comes once, however the request ends. error
is the observers': whoever takes up an exception, to answer or to report it, tells them first.
"""

from typing import Any

from kernel import Layer, Request, Response
from kernel.errors import HTTPException
from kernel.layers import Hook
from kernel_events.dispatch import Events

START, SUCCESS, EXCEPTION, END = "request_start", "success_response", "exception_response", "request_end"
ERROR = "error"


def request_layers(events: Events) -> list[Layer]:
    """Return the layer that executes those events of a request that somebody listens to."""
    begin = beginning(events) if any(map(events.of, (START, SUCCESS, EXCEPTION))) else None
    finish = ending(events) if events.of(END) else None
    layer = Layer("events", before_request=begin, on_finish=finish, before=("networking",))
    return [layer] if begin or finish else []


def beginning(events: Events) -> Hook:
    """Return the hook that executes request_start, and has the event of the response executed in its time."""
    settles = bool(events.of(SUCCESS) or events.of(EXCEPTION))

    async def settle(request: Request, response: Response) -> Response:
        good = response.status < 400
        failures = await events.execute(SUCCESS if good else EXCEPTION, {}, request=request, response=response)
        if failures and good:
            raise HTTPException(500) from failures[0]  # logged already
        return response

    async def request_start(request: Request) -> None:
        if settles:
            request.settlers = (settle, *request.settlers)
        failures = await events.execute(START, {}, request=request)
        if failures:
            raise HTTPException(500) from failures[0]  # logged already

    return request_start


def ending(events: Events) -> Hook:
    """Return the hook that executes request_end."""

    async def request_end(request: Request, outcome: Any) -> None:
        await events.execute(END, {"outcome": outcome}, request=request, response=request.response)

    return request_end


def observing(events: Events) -> Hook:
    """Return the service "observe": `async (request, error, response_started=False)`.

    An exception that is on its way outwards is told once, whoever meets it.
    """

    async def observe(request: Request, error: Exception, response_started: bool = False) -> None:
        if vars(request).get("observed") is not error:
            vars(request)["observed"] = error
            await events.execute(ERROR, {"error": error, "response_started": response_started}, request=request)

    return observe
