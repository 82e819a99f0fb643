"""Who has a dossier: taken again, handed to a colleague, given back.

Whoever has it sees the identity papers (``vendors.rules.sees_identity``), so each change counts as
a change of the dossier: its version moves, and the audit log names both.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from accounts.queries import roles_of, user_card
from kernel import audit
from kernel.actor import Actor
from kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from kernel.messages import msg
from vendors.errors import DossierMoved
from vendors.models import Vendor
from vendors.queries import memberships
from vendors.rules import JUDGES, Powers, powers
from vendors.services.steps import Arrow, locked_vendor, note_step


def take_charge(
    session: Session, vendor_id: str, *, seen_version: int | None, actor: Actor, now: datetime
) -> None:
    """Become the officer of a dossier that nobody has.

    :raises NotAllowed: without an office role, or about one's own vendor.
    :raises DossierMoved: when it changed since the officer saw it.
    :raises Conflict: when a colleague has it.
    """
    vendor, may = _looked_at(session, vendor_id, seen_version, actor)
    if not may.takes_charge:
        raise Conflict(msg("A colleague has this dossier, or nobody can have it now."))
    _give(session, vendor, "take_charge", to=(actor.user_id, actor.name), actor=actor, now=now)


def hand_over(
    session: Session,
    vendor_id: str,
    *,
    to: str,
    seen_version: int | None,
    actor: Actor,
    now: datetime,
) -> None:
    """Give a dossier to a colleague, by the id of the person.

    :raises NotAllowed: for an officer who neither has it nor approves.
    :raises DossierMoved: when it changed since the officer saw it.
    :raises Invalid: when the colleague does not vet, works for the vendor, or has it already.
    """
    vendor, may = _looked_at(session, vendor_id, seen_version, actor)
    if not may.hands_over:
        raise NotAllowed(msg("Only who has this dossier, or an approver, hands it over."))
    colleague = user_card(session, to)
    if colleague is None or roles_of(session, to).isdisjoint(JUDGES):
        raise Invalid(msg("Choose a colleague who vets vendors."), field="to")
    if vendor_id in memberships(session, to):
        raise Invalid(msg("This colleague works for the vendor."), field="to")
    if to == vendor.reviewer_id:
        raise Invalid(msg("This colleague has the dossier already."), field="to")
    _give(session, vendor, "hand_over", to=(to, colleague.name), actor=actor, now=now)


def give_back(
    session: Session, vendor_id: str, *, seen_version: int | None, actor: Actor, now: datetime
) -> None:
    """Leave a dossier to whoever takes it next.

    :raises NotAllowed: for an officer who neither has it nor approves.
    :raises DossierMoved: when it changed since the officer saw it.
    """
    vendor, may = _looked_at(session, vendor_id, seen_version, actor)
    if not may.gives_back:
        raise NotAllowed(msg("Only who has this dossier, or an approver, gives it back."))
    _give(session, vendor, "give_back", to=(None, ""), actor=actor, now=now)


def _looked_at(
    session: Session, vendor_id: str, seen_version: int | None, actor: Actor
) -> tuple[Vendor, Powers]:
    """Return a dossier, locked, and what an officer may do with it."""
    actor.need(*JUDGES)
    if vendor_id in actor.memberships:
        raise NotAllowed(msg("You work for this vendor: a colleague has to decide."))
    vendor = locked_vendor(session, vendor_id)
    if vendor.submitted_at is None:
        raise NotFound
    if seen_version not in {None, vendor.version}:
        raise DossierMoved
    return vendor, powers(actor, vendor_id, state=vendor.state, reviewer_id=vendor.reviewer_id)


def _give(
    session: Session,
    vendor: Vendor,
    action: str,
    *,
    to: tuple[str | None, str],
    actor: Actor,
    now: datetime,
) -> None:
    before = vendor.reviewer_id
    vendor.reviewer_id, vendor.reviewer_name = to
    note_step(session, vendor, Arrow(action, to[1]), actor=actor, now=now)
    audit.record(
        session,
        f"vendor.{action}",
        actor=actor,
        subject=("vendor", vendor.id),
        now=now,
        before={"reviewer": before},
        after={"reviewer": vendor.reviewer_id},
        reviewer=vendor.reviewer_id,
    )
