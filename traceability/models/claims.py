"""Secret codes under scratch fields: kept as digests, claimed once."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base


class LabelClaim(Base):
    """The second code of one label: nobody can read it here, and one buyer claims it."""

    __tablename__ = "label_claim"

    serial: Mapped[str] = mapped_column(
        sa.String(12), sa.ForeignKey("serial_unit.serial"), primary_key=True
    )
    digest: Mapped[str] = mapped_column(sa.String(64))
    claimed_at: Mapped[datetime | None]
    # The key of the telephone that claimed it, of that day: who looks again is not warned.
    device: Mapped[str] = mapped_column(sa.String(16), default="")
    # How often a code was typed that is not this one.
    wrong: Mapped[int] = mapped_column(default=0)
