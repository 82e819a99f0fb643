"""What pages and guards read about people."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from accounts.models import (
    Consent,
    DataRequest,
    LinkPurpose,
    LinkToken,
    Passkey,
    Role,
    SignIn,
    User,
    user_role,
)
from accounts.rules import IDLE_LIMIT, WAITING_REQUESTS, RequestKind, RequestState, digest
from kernel.export import Sheet, read_sheet
from kernel.pages import Page
from kernel.rules_table import rules_like


@dataclass(frozen=True)
class UserCard:
    """A person as others may need to see or reach them."""

    id: str
    name: str
    email: str | None
    phone: str | None
    lang: str | None
    confirmed: bool

    @property
    def contact(self) -> str:
        """Return the number or address to show."""
        return self.email or self.phone or ""


@dataclass(frozen=True)
class Signed:
    """Who uses this browser, as one statement tells."""

    sign_in_id: str
    user_id: str
    name: str
    lang: str | None
    stamp: str
    strong: bool
    seen_at: datetime
    roles: frozenset[str]


@dataclass(frozen=True)
class Device:
    """A browser that is signed in, as its owner sees it."""

    id: str
    name: str
    created_at: datetime
    seen_at: datetime


@dataclass(frozen=True)
class PasskeyCard:
    """A passkey, as its owner sees it."""

    id: str
    name: str
    created_at: datetime
    used_at: datetime | None


@dataclass(frozen=True)
class SecondFactors:
    """What a person can show beside the password."""

    totp: bool
    passkeys: Sequence[PasskeyCard]
    codes_left: int

    @property
    def count(self) -> int:
        """Return how many there are; recovery codes are no factor of their own."""
        return int(self.totp) + len(self.passkeys)


def user_card(session: Session, user_id: str) -> UserCard | None:
    """Return a person, if there is such an account."""
    return user_cards(session, [user_id]).get(user_id)


def user_cards(session: Session, user_ids: Collection[str]) -> dict[str, UserCard]:
    """Return people by their ids, in one statement."""
    if not user_ids:
        return {}
    rows = session.execute(
        sa.select(
            User.id, User.full_name, User.email, User.phone, User.lang, User.confirmed_at
        ).where(User.id.in_(set(user_ids)))
    )
    return {row.id: UserCard(*row[:5], confirmed=row.confirmed_at is not None) for row in rows}


def people_with_roles(session: Session, roles: Collection[str]) -> Sequence[UserCard]:
    """Return the active people who hold one of these house-wide roles, by name."""
    held = sa.select(user_role.c.user_id).join(Role).where(Role.name.in_(roles))
    rows = session.execute(
        sa.select(User.id, User.full_name, User.email, User.phone, User.lang, User.confirmed_at)
        .where(User.id.in_(held), User.active)
        .order_by(User.full_name, User.id)
        .limit(500)
    )
    return [UserCard(*row[:5], confirmed=row.confirmed_at is not None) for row in rows]


def signed(session: Session, sign_in_id: str) -> Signed | None:
    """Return who is signed in by a sign-in that was not ended, with their house-wide roles."""
    rows = session.execute(
        sa.select(
            SignIn.id,
            SignIn.user_id,
            User.full_name,
            User.lang,
            User.fs_uniquifier,
            SignIn.strong_at,
            SignIn.seen_at,
            Role.name.label("role"),
        )
        .join(User, User.id == SignIn.user_id)
        .outerjoin(user_role, user_role.c.user_id == User.id)
        .outerjoin(Role, Role.id == user_role.c.role_id)
        .where(SignIn.id == sign_in_id, SignIn.ended_at.is_(None), User.active)
    ).all()
    if not rows:
        return None
    row = rows[0]
    return Signed(
        *row[:5],
        strong=row.strong_at is not None,
        seen_at=row.seen_at,
        roles=frozenset(each.role for each in rows if each.role is not None),
    )


def devices(session: Session, user_id: str, *, now: datetime) -> Sequence[Device]:
    """Return the browsers in which a person is signed in, the last seen first."""
    rows = session.execute(
        sa.select(SignIn.id, SignIn.device, SignIn.created_at, SignIn.seen_at)
        .where(
            SignIn.user_id == user_id,
            SignIn.ended_at.is_(None),
            SignIn.seen_at >= now - IDLE_LIMIT,
        )
        .order_by(SignIn.seen_at.desc(), SignIn.id.desc())
        .limit(50)
    )
    return [Device(*row) for row in rows]


def second_factors(session: Session, user_id: str) -> SecondFactors:
    """Return the second factors of a person."""
    row = session.execute(
        sa.select(User.tf_totp_secret, User.mf_recovery_codes).where(User.id == user_id)
    ).one()
    keys = session.execute(
        sa.select(Passkey.id, Passkey.name, Passkey.created_at, Passkey.used_at)
        .where(Passkey.user_id == user_id)
        .order_by(Passkey.id)
    )
    return SecondFactors(
        totp=row.tf_totp_secret is not None,
        passkeys=[PasskeyCard(*key) for key in keys],
        codes_left=len(row.mf_recovery_codes or []),
    )


def roles_of(session: Session, user_id: str) -> frozenset[str]:
    """Return the house-wide roles of a person."""
    held = sa.select(Role.name).join(user_role).where(user_role.c.user_id == user_id)
    return frozenset(session.scalars(held))


def office_people(session: Session, roles: Collection[str]) -> Sequence[tuple[str, str]]:
    """Return ids and names of those who hold one of these house-wide roles, by name."""
    rows = session.execute(
        sa.select(User.id, User.full_name)
        .where(
            User.id.in_(
                sa.select(user_role.c.user_id)
                .join(Role, Role.id == user_role.c.role_id)
                .where(Role.name.in_(roles))
            )
        )
        .order_by(User.full_name, User.id)
        .limit(500)
    )
    return [(row.id, row.full_name) for row in rows]


def has_second_factor(session: Session, user_id: str) -> bool:
    """Tell whether sign-in must ask for a second factor."""
    return bool(
        session.scalar(
            sa.select(
                sa.or_(
                    sa.exists().where(User.id == user_id, User.tf_totp_secret.is_not(None)),
                    sa.exists().where(Passkey.user_id == user_id),
                )
            )
        )
    )


def totp_secret(session: Session, user_id: str) -> str | None:
    """Return the encrypted secret of a person's authenticator app."""
    return session.scalar(sa.select(User.tf_totp_secret).where(User.id == user_id))


