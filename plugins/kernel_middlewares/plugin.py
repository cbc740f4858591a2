"""The plugin "middlewares"."""

from kernel import Plugin


class Middlewares(Plugin):
    """Middleware classes of [middlewares] active."""

    name = "middlewares"
