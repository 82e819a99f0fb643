"""How a lot is kept: what the thermometer of a store or of a cold room says."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import Actor
from kernel.clock import local_date
from kernel.errors import Conflict, Invalid
from kernel.messages import msg
from traceability.epcis.building import Reading
from traceability.models import Lot
from traceability.rules import LotState
from traceability.rules.keeping import MOST_STORE, need_celsius, need_kept_at
from traceability.services.ledger import lock_lots
from traceability.services.telling import Words, tell_object

_STORED = Words("OBSERVE", "storing", "in_progress")


@dataclass(frozen=True)
class KeptFacts:
    """How warm it was, in degrees Celsius, and when; ``store``: what the cold store is called."""

    celsius: float
    at: datetime
    store: str = ""


def note_keeping(
    session: Session, lot_id: str, *, facts: KeptFacts, actor: Actor, now: datetime
) -> int:
    """Tell how warm a lot is kept, and return the event's number; what is on hold is kept, too.

    :raises Invalid: for a temperature or a time that cannot be, or a name that is too long.
    :raises Conflict: for a lot without its first event, or one of which nothing is left.
    """
    lot = lock_lots(session, [lot_id])[lot_id]
    actor.need_at(lot.vendor_id, "recorder", "seller")
    _need_kept(lot)
    need_celsius(facts.celsius)
    made_on = lot.packed_on or lot.harvested_on
    need_kept_at(facts.at, day=local_date(facts.at), made_on=made_on, now=now)
    if len(facts.store) > MOST_STORE:
        raise Invalid(msg("Write it in at most %(most)s letters."), field="store", most=MOST_STORE)
    words = replace(
        _STORED,
        readings=(Reading("Temperature", facts.celsius, "CEL", facts.at),),
        extensions=(("market:store", facts.store),) if facts.store else (),
    )
    seq = tell_object(session, [(lot, lot.rest)], words, at=facts.at, now=now, by=actor)
    audit.record(
        session,
        "lot.kept",
        actor=actor,
        subject=("lot", lot.id),
        now=now,
        code=lot.code,
        celsius=facts.celsius,
        at=facts.at.isoformat(),
        store=facts.store,
        event=seq,
    )
    return seq


def _need_kept(lot: Lot) -> None:
    if lot.commissioned_seq is None:
        raise Conflict(msg("The first event of this lot is not written yet. Please try later."))
    if lot.state is LotState.CLOSED or not lot.rest:
        raise Conflict(msg("Nothing of this lot is left to be kept."))
