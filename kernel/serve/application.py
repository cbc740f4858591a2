"""The compiled ASGI application: http, the lifespan protocol, and 503 meanwhile (ASGI 3.0)."""

from collections.abc import Callable
from typing import Any

from kernel.errors import BootError, ClientDisconnect, HTTPException
from kernel.layers import Handler, Hook
from kernel.request import Request
from kernel.response import LENGTHS, WITHOUT_BODY, Response, checked, whole
from kernel.serve.wrappers import Rescuer, logger as logger
from kernel.types import Receive, Scope, Send

NOT_FOUND, UNFINISHED = HTTPException(404), BaseException("the request was cancelled")
new: Any = object.__new__  # the constructor in place costs less than calling it


# What a request needs, bound once: Request class, match, rescue, encoders, gates, whether there are finishers,
# enter, leave, settle, conclude, and all headers of an answer by those it has.
# `gates` are the sync before_request hooks of the outermost layers; they run without a frame of their own.


def dispatching(match: Hook, rescue: Rescuer, common: Any) -> Handler:
    """Return the core of the application: 404 and 405 are responses, what a handler raises passes through."""

    async def dispatch(request: Request) -> Response:
        try:
            handler = match(request)
        except HTTPException as error:
            return await rescue(request, error)
        value = await (handler(request) if handler else rescue(request, NOT_FOUND))
        return (request.route.encoders if request.route else common).render(value)  # type: ignore[no-any-return]  # of `Encoders`

    return dispatch


async def serve(kernel: Any, scope: Scope, receive: Receive, send: Send, compiled: Any = ()) -> None:  # noqa: C901
    """Serve one connection (ASGI 3.0): `Kernel.__call__`. Each request ends in exactly one way.

    The one long function of the kernel: each call out of it would cost every request.
    """
    compiled = compiled or kernel.compiled
    if not compiled or scope["type"] != "http":
        return await kernel.arrive(scope, receive, send, compiled)  # type: ignore[no-any-return]  # None
    build, match, rescue, common, gates, waits, enter, leave, settle, conclude, complete = compiled
    request = new(build)
    # the class has two of them: what an object has itself is read faster
    request.scope, request.receive, request.settlers, request.waiting = scope, receive, (), waits
    token, response, problem = enter(request), None, UNFINISHED  # type: Any, Any, BaseException | None
    try:
        try:
            for gate in gates:
                if (value := gate(request)) is not None:
                    request.bypassed = True
                    break
            else:
                handler = match(request)
                value = await (handler(request) if handler else rescue(request, NOT_FOUND))
            route, kind = request.route, value.__class__
            response = value if kind is Response else (route.encoders if route else common)[kind](value)
            if (kind := response.__class__) is not tuple and kind is not Response and response.streamed:
                response = await response.prepare(request)
            if kind is not tuple and response.pairs.__class__ is list:  # changed: what may not be sent is found here
                response.pairs = tuple(checked(response.pairs))
        except Exception as error:
            response = await rescue(request, error)
        if request.settlers:
            response = await settle(request, whole(response), rescue)
        kind = response.__class__  # a tuple: the parts of a response, which nobody asked for
        body, status, pairs = response if kind is tuple else (response.body, response.status, response.pairs)
        plain = kind is tuple or (pairs.__class__ is tuple and (kind is Response or not response.streamed))
        if plain and len(body) < 4096 and (status == 200 or status not in WITHOUT_BODY) and scope["method"] != "HEAD":
            headers = [*complete[pairs], LENGTHS[len(body)]]
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": body})
        else:
            response = whole(response) if kind is tuple or response.streamed else response.copy()  # it may be shared
            response.pairs = complete[pairs if pairs.__class__ is tuple else tuple(checked(pairs))]
            await response.write(request, send)
        problem = None
    except (ClientDisconnect, OSError) as error:
        problem = error
        logger.info("%s %r: the client left", scope["method"], scope["path"])
    except Exception as error:  # after the start: the answer stays visibly incomplete
        problem, request.waiting = error, True
    finally:
        if request.waiting:
            await conclude(request, whole(response), problem)
        compiled = leave = leave(token)  # None: a frame that a traceback keeps is no request under way


async def lifespan(start: Callable[[], Any], stop: Callable[[], Any], receive: Receive, send: Send) -> None:
    """Speak the lifespan protocol; a failed step is told with its reasons, never merely raised."""
    for step, act in (("startup", start), ("shutdown", stop)):
        await receive()
        await send(answer := await told(step, act))
        if "message" in answer:
            return


async def told(step: str, act: Callable[[], Any]) -> dict[str, str]:
    """Do one step and return what to tell the server; what fails is logged."""
    try:
        await act()
    except Exception as why:
        logger.error("%s failed: %s", step, " ".join(str(why).split()), exc_info=not isinstance(why, BootError) or None)
        return {"type": f"lifespan.{step}.failed", "message": str(why)}
    return {"type": f"lifespan.{step}.complete"}


async def unavailable(scope: Scope, receive: Receive, send: Send, compiled: Any = ()) -> None:
    """Answer while nothing is started, and to a websocket where no plugin serves those."""
    if scope["type"] == "websocket":
        return await send({"type": "websocket.close", "code": 1000, "reason": "websockets are not served here"})
    await Response("Service Unavailable", 503, [(b"retry-after", b"5")]).write(Request(scope, receive, None), send)


async def concluded(request: Request, response: Response | None, problem: Any) -> Response | None:
    """Stand in for the plugin that runs what has the last word, and what waits for the end of a request."""
    error = problem if isinstance(problem, Exception) else None
    what = "failed after the response had begun" if error else "has waiting hooks: switch on the plugin 'outcomes'"
    logger.error("%s %r %s", request.scope["method"], request.scope["path"], what, exc_info=error)
    return response
