"""Tables of people, their roles, sign-in sessions and second factors."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kernel.db import Base, Id, PrimaryId

user_role = sa.Table(
    "user_role",
    Base.metadata,
    sa.Column("user_id", sa.ForeignKey("user.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("role_id", sa.ForeignKey("role.id", ondelete="CASCADE"), primary_key=True),
)


class Role(Base):
    """A house-wide role; roles at a vendor live with the vendor."""

    __tablename__ = "role"

    id: Mapped[PrimaryId]
    name: Mapped[str] = mapped_column(sa.String(40), unique=True)
    description: Mapped[str] = mapped_column(sa.String(200), default="")


class User(Base):
    """A person who can sign in by mobile number or e-mail address."""

    __tablename__ = "user"
    __table_args__ = (
        sa.CheckConstraint("email IS NOT NULL OR phone IS NOT NULL", name="reachable"),
    )

    id: Mapped[PrimaryId]
    email: Mapped[str | None] = mapped_column(sa.String(254), unique=True)
    # E.164, such as +84912345678.
    phone: Mapped[str | None] = mapped_column(sa.String(16), unique=True)
    full_name: Mapped[str] = mapped_column(sa.String(120), default="")
    lang: Mapped[str | None] = mapped_column(sa.String(2))
    password: Mapped[str | None] = mapped_column(sa.String(255))
    active: Mapped[bool] = mapped_column(default=True)
    # Changing it signs the person out everywhere.
    fs_uniquifier: Mapped[str] = mapped_column(sa.String(64), unique=True)
    fs_webauthn_user_handle: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    confirmed_at: Mapped[datetime | None]
    tf_primary_method: Mapped[str | None] = mapped_column(sa.String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(sa.String(255))
    tf_phone_number: Mapped[str | None] = mapped_column(sa.String(20))
    mf_recovery_codes: Mapped[list[str] | None]
    created_at: Mapped[datetime]

    roles: Mapped[list[Role]] = relationship(secondary=user_role, lazy="raise")


class SignIn(Base):
    """A signed-in browser: listed to its owner, who can end it."""

    __tablename__ = "sign_in"
    __table_args__ = (sa.Index("ix_sign_in_user", "user_id", "ended_at"),)

    id: Mapped[PrimaryId]
    user_id: Mapped[Id] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"))
    device: Mapped[str] = mapped_column(sa.String(200))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
