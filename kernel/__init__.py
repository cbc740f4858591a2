"""asgi-kernel: a microkernel for web back ends; every feature is a plugin.

A first plugin:

    from kernel import Layer, Plugin, hookimpl

    class Greeter(Plugin):
        @hookimpl
        def kernel_layers(self):
            return [Layer("greeter", before_request=lambda request: None)]

Run a project with `hypercorn kernel:app` or `kernel run`.
"""

from kernel.boot.config import locate
from kernel.errors import Problem as Problem, ServerInterrupt as ServerInterrupt
from kernel.hookspecs import hookimpl as hookimpl, hookspec as hookspec
from kernel.layers import Hooks as Hooks, Layer as Layer
from kernel.microkernel import Kernel as Kernel
from kernel.plugin import API as API, App as App, Plugin as Plugin
from kernel.request import Request as Request
from kernel.response import Response as Response

# The project of the working directory, which must have a config.ini; booted by its first use.
app = Kernel(lambda: locate()[0])
