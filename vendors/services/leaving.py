"""Closing a vendor's account, and forgetting it once the law lets us."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa
from dateutil.relativedelta import relativedelta
from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import HOUSE, Actor
from kernel.clock import local_date
from kernel.errors import Conflict
from kernel.events import emit
from kernel.mail import forget_recipients
from kernel.messages import msg
from kernel.rules_table import rules_of
from vendors.events import VendorForgotten
from vendors.models import (
    BankAccount,
    Invitation,
    Vendor,
    VendorDocument,
    VendorIdentity,
    VendorLeaving,
    VendorMember,
    VendorNote,
    VendorNotice,
    VendorNumber,
    VendorRequirement,
    VendorStep,
    VendorVacation,
)
from vendors.services.likening import forget_marks
from vendors.services.recording import drop_visits
from vendors.services.steps import Arrow, locked_vendor, move

_YEARS = ("retention.listing_years", "retention.order_years")
NOBODY = "-"
"""What stands where a name was."""

Forget = Callable[[str], None]
ForgetGoods = Callable[[Session, str, Forget], None]

_GOES_WITH_PAPERS = (
    BankAccount,
    Invitation,
    VendorIdentity,
    VendorNumber,
    VendorVacation,
)


def close_vendor(
    session: Session,
    vendor_id: str,
    *,
    still_open: Callable[[Session, str], Sequence[str]],
    actor: Actor,
    now: datetime,
) -> None:
    """End a vendor's account for its owner, and note how long what is left is kept.

    ``still_open`` returns the codes of orders that are not carried out yet.

    :raises Conflict: naming them, or when the state does not allow it.
    """
    actor.need_at(vendor_id, "owner")
    vendor = locked_vendor(session, vendor_id)
    codes = still_open(session, vendor_id)
    if codes:
        raise Conflict(
            msg("First carry out or cancel these orders: %(codes)s."), codes=", ".join(codes)
        )
    move(session, vendor, Arrow("close"), actor=actor, now=now)
    today = local_date(now)
    rules = rules_of(session, _YEARS, on=today)
    papers, orders = (today + relativedelta(years=int(rules[key].value)) for key in _YEARS)
    session.merge(
        VendorLeaving(
            vendor_id=vendor_id,
            closed_on=today,
            papers_until=papers,
            orders_until=max(papers, orders),
            papers_gone_on=None,
            forgotten_on=None,
        )
    )
    session.flush()


def purge_left(
    session: Session, *, forget: Forget, forget_goods: Iterable[ForgetGoods] = (), now: datetime
) -> int:
    """Delete what closed vendors left and need not be kept any more; return of how many.

    ``forget`` deletes a stored file. ``forget_goods`` are what the trades above do to a
    vendor's offers once listing data need not be kept: their words and pictures go.
    """
    trades = tuple(forget_goods)
    today = local_date(now)
    over = VendorLeaving.papers_until <= today
    due = VendorLeaving.papers_gone_on.is_(None) | (
        VendorLeaving.forgotten_on.is_(None) & (VendorLeaving.orders_until <= today)
    )
    rows = session.scalars(
        sa.select(VendorLeaving).where(over, due).order_by(VendorLeaving.vendor_id).limit(100)
    ).all()
    for row in rows:
        if row.papers_gone_on is None:
            _drop_papers(session, row.vendor_id, forget, now)
            for forget_of in trades:
                forget_of(session, row.vendor_id, forget)
            row.papers_gone_on = today
        if row.forgotten_on is None and row.orders_until <= today:
            _forget_vendor(session, row.vendor_id, now)
            row.forgotten_on = today
    session.flush()
    return len(rows)


def _drop_papers(session: Session, vendor_id: str, forget: Forget, now: datetime) -> None:
    """Delete papers, identity, bank account and story: nothing asks for them any more."""
    vendor = locked_vendor(session, vendor_id)
    vendor.story = {}
    papers = session.scalars(
        sa.select(VendorDocument).where(VendorDocument.vendor_id == vendor_id)
    ).all()
    for paper in papers:
        if paper.erased_on is None:
            forget(paper.storage_key)
        session.delete(paper)
    drop_visits(session, vendor_id, forget=forget)
    for kind in _GOES_WITH_PAPERS:
        session.execute(sa.delete(kind).where(kind.vendor_id == vendor_id))
    session.execute(
        sa.update(VendorRequirement)
        .where(VendorRequirement.vendor_id == vendor_id)
        .values(reason="", judged_by_name="")
    )
    _record(session, "vendor.papers_purged", vendor_id, now)


def _forget_vendor(session: Session, vendor_id: str, now: datetime) -> None:
    """Take the name and every way to reach it off what stays."""
    vendor = locked_vendor(session, vendor_id)
    forget_recipients(session, [vendor.email, vendor.phone])
    vendor.name, vendor.name_folded, vendor.slug = NOBODY, "", vendor.id.lower()
    vendor.representative, vendor.phone, vendor.email = NOBODY, "", None
    vendor.registration_no, vendor.address, vendor.old_address = None, "", ""
    forget_marks(session, vendor)
    for kind in (VendorMember, VendorNote):
        session.execute(sa.delete(kind).where(kind.vendor_id == vendor_id))
    session.execute(
        sa.update(VendorStep)
        .where(VendorStep.vendor_id == vendor_id)
        .values(actor_name="", reason="")
    )
    session.execute(
        sa.update(VendorNotice)
        .where(VendorNotice.vendor_id == vendor_id)
        .values(given_by_name="", reason="", answer="")
    )
    _record(session, "vendor.forgotten", vendor_id, now)
    emit(session, VendorForgotten(vendor_id), now=now)


def needs_account(session: Session, user_id: str) -> bool:
    """Tell whether somebody still serves a vendor that is not closed."""
    left = sa.select(VendorLeaving.vendor_id)
    return (
        session.scalar(
            sa.select(Vendor.id)
            .join(VendorMember, VendorMember.vendor_id == Vendor.id)
            .where(VendorMember.user_id == user_id, Vendor.id.not_in(left))
            .limit(1)
        )
        is not None
    )


def _record(session: Session, action: str, vendor_id: str, now: datetime) -> None:
    audit.record(session, action, actor=HOUSE, subject=("vendor", vendor_id), now=now)
