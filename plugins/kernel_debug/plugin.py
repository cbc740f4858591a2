"""The plugin "debug"."""

from kernel import Plugin


class Debug(Plugin):
    """The error page for developers."""

    name = "debug"
