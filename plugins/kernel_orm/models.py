"""Base, what all models of all apps derive from."""

from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import DeclarativeBase

NAMES = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""How constraints are called that have no name of their own: migrations refer to them."""


class Base(AsyncAttrs, DeclarativeBase):
    """Derive models from this; all of them share one metadata. `awaitable_attrs` loads lazily."""

    metadata = MetaData(naming_convention=NAMES)
