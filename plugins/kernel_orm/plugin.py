"""The plugin "orm"."""

from kernel import Plugin


class Orm(Plugin):
    """Databases through SQLAlchemy."""

    name = "orm"
