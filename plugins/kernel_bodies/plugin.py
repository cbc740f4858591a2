"""The plugin "bodies"."""

from kernel import Plugin


class Bodies(Plugin):
    """Typed bodies of requests."""

    name = "bodies"
