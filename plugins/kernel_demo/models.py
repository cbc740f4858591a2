"""What is kept: bookmarks, and the tags of each."""

from datetime import UTC, date, datetime
from typing import Any

from kernel_orm import Base
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship


def today() -> date:
    """Return the date in UTC."""
    return datetime.now(UTC).date()


class Tag(Base):
    """One tag of one bookmark."""

    __tablename__ = "bookmark_tags"

    bookmark_id: Mapped[int] = mapped_column(ForeignKey("bookmarks.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True, index=True)


class Bookmark(Base):
    """An address that somebody signed; `icon` is a path below the media folder, or ""."""

    __tablename__ = "bookmarks"
    __table_args__ = {"sqlite_autoincrement": True}  # the number of a deleted one is never given again

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(String(2000), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    signer: Mapped[str] = mapped_column(String(40))
    icon: Mapped[str] = mapped_column(String(40), default="")
    added: Mapped[date] = mapped_column(default=today)
    labels: Mapped[list[Tag]] = relationship(order_by=Tag.name, lazy="selectin", cascade="all, delete-orphan")

    @property
    def tags(self) -> list[str]:
        """The names of its tags."""
        return [label.name for label in self.labels]

    def as_dict(self) -> dict[str, Any]:
        """Return what the API shows."""
        names = ("id", "address", "title", "signer", "icon", "added")
        return {**{name: getattr(self, name) for name in names}, "tags": self.tags}
