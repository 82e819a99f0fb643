"""The log of scans: what pages saw is written down, judged, and told to whom it concerns."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import HOUSE, Actor
from kernel.clock import HANOI, local_date
from kernel.db import lock
from kernel.errors import Conflict, Invalid, NotFound
from kernel.events import emit
from kernel.messages import msg
from kernel.quantity import Unit
from kernel.rules_table import rule, rules_of
from traceability.events import CopySuspected
from traceability.models import Lot, Scan, ScanAlert, SerialUnit
from traceability.queries.labels import labels_made
from traceability.queries.ways import ways_of
from traceability.rules import LotState, need_reason
from traceability.rules.copies import (
    AlertState,
    Finding,
    Known,
    Limits,
    Look,
    ScanNote,
    Sign,
    more_than_made,
    of_places,
    of_sale,
    signs_of,
    sweep_of,
)

OFFICE = ("reviewer", "approver")
LIMITS = {
    "scans": "scan.serial_scans",
    "devices": "scan.serial_devices",
    "speed_kmh": "scan.speed_kmh",
    "before_sent_hours": "scan.before_sent_hours",
    "after_sold_days": "scan.after_sold_days",
    "sweep_serials": "scan.sweep_serials",
    "lot_percent": "scan.lot_percent",
    "wrong_codes": "scan.wrong_codes",
    "region": "scan.region",
}
MOST_LOOKS = 500
"""Scans of one code that are judged together, the latest."""


def record_scans(session: Session, notes: Iterable[ScanNote], *, now: datetime) -> int:
    """Write down scans and judge the codes they are of; return how many were new.

    Codes of lots that are gone are left out. The same note twice is one scan.
    """
    wanted = sorted(set(notes))
    vendors = _vendors(session, {note.lot_id for note in wanted})
    fresh = [note for note in wanted if note.lot_id in vendors and not _is_kept(session, note)]
    for note in fresh:
        session.add(Scan(lot_id=note.lot_id, serial=note.serial, at=note.at, device=note.device))
    session.flush()
    if fresh:
        limits = limits_on(session, now)
        for lot_id, serial in sorted({(note.lot_id, note.serial) for note in fresh}):
            _judge(session, lot_id, vendors[lot_id], serial, limits=limits, now=now)
        for lot_id in sorted({note.lot_id for note in fresh}):
            _judge_lot(session, lot_id, vendors[lot_id], limits=limits, now=now)
        for device in sorted({note.device for note in fresh if note.device and note.serial}):
            _judge_device(session, device, limits=limits, now=now)
    return len(fresh)


def place_scan(session: Session, note: ScanNote, *, lat: float, lon: float, now: datetime) -> None:
    """Note roughly where a code was scanned, as its reader chose to say: tenths of a degree.

    :raises Invalid: for a place that is not on the earth.
    :raises NotFound: when there is no such lot.
    """
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise Invalid(msg("This is no place on the map."), field="lat")
    vendors = _vendors(session, {note.lot_id})
    if not vendors:
        raise NotFound
    scan = session.scalar(
        sa.select(Scan)
        .where(
            Scan.lot_id == note.lot_id,
            Scan.serial == note.serial,
            Scan.device == note.device,
            Scan.at >= note.at - timedelta(hours=1),
        )
        .order_by(Scan.at.desc(), Scan.seq.desc())
        .limit(1)
    )
    if scan is None:
        scan = Scan(lot_id=note.lot_id, serial=note.serial, at=note.at, device=note.device)
        session.add(scan)
    scan.lat, scan.lon = round(lat, 1), round(lon, 1)
    session.flush()
    limits = limits_on(session, now)
    _judge(session, note.lot_id, vendors[note.lot_id], note.serial, limits=limits, now=now)


def check_alert(
    session: Session,
    alert_id: str,
    *,
    is_copy: bool,
    note: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Note what somebody of the vendor, or of the office, found out about a sign of copies.

    Buyers read of it on, unless it is harmless.

    :raises Conflict: when it was looked at already.
    """
    alert = lock(session, ScanAlert, alert_id)
    if alert is None:
        raise NotFound
    if not actor.has(*OFFICE):
        actor.need_at(alert.vendor_id, "owner", "seller", "recorder")
    if alert.state is not AlertState.OPEN:
        raise Conflict(msg("Somebody looked at this already."))
    alert.state = AlertState.COPY if is_copy else AlertState.HARMLESS
    alert.note = need_reason(note)
    alert.checked_by, alert.checked_name, alert.checked_at = actor.user_id, actor.name, now
    audit.record(
        session,
        "scan_alert.checked",
        actor=actor,
        subject=("scan_alert", alert.id),
        now=now,
        sign=alert.sign.value,
        found=alert.state.value,
        note=alert.note,
    )


def purge_scans(session: Session, now: datetime) -> int:
    """Delete scans older than rule ``scan.log_days``; return how many."""
    if session.scalar(sa.select(Scan.seq).limit(1)) is None:
        return 0
    days = rule(session, "scan.log_days", on=local_date(now)).value
    gone = session.execute(sa.delete(Scan).where(Scan.at < now - timedelta(days=days)))
    return int(gone.rowcount)  # type: ignore[attr-defined]


def limits_on(session: Session, now: datetime) -> Limits:
    """Return from where on scans are signs, by the rules of the day."""
    rules = rules_of(session, LIMITS.values(), on=local_date(now))
    return Limits(**{name: rules[key].value for name, key in LIMITS.items()})


