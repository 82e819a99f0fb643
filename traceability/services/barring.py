"""The office takes a link of a code down, with a reason; the code still leads somewhere."""

from datetime import datetime

from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import Actor
from kernel.db import lock
from kernel.errors import Conflict, Invalid, NotFound
from kernel.events import emit
from kernel.messages import msg
from traceability.events import LinkTakenDown
from traceability.models import BarredLink, DlLink
from traceability.queries.links import OFFICE, heirs_of, is_needed
from traceability.rules import need_reason
from traceability.services.links import note_link
from traceability.services.sites import leave_site

_NAME_HEIR = msg("Other links hang on this one: choose where the code leads then.")
_NO_HEIR = msg("Only links to the same address are left: take down those of the finer codes first.")
_GONE = msg("This link is not there any more.")


def take_down(
    session: Session, link_id: str, *, reason: str, heir_id: str, actor: Actor, now: datetime
) -> str:
    """Take a link away and keep its vendor from setting it again; return the id of that.

    ``heir_id`` names the link to which the code leads then; empty: to the market's own page.

    :raises Invalid: without a reason, or without an heir where nothing else would be left.
    :raises Conflict: when there is none that could be.
    """
    actor.need(*OFFICE)
    link = lock(session, DlLink, link_id)
    if link is None or link.vendor_id in actor.memberships:
        # Nobody decides on a vendor he works for, nor learns of it.
        raise NotFound
    reason = need_reason(reason)
    heir = _heir(session, link, heir_id) if link.is_default else None
    barred = BarredLink(
        **{name: getattr(link, name) for name in _KEPT},
        reason=reason,
        taken_by=actor.user_id,
        taken_by_name=actor.name,
        taken_at=now,
    )
    session.add(barred)
    note_link(session, "link.taken_down", link, actor, now, reason=reason)
    session.delete(link)
    session.flush()
    if heir is not None:
        _inherit(session, heir, barred.anchor, actor, now)
    leave_site(session, vendor_id=barred.vendor_id, href=barred.href, now=now)
    emit(session, LinkTakenDown(barred.id, barred.vendor_id), now=now)
    return barred.id


_KEPT = ("vendor_id", "anchor", "link_type", "href", "title")


def _heir(session: Session, link: DlLink, heir_id: str) -> DlLink | None:
    """Return the link that was named, None for the market's own page.

    :raises Invalid: when none was, and the code would lead nowhere; or it cannot be one.
    """
    heirs = {one.id for one in heirs_of(session, link.id, path=link.anchor, href=link.href)}
    if heir_id:
        heir = lock(session, DlLink, heir_id) if heir_id in heirs else None
        if heir is None:
            raise Invalid(_GONE, field="heir_id")
        return heir
    if not is_needed(session, link.id, link.anchor):
        return None
    if not heirs:
        raise Conflict(_NO_HEIR)
    raise Invalid(_NAME_HEIR, field="heir_id")


def _inherit(session: Session, heir: DlLink, anchor: str, actor: Actor, now: datetime) -> None:
    """Let a code lead to a link of it; one of a finer code is kept for the code itself, too."""
    if heir.anchor != anchor:
        facts = ("vendor_id", "link_type", "href", "title", "media_type", "hreflang", "context")
        heir = DlLink(
            **{name: getattr(heir, name) for name in facts},
            anchor=anchor,
            created_by=actor.user_id,
            created_at=now,
        )
        session.add(heir)
    heir.is_default = True
    session.flush()
    note_link(session, "link.inherited", heir, actor, now)


def allow_again(session: Session, barred_id: str, *, actor: Actor, now: datetime) -> None:
    """Let a vendor keep a link again that was taken down.

    :raises Conflict: when a colleague has done so meanwhile.
    """
    actor.need(*OFFICE)
    barred = lock(session, BarredLink, barred_id)
    if barred is None or barred.vendor_id in actor.memberships:
        raise NotFound
    if barred.allowed_at is not None:
        raise Conflict
    barred.allowed_at, barred.allowed_by_name = now, actor.name
    audit.record(
        session,
        "link.allowed",
        actor=actor,
        subject=("barred_link", barred.id),
        now=now,
        anchor=barred.anchor,
        href=barred.href,
    )
    session.flush()
