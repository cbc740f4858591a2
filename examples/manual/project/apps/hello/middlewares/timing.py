"""How long a request took, in a header."""

import time

from kernel_middlewares import Middleware


class TimingMiddleware(Middleware):
    async def process_request(self, request):
        request.context["begun"] = time.perf_counter()
        return request, None

    async def process_handler(self, request, handler):
        request.context["handler"] = handler.__name__
        return handler

    async def process_response(self, request, response):
        milliseconds = (time.perf_counter() - request.context["begun"]) * 1000
        response.headers.append((b"server-timing", f"total;dur={milliseconds:.1f}".encode()))
        return response
