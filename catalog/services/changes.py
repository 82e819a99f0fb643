"""Edits of protected fields after approval: they wait while the approved values stay shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from catalog.errors import BaseMoved, ChangeGone
from catalog.events import ListingChanged, ListingChangeProposed
from catalog.models import Listing, ListingChange
from catalog.rules import APPROVED_ONCE, OFFICE_ROLES, ListingState, need_reason
from catalog.rules.changes import (
    CHANGEABLE,
    DECISIONS,
    TEXTS,
    held_fields,
    need_approved,
)
from catalog.rules.checks import watched
from catalog.services.addresses import keep_texts
from catalog.services.categories import shelf_for
from catalog.services.checking import (
    DeskRules,
    desk_rules,
    refuse_banned,
    renew_flags,
    texts_of,
    words_of,
)
from catalog.services.promising import need_backed
from catalog.services.rechecks import (
    clear_flags,
    end_change,
    settle_recheck,
    touch,
    waiting_change,
)
from catalog.services.revisions import begin_history, keep_revision
from catalog.services.steps import note_step, own_listing, tell_vendor
from kernel import audit
from kernel.actor import Actor
from kernel.db import lock
from kernel.errors import NotAllowed, NotFound
from kernel.events import emit
from kernel.messages import msg
from kernel.text import slug

_FOLLOW = ("slug", "top_category_id")
"""What follows from changeable fields."""


@dataclass(frozen=True)
class Written:
    """An edit just written onto a listing: what it was before, by whom and when."""

    before: Mapping[str, Any]
    actor: Actor
    now: datetime


def shown_values(listing: Listing) -> dict[str, Any]:
    """Return what can be changed of a listing, as it is shown now."""
    return {name: getattr(listing, name) for name in (*CHANGEABLE, *_FOLLOW)}


def check_edit(session: Session, listing: Listing, edit: Written) -> None:
    """Judge an edit just written: refuse banned words, hold back what the office must see first.

    :raises Invalid: for banned words, naming them and their field.
    """
    rules = desk_rules(session, now=edit.now)
    texts = texts_of(session, listing)
    refuse_banned(rules, texts)
    if listing.state not in APPROVED_ONCE:
        return
    after = shown_values(listing)
    fields = _held(rules, edit.before, after)
    for name in (*fields, *_FOLLOW):
        if name in fields or _follows(name, fields):
            setattr(listing, name, edit.before[name])
    _propose(session, listing, {name: after[name] for name in fields}, edit)
    renew_flags(session, listing, texts=texts, rules=rules, now=edit.now)


def withdraw_change(
    session: Session, vendor_id: str, *, code: str, change_id: str, actor: Actor, now: datetime
) -> None:
    """Take back a change that waits, as its vendor.

    :raises NotFound: for a stranger.
    :raises ChangeGone: when it does not wait any more.
    """
    actor.need_at(vendor_id, "seller")
    listing = own_listing(session, vendor_id, code)
    change = _waiting(session, listing, change_id)
    end_change(session, change, action="withdraw", actor=actor, now=now)
    settle_recheck(session, listing, seen=False)
    rules, texts = desk_rules(session, now=now), texts_of(session, listing)
    renew_flags(session, listing, texts=texts, rules=rules, now=now)
    keep_revision(session, listing, action="withdraw", actor=actor, now=now)
    _record(session, listing, change, "withdraw_change", actor, now)


def decide_change(
    session: Session,
    listing_id: str,
    *,
    change_id: str,
    action: str,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> None:
    """Accept or decline the change that waits, for the office.

    The officer saw this very change; it counts only while what it replaces is still shown.

    :raises NotAllowed: without an office role, or for a listing of one's own vendor.
    :raises ChangeGone: when it was decided, replaced or taken back meanwhile.
    :raises BaseMoved: when what it replaces was changed meanwhile.
    :raises Conflict: when the listing was taken down or put away.
    :raises Invalid: when it is declined without a reason.
    """
    actor.need(*OFFICE_ROLES)
    if action not in DECISIONS:
        raise NotAllowed
    listing = lock(session, Listing, listing_id)
    if listing is None:
        raise NotFound
    if listing.vendor_id in actor.memberships:
        raise NotAllowed(msg("You work for this vendor: a colleague has to decide."))
    change = _waiting(session, listing, change_id)
    need_approved(listing.state)
    reason = need_reason(action, reason)
    begin_history(session, listing, now=now)
    if action == "accept":
        _apply(session, listing, change, now)
    end_change(session, change, action=action, actor=actor, now=now, reason=reason)
    settle_recheck(session, listing, seen=False)
    _look_again(session, listing, action, now)
    keep_revision(session, listing, action=action, actor=actor, now=now)
    _record(session, listing, change, f"{action}_change", actor, now)
    tell_vendor(session, listing, f"{action}_change", reason, now)


def _held(rules: DeskRules, before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    def says_more(field: str) -> bool:
        was, now = (
            watched(words_of([(field, values[field])]), rules.entries) for values in (before, after)
        )
        return not now <= was

    return held_fields(rules.protected, before, after, says_more=says_more)


def _follows(name: str, fields: tuple[str, ...]) -> bool:
    return {"slug": "title", "top_category_id": "category_id"}.get(name) in fields


def _propose(session: Session, listing: Listing, after: dict[str, Any], edit: Written) -> None:
    """Let a change wait in place of the one that did; the same one again stays where it is."""
    before = {name: edit.before[name] for name in after}
    waiting = waiting_change(session, listing.id)
    if waiting is not None:
        if (waiting.before, waiting.after) == (before, after):
            return
        action = "replace" if after else "withdraw"
        end_change(session, waiting, action=action, actor=edit.actor, now=edit.now)
        if not after:
            _record(session, listing, waiting, "withdraw_change", edit.actor, edit.now)
    if after:
        change = ListingChange(
            listing_id=listing.id,
            before=before,
            after=after,
            proposed_by=edit.actor.user_id,
            proposed_name=edit.actor.name,
            proposed_at=edit.now,
        )
        session.add(change)
        session.flush()
        emit(session, ListingChangeProposed(listing.id, change.id), now=edit.now)
        _record(session, listing, change, "propose_change", edit.actor, edit.now)
    if after or waiting is not None:
        settle_recheck(session, listing, seen=False)


def _waiting(session: Session, listing: Listing, change_id: str) -> ListingChange:
    change = waiting_change(session, listing.id)
    if change is None or change.id != change_id:
        raise ChangeGone
    return change


def _apply(session: Session, listing: Listing, change: ListingChange, now: datetime) -> None:
    if any(getattr(listing, name) != value for name, value in change.before.items()):
        raise BaseMoved
    # The lists may have grown since it was proposed.
    texts = words_of([(name, change.after[name]) for name in TEXTS if name in change.after])
    refuse_banned(desk_rules(session, now=now), texts)
    lot_was = listing.lot_id
    for name, value in change.after.items():
        setattr(listing, name, value)
    need_backed(session, listing, was=lot_was, now=now)
    listing.slug = slug(listing.title["vi"])
    if "category_id" in change.after:
        category = shelf_for(session, listing.category_id)
        listing.top_category_id = category.parent_id or category.id
    keep_texts(session, listing, by_person=True, now=now)


def _look_again(session: Session, listing: Listing, action: str, now: datetime) -> None:
    """Bring the flags up to date, and tell the house what is shown now."""
    if action == "accept":
        clear_flags(session, listing, now)
        if listing.state is ListingState.PUBLISHED:
            emit(session, ListingChanged(listing.id, listing.code), now=now)
        return
    rules, texts = desk_rules(session, now=now), texts_of(session, listing)
    renew_flags(session, listing, texts=texts, rules=rules, now=now)


def _record(
    session: Session,
    listing: Listing,
    change: ListingChange,
    action: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Note one arrow of a change in history and audit, and move the listing's version with it."""
    touch(listing)
    note_step(session, listing, action=action, actor=actor, now=now, reason=change.reason)
    audit.record(
        session,
        f"listing.{action}",
        actor=actor,
        subject=("listing", listing.id),
        now=now,
        before=change.before,
        after=change.after,
        code=listing.code,
        change=change.id,
        fields=sorted(change.after),
        state=change.state.value,
    )
