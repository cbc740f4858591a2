"""The plugin "forms"."""

from kernel import Plugin


class Forms(Plugin):
    """Forms and uploads."""

    name = "forms"
