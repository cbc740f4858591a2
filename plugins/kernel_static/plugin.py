"""The plugin "static"."""

from kernel import Plugin


class Static(Plugin):
    """Static files."""

    name = "static"