def credential_ids(session: Session, user_id: str) -> Sequence[str]:
    """Return the credential ids (base64url) of a person's passkeys."""
    return session.scalars(
        sa.select(Passkey.credential_id).where(Passkey.user_id == user_id).order_by(Passkey.id)
    ).all()


def passkey_handle(session: Session, user_id: str) -> str | None:
    """Return under which opaque handle authenticators know a person."""
    return session.scalar(sa.select(User.fs_webauthn_user_handle).where(User.id == user_id))


def link_is_open(session: Session, token: str, *, purpose: LinkPurpose, now: datetime) -> bool:
    """Tell whether a link from a message can still be used."""
    return bool(
        session.scalar(
            sa.select(
                sa.exists().where(
                    LinkToken.digest == digest(token),
                    LinkToken.purpose == purpose,
                    LinkToken.used_at.is_(None),
                    LinkToken.expires_at > now,
                )
            )
        )
    )


@dataclass(frozen=True)
class ConsentText:
    """What people are asked to agree to, in both languages."""

    purpose: str
    version: str
    text: dict[str, str]
    required: bool


@dataclass(frozen=True)
class ConsentCard:
    """A consent somebody gave."""

    purpose: str
    subject_type: str
    text_version: str
    given_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True)
class RequestCard:
    """A request about personal data, as its author and the office see it."""

    id: str
    kind: RequestKind
    state: RequestState
    name: str
    email: str | None
    phone: str | None
    lang: str
    text: str
    answer: str
    received_at: datetime
    ack_due: date
    done_due: date
    extended: bool
    closed_at: datetime | None

    @property
    def due(self) -> date | None:
        """Return the next day on which the office owes something."""
        if self.state not in WAITING_REQUESTS:
            return None
        return self.ack_due if self.state is RequestState.RECEIVED else self.done_due

    def urgency(self, today: date) -> str:
        """Tell how pressing it is: late, soon, calm or none."""
        if self.due is None:
            return "none"
        left = (self.due - today).days
        return "late" if left < 0 else "soon" if left <= 3 else "calm"


