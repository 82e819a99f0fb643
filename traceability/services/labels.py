"""Labels: printed for lots that may be sold, from what is known then; spoiled, voided, put on goods."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel import audit, places
from kernel.actor import Actor
from kernel.clock import local_date
from kernel.db import lock
from kernel.errors import Invalid, NotFound
from kernel.ids import new_id, short_code
from kernel.messages import msg
from traceability.errors import LotNotOpen
from traceability.gs1 import lot_address
from traceability.models import Farm, LabelBatch, Lot, Plot, Season, SerialUnit
from traceability.qr import printed_form, symbol
from traceability.queries.proof.log import checkpoint_of
from traceability.rules import LotState, need_reason
from traceability.rules.labels import (
    FORMATS,
    BatchState,
    SerialState,
    Template,
    batch_after,
    fit,
    need_count,
    need_spoiled,
    serial_after,
)
from traceability.services.telling import root_of
from vendors.queries import VendorCard, vendor_cards

SERIAL_LETTERS = 12
MAKERS = ("owner", "recorder", "seller")
NO_SUCH_NUMBER = msg("No such number is on these labels.")


@dataclass(frozen=True)
class Wish:
    """Labels to be printed; ``net`` is what a pack holds, as written; ``sscc`` of a pallet."""

    template: Template
    dpi: int
    count: int
    serials: bool = False
    net: str = ""
    sscc: str = ""
    # A secret code under a scratch field beside the number.
    claims: bool = False


def print_labels(
    session: Session, lot_id: str, *, wish: Wish, root: str, actor: Actor, now: datetime
) -> str:
    """Note a batch of labels and freeze what they say; return its id.

    ``root`` is the address under which codes are resolved, such as ``https://id.example``.

    :raises LotNotOpen: when the lot, or its vendor, may not sell.
    :raises Invalid: for a code that does not fit on the label, too many labels, serial
        numbers where there is no place for them.
    """
    lot, vendor = _need_sellable(session, lot_id, actor)
    need_count(wish.count, wish.template, serials=wish.serials, claims=wish.claims)
    batch = _batch(
        lot, wish, printed=_frozen(session, lot, vendor, wish, root), actor=actor, now=now
    )
    _add(session, batch, actor=actor, now=now)
    return batch.id


def reprint_labels(
    session: Session, batch_id: str, *, count: int, actor: Actor, now: datetime
) -> str:
    """Print some labels of a batch once more, word for word; return the id of the new batch.

    :raises LotNotOpen: when the lot, or its vendor, may not sell any more.
    :raises Conflict: when the batch is out of use.
    """
    old = _locked(session, batch_id, actor)
    lot, _vendor = _need_sellable(session, old.lot_id, actor)
    if old.state is BatchState.VOIDED:
        batch_after(old.state, "reprint")
    need_count(count, old.template, serials=old.has_serials)
    wish = Wish(old.template, old.dpi, count, old.has_serials, claims=old.has_claims)
    batch = _batch(lot, wish, printed=old.printed, actor=actor, now=now)
    batch.reprint_of = old.id
    _add(session, batch, actor=actor, now=now)
    return batch.id


def apply_labels(session: Session, batch_id: str, *, actor: Actor, now: datetime) -> None:
    """Note that the labels of a batch are on the goods: their numbers may be scanned from now on.

    :raises Conflict: when they are already, or were destroyed.
    """
    batch = _locked(session, batch_id, actor)
    _move_batch(session, batch, "apply", actor=actor, now=now)
    session.execute(
        sa.update(SerialUnit)
        .where(SerialUnit.batch_id == batch.id, SerialUnit.state == SerialState.ISSUED)
        .values(state=SerialState.ACTIVATED, activated_at=now)
    )


def spoil_labels(
    session: Session,
    batch_id: str,
    *,
    number: int = 0,
    serials: Sequence[str] = (),
    actor: Actor,
    now: datetime,
) -> None:
    """Note labels that came out badly or were torn; those with serial numbers are named.

    :raises Invalid: for none, more than there are, or a number that is not of the batch.
    :raises Conflict: for one that is out of use, or sold.
    """
    batch = _locked(session, batch_id, actor)
    batch_after(batch.state, "void")
    named = list(dict.fromkeys(serials))
    lost = len(named) if batch.has_serials else number
    batch.spoiled = need_spoiled(lost, already=batch.spoiled, count=batch.count)
    for serial in named:
        _void_serial(session, batch, serial, now=now)
    _note(session, "labels.spoiled", batch, actor, now, number=lost, serials=named)


def void_labels(
    session: Session, batch_id: str, *, reason: str, actor: Actor, now: datetime
) -> None:
    """Take a whole batch out of use, with the reason: who scans one of its numbers is warned.

    :raises Conflict: when it is out of use already.
    """
    batch = _locked(session, batch_id, actor)
    batch.void_reason = need_reason(reason)
    _move_batch(session, batch, "void", actor=actor, now=now, reason=batch.void_reason)
    session.execute(
        sa.update(SerialUnit)
        .where(
            SerialUnit.batch_id == batch.id,
            SerialUnit.state.in_([SerialState.ISSUED, SerialState.ACTIVATED]),
        )
        .values(state=SerialState.VOID, voided_at=now)
    )


def sell_serials(
    session: Session, lot_id: str, *, serials: Sequence[str], actor: Actor, now: datetime
) -> int:
    """Note that units of a lot were sold; return how many.

    :raises Invalid: for a number that is not of the lot.
    :raises Conflict: for one that was not put on goods, or was sold before.
    """
    lot = session.get(Lot, lot_id)
    if lot is None:
        raise NotFound
    actor.need_at(lot.vendor_id, *MAKERS)
    wanted = sorted(set(serials))
    for serial in wanted:
        unit = lock(session, SerialUnit, serial)
        if unit is None or unit.lot_id != lot_id:
            raise Invalid(NO_SUCH_NUMBER, field="serials")
        unit.state, unit.sold_at = serial_after(unit.state, "sell"), now
    audit.record(
        session,
        "serials.sold",
        actor=actor,
        subject=("lot", lot_id),
        now=now,
        serials=wanted,
    )
    return len(wanted)


def _need_sellable(session: Session, lot_id: str, actor: Actor) -> tuple[Lot, VendorCard]:
    """Return a lot, locked, so that it is not held between the look and the print."""
    lot = lock(session, Lot, lot_id)
    if lot is None:
        raise NotFound
    actor.need_at(lot.vendor_id, *MAKERS)
    vendor = vendor_cards(session, [lot.vendor_id])[lot.vendor_id]
    if lot.state is not LotState.OPEN or not vendor.is_open:
        raise LotNotOpen
    return lot, vendor


def _locked(session: Session, batch_id: str, actor: Actor) -> LabelBatch:
    batch = lock(session, LabelBatch, batch_id)
    if batch is None:
        raise NotFound
    actor.need_at(batch.vendor_id, *MAKERS)
    return batch


def _batch(
    lot: Lot, wish: Wish, *, printed: dict[str, Any], actor: Actor, now: datetime
) -> LabelBatch:
    form = FORMATS[wish.template]
    longest = printed["address"] + ("/21/" + "0" * SERIAL_LETTERS if wish.serials else "")
    modules = len(symbol(printed_form(longest, form.level), form.level).matrix)
    return LabelBatch(
        id=new_id(),
        lot_id=lot.id,
        vendor_id=lot.vendor_id,
        template=wish.template,
        dpi=wish.dpi,
        level=form.level,
        module_um=round(fit(modules, wish.template, wish.dpi).module_mm * 1000),
        count=wish.count,
        has_serials=wish.serials,
        has_claims=wish.claims,
        printed=printed,
        spoiled=0,
        state=BatchState.PRINTED,
        state_at=now,
        printed_by=actor.user_id,
        printed_by_name=actor.name,
        printed_at=now,
    )


def _add(session: Session, batch: LabelBatch, *, actor: Actor, now: datetime) -> None:
    session.add(batch)
    session.flush()
    if batch.has_serials:
        _issue(session, batch)
    _note(
        session,
        "labels.printed",
        batch,
        actor,
        now,
        template=batch.template.value,
        count=batch.count,
        reprint_of=batch.reprint_of,
    )


def _issue(session: Session, batch: LabelBatch) -> None:
    """Make the numbers of a batch; sixty bits of chance never meet, and the key refuses it."""
    session.execute(
        sa.insert(SerialUnit),
        [
            {
                "serial": short_code(SERIAL_LETTERS),
                "lot_id": batch.lot_id,
                "batch_id": batch.id,
                "position": position,
                "state": SerialState.ISSUED,
            }
            for position in range(batch.count)
        ],
    )


def _void_serial(session: Session, batch: LabelBatch, serial: str, *, now: datetime) -> None:
    unit = lock(session, SerialUnit, serial)
    if unit is None or unit.batch_id != batch.id:
        raise Invalid(NO_SUCH_NUMBER, field="serials")
    unit.state, unit.voided_at = serial_after(unit.state, "void"), now


def _frozen(
    session: Session, lot: Lot, vendor: VendorCard, wish: Wish, root: str
) -> dict[str, Any]:
    """Return what is known of a lot at this moment, as it is printed."""
    place = session.execute(
        sa.select(Farm.name, Farm.commune, Plot.planting_area_code, Season.variety)
        .join(Plot, Plot.farm_id == Farm.id)
        .join(Season, Season.plot_id == Plot.id)
        .where(Season.id == lot.season_id)
    ).first()
    commune = places.commune(place.commune if place else vendor.commune).name
    return {
        "product": dict(lot.product),
        "variety": place.variety if place else "",
        "vendor": vendor.name,
        "vendor_address": ", ".join(
            part for part in (vendor.address, places.commune(vendor.commune).name) if part
        ),
        "farm": place.name if place else "",
        "commune": commune,
        "planting_area_code": (place.planting_area_code if place else None) or "",
        "code": lot.code,
        "trace_code": lot.trace_code,
        "gtin": lot.gtin or "",
        "harvested": lot.harvested_on.isoformat(),
        "packed": lot.packed_on.isoformat() if lot.packed_on else "",
        "best_before": lot.best_before.isoformat() if lot.best_before else "",
        "net": wish.net,
        "sscc": wish.sscc,
        "address": lot_address(root, trace_code=lot.trace_code, gtin=lot.gtin, code=lot.code),
        "checkpoint": _checkpoint(session) if wish.template is Template.CERTIFICATE else {},
    }


def _checkpoint(session: Session) -> dict[str, str]:
    """Return the newest checkpoint of the log of events: who holds the paper is a witness of it."""
    point = checkpoint_of(session)
    if point is None:
        return {}
    return {
        "size": str(point.size),
        "root": point.short_root,
        "kid": point.kid,
        "signed_on": local_date(point.signed_at).isoformat(),
        "address": f"{root_of(session)}/proof?size={point.size}",
    }


def _move_batch(
    session: Session,
    batch: LabelBatch,
    action: str,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> None:
    before = batch.state
    batch.state, batch.state_at = batch_after(before, action), now
    _note(session, f"labels.{action}", batch, actor, now, was=before.value, reason=reason)


def _note(
    session: Session, action: str, batch: LabelBatch, actor: Actor, now: datetime, **detail: Any
) -> None:
    audit.record(session, action, actor=actor, subject=("label_batch", batch.id), now=now, **detail)
