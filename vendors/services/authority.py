"""The register of authorities' orders: entered with their clock, carried out from it.

E-commerce law 122/2025/QH15, article 17: listings are taken down, vendors suspended and
information given within 24 hours of the request; no notice is needed then.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import HOUSE, Actor
from kernel.clock import local_date
from kernel.db import lock
from kernel.errors import Invalid, NotAllowed, NotFound
from kernel.events import emit
from kernel.messages import msg
from kernel.rules_table import rule
from vendors.events import AuthorityTakeDown
from vendors.models import AuthorityCounter, AuthorityOrder, Vendor
from vendors.rules.orders import (
    HOURS,
    ORDER_ROLES,
    OrderKind,
    need_outcome,
    order_after,
)
from vendors.services.steps import Arrow, locked_vendor, move

OFFICERS = ("reviewer", "approver")
OLDEST = timedelta(days=31)
"""An order that came longer ago is entered with a wrong day."""


@dataclass(frozen=True)
class NewOrder:
    """What a document asks for; ``subject`` is a listing's code, or a vendor's code or tax code."""

    kind: OrderKind
    document_no: str
    authority: str
    text: str
    subject: str
    received_at: datetime


def register_order(session: Session, new: NewOrder, *, actor: Actor, now: datetime) -> str:
    """Enter an order under the next number of the year and start its clock; return its id.

    :raises NotAllowed: without an office role.
    :raises Invalid: for a moment to come or long ago, no words, or an unknown vendor.
    """
    actor.need(*OFFICERS)
    _need_moment(new.received_at, now)
    text = new.text.strip()
    if len(text) < 10:
        raise Invalid(msg("Write in a sentence what the document asks for."), field="text")
    hours = rule(session, HOURS[new.kind], on=local_date(new.received_at)).value
    year = local_date(now).year
    order = AuthorityOrder(
        year=year,
        number=_take_number(session, year),
        kind=new.kind,
        document_no=new.document_no,
        authority=new.authority,
        text=text,
        vendor_id=_vendor_id(session, new),
        listing_code=_listing_code(new),
        received_at=new.received_at,
        due_at=new.received_at + timedelta(hours=int(hours)),
        entered_by=actor.user_id,
        entered_by_name=actor.name,
        entered_at=now,
    )
    session.add(order)
    session.flush()
    _record(session, order, "registered", actor, now)
    return order.id


def carry_out_order(
    session: Session, order_id: str, *, how: str, actor: Actor, now: datetime
) -> None:
    """Do what an order asks for: suspend at once, have a listing taken down, or note what was given.

    :raises NotAllowed: without the role for its kind, or about one's own vendor.
    :raises NotFound: when there is none.
    :raises Conflict: when it is dealt with, or the vendor cannot be suspended now.
    :raises Invalid: for information of which nobody says how it was given.
    """
    order = _locked(session, order_id, actor)
    if order.kind is OrderKind.TAKE_DOWN:
        order.state = order_after(order.state, "hand_over")
        order.outcome = ""
        reason = f"{order.authority}, {order.document_no}: {order.text}"
        emit(session, AuthorityTakeDown(order.id, order.listing_code, reason), now=now)
    else:
        order.state = order_after(order.state, "carry_out")
        order.done_at = now
        order.outcome = how.strip() if order.kind is OrderKind.SUSPEND else need_outcome(how)
        if order.kind is OrderKind.SUSPEND:
            _suspend(session, order, actor, now)
    order.done_by, order.done_by_name = actor.user_id, actor.name
    session.flush()
    _record(session, order, "carried_out", actor, now)


def set_aside_order(
    session: Session, order_id: str, *, why: str, actor: Actor, now: datetime
) -> None:
    """Close an order that cannot be carried out; its number stays taken.

    :raises NotAllowed: without the role for its kind, or about one's own vendor.
    :raises NotFound: when there is none.
    :raises Conflict: when it is dealt with.
    :raises Invalid: when it is not said why.
    """
    order = _locked(session, order_id, actor)
    order.state = order_after(order.state, "set_aside")
    order.outcome = need_outcome(why)
    order.done_at, order.done_by, order.done_by_name = now, actor.user_id, actor.name
    session.flush()
    _record(session, order, "set_aside", actor, now)


def report_take_down(
    session: Session, order_id: str, *, outcome: str, found: bool, now: datetime
) -> None:
    """Note what became of a listing that was ordered off the shelves.

    ``outcome`` is a word such as ``taken_down``; an order whose listing was not found waits again.

    :raises NotFound: when there is no such order.
    :raises Conflict: when it is not under way.
    """
    order = lock(session, AuthorityOrder, order_id)
    if order is None:
        raise NotFound
    order.state = order_after(order.state, "report" if found else "report_failure")
    order.outcome = outcome
    order.done_at = now if found else None
    session.flush()
    _record(session, order, "reported", HOUSE, now)


def _suspend(session: Session, order: AuthorityOrder, actor: Actor, now: datetime) -> None:
    if order.vendor_id is None:
        raise NotFound
    ground = f"{order.authority}, {order.document_no}"[:300]
    vendor = locked_vendor(session, order.vendor_id)
    move(session, vendor, Arrow("suspend", order.text, ground), actor=actor, now=now)


def _locked(session: Session, order_id: str, actor: Actor) -> AuthorityOrder:
    """Return an order, locked, that the actor may deal with.

    :raises NotAllowed: when not.
    """
    actor.need(*OFFICERS)
    order = lock(session, AuthorityOrder, order_id)
    if order is None:
        raise NotFound
    actor.need(*ORDER_ROLES[order.kind])
    if order.vendor_id in actor.memberships:
        raise NotAllowed(msg("You work for this vendor: a colleague has to decide."))
    return order


def _need_moment(received: datetime, now: datetime) -> None:
    if received > now:
        raise Invalid(msg("This moment is still to come."), field="received_on")
    if now - received > OLDEST:
        raise Invalid(msg("This is more than a month ago: check the day."), field="received_on")


def _vendor_id(session: Session, new: NewOrder) -> str | None:
    """Return the vendor an order speaks of; information may be about anything.

    :raises Invalid: when a vendor is to be suspended and none has this code.
    """
    if new.kind is OrderKind.TAKE_DOWN or not new.subject.strip():
        found: list[str] = []
    else:
        code = new.subject.strip()
        found = list(
            session.scalars(
                sa.select(Vendor.id)
                .where((Vendor.code == code) | (Vendor.registration_no == code))
                .limit(2)
            )
        )
    if new.kind is OrderKind.SUSPEND and len(found) != 1:
        raise Invalid(
            msg("Write the code of the dossier: no single vendor has this one."), field="subject"
        )
    return found[0] if len(found) == 1 else None


def _listing_code(new: NewOrder) -> str:
    """Return the code of the listing to take down.

    :raises Invalid: when it is missing.
    """
    if new.kind is not OrderKind.TAKE_DOWN:
        return ""
    code = new.subject.strip().upper()
    if not 0 < len(code) <= 24:
        raise Invalid(msg("Write the code of the listing, as in its address."), field="subject")
    return code


def _take_number(session: Session, year: int) -> int:
    """Return the next number of a year; a rollback of the transaction gives it back."""
    kind = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    row = kind.insert(AuthorityCounter).values(year=year, last=0)
    session.execute(row.on_conflict_do_nothing())
    counter = lock_counter(session, year)
    counter.last += 1
    session.flush()
    return counter.last


def lock_counter(session: Session, year: int) -> AuthorityCounter:
    """Return the counter of a year, locked and read anew."""
    return session.scalars(
        sa.select(AuthorityCounter)
        .where(AuthorityCounter.year == year)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _record(
    session: Session, order: AuthorityOrder, what: str, actor: Actor, now: datetime
) -> None:
    audit.record(
        session,
        f"authority_order.{what}",
        actor=actor,
        subject=("authority_order", order.id),
        now=now,
        after={
            "state": order.state.value,
            "document": [order.document_no, order.authority, order.text],
            "outcome": order.outcome,
        },
        number=f"{order.number}/{order.year}",
        kind=order.kind.value,
        state=order.state.value,
    )
