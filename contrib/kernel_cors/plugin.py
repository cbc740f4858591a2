"""The plugin "cors"."""

from kernel import Plugin


class Cors(Plugin):
    """Cross-origin resource sharing."""

    name = "cors"
