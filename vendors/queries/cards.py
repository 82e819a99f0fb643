"""Vendors as the rest of the house and the public see them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from vendors.models import Certificate, DecisionDocument, Vendor, VendorMember, VendorVacation
from vendors.queries.absences import Away
from vendors.rules import OPEN, LegalForm, Scheme, VendorState, shows_number
from vendors.rules.decisions import DecisionKind, DecisionState, symbol


@dataclass(frozen=True)
class VendorCard:
    """What is shown of a vendor beside its goods and orders."""

    id: str
    slug: str
    name: str
    commune: str
    art: str
    phone: str
    state: VendorState
    legal_form: LegalForm
    address: str = ""
    away: Away | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether the vendor may sell now."""
        return self.state in OPEN

    def back_on(self, on: date) -> date | None:
        """Return when the vendor sells again, if it is away on a day."""
        return self.away.back_on if self.away and self.away.holds(on) else None


@dataclass(frozen=True)
class Badge:
    """A certificate that is verified and valid; ``valid_to`` is the first day it is not."""

    scheme: Scheme
    stars: int | None
    number: str
    issuer: str
    valid_to: date
    scope: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CertificateCard:
    """A certificate as its vendor, the office or the public sees it."""

    id: str
    scheme: Scheme
    number: str
    issuer: str
    stars: int | None
    scope: dict[str, str]
    valid_from: date
    valid_to: date
    verified_at: datetime | None
    withdrawn_at: datetime | None
    withdrawn_reason: str

    def holds(self, on: date) -> bool:
        """Tell whether the badge is shown on a day."""
        verified = self.verified_at is not None and self.withdrawn_at is None
        return verified and self.valid_from <= on < self.valid_to

    @property
    def last_day(self) -> date:
        """The last day on which it counts, as printed on the paper."""
        return date.fromordinal(self.valid_to.toordinal() - 1)


@dataclass(frozen=True)
class Recognition:
    """The signed decision by which the office recognised a vendor."""

    symbol: str
    day: date
    lookup_code: str


@dataclass(frozen=True)
class VendorPage:
    """The public page of a vendor: who sells, as the law wants it shown.

    ``registration_no`` is empty for individuals: their number is personal.
    """

    id: str
    slug: str
    name: str
    story: dict[str, str]
    legal_form: LegalForm
    registration_no: str
    representative: str
    phone: str
    email: str | None
    commune: str
    address: str
    art: str
    since: datetime
    certificates: Sequence[CertificateCard]
    recognition: Recognition | None = None
    away: Away | None = None


def memberships(session: Session, user_id: str) -> dict[str, frozenset[str]]:
    """Return a person's roles by the id of the vendor."""
    rows = session.execute(
        sa.select(VendorMember.vendor_id, VendorMember.roles).where(VendorMember.user_id == user_id)
    )
    return {row.vendor_id: frozenset(row.roles) for row in rows}


def vendor_cards(session: Session, ids: Collection[str]) -> dict[str, VendorCard]:
    """Return cards of vendors in any state, by id."""
    if not ids:
        return {}
    rows = session.execute(_cards(), {"ids": list(set(ids))})
    return {row.id: _card(row) for row in rows}


@cache
def _cards() -> sa.Select[*tuple[Any, ...]]:
    """Say once what is asked for every page: building it costs more than running it."""
    return (
        sa.select(
            Vendor.id,
            Vendor.slug,
            Vendor.name,
            Vendor.commune,
            Vendor.art,
            Vendor.phone,
            Vendor.state,
            Vendor.legal_form,
            Vendor.address,
            VendorVacation.first_day,
            VendorVacation.back_on,
            VendorVacation.notice,
        )
        .outerjoin(VendorVacation, VendorVacation.vendor_id == Vendor.id)
        .where(Vendor.id.in_(sa.bindparam("ids", expanding=True)))
    )


def open_vendor_ids(session: Session, ids: Collection[str]) -> frozenset[str]:
    """Return which of these vendors may sell now."""
    if not ids:
        return frozenset()
    wanted = Vendor.id.in_(set(ids)) & Vendor.state.in_(OPEN)
    return frozenset(session.scalars(sa.select(Vendor.id).where(wanted)))


def vendor_ids_by_code(session: Session, codes: Collection[str]) -> dict[str, str]:
    """Return vendors' ids by the codes of an import."""
    if not codes:
        return {}
    rows = session.execute(sa.select(Vendor.code, Vendor.id).where(Vendor.code.in_(set(codes))))
    return {row.code: row.id for row in rows}


