"""Several dossiers taken at once, as an officer begins the day."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from kernel.actor import Actor
from kernel.errors import DomainError, Invalid
from kernel.messages import msg
from vendors.services.vetting import Decision, decide_dossier

MOST_AT_ONCE = 100


def take_dossiers(
    session: Session, vendor_ids: Iterable[str], *, actor: Actor, now: datetime
) -> int:
    """Take the chosen dossiers for review; return how many.

    What a colleague took meanwhile, or works for the actor, stays as it is. Rows are locked
    in the order of their ids, so two officers cannot wait for each other.

    :raises NotAllowed: without an office role.
    :raises Invalid: when none, or too many, are chosen.
    """
    actor.need("reviewer", "approver")
    chosen = sorted(set(vendor_ids))
    if not chosen:
        raise Invalid(msg("Choose at least one dossier."))
    if len(chosen) > MOST_AT_ONCE:
        raise Invalid(msg("Take at most %(most)s dossiers at once."), most=MOST_AT_ONCE)
    return sum(_taken(session, one, actor, now) for one in chosen)


def _taken(session: Session, vendor_id: str, actor: Actor, now: datetime) -> bool:
    """Take one dossier; tell whether it could be."""
    try:
        decide_dossier(session, vendor_id, decision=Decision("take"), actor=actor, now=now)
    except DomainError:
        # Refusals come before anything is written.
        return False
    return True
