"""Secret codes of labels: made and handed out once, claimed once."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import Actor
from kernel.db import lock
from kernel.errors import Conflict, NotFound
from kernel.messages import msg
from traceability.errors import LotNotOpen
from traceability.models import LabelBatch, LabelClaim, Lot, SerialUnit
from traceability.rules import LotState
from traceability.rules.claims import Claim, claim_digest, is_claim, new_claim
from traceability.rules.copies import wrong_codes
from traceability.rules.labels import BatchState, SerialState
from traceability.services.labels import MAKERS
from traceability.services.scans import limits_on, raise_sign
from vendors.queries import vendor_cards

HANDED_OUT = msg(
    "The secret codes of these labels were handed out already: nobody can read them again."
    " Take these labels out of use and make new ones."
)


def hand_out_claims(
    session: Session, batch_id: str, *, actor: Actor, now: datetime
) -> dict[str, str]:
    """Make the secret codes of a batch; return them by serial number, for the one time.

    What is kept are digests: a second time there is nothing to hand out.

    :raises NotFound: when the batch has none.
    :raises Conflict: when they were handed out, or the batch is out of use.
    :raises LotNotOpen: when the lot, or its vendor, may not sell.
    """
    batch = lock(session, LabelBatch, batch_id)
    if batch is None or not batch.has_claims:
        raise NotFound
    actor.need_at(batch.vendor_id, *MAKERS)
    if batch.claims_at is not None or batch.state is BatchState.VOIDED:
        raise Conflict(HANDED_OUT)
    lot = lock(session, Lot, batch.lot_id)
    vendor = vendor_cards(session, [batch.vendor_id])[batch.vendor_id]
    if lot is None or lot.state is not LotState.OPEN or not vendor.is_open:
        raise LotNotOpen
    serials = session.scalars(
        sa.select(SerialUnit.serial)
        .where(SerialUnit.batch_id == batch_id, SerialUnit.state != SerialState.VOID)
        .order_by(SerialUnit.position)
    )
    codes = {serial: new_claim() for serial in serials}
    rows = [{"serial": one, "digest": claim_digest(one, code)} for one, code in codes.items()]
    if rows:
        session.execute(sa.insert(LabelClaim), rows)
    batch.claims_at = now
    audit.record(
        session,
        "labels.claims",
        actor=actor,
        subject=("label_batch", batch.id),
        now=now,
        count=len(codes),
    )
    return codes


def claim_unit(
    session: Session, serial: str, *, lot_id: str, code: str | None, device: str, now: datetime
) -> Claim:
    """Claim a label by its secret code: the first who does owns a genuine one.

    ``code`` is what was typed, read, or None for what can be no code; ``device`` the key of
    the telephone of that day. Wrong codes are counted: a copied label has an invented one.

    :raises NotFound: when this label of the lot has no secret code.
    """
    unit = session.get(SerialUnit, serial)
    claim = lock(session, LabelClaim, serial)
    if claim is None or unit is None or unit.lot_id != lot_id:
        raise NotFound
    if not is_claim(claim.digest, serial, code):
        claim.wrong += 1
        _judge(session, unit, claim.wrong, now=now)
        return Claim(is_right=False)
    if claim.claimed_at is not None:
        mine = bool(device) and claim.device == device
        return Claim(is_right=True, claimed_at=claim.claimed_at, is_mine=mine)
    claim.claimed_at, claim.device = now, device
    return Claim(is_right=True, claimed_at=now, is_first=True, is_mine=True)


def _judge(session: Session, unit: SerialUnit, wrong: int, *, now: datetime) -> None:
    finding = wrong_codes(wrong, limits_on(session, now))
    lot = session.get_one(Lot, unit.lot_id)
    if finding:
        raise_sign(session, lot.id, lot.vendor_id, unit.serial, finding, now=now)