def _vendors(session: Session, lot_ids: Collection[str]) -> dict[str, str]:
    rows = session.execute(sa.select(Lot.id, Lot.vendor_id).where(Lot.id.in_(lot_ids)))
    return {row.id: row.vendor_id for row in rows}


def _is_kept(session: Session, note: ScanNote) -> bool:
    same = (Scan.lot_id == note.lot_id, Scan.serial == note.serial, Scan.at == note.at)
    return session.scalar(sa.select(Scan.seq).where(*same, Scan.device == note.device)) is not None


def _judge(
    session: Session, lot_id: str, vendor_id: str, serial: str, *, limits: Limits, now: datetime
) -> None:
    """Raise what the scans of one code tell."""
    looks, known = _looks(session, lot_id, serial), _known(session, lot_id, serial)
    if serial:
        found = signs_of(looks, known, limits)
    else:
        # Packs of one lot are many: only where they are, and how late, says something.
        away = [one for one in of_places(looks, limits) if one.sign is Sign.AWAY]
        found = [*away, *(of_sale(looks[-1], known, limits) if looks else [])]
    for finding in found:
        raise_sign(session, lot_id, vendor_id, serial, finding, now=now)


def _judge_lot(
    session: Session, lot_id: str, vendor_id: str, *, limits: Limits, now: datetime
) -> None:
    """Raise that a lot was scanned oftener than it has packs, by whichever of its codes."""
    count = session.scalar(sa.select(sa.func.count()).where(Scan.lot_id == lot_id)) or 0
    lot = session.get_one(Lot, lot_id)
    pieces = lot.quantity if lot.unit is Unit.PIECE else 0
    more = more_than_made(count, labels_made(session, lot_id), pieces, limits)
    if more:
        raise_sign(session, lot_id, vendor_id, "", more, now=now)


def _judge_device(session: Session, device: str, *, limits: Limits, now: datetime) -> None:
    """Raise that one telephone scanned many numbers: a key is of one day by itself.

    Each vendor of these lots is told, and whoever scans one of the numbers reads of it.
    """
    mine = (Scan.device == device, Scan.serial != "")
    numbers = sa.select(Scan.lot_id, Scan.serial).where(*mine).distinct().subquery()
    finding = sweep_of(session.scalar(sa.select(sa.func.count()).select_from(numbers)) or 0, limits)
    if finding is None:
        return
    session.execute(sa.update(Scan).where(*mine, ~Scan.swept).values(swept=True))
    lot_ids = set(session.scalars(sa.select(numbers.c.lot_id)))
    for lot_id, vendor_id in sorted(_vendors(session, lot_ids).items()):
        raise_sign(session, lot_id, vendor_id, "", finding, now=now)


def _looks(session: Session, lot_id: str, serial: str) -> list[Look]:
    rows = session.execute(
        sa.select(Scan.at, Scan.device, Scan.lat, Scan.lon)
        .where(Scan.lot_id == lot_id, Scan.serial == serial)
        .order_by(Scan.at.desc(), Scan.seq.desc())
        .limit(MOST_LOOKS)
    ).all()
    return [Look(*row) for row in reversed(rows)]


def _known(session: Session, lot_id: str, serial: str) -> Known:
    """Return what is known of a number, or with none of its lot; events tell when it went."""
    lot = session.get_one(Lot, lot_id)
    unit = session.get(SerialUnit, serial) if serial else None
    way = ways_of(session, lot, serial)
    sold_at = unit.sold_at if unit and unit.lot_id == lot_id else None
    # Of a lot that is not used up there may be some on the shelf, whatever was sold of it.
    if sold_at is None and (way.is_of_unit or lot.state is LotState.CLOSED):
        sold_at = way.sold_at
    known = Known(None, None, way.left_at, sold_at, _kept_until(lot))
    if unit is None or unit.lot_id != lot_id:
        return known
    return replace(known, state=unit.state, activated_at=unit.activated_at)


def _kept_until(lot: Lot) -> datetime | None:
    if lot.best_before is None:
        return None
    return datetime.combine(lot.best_before + timedelta(days=1), time(), HANOI)


def raise_sign(
    session: Session,
    lot_id: str,
    vendor_id: str,
    serial: str,
    finding: Finding,
    *,
    now: datetime,
) -> None:
    """Open an alert, or bring the numbers of an old one up to date; the first one is told."""
    facts: dict[str, Any] = dict(finding.facts)
    alert = _alert_of(session, lot_id, serial, finding.sign)
    if alert is not None:
        alert.last_at, alert.facts = now, facts
        return
    alert = ScanAlert(
        lot_id=lot_id,
        vendor_id=vendor_id,
        serial=serial,
        sign=finding.sign,
        first_at=now,
        last_at=now,
        facts=facts,
        state=AlertState.OPEN,
    )
    try:
        with session.begin_nested():
            session.add(alert)
    except IntegrityError:
        # The worker and a reader who tells its place see the same sign: it is raised once.
        return
    _tell(session, alert, now=now)


def _tell(session: Session, alert: ScanAlert, *, now: datetime) -> None:
    audit.record(
        session,
        "scan_alert.raised",
        actor=HOUSE,
        subject=("scan_alert", alert.id),
        now=now,
        lot_id=alert.lot_id,
        serial=alert.serial,
        sign=alert.sign.value,
    )
    emit(session, CopySuspected(alert.id, alert.lot_id, alert.vendor_id), now=now)


def _alert_of(session: Session, lot_id: str, serial: str, sign: Sign) -> ScanAlert | None:
    return session.scalar(
        sa.select(ScanAlert).where(
            ScanAlert.lot_id == lot_id, ScanAlert.serial == serial, ScanAlert.sign == sign
        )
    )