def public_vendor(session: Session, slug: str) -> VendorPage | None:
    """Return the public page of a vendor that may sell; certificates the office stands behind."""
    row = session.execute(
        sa.select(Vendor, DecisionDocument, VendorVacation)
        .select_from(Vendor)
        .outerjoin(DecisionDocument, DecisionDocument.id == _recognition_of(Vendor.id))
        .outerjoin(VendorVacation, VendorVacation.vendor_id == Vendor.id)
        .where(Vendor.slug == slug, Vendor.state.in_(OPEN))
    ).one_or_none()
    if row is None:
        return None
    vendor = row[0]
    decided: DecisionDocument | None = row[1]
    days: VendorVacation | None = row[2]
    shown = Certificate.verified_at.is_not(None) & Certificate.withdrawn_at.is_(None)
    return VendorPage(
        id=vendor.id,
        slug=vendor.slug,
        name=vendor.name,
        story=vendor.story,
        legal_form=vendor.legal_form,
        registration_no=_public_number(vendor),
        representative=vendor.representative,
        phone=vendor.phone,
        email=vendor.email,
        commune=vendor.commune,
        address=vendor.address,
        art=vendor.art,
        since=vendor.decided_at or vendor.created_at,
        certificates=[
            certificate_card(row)
            for row in session.scalars(
                sa.select(Certificate)
                .where(Certificate.vendor_id == vendor.id, shown)
                .order_by(Certificate.valid_to.desc(), Certificate.id)
            )
        ],
        recognition=_recognition(decided) if decided else None,
        away=Away(days.first_day, days.back_on, days.notice) if days else None,
    )


def badges(session: Session, vendor_ids: Collection[str], *, on: date) -> dict[str, list[Badge]]:
    """Return the badges that vendors may show on a day: verified and valid certificates."""
    if not vendor_ids:
        return {}
    rows = session.execute(_badges(), {"vendor_ids": list(set(vendor_ids)), "on": on})
    found: dict[str, list[Badge]] = {vendor_id: [] for vendor_id in vendor_ids}
    for row in rows:
        found[row.vendor_id].append(
            Badge(row.scheme, row.stars, row.number, row.issuer, row.valid_to, row.scope)
        )
    return found


@cache
def _badges() -> sa.Select[*tuple[Any, ...]]:
    day = sa.bindparam("on", type_=sa.Date)
    return (
        sa.select(
            Certificate.vendor_id,
            Certificate.scheme,
            Certificate.stars,
            Certificate.number,
            Certificate.issuer,
            Certificate.valid_to,
            Certificate.scope,
        )
        .where(
            Certificate.vendor_id.in_(sa.bindparam("vendor_ids", expanding=True)),
            Certificate.verified_at.is_not(None),
            Certificate.withdrawn_at.is_(None),
            Certificate.valid_from <= day,
            Certificate.valid_to > day,
        )
        .order_by(Certificate.scheme, Certificate.valid_to.desc())
    )


def certificate_card(row: Certificate) -> CertificateCard:
    """Return a certificate as it is shown."""
    return CertificateCard(
        id=row.id,
        scheme=row.scheme,
        number=row.number,
        issuer=row.issuer,
        stars=row.stars,
        scope=row.scope,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        verified_at=row.verified_at,
        withdrawn_at=row.withdrawn_at,
        withdrawn_reason=row.withdrawn_reason,
    )


def _card(row: Any) -> VendorCard:
    columns = dict(row._mapping)
    first_day, back_on, notice = (columns.pop(name) for name in ("first_day", "back_on", "notice"))
    away = None if back_on is None else Away(first_day, back_on, notice)
    return VendorCard(**columns, away=away)


def _recognition_of(vendor_id: sa.SQLColumnExpression[str]) -> sa.ScalarSelect[str]:
    """Select the latest signed decision that recognises a vendor."""
    doc = aliased(DecisionDocument)
    return (
        sa.select(doc.id)
        .where(
            doc.vendor_id == vendor_id,
            doc.kind == DecisionKind.RECOGNITION,
            doc.state == DecisionState.SIGNED,
        )
        .order_by(doc.day.desc(), doc.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def _recognition(row: DecisionDocument) -> Recognition | None:
    if row.day is None:
        return None
    return Recognition(symbol(row.number, row.type_code, row.office_code), row.day, row.lookup_code)


def _public_number(vendor: Vendor) -> str:
    shown = shows_number(vendor.legal_form, vendor.registration_no)
    return (vendor.registration_no or "") if shown else ""
