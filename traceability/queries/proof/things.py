"""Whether events are found by what they say: the rows beside an event prove nothing themselves."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from traceability.epcis import contexts
from traceability.epcis.contexts import BUILT_IN
from traceability.epcis.reading import whats_of
from traceability.models import EventWhat, LogLeaf, TraceEvent

BATCH = 2000


def misfiled(session: Session, *, most: int) -> Iterator[tuple[int, str]]:
    """Yield number and id of events whose things are not those that their body tells.

    Whoever takes such a row away hides an event from its lot, without touching the log.
    """
    last, found = -1, 0
    while rows := session.execute(
        sa.select(TraceEvent.seq, LogLeaf.seq, TraceEvent.event_id, TraceEvent.body)
        .join(LogLeaf, LogLeaf.event_seq == TraceEvent.seq)
        .where(TraceEvent.seq > last)
        .order_by(TraceEvent.seq)
        .limit(BATCH)
    ).all():
        refs = _refs(session, last, rows[-1][0])
        for event_seq, seq, event_id, body in rows:
            if sorted(refs[event_seq]) != _told(body):
                found += 1
                yield seq, event_id
        if found >= most:
            return
        last = rows[-1][0]


def _refs(session: Session, after: int, until: int) -> dict[int, list[str]]:
    kept: dict[int, list[str]] = defaultdict(list)
    rows = session.execute(
        sa.select(EventWhat.event_seq, EventWhat.ref).where(
            EventWhat.event_seq > after, EventWhat.event_seq <= until
        )
    )
    for event_seq, ref in rows:
        kept[event_seq].append(ref)
    return kept


def _told(body: str) -> Sequence[str]:
    """Return what the body says it is about; of a body that is none any more: nothing."""
    try:
        told = json.loads(body)
        known = {**BUILT_IN, **contexts.declared(told.get("@context"))}
        return sorted(what.ref for what in whats_of(told, known))
    except (ValueError, TypeError, AttributeError, KeyError):
        return []
