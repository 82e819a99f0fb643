"""The office's watch list: what does not fit is opened here, and decided with a reason."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import HOUSE, Actor
from kernel.db import lock
from kernel.errors import NotFound
from kernel.messages import msg
from traceability.models import WatchItem
from traceability.rules import WatchKind, WatchState, need_reason, watch_after

NO_LONGER = msg("It fits again.")

OFFICE = ("reviewer", "approver")


def open_matter(
    session: Session,
    kind: WatchKind,
    key: str,
    *,
    vendor_id: str,
    detail: dict[str, str],
    now: datetime,
    **about: str | None,
) -> None:
    """Put a matter on the watch list, once; one that was decided is opened again by new facts.

    ``key`` says which matter it is; ``about`` names season, entry, lot or batch
    (``season_id=...``). A hook for others, such as a mass balance that is broken.
    """
    item, is_new = _begun(session, kind, key, vendor_id=vendor_id, now=now)
    if not is_new and item.detail == detail and not _fitted_again(item):
        return
    item.detail, item.changed_at = detail, now
    for name, value in about.items():
        setattr(item, name, value)
    _turn(item, WatchState.OPEN, "", HOUSE)
    session.flush()
    _note(session, item, "open", HOUSE, now)


def settle_matter(session: Session, key: str, *, now: datetime) -> None:
    """Take a matter off the list when the facts fit again."""
    item = _item(session, key)
    if item is None or item.state is not WatchState.OPEN:
        return
    _turn(item, WatchState.DONE, NO_LONGER, HOUSE)
    item.changed_at = now
    session.flush()
    _note(session, item, "settled", HOUSE, now)


def decide_matter(
    session: Session, item_id: str, *, action: str, reason: str, actor: Actor, now: datetime
) -> None:
    """Say that a matter is dealt with (``done``), is none (``dismiss``), or ``reopen`` it.

    :raises Conflict: when a colleague has dealt with it meanwhile.
    :raises Invalid: without a reason.
    """
    actor.need(*OFFICE)
    item = lock(session, WatchItem, item_id)
    if item is None or item.vendor_id in actor.memberships:
        # Nobody decides on a vendor he works for, nor learns of it.
        raise NotFound
    state = watch_after(item.state, action)
    _turn(item, state, need_reason(reason), actor)
    item.changed_at = now
    session.flush()
    _note(session, item, action, actor, now)


def _begun(
    session: Session, kind: WatchKind, key: str, *, vendor_id: str, now: datetime
) -> tuple[WatchItem, bool]:
    """Return the matter of a key, and whether it is new: two who tell of it at once open it once."""
    item = _item(session, key)
    if item is not None:
        return item, False
    fresh = WatchItem(kind=kind, key=key, vendor_id=vendor_id, opened_at=now, changed_at=now)
    try:
        with session.begin_nested():
            session.add(fresh)
    except IntegrityError:
        item = _item(session, key)
        if item is None:
            raise
        return item, False
    return fresh, True


def _item(session: Session, key: str) -> WatchItem | None:
    return session.scalar(
        sa.select(WatchItem)
        .where(WatchItem.key == key)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )


def _fitted_again(item: WatchItem) -> bool:
    """Tell whether a matter went by itself: nobody decided on it, so the same facts open it again."""
    return item.state is WatchState.DONE and item.decided_by is None


def _turn(item: WatchItem, state: WatchState, reason: str, actor: Actor) -> None:
    item.state, item.reason = state, reason
    item.decided_by, item.decided_name = actor.user_id, "" if actor is HOUSE else actor.name


def _note(session: Session, item: WatchItem, action: str, actor: Actor, now: datetime) -> None:
    audit.record(
        session,
        f"watch.{action}",
        actor=actor,
        subject=("watch_item", item.id),
        now=now,
        key=item.key,
        state=item.state.value,
        reason=item.reason,
    )
