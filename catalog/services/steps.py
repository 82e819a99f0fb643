"""One arrow of a listing: state, history, audit, event and message in one go."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog import events as facts
from catalog.errors import EditedMeanwhile, Flagged, ProofFallen, VendorClosed
from catalog.models import Category, Listing, ListingFlag, ListingStep, Variant
from catalog.queries.leaning import goods_of
from catalog.rules import (
    ARROWS,
    MAY_NOT_SELL,
    OFFICE_ACTIONS,
    OFFICE_ROLES,
    VENDOR_ACTIONS,
    ListingKind,
    ListingState,
    after,
    need_reason,
    withheld_for,
)
from catalog.services.checking import desk_rules, refuse_banned, renew_flags, texts_of
from catalog.services.labels import need_labelled
from catalog.services.rechecks import clear_flags, drop_waiting, settle_recheck
from kernel import audit
from kernel.actor import HOUSE, Actor
from kernel.clock import local_date
from kernel.db import lock
from kernel.errors import Invalid, NotAllowed, NotFound
from kernel.events import Event, emit
from kernel.messages import msg
from vendors.queries import open_vendor_ids
from vendors.queries.proofs import demands, proofs_of
from vendors.services.steps import locked_vendor, tell

_FACTS: dict[str, type[Event]] = {
    "submit": facts.ListingSubmitted,
    "approve": facts.ListingPublished,
    "resume": facts.ListingPublished,
    "release": facts.ListingPublished,
    "restore": facts.ListingPublished,
    "pause": facts.ListingWithdrawn,
    "withhold": facts.ListingWithdrawn,
    "take_down": facts.ListingWithdrawn,
}
SHOWS = frozenset({"approve", "confirm", "restore"})
"""Decisions by which an officer lets stand what the checks found."""

_TOLD = frozenset({"approve", "decline", "take_down", "restore"})


def own_listing(session: Session, vendor_id: str, code: str) -> Listing:
    """Return a vendor's listing, locked and read anew.

    :raises NotFound: when the vendor has none of this code.
    """
    listing = session.scalar(
        sa.select(Listing)
        .where(Listing.code == code, Listing.vendor_id == vendor_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if listing is None:
        raise NotFound
    return listing


def need_version(listing: Listing, seen_version: int | None) -> None:
    """Refuse to write over what somebody else saved meanwhile.

    :raises EditedMeanwhile: when the listing is not the one that was seen.
    """
    if seen_version is not None and listing.version != seen_version:
        raise EditedMeanwhile


def move_own_listing(
    session: Session, vendor_id: str, *, code: str, action: str, actor: Actor, now: datetime
) -> None:
    """Submit, take back, pause, resume, archive or reopen a listing of one's vendor.

    :raises NotFound: for a stranger.
    :raises Conflict: when the state has no such arrow.
    :raises VendorClosed: when it would be shown and the vendor may not sell.
    :raises ProofFallen: when it would be shown and a certificate it needs does not hold any more.
    :raises Invalid: when it is submitted incomplete (``field`` names what is missing), or names
        banned goods.
    """
    actor.need_at(vendor_id, "seller")
    if action not in VENDOR_ACTIONS:
        raise NotAllowed
    listing = own_listing(session, vendor_id, code)
    if action == "submit":
        need_complete(session, listing)
        need_labelled(session, listing, now)
        _need_open_vendor(session, listing)
        _check_words(session, listing, now)
        listing.submitted_at = now
    if action == "archive" and drop_waiting(session, listing, actor=actor, now=now):
        note_step(session, listing, action="withdraw_change", actor=actor, now=now, reason="")
    move(session, listing, action=action, actor=actor, now=now)


def moderate_listing(
    session: Session,
    listing_id: str,
    *,
    action: str,
    actor: Actor,
    now: datetime,
    reason: str = "",
    seen_version: int | None = None,
) -> None:
    """Approve, decline, confirm, take down or restore a listing for the office.

    :raises NotAllowed: without an office role, or for a listing of one's own vendor.
    :raises EditedMeanwhile: when the vendor changed it after the officer looked.
    :raises Conflict: when the state has no such arrow.
    :raises VendorClosed: when it would be shown and the vendor may not sell.
    :raises ProofFallen: when it would be shown and a certificate it needs does not hold any more.
    :raises Invalid: when a reason is needed and missing.
    """
    actor.need(*OFFICE_ROLES)
    if action not in OFFICE_ACTIONS:
        raise NotAllowed
    listing = lock(session, Listing, listing_id)
    if listing is None:
        raise NotFound
    if listing.vendor_id in actor.memberships:
        raise NotAllowed(msg("You work for this vendor: a colleague has to decide."))
    need_version(listing, seen_version)
    move(session, listing, action=action, actor=actor, now=now, reason=reason)
    if action in SHOWS:
        clear_flags(session, listing, now)
    settle_recheck(session, listing, seen=True)


def approve_listings(
    session: Session, chosen: Mapping[str, int], *, actor: Actor, now: datetime
) -> int:
    """Approve several new listings at once, by id and version seen; return how many.

    :raises Flagged: when the checks found something in one of them.
    :raises Conflict, NotAllowed, EditedMeanwhile: as for one; then none is approved.
    """
    open_flag = (ListingFlag.listing_id == Listing.id) & ListingFlag.cleared_at.is_(None)
    wanted = sa.select(Listing.id, Listing.code, ListingFlag.id.label("flag")).outerjoin(
        ListingFlag, open_flag
    )
    # Ordered by vendor: each is locked to be written to, and two officers must not cross.
    rows = session.execute(
        wanted.where(Listing.id.in_(chosen)).order_by(Listing.vendor_id, Listing.id)
    ).all()
    for row in rows:
        if row.flag is not None:
            raise Flagged(code=row.code)
        moderate_listing(
            session,
            row.id,
            action="approve",
            seen_version=chosen[row.id],
            actor=actor,
            now=now,
        )
    return len(rows)


def take_down_by_order(session: Session, code: str, *, reason: str, now: datetime) -> str:
    """Take a listing off the shelves because an authority ordered it; return what became of it.

    That is ``taken_down``, ``already_down``, ``not_shown`` for one that is on no shelf, or
    ``no_listing`` for a code that none has.
    """
    listing = session.scalar(
        sa.select(Listing)
        .where(Listing.code == code)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if listing is None:
        return "no_listing"
    if (listing.state, "take_down") not in ARROWS:
        return "already_down" if listing.state is ListingState.TAKEN_DOWN else "not_shown"
    move(session, listing, action="take_down", actor=HOUSE, now=now, reason=reason)
    return "taken_down"


def move(
    session: Session,
    listing: Listing,
    *,
    action: str,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> None:
    """Take a listing along one arrow, and tell everybody who must know.

    :raises Conflict: when the state has no such arrow.
    :raises VendorClosed: when it would be shown and the vendor may not sell.
    :raises ProofFallen: when it would be shown and a certificate it needs does not hold any more.
    :raises Invalid: when a reason is needed and missing.
    """
    reason = need_reason(action, reason)
    before = listing.state
    state = after(before, action)
    if state is ListingState.PUBLISHED:
        _show(session, listing, action, now)
    if state is not ListingState.WITHHELD:
        listing.withheld_for = []
    listing.state, listing.state_reason = state, reason
    note_step(session, listing, action=action, actor=actor, now=now)
    audit.record(
        session,
        f"listing.{action}",
        actor=actor,
        subject=("listing", listing.id),
        now=now,
        before={"state": before.value},
        after={"state": state.value, "reason": reason, "withheld_for": listing.withheld_for},
        code=listing.code,
        state=state.value,
    )
    if action in _FACTS:
        emit(session, _FACTS[action](listing.id, listing.code), now=now)  # type: ignore[call-arg]
    if action in _TOLD:
        tell_vendor(session, listing, action, reason, now)


def move_by_house(session: Session, listing: Listing, *, action: str, now: datetime) -> None:
    """Take a listing along an arrow that follows from the rules, not from anybody's choice.

    :raises Conflict: when the state has no such arrow.
    """
    move(session, listing, action=action, actor=HOUSE, now=now)


def note_step(
    session: Session,
    listing: Listing,
    *,
    action: str,
    actor: Actor,
    now: datetime,
    reason: str | None = None,
) -> None:
    """Add a line to the history of a listing; without a reason that of its state counts."""
    session.add(
        ListingStep(
            listing_id=listing.id,
            action=action,
            state=listing.state,
            actor_id=actor.user_id,
            actor_name=actor.name,
            reason=listing.state_reason if reason is None else reason,
            at=now,
        )
    )
    session.flush()


def need_complete(session: Session, listing: Listing) -> None:
    """Refuse to show the office a listing that lacks what every buyer asks for.

    :raises Invalid: naming what is missing.
    """
    if not listing.summary.get("vi"):
        raise Invalid(msg("Say in a sentence what it is before you submit."), field="summary_vi")
    if listing.kind is ListingKind.EXPERIENCE:
        return
    offered = sa.select(Variant.id).where(Variant.listing_id == listing.id, Variant.active)
    if session.scalar(offered.limit(1)) is None:
        raise Invalid(msg("Give at least one pack size with its price."), field="packs")


def _check_words(session: Session, listing: Listing, now: datetime) -> None:
    """Refuse banned words and flag the rest before the office sees a listing."""
    rules, texts = desk_rules(session, now=now), texts_of(session, listing)
    refuse_banned(rules, texts)
    renew_flags(session, listing, texts=texts, rules=rules, now=now)


def _need_open_vendor(session: Session, listing: Listing) -> None:
    if not open_vendor_ids(session, [listing.vendor_id]):
        raise VendorClosed


def _show(session: Session, listing: Listing, action: str, now: datetime) -> None:
    # What is released was judged by whoever releases it.
    if action != "release":
        _need_sellable(session, listing, now)
    listing.published_at = listing.published_at or now
    if action == "approve":
        listing.ranked_at = now


def _need_sellable(session: Session, listing: Listing, now: datetime) -> None:
    """Refuse to show what its vendor may not sell, or what lost the proof it needs."""
    on = local_date(now)
    shelf = session.get_one(Category, listing.category_id).slug
    proofs = proofs_of(session, [listing.vendor_id])[listing.vendor_id]
    why = withheld_for(goods_of(listing, shelf), proofs, demands(session, on=on), on=on)
    if MAY_NOT_SELL in why:
        raise VendorClosed
    if why:
        raise ProofFallen


def tell_vendor(
    session: Session, listing: Listing, action: str, reason: str, now: datetime
) -> None:
    """Write to the vendor of a listing what was decided on it."""
    vendor = locked_vendor(session, listing.vendor_id)
    tell(
        session,
        vendor,
        template=f"catalog/{action}",
        now=now,
        title=listing.title.get(vendor.lang) or listing.title["vi"],
        code=listing.code,
        reason=reason,
    )
