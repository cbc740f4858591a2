"""The plugin "templating"."""

from kernel import Plugin


class Templating(Plugin):
    """Templates through Jinja."""

    name = "templating"
