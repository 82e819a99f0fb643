"""What the office does with rules and with the calendar: entered, taken back, proved."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import Actor
from kernel.clock import local_date
from kernel.errors import NotFound
from kernel.rules_table import NewRule, enter_version, take_back_version
from kernel.workdays import NewWorkDay, enter_work_day, remove_work_day
from shop.ruling.words import REQUIREMENT, rule_name
from vendors.rules import read_need

RULERS = ("approver",)
"""Who changes rules; officers read them."""


@dataclass(frozen=True)
class Draft:
    """A version as typed; ``seen`` is the id of the one that would hold on its first day."""

    key: str
    value: Any
    first_day: date
    legal_ref: str
    source_note: str
    certainty: str
    seen: str | None


def enter_rule_version(session: Session, draft: Draft, *, actor: Actor, now: datetime) -> str:
    """Let a rule say something else from a day to come on; return the version's id.

    :raises NotAllowed: without the role.
    :raises NotFound: for a rule that no code reads.
    :raises Invalid: when the value cannot be used.
    :raises Conflict: for a day that is not to come, or when a colleague was faster.
    """
    actor.need(*RULERS)
    if rule_name(draft.key) is None:
        raise NotFound
    if draft.key.startswith(REQUIREMENT):
        read_need(draft.key, draft.value, draft.legal_ref)
    version_id = enter_version(
        session,
        NewRule(
            draft.key,
            draft.value,
            draft.first_day,
            draft.legal_ref,
            draft.certainty,
            source_note=draft.source_note,
        ),
        today=local_date(now),
        seen=draft.seen,
        now=now,
        entered_by=actor.user_id,
    )
    audit.record(
        session,
        "rule.entered",
        actor=actor,
        subject=("rule", draft.key),
        now=now,
        after={"value": draft.value, "legal_ref": draft.legal_ref},
        first_day=draft.first_day.isoformat(),
        value=draft.value,
        legal_ref=draft.legal_ref,
    )
    return version_id


def take_back_rule_version(
    session: Session, key: str, *, version_id: str, actor: Actor, now: datetime
) -> None:
    """Take back a version that has not begun: the one before holds on.

    :raises NotAllowed: without the role.
    :raises NotFound: when the rule has no such version.
    :raises Conflict: when it has begun.
    """
    actor.need(*RULERS)
    taken = take_back_version(session, version_id, key=key, today=local_date(now))
    audit.record(
        session,
        "rule.taken_back",
        actor=actor,
        subject=("rule", key),
        now=now,
        before={"value": taken.value, "legal_ref": taken.legal_ref},
        first_day=taken.valid_from.isoformat(),
    )


def set_work_day(session: Session, new: NewWorkDay, *, actor: Actor, now: datetime) -> str:
    """Enter a day that is worked, or not, against the rule; return its id.

    :raises NotAllowed: without the role.
    :raises Conflict: for a day that is not to come, is like that already, or has its line.
    """
    actor.need(*RULERS)
    row_id = enter_work_day(session, new, today=local_date(now), now=now, entered_by=actor.user_id)
    _record_day(session, "entered", new.day, works=new.works, actor=actor, now=now)
    return row_id


def unset_work_day(session: Session, row_id: str, *, actor: Actor, now: datetime) -> None:
    """Take back a line of the calendar whose day has not come.

    :raises NotAllowed: without the role.
    :raises NotFound: when there is none.
    :raises Conflict: when its day has come.
    """
    actor.need(*RULERS)
    card = remove_work_day(session, row_id, today=local_date(now))
    _record_day(session, "removed", card.day, works=card.works, actor=actor, now=now)


def _record_day(
    session: Session, what: str, day: date, *, works: bool, actor: Actor, now: datetime
) -> None:
    audit.record(
        session,
        f"work_day.{what}",
        actor=actor,
        subject=("work_day", day.isoformat()),
        now=now,
        after={"works": works},
        works=works,
    )
