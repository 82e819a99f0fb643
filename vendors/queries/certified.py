"""Certificates of all vendors, as the office looks through them."""

import enum
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from accounts.queries import user_cards
from kernel.messages import LABELS, msg
from kernel.pages import Page
from kernel.text import fold
from vendors.models import Certificate, Vendor
from vendors.queries.cards import CertificateCard, certificate_card
from vendors.rules import Scheme, VendorState

PER_PAGE = 40


class Standing(enum.Enum):
    """Which certificates are looked for."""

    UNVERIFIED = "unverified"
    ENDING = "ending"
    VALID = "valid"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"
    ALL = "all"


LABELS.update(
    {
        Standing.UNVERIFIED: msg("Waiting for us"),
        Standing.ENDING: msg("Ending soon"),
        Standing.VALID: msg("Valid"),
        Standing.LAPSED: msg("Lapsed"),
        Standing.WITHDRAWN: msg("Revoked"),
        Standing.ALL: msg("All"),
    }
)


@dataclass(frozen=True)
class CertificateFilter:
    """What the office looks for; ``within`` days from today, for those that end soon."""

    standing: Standing = Standing.UNVERIFIED
    scheme: Scheme | None = None
    within: int = 30
    text: str = ""
    page: int = 1


@dataclass(frozen=True)
class CertificateRow:
    """A certificate with whose it is."""

    card: CertificateCard
    vendor_id: str
    vendor_name: str
    vendor_state: VendorState
    verified_by: str = ""


def certificates_found(
    session: Session, wanted: CertificateFilter, *, on: date
) -> Page[CertificateRow]:
    """Return a page of certificates of dossiers that were handed in, those that end first first."""
    page = max(wanted.page, 1)
    rows = session.execute(
        sa.select(Certificate, Vendor.name, Vendor.state)
        .join(Vendor, Vendor.id == Certificate.vendor_id)
        .where(Vendor.submitted_at.is_not(None), *_conditions(wanted, on))
        .order_by(*_order(wanted.standing))
        .offset((page - 1) * PER_PAGE)
        .limit(PER_PAGE + 1)
    ).all()
    found = [
        CertificateRow(certificate_card(row), row.vendor_id, name, state)
        for row, name, state in rows
    ]
    return Page.cut(found, page, PER_PAGE)


def certificate_of(session: Session, certificate_id: str) -> CertificateRow | None:
    """Return one certificate with its vendor and who verified it, or None (two statements)."""
    found = session.execute(
        sa.select(Certificate, Vendor.name, Vendor.state)
        .join(Vendor, Vendor.id == Certificate.vendor_id)
        .where(Certificate.id == certificate_id, Vendor.submitted_at.is_not(None))
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        return None
    row, name, state = found
    officer = None
    if row.verified_by:
        officer = user_cards(session, [row.verified_by]).get(row.verified_by)
    return CertificateRow(
        certificate_card(row), row.vendor_id, name, state, officer.name if officer else ""
    )


def _conditions(wanted: CertificateFilter, on: date) -> list[sa.ColumnElement[bool]]:
    found = _standing(wanted, on)
    if wanted.scheme is not None:
        found.append(Certificate.scheme == wanted.scheme)
    return [*found, *map(_written, wanted.text.split())]


def _written(word: str) -> sa.ColumnElement[bool]:
    """Return the condition that the vendor's name or the number holds a word."""
    number = Certificate.number.icontains(word, autoescape=True)
    name = fold(word)
    return number | Vendor.name_folded.contains(name, autoescape=True) if name else number


def _standing(wanted: CertificateFilter, on: date) -> list[sa.ColumnElement[bool]]:
    verified, kept = Certificate.verified_at.is_not(None), Certificate.withdrawn_at.is_(None)
    last = on + timedelta(days=wanted.within + 1)
    conditions: dict[Standing, list[sa.ColumnElement[bool]]] = {
        Standing.UNVERIFIED: [~verified, kept],
        Standing.ENDING: [verified, kept, Certificate.valid_to > on, Certificate.valid_to <= last],
        Standing.VALID: [
            verified,
            kept,
            Certificate.valid_from <= on,
            Certificate.valid_to > on,
        ],
        Standing.LAPSED: [kept, Certificate.valid_to <= on],
        Standing.WITHDRAWN: [~kept],
        Standing.ALL: [],
    }
    return conditions[wanted.standing]


def _order(standing: Standing) -> tuple[sa.ColumnExpressionArgument[Any], ...]:
    if standing is Standing.WITHDRAWN:
        return (Certificate.withdrawn_at.desc(), Certificate.id)
    if standing in {Standing.LAPSED, Standing.ALL}:
        return (Certificate.valid_to.desc(), Certificate.id.desc())
    if standing is Standing.UNVERIFIED:
        return (Certificate.id.asc(),)
    return (Certificate.valid_to.asc(), Certificate.id.asc())
