"""The table of the views of the queue that officers keep."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Id, PrimaryId


class SavedView(Base):
    """The filters of an address of the queue, under a name; each officer has their own."""

    __tablename__ = "saved_view"
    __table_args__ = (sa.UniqueConstraint("user_id", "name"),)

    id: Mapped[PrimaryId]
    user_id: Mapped[Id] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(sa.String(60))
    filters: Mapped[dict[str, str]]
    created_at: Mapped[datetime]
