"""Prices set for a later day: planned, cancelled, and applied once when their moment has come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.models import Listing, PricePlan
from catalog.rules import ListingState, need_editable
from catalog.rules.plans import MOST_PLANS, OPEN, PlanState, Span, need_span, next_step, plan_after
from catalog.services.pricing import MOST_VND, asked_vnd, offered_packs, set_prices
from catalog.services.steps import own_listing
from kernel import audit
from kernel.actor import HOUSE, Actor
from kernel.db import lock
from kernel.errors import Invalid, NotFound
from kernel.messages import msg

BATCH = 200


@dataclass(frozen=True)
class PlanDraft:
    """A price from a moment on; with ``ends_at`` it then goes back. No pack: an experience."""

    variant_id: str | None
    price_vnd: int
    starts_at: datetime
    ends_at: datetime | None = None

    @property
    def span(self) -> Span:
        """Return when it holds."""
        return Span(self.starts_at, self.ends_at)


def plan_price(
    session: Session, vendor_id: str, *, code: str, draft: PlanDraft, actor: Actor, now: datetime
) -> str:
    """Plan a price of a pack, and return the id of the plan.

    :raises NotFound: for a stranger.
    :raises Conflict: when the listing cannot be changed now.
    :raises Invalid: for a pack that is not offered, a price of nothing, or a moment that
        cannot be; ``field`` names it.
    """
    actor.need_at(vendor_id, "seller")
    listing = own_listing(session, vendor_id, code)
    need_editable(listing.state)
    if _current(session, listing, draft.variant_id) is None:
        raise Invalid(msg("Choose one of the packs that are offered."), field="variant_id")
    if not 0 < draft.price_vnd <= MOST_VND:
        raise Invalid(msg("Write an amount such as 45.000."), field="price_vnd")
    waiting = _open(session, listing.id)
    if len(waiting) >= MOST_PLANS:
        raise Invalid(msg("At most %(most)s planned prices."), field="price_vnd", most=MOST_PLANS)
    others = [_span(plan) for plan in waiting if plan.variant_id == draft.variant_id]
    need_span(draft.span, others, now=now)
    plan = PricePlan(
        listing_id=listing.id,
        variant_id=draft.variant_id,
        price_vnd=draft.price_vnd,
        starts_at=draft.starts_at,
        ends_at=draft.ends_at,
        state=PlanState.PLANNED,
        due_at=draft.starts_at,
        planned_by=actor.user_id,
        planned_name=actor.name,
        planned_at=now,
    )
    session.add(plan)
    session.flush()
    _record(session, listing, plan, "plan", actor, now)
    return plan.id


def cancel_plan(
    session: Session, vendor_id: str, *, code: str, plan_id: str, actor: Actor, now: datetime
) -> None:
    """Cancel a planned price; one that holds now goes back at once.

    :raises NotFound: for a stranger, or a plan of another listing.
    :raises Conflict: when it is over already.
    """
    actor.need_at(vendor_id, "seller")
    listing = own_listing(session, vendor_id, code)
    plan = _plan(session, plan_id)
    if plan is None or plan.listing_id != listing.id:
        raise NotFound
    _take(session, listing, plan, "cancel", actor, now)


def apply_due_prices(session: Session, now: datetime) -> int:
    """Do what is due of planned prices, in the order of their moments; return how many steps.

    A late worker takes every step once and in order: what began and ended meanwhile has begun
    and ended. Two workers wait for each other at the listings.
    """
    done = 0
    while listings := _lock_due(session, now):
        while plan := _next_due(session, listings, now):
            _do_step(session, listings[plan.listing_id], plan, now)
            done += 1
    return done


def _do_step(session: Session, listing: Listing, plan: PricePlan, now: datetime) -> None:
    following = next_step(plan.state, _span(plan))
    gone = listing.state is ListingState.ARCHIVED
    if following is None or gone or _current(session, listing, plan.variant_id) is None:
        _take(session, listing, plan, "drop", HOUSE, now)
    else:
        _take(session, listing, plan, following[0], HOUSE, now)


def _take(
    session: Session, listing: Listing, plan: PricePlan, action: str, actor: Actor, now: datetime
) -> None:
    """Take a plan along one arrow, with the price that follows from it."""
    was = plan.state
    plan.state = plan_after(was, action)
    current = _current(session, listing, plan.variant_id)
    price = None
    if action in {"apply", "begin"}:
        plan.before_vnd, price = current, plan.price_vnd
    # What somebody set by hand meanwhile stays.
    elif was is PlanState.RUNNING and current == plan.price_vnd:
        price = plan.before_vnd
    following = next_step(plan.state, _span(plan))
    plan.due_at = following[1] if following else None
    if price is not None and price != current:
        prices = {plan.variant_id: price}
        set_prices(session, listing, prices, action=f"plan_{action}", actor=actor, now=now)
    session.flush()
    _record(session, listing, plan, action, actor, now)


def _current(session: Session, listing: Listing, variant_id: str | None) -> int | None:
    """Return what a pack costs now, None for one that is not offered."""
    if variant_id is None:
        return listing.price_vnd if listing.unit is None else None
    packs = offered_packs(session, listing.id)
    return next((asked_vnd(pack) for pack in packs if pack.id == variant_id), None)


def _plan(session: Session, plan_id: str) -> PricePlan | None:
    return session.get(PricePlan, plan_id, populate_existing=True)


def _lock_due(session: Session, now: datetime) -> dict[str, Listing]:
    """Lock listings of which something is due, in the order of their ids, and return them."""
    due = sa.select(PricePlan.listing_id).where(PricePlan.due_at <= now).distinct()
    ids = sorted(session.scalars(due.order_by(PricePlan.listing_id).limit(BATCH)))
    found = ((listing_id, lock(session, Listing, listing_id)) for listing_id in ids)
    return {listing_id: listing for listing_id, listing in found if listing is not None}


def _next_due(session: Session, listings: Mapping[str, Listing], now: datetime) -> PricePlan | None:
    """Return what is due first, read anew: under the locks another worker may have done it."""
    return session.scalar(
        sa.select(PricePlan)
        .where(PricePlan.due_at <= now, PricePlan.listing_id.in_(listings))
        .order_by(PricePlan.due_at, PricePlan.id)
        .limit(1)
        .execution_options(populate_existing=True)
    )


def _open(session: Session, listing_id: str) -> Sequence[PricePlan]:
    return session.scalars(
        sa.select(PricePlan).where(PricePlan.listing_id == listing_id, PricePlan.state.in_(OPEN))
    ).all()


def _span(plan: PricePlan) -> Span:
    return Span(plan.starts_at, plan.ends_at)


def _record(
    session: Session, listing: Listing, plan: PricePlan, action: str, actor: Actor, now: datetime
) -> None:
    audit.record(
        session,
        f"listing.price_{action}",
        actor=actor,
        subject=("listing", listing.id),
        now=now,
        code=listing.code,
        plan=plan.id,
        price_vnd=plan.price_vnd,
        before_vnd=plan.before_vnd,
        state=plan.state.value,
    )