_REQUEST = sa.select(
    DataRequest.id,
    DataRequest.kind,
    DataRequest.state,
    DataRequest.name,
    DataRequest.email,
    DataRequest.phone,
    DataRequest.lang,
    DataRequest.text,
    DataRequest.answer,
    DataRequest.received_at,
    DataRequest.ack_due,
    DataRequest.done_due,
    DataRequest.extended,
    DataRequest.closed_at,
)
REQUESTS_PER_PAGE = 50


def consent_texts(session: Session, *, on: date) -> dict[str, ConsentText]:
    """Return what people are asked to agree to on a day, by purpose."""
    rules = rules_like(session, "consent.", on=on)
    texts = {key.removeprefix("consent."): one.value for key, one in rules.items()}
    return {
        purpose: ConsentText(purpose, held["version"], held["text"], held["required"])
        for purpose, held in texts.items()
    }


def consents_of(session: Session, user_id: str) -> Sequence[ConsentCard]:
    """Return the consents of a person, the newest first."""
    rows = session.execute(
        sa.select(
            Consent.purpose,
            Consent.subject_type,
            Consent.text_version,
            Consent.given_at,
            Consent.withdrawn_at,
        )
        .where(Consent.user_id == user_id)
        .order_by(Consent.given_at.desc(), Consent.id.desc())
        .limit(100)
    )
    return [ConsentCard(*row) for row in rows]


AGREEING = sa.select(Consent.user_id).where(
    Consent.purpose == sa.bindparam("purpose"), Consent.withdrawn_at.is_(None)
)
"""Who agrees to a ``purpose`` now, to be asked for in statements of other trades."""


def consent_sheet(session: Session, subject: tuple[str, str]) -> Sheet:
    """Return the consents given for a person or a vendor, for themselves."""
    shown = [column for column in Consent.__table__.columns if column.name != "user_id"]
    about = (Consent.subject_type == subject[0], Consent.subject_id == subject[1])
    return read_sheet(session, "consents", sa.select(*shown).where(*about))


def requests_of(session: Session, user_id: str) -> Sequence[RequestCard]:
    """Return what a person asked about their data, the newest first."""
    rows = session.execute(
        _REQUEST.where(DataRequest.user_id == user_id).order_by(DataRequest.id.desc()).limit(50)
    )
    return [RequestCard(**row._mapping) for row in rows]


def data_request(session: Session, request_id: str) -> RequestCard | None:
    """Return one request, for the office."""
    row = session.execute(_REQUEST.where(DataRequest.id == request_id)).one_or_none()
    return None if row is None else RequestCard(**row._mapping)


def request_queue(session: Session, *, closed: bool, page: int) -> Page[RequestCard]:
    """Return a page of the register: what is open, the most pressing first, or what is closed."""
    waiting = DataRequest.state.in_(WAITING_REQUESTS)
    next_due = sa.case(
        (DataRequest.state == RequestState.RECEIVED, DataRequest.ack_due),
        else_=DataRequest.done_due,
    )
    order = [DataRequest.closed_at.desc()] if closed else [next_due]
    rows = session.execute(
        _REQUEST.where(~waiting if closed else waiting)
        .order_by(*order, DataRequest.id)
        .limit(REQUESTS_PER_PAGE + 1)
        .offset((page - 1) * REQUESTS_PER_PAGE)
    )
    return Page.cut([RequestCard(**row._mapping) for row in rows], page, REQUESTS_PER_PAGE)
