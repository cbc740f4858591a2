"""Middleware classes: four methods around a request, switched on in [middlewares] active."""

from kernel_middlewares.middleware import Middleware as Middleware
