"""Test a project or a plugin in process: isolated kernels, and a client that speaks ASGI."""

from kernel_testing.client import Client as Client
from kernel_testing.isolation import make_kernel as make_kernel
from kernel_testing.life import LifespanFailed as LifespanFailed
from kernel_testing.response import Incomplete as Incomplete, Response as Response
