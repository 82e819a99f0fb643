"""Events told by partners: one at a time, or a document of them.

A document of at most ``IN_REQUEST`` events is stored before it is answered: its job is finished
when it is told of, and with ``rollback`` a bad event refuses the document at once (400), so that
nobody need ask for it. Larger ones wait for the worker (``capture_jobs.py``).
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.ids import new_id
from kernel.messages import msg
from traceability.epcis.checking import Document, check_event, read_document
from traceability.epcis.errors import (
    BadEvent,
    CaptureTooLarge,
    EpcisError,
    NameTaken,
    NotTheTeller,
)
from traceability.epcis.ids import has_doubtful_digit
from traceability.epcis.reading import Told, content_of, read_event
from traceability.models import CaptureJob, TraceEvent
from traceability.queries.partners import Partner
from traceability.rules.partners import CaptureState
from traceability.services.events import Whose, Written, key, write_events

IN_REQUEST = 200
MOST_EVENTS = 5_000
MOST_BYTES = 16 * 1024 * 1024
MOST_ERRORS = 100
ROLLBACK, PROCEED = "rollback", "proceed"


@dataclass(frozen=True)
class Refused:
    """One event of a document that was not taken."""

    where: str
    error: EpcisError


@dataclass(frozen=True)
class Judged:
    """Events of a document that keep the rules, by where they stand, and those that do not."""

    told: dict[str, Told]
    refused: list[Refused]
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stored:
    """How many events are new now, what was refused, and what is doubtful."""

    count: int
    refused: list[Refused]
    doubts: list[dict[str, Any]]


class _GivenUp(Exception):
    """All or nothing: nothing."""


def need_bounds(document: Any) -> Document:
    """Return a document whose events are not yet looked at.

    :raises BadEvent: for what is around them.
    :raises CaptureTooLarge: when there are too many.
    """
    read = read_document(document)
    if len(read.events) > MOST_EVENTS:
        raise CaptureTooLarge(events=MOST_EVENTS, octets=MOST_BYTES)
    return read


def capture_document(
    session: Session, read: Document, *, behaviour: str, partner: Partner, now: datetime
) -> str:
    """Store the events of a document and return the id of the job that tells of it.

    ``rollback``: the first event that breaks a rule refuses the document. ``proceed``: the others
    are stored, and the job lists what was refused. An event that is there already is no error.

    :raises BadEvent: with ``rollback``, for one of its events.
    """
    judged = judge(read, stops=behaviour == ROLLBACK)
    stored = store(session, judged, behaviour=behaviour, partner=partner, now=now)
    return _note(session, behaviour, stored, len(read.events), partner=partner, now=now)


def store(
    session: Session, judged: Judged, *, behaviour: str, partner: Partner, now: datetime
) -> Stored:
    """Store events that keep the rules; with ``rollback`` only if all events of the document do."""
    told, refused = dict(judged.told), list(judged.refused)
    for where in _declared_by_others(session, told, partner):
        del told[where]
        refused.append(Refused(where, NotTheTeller(field=f"{where}.errorDeclaration")))
    count = 0
    if not (refused and behaviour == ROLLBACK):
        with suppress(_GivenUp), session.begin_nested():
            whose = Whose(partner.vendor_id, partner.token_id)
            written = write_events(session, list(told.values()), whose=whose, now=now)
            refused += _told_otherwise(session, told, written, judged.ignored)
            if refused and behaviour == ROLLBACK:
                raise _GivenUp
            count = len(written.new)
    return Stored(count, refused, _doubts(told))


def capture_event(session: Session, body: Any, *, partner: Partner, now: datetime) -> str:
    """Store one event, bare or as the only one of a document; return its id.

    :raises NameTaken: when it is there already.
    """
    read = _only(body)
    check_event(read.events[0], read.where)
    told = read_event(read.events[0], read.prefixes, read.ignored)
    if _declared_by_others(session, {read.where: told}, partner):
        raise NotTheTeller(field="errorDeclaration")
    whose = Whose(partner.vendor_id, partner.token_id)
    if not write_events(session, [told], whose=whose, now=now).new:
        raise NameTaken(field="eventID")
    stored = Stored(1, [], _doubts({read.where: told}))
    _note(session, ROLLBACK, stored, 1, partner=partner, now=now)
    return told.event_id


def _only(body: Any) -> Document:
    if isinstance(body, dict) and body.get("type") in {"EPCISDocument", "EPCISQueryDocument"}:
        read = read_document(body)
        if len(read.events) != 1:
            raise BadEvent(msg("Send exactly one event here."), field=read.where)
        return read
    return Document({}, [body], (), "event")


def judge(read: Document, *, stops: bool = False) -> Judged:
    """Hold the events of a document to the rules; ``stops``: the first that breaks one is raised."""
    found = Judged({}, [], read.ignored)
    for index, event in enumerate(read.events):
        where = f"{read.where}[{index}]"
        try:
            check_event(event, where)
        except BadEvent as error:
            if stops:
                raise
            found.refused.append(Refused(where, error))
        else:
            found.told[where] = read_event(event, read.prefixes, read.ignored)
    return found


def _declared_by_others(session: Session, told: Mapping[str, Told], partner: Partner) -> list[str]:
    """Return where events are declared wrong that somebody else told: the house, another partner.

    An event that is not here may be declared wrong: it was told elsewhere.
    """
    ids = sorted({each.event_id for each in told.values() if each.declared})
    others: set[str] = set()
    for start in range(0, len(ids), 500):
        others.update(
            session.scalars(
                sa.select(TraceEvent.event_id).where(
                    TraceEvent.event_id.in_(ids[start : start + 500]),
                    TraceEvent.vendor_id == partner.vendor_id,
                    TraceEvent.declared == "",
                    TraceEvent.partner_id.is_distinct_from(partner.token_id),
                )
            )
        )
    return [where for where, each in told.items() if each.declared and each.event_id in others]


def _told_otherwise(
    session: Session, told: dict[str, Told], written: Written, ignored: tuple[str, ...]
) -> list[Refused]:
    """Return the events whose id names another one: of the document, or stored before."""
    first: dict[tuple[str, str], str] = {}
    seqs = {written.places[key(each)] for each in told.values() if key(each) not in written.new}
    for start in range(0, len(seqs), 500):
        rows = session.execute(
            sa.select(TraceEvent.event_id, TraceEvent.declared, TraceEvent.body).where(
                TraceEvent.seq.in_(sorted(seqs)[start : start + 500])
            )
        )
        first.update({(e, declared): content_of(body, ignored) for e, declared, body in rows})
    message = msg("Another event has this eventID already.")
    return [
        Refused(where, NameTaken(message, field=f"{where}.eventID"))
        for where, each in told.items()
        if first.setdefault(key(each), each.content) != each.content
    ]


def _note(
    session: Session,
    behaviour: str,
    stored: Stored,
    total: int,
    *,
    partner: Partner,
    now: datetime,
) -> str:
    job = CaptureJob(
        id=new_id(),
        token_id=partner.token_id,
        behaviour=behaviour,
        state=CaptureState.FINISHED,
        created_at=now,
        due_at=now,
        finished_at=now,
        success=not stored.refused,
        total=total,
        done=total,
        events=stored.count,
        errors=problems(stored.refused),
        warnings=stored.doubts,
    )
    session.add(job)
    session.flush()
    return job.id


def _doubts(told: Mapping[str, Told]) -> list[dict[str, Any]]:
    """Return what is doubtful of events that keep the rules: the first hundred."""
    found = (
        {
            "type": "market:DoubtfulCheckDigit",
            "title": f"The check digit of this GRAI does not fit: {what.ref[:80]}",
            "instance": where,
        }
        for where, each in told.items()
        for what in each.whats
        if has_doubtful_digit(what.ref)
    )
    return list(islice(found, MOST_ERRORS))


def problems(refused: Sequence[Refused]) -> list[dict[str, Any]]:
    """Return what is wrong with events in the form of problem details: the first hundred."""
    return [_problem(each) for each in refused[:MOST_ERRORS]]


def _problem(refused: Refused) -> dict[str, Any]:
    error = refused.error
    return {
        "type": f"epcisException:{error.code}",
        "title": error.message % error.values if error.values else error.message,
        "status": error.status,
        "instance": error.field or refused.where,
    }
