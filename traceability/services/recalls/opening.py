"""A recall begins: the scope is traced and kept, and nothing else happens yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import Actor
from kernel.clock import local_date
from kernel.db import lock
from kernel.errors import Invalid, NotFound
from kernel.ids import new_id, short_code
from kernel.messages import msg
from kernel.rules_table import rules_of
from traceability.models import Complaint, Recall
from traceability.queries.graph import Reached, backward, forward
from traceability.queries.recalls.starts import Beginning, find_starts
from traceability.rules.recalls import (
    MOST_STARTS,
    PREFIX,
    TERMS,
    ComplaintState,
    Hazard,
    Origin,
    RecallState,
    need_span,
    need_words,
)
from traceability.services.recalls.belonging import need_part
from traceability.services.recalls.scoping import keep_lots


@dataclass(frozen=True)
class RecallFacts:
    """What is known at first, and why; ``widen``: whatever came of the same sources, too."""

    begun: Beginning
    reason: str
    hazard: Hazard = Hazard.POSSIBLE
    advice: Mapping[str, str] = field(default_factory=dict)
    drill: bool = False
    widen: bool = False


def open_recall(session: Session, *, facts: RecallFacts, actor: Actor, now: datetime) -> str:
    """Trace what is affected and keep it for review; return the id of the recall.

    :raises Invalid: when no lot is found, or days or the reason are missing.
    """
    begun = facts.begun
    need_part(actor, begun.vendor_id)
    reason = need_words(facts.reason, "reason")
    need_span(begun.origin, begun.first_day, begun.last_day)
    starts = find_starts(session, begun)
    if not starts.lot_ids:
        raise Invalid(msg("No lot is found with this."), field="ref")
    if len(starts.lot_ids) > MOST_STARTS:
        raise Invalid(
            msg("More than %(most)s lots begin with this: choose fewer days."),
            field="last_day",
            most=MOST_STARTS,
        )
    recall = _recall(session, facts, starts.name, reason, actor, now)
    session.add(recall)
    session.flush()
    reached = _trace(session, starts.lot_ids, widen=facts.widen)
    keep_lots(session, recall.id, reached)
    if begun.origin is Origin.COMPLAINT:
        _link(session, begun.ref, recall)
    audit.record(
        session,
        "recall.opened",
        actor=actor,
        subject=("recall", recall.id),
        now=now,
        code=recall.code,
        drill=recall.drill,
        origin=recall.origin.value,
        lots=len(reached),
    )
    return recall.id


def _recall(
    session: Session, facts: RecallFacts, name: str, reason: str, actor: Actor, now: datetime
) -> Recall:
    begun = facts.begun
    return Recall(
        id=new_id(),
        code=short_code(),
        vendor_id=begun.vendor_id,
        drill=facts.drill,
        origin=begun.origin,
        origin_ref=begun.ref[:120],
        origin_name=name[:200],
        first_day=begun.first_day,
        last_day=begun.last_day,
        reason=reason,
        hazard=facts.hazard,
        advice={lang: text for lang, text in facts.advice.items() if text},
        state=RecallState.DRAFT,
        opened_by=actor.user_id,
        opened_by_name=actor.name,
        opened_at=now,
        terms={
            key.removeprefix(PREFIX): one.value
            for key, one in rules_of(session, TERMS, on=local_date(now)).items()
        },
    )


def mark(
    session: Session, recall_id: str, what: Literal["traced_at", "held_at"], *, now: datetime
) -> None:
    """Note when the scope was known, or when every sale was stopped: measured, never guessed."""
    recall = lock(session, Recall, recall_id)
    if recall is None:
        raise NotFound
    setattr(recall, what, now)
    session.flush()


def _trace(session: Session, starts: Sequence[str], *, widen: bool) -> tuple[Reached, ...]:
    if widen:
        starts = [one.lot_id for one in backward(session, starts)]
    return forward(session, starts)


def _link(session: Session, complaint_id: str, recall: Recall) -> None:
    complaint = lock(session, Complaint, complaint_id)
    if complaint is not None and not recall.drill:
        complaint.state, complaint.recall_id = ComplaintState.RECALL, recall.id
        session.flush()
