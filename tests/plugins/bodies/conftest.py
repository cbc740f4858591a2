"""What the tests of typed bodies share: a kernel of few plugins whose route POST / answers with its body."""

from collections.abc import Callable
from typing import Any

import pytest
from kernel_bodies.plugin import Bodies
from kernel_errors.plugin import Errors
from kernel_forms.plugin import Forms
from kernel_handlers.plugin import Handlers
from kernel_limits.plugin import Limits
from kernel_outcomes.plugin import Outcomes
from kernel_params.plugin import Params
from kernel_requests.plugin import Requests
from kernel_responses.plugin import Responses
from kernel_router import Routes
from kernel_router.plugin import Router
from kernel_settings.plugin import Settings
from kernel_testing import make_kernel

from kernel import App, Kernel

PLUGINS = [Settings, Requests, Responses, Errors, Limits, Handlers, Router, Outcomes, Forms, Params, Bodies]
MISSING: Any = object()


def handler_of(hint: Any, default: Any) -> Any:
    async def plain(data: Any) -> Any:
        return {"data": data}

    async def defaulted(data: Any = default) -> Any:
        return {"data": data}

    handler: Any = plain if default is MISSING else defaulted
    handler.__annotations__["data"] = hint
    return handler


@pytest.fixture
def serve() -> Callable[..., Kernel]:
    def make(hint: Any, default: Any = MISSING, config: Any = None, handler: Any = None) -> Kernel:
        routes = Routes()
        routes.post("/")(handler or handler_of(hint, default))
        return make_kernel(PLUGINS, [App(name="shop", routes=routes)], config or {}, standard=False)

    return make


@pytest.fixture
def error() -> Callable[..., dict[str, Any]]:
    return lambda data: {"status": "error", "code": 1002, "message": "Unexpected data", "data": data}
