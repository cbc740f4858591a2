"""The compiled ASGI application: http, the lifespan protocol, and 503 meanwhile (ASGI 3.0)."""

from collections.abc import Callable
from typing import Any

from kernel.errors import NOT_FOUND, BootError, ClientDisconnect
from kernel.request import Request
from kernel.response import LENGTHS, WITHOUT_BODY, Response, as_response, checked
from kernel.serve.wrappers import logger as logger
from kernel.types import Receive, Scope, Send

# the constructor in place costs less than calling it
UNFINISHED, new = BaseException("the request was cancelled"), object.__new__  # type: BaseException, Any

# What a request needs, bound once: Request class, match, rescue, encoders, gate, whether there are finishers,
# enter, leave, settle, conclude.
# `gate` is the sync before_request hooks of the outermost layers; they run without a coroutine.


async def serve(kernel: Any, scope: Scope, receive: Receive, send: Send, compiled: Any = ()) -> None:  # noqa: C901
    """Serve one connection (ASGI 3.0): `Kernel.__call__`. Each request ends in exactly one way.

    The one long function of the kernel: each call out of it would cost every request.
    """
    compiled = compiled or kernel.compiled
    if not compiled or scope["type"] != "http":
        return await kernel.arrive(scope, receive, send, compiled)  # type: ignore[no-any-return]  # None
    build, match, rescue, common, gate, waits, enter, leave, settle, conclude = compiled
    request = new(build)
    # the class has two of them: what an object has itself is read faster
    request.scope, request.receive = scope, receive
    request.settlers, request.waiting = (), waits
    # there is either a response, or a body with its status, pairs and all headers
    body = response = status = pairs = None  # type: Any
    token, problem = enter(request), UNFINISHED  # type: Any, BaseException | None
    try:
        try:
            if (value := gate(request)) is None:
                handler = match(request)
                value = await (handler(request) if handler else rescue(request, NOT_FOUND))
            else:
                request.bypassed = True
            route, kind = request.route, value.__class__
            if kind is Response:
                response = value
            else:
                encode, status, pairs, headers, render = (route.encoders if route else common)[kind]
                if encode is not None:  # nobody asks for a response
                    body = encode(value)
                elif (response := render(value)).streamed:
                    response = await response.prepare(request)
            if response is not None and response.pairs.__class__ is list:  # changed: what may not be sent is found here
                response.pairs = tuple(checked(response.pairs))
        except Exception as error:
            response = await rescue(request, error)
        if request.settlers:
            response = await settle(request, as_response(response, body, status, pairs), rescue)
        if response is not None:
            body, status, pairs = response.body, response.status, response.pairs
            plain = pairs.__class__ is tuple and (response.__class__ is Response or not response.streamed)
            headers = common.complete[pairs] if plain and (status == 200 or status not in WITHOUT_BODY) else None
        if headers is not None and (length := len(body)) < 4096 and scope["method"] != "HEAD":
            await send({"type": "http.response.start", "status": status, "headers": [*headers, LENGTHS[length]]})
            await send({"type": "http.response.body", "body": body})
        else:
            response = as_response(response, body, status, pairs)
            response = response if response.streamed else response.copy()  # it may be shared
            response.pairs = common.complete[pairs if pairs.__class__ is tuple else tuple(checked(pairs))]
            await response.write(request, send)
        problem = None
    except (ClientDisconnect, OSError) as error:
        problem = error
        logger.info("%s %r: the client left", scope["method"], scope["path"])
    except Exception as error:  # after the start: the answer stays visibly incomplete
        problem, request.waiting = error, True
    finally:
        if request.waiting:
            await conclude(request, as_response(response, body, status, pairs), problem)
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
