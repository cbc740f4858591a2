"""The pytest plugin; pytest loads it in every project, so nothing heavy is imported before a test asks."""

import os
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

import pytest

from kernel_testing.client import Client
from kernel_testing.isolation import make_kernel

if TYPE_CHECKING:
    from kernel import Kernel


@pytest.fixture
def kernel_app() -> "Callable[..., Kernel]":
    """Return `make_kernel`: isolated kernels with the plugins, apps and config a test gives them."""
    return make_kernel


@pytest.fixture
async def client(
    anyio_backend: object, pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Client]:
    """Return a client of the project whose config.ini stands in pytest's rootdir, started for this test.

    The project is a new kernel, `kernel.app` for as long as the test runs. KERNEL_CONFIG and
    KERNEL_ENV, where set, choose the configuration as for a server.
    """
    import kernel

    if not {"KERNEL_CONFIG", "KERNEL_ENV"} & os.environ.keys():
        monkeypatch.setenv("KERNEL_CONFIG", str(pytestconfig.rootpath / "config.ini"))
    monkeypatch.setattr(kernel, "app", kernel.Kernel())
    async with Client(kernel.app) as running:
        yield running
