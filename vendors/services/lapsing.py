"""What the days do to certificates: begun, ending soon, lapsed; the checklist goes with them."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from kernel import audit
from kernel.actor import HOUSE, Actor
from kernel.clock import local_date
from kernel.events import emit
from kernel.rules_table import rule
from vendors.events import CertificateBegun, CertificateEnding, CertificateLapsed
from vendors.models import Certificate, CertificateNotice, Vendor, VendorRequirement
from vendors.queries.proofs import demands, proofs_of
from vendors.rules import OPEN
from vendors.rules.proofs import held_state
from vendors.services.steps import locked_vendor

BEGUN, ENDING, LAPSED = "begun", "notice", "lapsed"


def watch_certificates(session: Session, *, now: datetime) -> int:
    """Tell the house, once each, which certificates began, end soon or lapsed; return how many.

    Whatever happened while nobody looked is told now; of several reminders missed, one is sent.
    """
    if session.scalar(sa.select(Certificate.id).limit(1)) is None:
        return 0
    today = local_date(now)
    told = [
        *_turned(session, BEGUN, _begun(today), now=now),
        *_turned(session, LAPSED, _lapsed(today), now=now),
    ]
    for vendor_id in sorted({row.vendor_id for row in told}):
        hold_lines(session, vendor_id, actor=HOUSE, now=now)
    return len(told) + _remind(session, now=now)


def hold_lines(session: Session, vendor_id: str, *, actor: Actor, now: datetime) -> None:
    """Let the lines of a vendor's checklist follow its certificates: expired, or accepted again.

    The vendor's row is locked, so that nobody judges a line or a certificate meanwhile.
    """
    locked_vendor(session, vendor_id)
    today = local_date(now)
    rows = session.scalars(
        sa.select(VendorRequirement)
        .where(VendorRequirement.vendor_id == vendor_id)
        .execution_options(populate_existing=True)
    )
    lines = {row.key: row for row in rows}
    if not lines:
        return
    proofs = proofs_of(session, [vendor_id])[vendor_id]
    for demand in demands(session, on=today):
        state = held_state(demand.need, proofs, on=today)
        line = lines.get(demand.need.key)
        if line is None or state is None or state is line.state:
            continue
        before, line.state, line.updated_at = line.state, state, now
        audit.record(
            session,
            f"requirement.{state.value}",
            actor=actor,
            subject=("vendor", vendor_id),
            now=now,
            before={"state": before.value},
            after={"state": state.value},
            requirement=line.key,
        )
    session.flush()


def note_begun(session: Session, row: Certificate, *, now: datetime) -> None:
    """Remember that a certificate verified today counts already: it does not begin by itself."""
    if row.valid_from <= local_date(now):
        _note(session, row, BEGUN, row.valid_from, now=now)


def _turned(
    session: Session, what: str, turned: sa.ColumnElement[bool], *, now: datetime
) -> Sequence[Certificate]:
    """Tell of certificates that began or lapsed and were not spoken of; return them."""
    kind, day = _TOLD[what]
    rows = session.scalars(
        sa.select(Certificate)
        .where(turned, Certificate.withdrawn_at.is_(None), ~_spoken_of(what, day))
        .order_by(Certificate.vendor_id, Certificate.id)
    ).all()
    told = [row for row in rows if _note(session, row, what, getattr(row, day.key), now=now)]
    for row in told:
        emit(session, kind(row.vendor_id, row.id), now=now)
    return told


_TOLD: dict[str, tuple[type[CertificateBegun | CertificateLapsed], InstrumentedAttribute[date]]] = {
    BEGUN: (CertificateBegun, Certificate.valid_from),
    LAPSED: (CertificateLapsed, Certificate.valid_to),
}


def _begun(today: date) -> sa.ColumnElement[bool]:
    return sa.and_(
        Certificate.verified_at.is_not(None),
        Certificate.valid_from <= today,
        Certificate.valid_to > today,
    )


def _lapsed(today: date) -> sa.ColumnElement[bool]:
    return Certificate.valid_to <= today


def _spoken_of(what: str, day: InstrumentedAttribute[date]) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        CertificateNotice.certificate_id == Certificate.id,
        CertificateNotice.what == what,
        CertificateNotice.day == day,
    )


def _remind(session: Session, *, now: datetime) -> int:
    """Tell of certificates that end within the days of the rule; return of how many."""
    today = local_date(now)
    ahead = sorted(map(int, rule(session, "certificate.notice_days", on=today).value))
    told = 0
    for row in _ending(session, today, within=ahead[-1] if ahead else 0):
        left = (row.valid_to - today).days - 1
        crossed = [days for days in ahead if left <= days]
        if _note_all(session, row, crossed, now=now):
            emit(session, CertificateEnding(row.vendor_id, row.id, left), now=now)
            told += 1
    return told


def _ending(session: Session, today: date, *, within: int) -> Sequence[Certificate]:
    """Return valid certificates whose last day is near and that no verified one follows."""
    later = aliased(Certificate)
    follows = sa.exists().where(
        later.vendor_id == Certificate.vendor_id,
        later.scheme == Certificate.scheme,
        later.verified_at.is_not(None),
        later.withdrawn_at.is_(None),
        later.valid_from <= Certificate.valid_to,
        later.valid_to > Certificate.valid_to,
    )
    return session.scalars(
        sa.select(Certificate)
        .join(Vendor, Vendor.id == Certificate.vendor_id)
        .where(
            Certificate.withdrawn_at.is_(None),
            Certificate.valid_from <= today,
            Certificate.valid_to > today,
            Certificate.valid_to <= today + timedelta(days=within + 1),
            Vendor.state.in_(OPEN),
            ~follows,
        )
        .order_by(Certificate.vendor_id, Certificate.id)
    ).all()


def _note_all(session: Session, row: Certificate, ahead: Iterable[int], *, now: datetime) -> bool:
    """Note reminders as sent; tell whether one of them is new."""
    new = [_note(session, row, ENDING, row.valid_to, days=days, now=now) for days in ahead]
    return any(new)


def _note(
    session: Session, row: Certificate, what: str, day: date, *, days: int = 0, now: datetime
) -> bool:
    """Write that something was said; tell whether it is said for the first time."""
    lite = session.get_bind().dialect.name == "sqlite"
    insert = sqlite.insert if lite else postgresql.insert
    noted = session.scalar(
        insert(CertificateNotice)
        .values(certificate_id=row.id, what=what, days=days, day=day, told_at=now)
        .on_conflict_do_nothing()
        .returning(CertificateNotice.certificate_id)
    )
    return noted is not None
