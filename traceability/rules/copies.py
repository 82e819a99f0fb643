"""Signs that a label was copied: what scans of a code tell, judged by limits of the day."""

import enum
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from kernel.messages import LABELS, msg
from traceability.rules.labels import SerialState

ROUNDED_KM = 15.0
"""How far from each other two rounded places of one spot may be: tenths of a degree, twice."""


class Sign(enum.Enum):
    """What made a code suspicious."""

    UNKNOWN = "unknown"
    VOID = "void"
    MANY = "many"
    DEVICES = "devices"
    SPEED = "speed"
    EARLY = "early"
    LATE = "late"
    AWAY = "away"
    SWEEP = "sweep"
    MORE = "more"
    CODES = "codes"


class AlertState(enum.Enum):
    """OPEN until somebody looked at it and found it HARMLESS, or a COPY."""

    OPEN = "open"
    HARMLESS = "harmless"
    COPY = "copy"


LABELS.update(
    {
        Sign.UNKNOWN: msg("A number that was never issued"),
        Sign.VOID: msg("A label that was taken out of use"),
        Sign.MANY: msg("Scanned more often than one pack is"),
        Sign.DEVICES: msg("Scanned by many telephones"),
        Sign.SPEED: msg("Two places too far apart for the time between"),
        Sign.EARLY: msg("Scanned before it left the farm"),
        Sign.LATE: msg("Scanned long after it was sold"),
        Sign.AWAY: msg("Scanned outside of where it is sold"),
        Sign.SWEEP: msg("One telephone scans many numbers"),
        Sign.MORE: msg("More scans than packs were made"),
        Sign.CODES: msg("Wrong secret codes were typed for it"),
        AlertState.OPEN: msg("Not looked at"),
        AlertState.HARMLESS: msg("Harmless"),
        AlertState.COPY: msg("A copy"),
    }
)


@dataclass(frozen=True, order=True)
class ScanNote:
    """A page behind a code that was opened, to the minute."""

    lot_id: str
    serial: str
    at: datetime
    device: str


@dataclass(frozen=True)
class Look:
    """One scan as the rules read it."""

    at: datetime
    device: str = ""
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True)
class Known:
    """What is known of a serial number; ``state`` is None where it was never issued.

    ``left_at`` and ``sold_at`` are when events tell that it, or else the first and the last of
    its lot, was sent off and sold; ``kept_until`` is when its shelf life ends.
    """

    state: SerialState | None
    activated_at: datetime | None = None
    left_at: datetime | None = None
    sold_at: datetime | None = None
    kept_until: datetime | None = None


@dataclass(frozen=True)
class Limits:
    """From where on a scan is a sign, by the rules ``scan.*``; ``region`` in whole degrees."""

    scans: int
    devices: int
    speed_kmh: int
    before_sent_hours: int
    after_sold_days: int
    sweep_serials: int
    lot_percent: int
    wrong_codes: int
    region: Mapping[str, int]


@dataclass(frozen=True)
class Finding:
    """A sign with the numbers that made it one."""

    sign: Sign
    facts: Mapping[str, Any]


def signs_of(looks: Sequence[Look], known: Known, limits: Limits) -> list[Finding]:
    """Return what the scans of one serial number tell, in the order of their times."""
    if known.state is None:
        return [Finding(Sign.UNKNOWN, {"scans": len(looks)})]
    found = [] if known.state is not SerialState.VOID else [Finding(Sign.VOID, {})]
    devices = len({look.device for look in looks if look.device})
    if len(looks) > limits.scans:
        found.append(Finding(Sign.MANY, {"scans": len(looks), "most": limits.scans}))
    if devices > limits.devices:
        found.append(Finding(Sign.DEVICES, {"devices": devices, "most": limits.devices}))
    return [*found, *_of_times(looks, known, limits), *of_places(looks, limits)]


