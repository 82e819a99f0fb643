"""Minutes of site visits: kept while they are written, closed once, corrected by a new revision."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.actor import Actor
from kernel.clock import local_date
from kernel.db import after_commit
from kernel.errors import Conflict, Invalid, NotFound
from kernel.i18n import format_day
from kernel.ids import new_id
from kernel.messages import msg
from kernel.rules_table import rule
from kernel.storage import Storage
from vendors.errors import PaperRefused
from vendors.models import SiteVisit, Vendor, VisitMinutes, VisitPhoto
from vendors.rules.visits import (
    LineFinding,
    Spot,
    VisitResult,
    VisitState,
    after_visit,
    line_titles,
    need_result,
    need_why,
)
from vendors.services.papers import read_upload
from vendors.services.steps import tell
from vendors.services.visiting import locked_visit, need_officer, note


@dataclass(frozen=True)
class Minutes:
    """What inspectors write down; ``seen_revision`` is the last one they knew (0: none)."""

    result: VisitResult
    findings: str
    present: str
    signed_by: str
    lines: Sequence[LineFinding] = ()
    vendor_words: str = ""
    spot: Spot | None = None
    reason: str = ""
    seen_revision: int = field(default=0)


@dataclass(frozen=True)
class Photo:
    """A photo whose file is stored already."""

    storage_key: str
    sha256: str
    size_bytes: int


def keep_draft(
    session: Session,
    visit_id: str,
    *,
    vendor_id: str,
    typed: Mapping[str, str],
    actor: Actor,
) -> None:
    """Keep what was typed of the minutes so far.

    :raises Conflict: when the minutes are closed, or the visit will not be.
    """
    need_officer(actor, vendor_id)
    visit = locked_visit(session, visit_id, vendor_id=vendor_id)
    visit.state = after_visit(visit.state, "keep")
    visit.draft = dict(typed)
    session.flush()


def record_visit(
    session: Session,
    visit_id: str,
    *,
    vendor_id: str,
    minutes: Minutes,
    actor: Actor,
    now: datetime,
) -> None:
    """Close the minutes of a visit and tell the vendor how it ended.

    Of two officers who record one visit at once, one wins and the other is told.

    :raises Invalid: when something is missing, or the day has not come.
    :raises Conflict: when they are closed already, or the visit was moved or called off.
    """
    need_officer(actor, vendor_id)
    visit = locked_visit(session, visit_id, vendor_id=vendor_id)
    visit.state = after_visit(visit.state, "record")
    if local_date(now) < visit.day:
        raise Invalid(
            msg("The visit is on %(day)s. Move it when you come earlier."),
            day=format_day(visit.day),
        )
    visit.draft, visit.ended_at = {}, now
    _write(session, visit, minutes, 1, actor, now)
    note(session, visit, "record", actor=actor, now=now, result=minutes.result.value)
    _tell_result(session, visit, minutes, "vendors/visit_held", now)


def correct_minutes(
    session: Session,
    visit_id: str,
    *,
    vendor_id: str,
    minutes: Minutes,
    actor: Actor,
    now: datetime,
) -> int:
    """Write a new revision of closed minutes; the former ones stay. Return its number.

    :raises Invalid: without a reason, or when something is missing.
    :raises Conflict: when a colleague corrected them meanwhile, or there are none.
    """
    need_officer(actor, vendor_id)
    visit = locked_visit(session, visit_id, vendor_id=vendor_id)
    visit.state = after_visit(visit.state, "correct")
    need_why(minutes.reason)
    last = _last_revision(session, visit.id)
    if minutes.seen_revision != last:
        raise Conflict(msg("A colleague wrote minutes of this visit meanwhile. Please read them."))
    _write(session, visit, minutes, last + 1, actor, now)
    note(
        session,
        visit,
        "correct",
        actor=actor,
        now=now,
        result=minutes.result.value,
        reason=minutes.reason,
        revision=last + 1,
    )
    _tell_result(session, visit, minutes, "vendors/visit_corrected", now)
    return last + 1


def keep_photo(storage: Storage, vendor_id: str, data: bytes, *, most_bytes: int) -> Photo:
    """Draw a photo anew and store it privately, freed of what the camera wrote into it.

    Call it outside of a transaction.

    :raises PaperRefused: when it is no readable picture.
    :raises PaperTooLarge: for too many bytes or pixels.
    """
    content = read_upload(data, most_bytes=most_bytes)
    if content.media_type != "image/jpeg":
        raise PaperRefused(msg("Please send a photo, not a PDF."), field="photos")
    key = f"private/visits/{vendor_id}/{new_id()}.jpg"
    storage.put(key, content.data, content.media_type)
    return Photo(key, hashlib.sha256(content.data).hexdigest(), len(content.data))


def add_photos(
    session: Session,
    visit_id: str,
    *,
    vendor_id: str,
    photos: Sequence[Photo],
    actor: Actor,
    now: datetime,
) -> Sequence[Photo]:
    """Put photos to the minutes that are being written; return those that are there already.

    :raises Conflict: when the visit was moved or called off, or holds as many as it may.
    """
    need_officer(actor, vendor_id)
    visit = locked_visit(session, visit_id, vendor_id=vendor_id)
    after_visit(visit.state, "correct" if visit.state is VisitState.HELD else "record")
    held = set(session.scalars(sa.select(VisitPhoto.sha256).where(VisitPhoto.visit_id == visit.id)))
    fresh = list({photo.sha256: photo for photo in photos if photo.sha256 not in held}.values())
    most = rule(session, "visit.photos_most", on=local_date(now)).value
    if len(held) + len(fresh) > most:
        raise Conflict(msg("A visit holds at most %(most)s photos."), most=most)
    revision = _last_revision(session, visit.id) + 1
    for photo in fresh:
        session.add(
            VisitPhoto(
                visit_id=visit.id,
                revision=revision,
                added_by=actor.user_id,
                added_at=now,
                **vars(photo),
            )
        )
    session.flush()
    if fresh:
        note(session, visit, "photos", actor=actor, now=now, count=len(fresh))
    return [photo for photo in photos if photo not in fresh]


def remove_photo(
    session: Session,
    photo_id: str,
    *,
    visit_id: str,
    vendor_id: str,
    forget: Callable[[str], None],
    actor: Actor,
    now: datetime,
) -> None:
    """Take a photo away that no closed minutes hold; its file goes after the commit.

    :raises NotFound: when the visit has no such photo.
    :raises Conflict: when closed minutes hold it.
    """
    need_officer(actor, vendor_id)
    visit = locked_visit(session, visit_id, vendor_id=vendor_id)
    photo = session.get(VisitPhoto, photo_id)
    if photo is None or photo.visit_id != visit.id:
        raise NotFound
    if photo.revision <= _last_revision(session, visit.id):
        raise Conflict(msg("This photo belongs to closed minutes."))
    key = photo.storage_key
    session.delete(photo)
    session.flush()
    after_commit(session, lambda: forget(key))
    note(session, visit, "photo_removed", actor=actor, now=now)


def drop_visits(session: Session, vendor_id: str, *, forget: Callable[[str], None]) -> None:
    """Delete visits of a vendor that left, with minutes and photos; ``forget`` deletes a file."""
    mine = sa.select(SiteVisit.id).where(SiteVisit.vendor_id == vendor_id)
    for key in session.scalars(
        sa.select(VisitPhoto.storage_key).where(VisitPhoto.visit_id.in_(mine))
    ):
        forget(key)
    session.execute(sa.delete(SiteVisit).where(SiteVisit.vendor_id == vendor_id))


def _write(
    session: Session,
    visit: SiteVisit,
    minutes: Minutes,
    revision: int,
    actor: Actor,
    now: datetime,
) -> None:
    for name in ("present", "signed_by"):
        if not getattr(minutes, name).strip():
            raise Invalid(msg("Please fill in this field."), field=name)
    need_result(minutes.result, minutes.lines, minutes.findings)
    spot = minutes.spot
    session.add(
        VisitMinutes(
            visit_id=visit.id,
            revision=revision,
            result=minutes.result,
            findings=minutes.findings.strip(),
            lines=_lines(session, visit, minutes.lines),
            present=minutes.present.strip(),
            vendor_words=minutes.vendor_words.strip(),
            signed_by=minutes.signed_by.strip(),
            lat=spot.lat if spot else None,
            lon=spot.lon if spot else None,
            accuracy_m=spot.accuracy_m if spot else None,
            reason=minutes.reason.strip() if revision > 1 else "",
            written_by=actor.user_id,
            written_by_name=actor.name,
            written_at=now,
        )
    )
    session.flush()


def _lines(
    session: Session, visit: SiteVisit, found: Sequence[LineFinding]
) -> list[dict[str, object]]:
    """Return the findings with the titles that the rule of the visit's day gives the lines."""
    titles = line_titles(rule(session, "visit.lines", on=visit.day).value)
    return [
        {
            "key": line.key,
            "title": titles[line.key],
            "finding": line.finding.value,
            "remark": line.remark.strip(),
        }
        for line in found
        if line.key in titles
    ]


def _last_revision(session: Session, visit_id: str) -> int:
    last = sa.select(sa.func.max(VisitMinutes.revision)).where(VisitMinutes.visit_id == visit_id)
    return session.scalar(last) or 0


def _tell_result(
    session: Session, visit: SiteVisit, minutes: Minutes, template: str, now: datetime
) -> None:
    tell(
        session,
        session.get_one(Vendor, visit.vendor_id),
        template=template,
        now=now,
        day=format_day(visit.day),
        result=minutes.result.value,
        findings=minutes.findings.strip(),
        reason=minutes.reason.strip(),
    )
