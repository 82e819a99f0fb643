"""Certificates: the vendor shows them, the office stands behind them or not."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from dateutil.relativedelta import relativedelta
from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import Actor
from kernel.db import lock
from kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from kernel.events import emit
from kernel.messages import msg
from kernel.rules_table import rule
from vendors.events import CertificateVerified, CertificateWithdrawn
from vendors.models import Certificate
from vendors.rules import ENDED, Scheme, need_reason, need_stars
from vendors.services.lapsing import hold_lines, note_begun
from vendors.services.steps import locked_vendor, tell

VERIFIERS = ("reviewer", "approver")


@dataclass(frozen=True)
class Paperwork:
    """What is printed on a certificate; ``last_day`` is the last day on which it counts.

    OCOP recognitions may leave it out: the law says how long they last.
    """

    scheme: Scheme
    number: str
    issuer: str
    valid_from: date
    last_day: date | None = None
    stars: int | None = None
    scope: dict[str, str] = field(default_factory=dict)


def add_certificate(
    session: Session, vendor_id: str, *, paperwork: Paperwork, actor: Actor, now: datetime
) -> str:
    """Enter a certificate, not yet verified, and return its id.

    :raises Invalid: when stars or dates cannot be.
    :raises Conflict: when the vendor's dossier is closed.
    """
    actor.need_at(vendor_id, "owner")
    vendor = locked_vendor(session, vendor_id)
    if vendor.state in ENDED:
        raise Conflict(msg("This dossier is closed."))
    row = Certificate(vendor_id=vendor_id, **printed(session, paperwork))
    session.add(row)
    session.flush()
    _record(session, row, "certificate.added", actor=actor, now=now)
    return row.id


def remove_certificate(
    session: Session, certificate_id: str, *, vendor_id: str, actor: Actor, now: datetime
) -> None:
    """Take back a certificate that the office has not judged yet.

    :raises Conflict: when it has.
    """
    actor.need_at(vendor_id, "owner")
    row = _locked(session, certificate_id)
    if row.vendor_id != vendor_id:
        raise NotFound
    if row.verified_at or row.withdrawn_at:
        raise Conflict(msg("The office has judged this certificate: it stays on record."))
    _record(session, row, "certificate.removed", actor=actor, now=now)
    session.delete(row)
    session.flush()


def verify_certificate(
    session: Session, certificate_id: str, *, actor: Actor, now: datetime
) -> None:
    """Stand behind a certificate: its badge is shown, and what leans on it sold, while it is valid.

    :raises NotAllowed: without the office role, or for one's own vendor.
    :raises Conflict: when it is verified already.
    """
    row = _judged(session, certificate_id, actor)
    if row.verified_at and not row.withdrawn_at:
        raise Conflict(msg("This certificate is verified already."))
    row.verified_at, row.verified_by = now, actor.user_id
    row.withdrawn_at, row.withdrawn_reason = None, ""
    _record(session, row, "certificate.verified", actor=actor, now=now)
    note_begun(session, row, now=now)
    hold_lines(session, row.vendor_id, actor=actor, now=now)
    emit(session, CertificateVerified(row.vendor_id, row.id), now=now)
    _tell(session, row, "vendors/certificate_verified", now=now)


def withdraw_certificate(
    session: Session, certificate_id: str, *, reason: str, actor: Actor, now: datetime
) -> None:
    """Stand no longer behind a certificate: its badge is gone at once, and what leans on it follows.

    :raises Invalid: without a reason.
    :raises Conflict: when it is withdrawn already.
    """
    row = _judged(session, certificate_id, actor)
    if row.withdrawn_at:
        raise Conflict(msg("This certificate is revoked already."))
    row.withdrawn_reason = need_reason("reject", reason)
    row.withdrawn_at = now
    _record(session, row, "certificate.withdrawn", actor=actor, now=now)
    hold_lines(session, row.vendor_id, actor=actor, now=now)
    emit(session, CertificateWithdrawn(row.vendor_id, row.id), now=now)
    _tell(session, row, "vendors/certificate_withdrawn", now=now)


def printed(session: Session, paperwork: Paperwork) -> dict[str, object]:
    """Return the columns of a certificate, checked.

    :raises Invalid: when stars or dates cannot be.
    """
    end = _end(session, paperwork)
    if end <= paperwork.valid_from:
        raise Invalid(msg("The last day lies before the first."), field="last_day")
    return {
        "scheme": paperwork.scheme,
        "number": paperwork.number,
        "issuer": paperwork.issuer,
        "stars": need_stars(paperwork.scheme, paperwork.stars),
        "scope": paperwork.scope,
        "valid_from": paperwork.valid_from,
        "valid_to": end,
    }


def _end(session: Session, paperwork: Paperwork) -> date:
    """Return the first day on which a certificate does not count any more."""
    written = paperwork.last_day + timedelta(days=1) if paperwork.last_day else None
    if paperwork.scheme is Scheme.OCOP:
        months = rule(session, "ocop.certificate_months", on=paperwork.valid_from).value
        most = paperwork.valid_from + relativedelta(months=months)
        if written and written > most:
            raise Invalid(
                msg("An OCOP recognition lasts %(months)s months at most."),
                field="last_day",
                months=months,
            )
        return written or most
    if written is None:
        raise Invalid(msg("Write the last day printed on the certificate."), field="last_day")
    return written


def _locked(session: Session, certificate_id: str) -> Certificate:
    row = lock(session, Certificate, certificate_id)
    if row is None:
        raise NotFound
    return row


def _judged(session: Session, certificate_id: str, actor: Actor) -> Certificate:
    actor.need(*VERIFIERS)
    row = _locked(session, certificate_id)
    if row.vendor_id in actor.memberships:
        raise NotAllowed(msg("You work for this vendor: a colleague has to decide."))
    return row


def _record(
    session: Session, row: Certificate, action: str, *, actor: Actor, now: datetime
) -> None:
    session.flush()
    audit.record(
        session,
        action,
        actor=actor,
        subject=("certificate", row.id),
        now=now,
        after={"number": row.number, "from": row.valid_from, "to": row.valid_to},
        vendor=row.vendor_id,
        scheme=row.scheme.value,
        reason=row.withdrawn_reason,
    )


def _tell(session: Session, row: Certificate, template: str, *, now: datetime) -> None:
    vendor = locked_vendor(session, row.vendor_id)
    tell(
        session, vendor, template=template, now=now, number=row.number, reason=row.withdrawn_reason
    )
