"""Test a project or a plugin: isolated kernels, clients in process and over the network, test cases."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from kernel_testing.client import Client as Client
from kernel_testing.isolation import make_kernel as make_kernel
from kernel_testing.life import LifespanFailed as LifespanFailed
from kernel_testing.redirects import TooManyRedirects as TooManyRedirects
from kernel_testing.response import Incomplete as Incomplete, Response as Response
from kernel_testing.sockets import Closed as Closed, Refused as Refused, Socket as Socket
from kernel_testing.streaming import Streamed as Streamed

if TYPE_CHECKING:
    from kernel_testing.cases import AsyncTestCase as AsyncTestCase, TestCase as TestCase
    from kernel_testing.http import HttpClient as HttpClient, HttpResponse as HttpResponse

LATE = {"AsyncTestCase": "cases", "TestCase": "cases", "HttpClient": "http", "HttpResponse": "http"}
"""Imported when asked for: pytest imports this package in every project."""


def __getattr__(name: str) -> Any:
    if name not in LATE:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    return getattr(import_module(f"{__name__}.{LATE[name]}"), name)
