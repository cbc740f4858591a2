"""What the tests of limits share: a kernel with the plugin."""

from collections.abc import Callable
from typing import Any

import pytest
from kernel_errors.plugin import Errors
from kernel_handlers.plugin import Handlers
from kernel_limits.plugin import Limits
from kernel_requests.plugin import Requests
from kernel_responses.plugin import Responses
from kernel_router.plugin import Router
from kernel_settings.plugin import Settings
from kernel_testing import make_kernel as isolated

from kernel import App, Kernel


def kernel_of(routes: Any, section: Any = None, **options: Any) -> Kernel:
    plugins = [Settings, Requests, Responses, Errors, Limits, Handlers, Router]
    return isolated(plugins, [App(name="shop", routes=routes, **options)], {"limits": section or {}}, standard=False)


@pytest.fixture
def make_kernel() -> Callable[..., Kernel]:
    return kernel_of
