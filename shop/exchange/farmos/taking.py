"""Logs of farmOS into diaries: each by itself, the same one never twice."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.orm import Session

from kernel.actor import Actor
from kernel.errors import DomainError
from shop.exchange.farmos.mapping import Planned, facts_of
from traceability.services.diary import EntryFacts, find_sent, write_entry
from traceability.services.lots import record_harvest


@dataclass(frozen=True)
class Refused:
    """A log that cannot be taken in, and why: a message id and what fills it."""

    name: str
    on: date
    message: str
    values: dict[str, object]


@dataclass
class Outcome:
    """What came of it."""

    new: int = 0
    known: int = 0
    left_out: int = 0
    refused: list[Refused] = field(default_factory=list)


def take_logs(
    session: Session, planned: Iterable[Planned], *, actor: Actor, now: datetime
) -> Outcome:
    """Write logs into the diaries they were planned for; what is refused hinders no other.

    :raises NotFound: for a season of somebody else.
    """
    outcome = Outcome()
    for one in planned:
        if one.season_id is None:
            outcome.left_out += 1
            continue
        try:
            with session.begin_nested():
                _take(session, one, one.season_id, outcome, actor=actor, now=now)
        except DomainError as refusal:
            if refusal.status in {403, 404}:
                raise
            why = Refused(one.log.name, one.on, refusal.message, dict(refusal.values))
            outcome.refused.append(why)
    return outcome


def _take(
    session: Session,
    one: Planned,
    season_id: str,
    outcome: Outcome,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    facts = facts_of(one)
    if find_sent(session, season_id, one.client_key) is not None:
        outcome.known += 1
    elif isinstance(facts, EntryFacts):
        write_entry(session, season_id, facts=facts, actor=actor, now=now)
        outcome.new += 1
    else:
        record_harvest(session, season_id, facts=facts, actor=actor, now=now)
        outcome.new += 1
