"""Tables of people, their roles, sign-in sessions and second factors."""

import enum
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.rules import RequestKind, RequestState
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
    # When the person first proved to own a contact, and each of the two.
    confirmed_at: Mapped[datetime | None]
    email_proved_at: Mapped[datetime | None]
    phone_proved_at: Mapped[datetime | None]
    tf_primary_method: Mapped[str | None] = mapped_column(sa.String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(sa.String(255))
    tf_phone_number: Mapped[str | None] = mapped_column(sa.String(20))
    # Time step of the last one-time code that was used: none is taken twice.
    tf_last_step: Mapped[int | None]
    # SHA-256 of the codes that are left.
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
    # When a second factor was shown in this browser.
    strong_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class Passkey(Base):
    """A WebAuthn credential of a person: their second factor."""

    __tablename__ = "passkey"

    id: Mapped[PrimaryId]
    user_id: Mapped[Id] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"), index=True)
    # Base64url, as browsers write them.
    credential_id: Mapped[str] = mapped_column(sa.String(1400), unique=True)
    public_key: Mapped[str] = mapped_column(sa.Text)
    sign_count: Mapped[int]
    name: Mapped[str] = mapped_column(sa.String(60))
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class LinkPurpose(enum.Enum):
    """What a link in a message is good for."""

    RESET = "reset"
    CONTACT = "contact"


class LinkToken(Base):
    """A link sent to a person: good once, until it expires. Only its digest is kept."""

    __tablename__ = "link_token"
    __table_args__ = (sa.Index("ix_link_token_user", "user_id", "purpose"),)

    id: Mapped[PrimaryId]
    user_id: Mapped[Id] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"))
    purpose: Mapped[LinkPurpose]
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    # The number or address that whoever opens the link has proved to own.
    contact: Mapped[str] = mapped_column(sa.String(254))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Tries(Base):
    """How often somebody tried in vain, and until when they have to wait."""

    __tablename__ = "tries"

    # What is tried and on whom, such as password:user:01J...; no contact in clear.
    key: Mapped[str] = mapped_column(sa.String(100), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime]
    locked_until: Mapped[datetime | None]


class Consent(Base):
    """A yes to one purpose, in the words that were shown; a withdrawn one stays as proof."""

    __tablename__ = "consent"
    __table_args__ = (sa.Index("ix_consent_user", "user_id", "purpose"),)

    id: Mapped[PrimaryId]
    # Who said yes, and for whom: "user" or "vendor".
    user_id: Mapped[Id] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"))
    subject_type: Mapped[str] = mapped_column(sa.String(10))
    subject_id: Mapped[Id]
    purpose: Mapped[str] = mapped_column(sa.String(40))
    text_version: Mapped[str] = mapped_column(sa.String(20))
    # SHA-256 of the text in the language in which it was read.
    text_digest: Mapped[str] = mapped_column(sa.String(64))
    lang: Mapped[str] = mapped_column(sa.String(2))
    channel: Mapped[str] = mapped_column(sa.String(20))
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class DataRequest(Base):
    """What somebody asks about their personal data, and by when the market answers."""

    __tablename__ = "data_request"
    __table_args__ = (
        sa.Index("ix_data_request_state", "state", "done_due", "id"),
        sa.Index("ix_data_request_user", "user_id"),
    )

    id: Mapped[PrimaryId]
    kind: Mapped[RequestKind]
    state: Mapped[RequestState] = mapped_column(default=RequestState.RECEIVED)
    user_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("user.id", ondelete="SET NULL"))
    name: Mapped[str] = mapped_column(sa.String(120))
    email: Mapped[str | None] = mapped_column(sa.String(254))
    phone: Mapped[str | None] = mapped_column(sa.String(16))
    lang: Mapped[str] = mapped_column(sa.String(2))
    text: Mapped[str] = mapped_column(sa.Text)
    # What was done, or why it was refused.
    answer: Mapped[str] = mapped_column(sa.Text, default="")
    received_at: Mapped[datetime]
    ack_due: Mapped[date]
    done_due: Mapped[date]
    extended: Mapped[bool] = mapped_column(default=False)
    closed_at: Mapped[datetime | None]
    # The last day on which the office was reminded.
    reminded_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