def of_places(looks: Iterable[Look], limits: Limits) -> list[Finding]:
    """Return what the places of scans tell: too fast from one to the next, or far from the market."""
    placed = [look for look in looks if look.lat is not None and look.lon is not None]
    found = []
    fastest = max(map(speed_kmh, placed, placed[1:]), default=0.0)
    if fastest > limits.speed_kmh:
        shown = min(round(fastest), 99_999)
        found.append(Finding(Sign.SPEED, {"kmh": shown, "most": limits.speed_kmh}))
    away = [look for look in placed if not _inside(look, limits.region)]
    if away:
        found.append(Finding(Sign.AWAY, {"lat": away[-1].lat, "lon": away[-1].lon}))
    return found


def sweep_of(serials: int, limits: Limits) -> Finding | None:
    """Return the sign that one telephone scanned so many numbers on one day, if it is one.

    Of whichever lots: a shelf of copied labels has many, and so has who collects numbers.
    """
    if serials <= limits.sweep_serials:
        return None
    return Finding(Sign.SWEEP, {"serials": serials, "most": limits.sweep_serials})


def more_than_made(scans: int, labels: int, pieces: int, limits: Limits) -> Finding | None:
    """Return the sign that a lot was scanned oftener than it has labels, if it is one.

    Where none were printed here it has no more packs than pieces; a lot that is weighed
    (``pieces`` 0) has nobody knows how many packs, so its scans say nothing.
    """
    made = labels or pieces
    if not made or scans * 100 <= made * limits.lot_percent:
        return None
    return Finding(Sign.MORE, {"scans": scans, "made" if labels else "pieces": made})


def wrong_codes(wrong: int, limits: Limits) -> Finding | None:
    """Return the sign that the secret code was typed wrong so often, if it is one."""
    if wrong <= limits.wrong_codes:
        return None
    return Finding(Sign.CODES, {"wrong": wrong, "most": limits.wrong_codes})


def speed_kmh(one: Look, other: Look) -> float:
    """Return how fast somebody travelled between two scans at least, places being rounded."""
    far = max(_distance_km(one, other) - ROUNDED_KM, 0.0)
    # Times are kept to the minute: the true span may be a minute longer.
    hours = (abs((other.at - one.at).total_seconds()) + 60) / 3600
    return far / hours


def of_sale(last: Look, known: Known, limits: Limits) -> list[Finding]:
    """Return the sign of a scan long after the sale: what may still be kept is no sign."""
    if known.sold_at is None:
        return []
    days = (last.at - known.sold_at) // timedelta(days=1)
    is_kept = known.kept_until is not None and last.at < known.kept_until
    if days < limits.after_sold_days or is_kept:
        return []
    return [Finding(Sign.LATE, {"days": days, "most": limits.after_sold_days})]


def _of_times(looks: Sequence[Look], known: Known, limits: Limits) -> list[Finding]:
    if not looks:
        return []
    early = [Finding(Sign.EARLY, {})] if _is_early(looks[0].at, known, limits) else []
    return [*early, *of_sale(looks[-1], known, limits)]


def _is_early(first: datetime, known: Known, limits: Limits) -> bool:
    """Tell whether it was scanned before it left the farm.

    Where no event tells when that was, before the label was on goods.
    """
    if known.state is SerialState.ISSUED:
        return True
    if known.left_at is not None:
        # Who sends goods off in the morning may write it down in the evening.
        return first < known.left_at - timedelta(hours=limits.before_sent_hours)
    return known.activated_at is not None and first < known.activated_at


def _inside(look: Look, region: Mapping[str, int]) -> bool:
    lat, lon = look.lat or 0.0, look.lon or 0.0
    return region["south"] <= lat <= region["north"] and region["west"] <= lon <= region["east"]


def _distance_km(one: Look, other: Look) -> float:
    """Return the distance of two places on the sphere."""
    lat, lat2 = math.radians(one.lat or 0), math.radians(other.lat or 0)
    east = math.radians((other.lon or 0) - (one.lon or 0))
    turn = math.sin((lat2 - lat) / 2) ** 2
    turn += math.cos(lat) * math.cos(lat2) * math.sin(east / 2) ** 2
    return 2 * 6371.0 * math.asin(min(math.sqrt(turn), 1.0))
