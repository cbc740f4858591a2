"""The plugin "data"."""

from kernel import Plugin


class DataPlugin(Plugin):
    """Data handlers."""

    name = "data"
