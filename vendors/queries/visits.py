"""Site visits as the office and the vendor read them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from vendors.models import SiteVisit, Vendor, VisitMinutes, VisitPhoto
from vendors.rules.visits import DayPart, Finding, LineFinding, Spot, VisitResult, VisitState

MOST_VISITS = 100
MOST_OF_AGENDA = 500


@dataclass(frozen=True)
class LineCard:
    """What was found about one line; ``title`` is in both languages as it was then."""

    title: Mapping[str, str]
    line: LineFinding


@dataclass(frozen=True)
class MinutesCard:
    """One revision of the minutes of a visit."""

    revision: int
    result: VisitResult
    findings: str
    lines: Sequence[LineCard]
    present: str
    vendor_words: str
    signed_by: str
    spot: Spot | None
    reason: str
    written_by_name: str
    written_at: datetime


@dataclass(frozen=True)
class VisitCard:
    """A visit with its last minutes, if there are any."""

    id: str
    vendor_id: str
    state: VisitState
    day: date
    part: DayPart
    place: str
    inspector_id: str
    inspector_name: str
    others: str
    purpose: str
    reason: str
    objection: str
    draft: Mapping[str, str]
    document_id: str | None
    minutes: MinutesCard | None

    @property
    def is_open(self) -> bool:
        """Tell whether it is still to come, or its minutes to be closed."""
        return self.state is VisitState.SCHEDULED

    @property
    def who(self) -> str:
        """Return the names of those who come."""
        return ", ".join(part for part in (self.inspector_name, self.others) if part)


@dataclass(frozen=True)
class PhotoCard:
    """A photo of a visit; ``revision`` is that of the minutes it belongs to."""

    id: str
    revision: int
    storage_key: str
    added_at: datetime


@dataclass(frozen=True)
class AgendaRow:
    """A visit in an inspector's list, with what is needed to find the vendor."""

    id: str
    vendor_id: str
    vendor_name: str
    phone: str
    commune: str
    state: VisitState
    day: date
    part: DayPart
    place: str
    inspector_name: str
    others: str
    purpose: str
    objection: str


def visits_of(session: Session, vendor_id: str) -> Sequence[VisitCard]:
    """Return the visits of a vendor with their last minutes, the latest day first."""
    rows = session.execute(
        _visits()
        .where(SiteVisit.vendor_id == vendor_id)
        .order_by(SiteVisit.day.desc(), SiteVisit.id.desc())
        .limit(MOST_VISITS)
    )
    return [_card(*row) for row in rows]


def visit(session: Session, visit_id: str, *, vendor_id: str) -> VisitCard | None:
    """Return one visit, if it is of that vendor."""
    row = session.execute(
        _visits().where(SiteVisit.id == visit_id, SiteVisit.vendor_id == vendor_id)
    ).one_or_none()
    return None if row is None else _card(*row)


def minutes_of(session: Session, visit_id: str) -> Sequence[MinutesCard]:
    """Return all revisions of the minutes of a visit, the last first."""
    rows = session.scalars(
        sa.select(VisitMinutes)
        .where(VisitMinutes.visit_id == visit_id)
        .order_by(VisitMinutes.revision.desc())
        .limit(MOST_VISITS)
    )
    return [_minutes(row) for row in rows]


def photos_of(session: Session, visit_id: str) -> Sequence[PhotoCard]:
    """Return the photos of a visit in the order they came."""
    rows = session.execute(
        _PHOTO.where(VisitPhoto.visit_id == visit_id).order_by(VisitPhoto.id).limit(MOST_VISITS)
    )
    return [PhotoCard(*row) for row in rows]


def photo(session: Session, photo_id: str, *, visit_id: str, vendor_id: str) -> PhotoCard | None:
    """Return one photo, if it is of that visit of that vendor."""
    row = session.execute(
        _PHOTO.join(SiteVisit, SiteVisit.id == VisitPhoto.visit_id).where(
            VisitPhoto.id == photo_id,
            VisitPhoto.visit_id == visit_id,
            SiteVisit.vendor_id == vendor_id,
        )
    ).one_or_none()
    return None if row is None else PhotoCard(*row)


def agenda(
    session: Session, *, inspector_id: str | None, first: date, last: date
) -> Sequence[AgendaRow]:
    """Return the visits that are scheduled or were held from a day to a day, in their order.

    ``inspector_id`` names whose; without one, everybody's.
    """
    whose = SiteVisit.inspector_id == inspector_id if inspector_id else sa.true()
    rows = session.execute(
        sa.select(
            SiteVisit.id,
            SiteVisit.vendor_id,
            Vendor.name.label("vendor_name"),
            Vendor.phone,
            Vendor.commune,
            SiteVisit.state,
            SiteVisit.day,
            SiteVisit.part,
            SiteVisit.place,
            SiteVisit.inspector_name,
            SiteVisit.others,
            SiteVisit.purpose,
            SiteVisit.objection,
        )
        .join(Vendor, Vendor.id == SiteVisit.vendor_id)
        .where(
            whose,
            SiteVisit.day.between(first, last),
            SiteVisit.state.in_((VisitState.SCHEDULED, VisitState.HELD)),
        )
        .order_by(SiteVisit.day, _AFTERNOON_LAST, SiteVisit.id)
        .limit(MOST_OF_AGENDA)
    )
    return [AgendaRow(**row._mapping) for row in rows]


_PHOTO = sa.select(VisitPhoto.id, VisitPhoto.revision, VisitPhoto.storage_key, VisitPhoto.added_at)
_AFTERNOON_LAST = sa.case((SiteVisit.part == DayPart.AFTERNOON, 1), else_=0)


def _visits() -> sa.Select[SiteVisit, VisitMinutes | None]:
    """Select visits, each with the last revision of its minutes."""
    last = (
        sa.select(sa.func.max(VisitMinutes.revision))
        .where(VisitMinutes.visit_id == SiteVisit.id)
        .correlate(SiteVisit)
        .scalar_subquery()
    )
    return sa.select(SiteVisit, VisitMinutes).outerjoin(
        VisitMinutes,
        sa.and_(VisitMinutes.visit_id == SiteVisit.id, VisitMinutes.revision == last),
    )


def _card(row: SiteVisit, last: VisitMinutes | None) -> VisitCard:
    return VisitCard(
        id=row.id,
        vendor_id=row.vendor_id,
        state=row.state,
        day=row.day,
        part=row.part,
        place=row.place,
        inspector_id=row.inspector_id,
        inspector_name=row.inspector_name,
        others=row.others,
        purpose=row.purpose,
        reason=row.reason,
        objection=row.objection,
        draft=row.draft,
        document_id=row.document_id,
        minutes=None if last is None else _minutes(last),
    )


def _minutes(row: VisitMinutes) -> MinutesCard:
    return MinutesCard(
        revision=row.revision,
        result=row.result,
        findings=row.findings,
        lines=[_line(line) for line in row.lines],
        present=row.present,
        vendor_words=row.vendor_words,
        signed_by=row.signed_by,
        spot=None if row.lat is None or row.lon is None else Spot(row.lat, row.lon, row.accuracy_m),
        reason=row.reason,
        written_by_name=row.written_by_name,
        written_at=row.written_at,
    )


def _line(line: dict[str, Any]) -> LineCard:
    found = LineFinding(line["key"], Finding(line["finding"]), line["remark"])
    return LineCard(line["title"], found)
