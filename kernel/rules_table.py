"""Rules that the law or the house may change: values with dates, never constants in code.

A rule is read by its key and the day of the event it judges, never by "today".
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kernel.db import Base, PrimaryId
from kernel.errors import Conflict, DomainError
from kernel.messages import msg
from kernel.rules_seed import SEED, Row


class NoRule(DomainError):
    """No rule of this key holds on that day: the table is incomplete."""

    code, status = "no_rule", 500
    message = msg("The rule %(key)s is not set for this day.")


class RuleOverlap(Conflict):
    """Two periods of one rule would hold on the same day."""

    code = "rule_overlap"
    message = msg("Another value of %(key)s already holds in this period.")


class LegalRule(Base):
    """One value of a rule and the half-open period in which it holds."""

    __tablename__ = "legal_rule"
    __table_args__ = (
        sa.UniqueConstraint("rule_key", "valid_from"),
        sa.CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="period"),
    )

    id: Mapped[PrimaryId]
    rule_key: Mapped[str] = mapped_column(sa.String(80))
    value: Mapped[Any] = mapped_column(sa.JSON)
    valid_from: Mapped[date]
    # First day on which it does not hold any more.
    valid_to: Mapped[date | None]
    legal_ref: Mapped[str] = mapped_column(sa.String(200))
    source_note: Mapped[str] = mapped_column(sa.String(300), default="")
    # A, B+, B, C, U as in the reference; H marks a rule of the house.
    certainty: Mapped[str] = mapped_column(sa.String(2))
    entered_by: Mapped[str | None] = mapped_column(sa.String(26))
    entered_at: Mapped[datetime]


@dataclass(frozen=True)
class Rule:
    """A value that held on a day, and the ground for it."""

    key: str
    value: Any
    valid_from: date
    valid_to: date | None
    legal_ref: str
    source_note: str
    certainty: str


@dataclass(frozen=True)
class NewRule:
    """A value to be entered; ``valid_to`` is the first day it does not hold any more."""

    key: str
    value: Any
    valid_from: date
    legal_ref: str
    certainty: str
    valid_to: date | None = None
    source_note: str = ""


def rule(session: Session, key: str, *, on: date) -> Rule:
    """Return the rule of a key on a day.

    :raises NoRule: when none holds.
    """
    found = session.scalar(
        sa.select(LegalRule).where(
            LegalRule.rule_key == key,
            LegalRule.valid_from <= on,
            LegalRule.valid_to.is_(None) | (LegalRule.valid_to > on),
        )
    )
    if found is None:
        raise NoRule(key=key)
    return _read(found)


def history(session: Session, key: str) -> list[Rule]:
    """Return every value a rule ever had, earliest first: to judge many days at once."""
    rows = session.scalars(
        sa.select(LegalRule).where(LegalRule.rule_key == key).order_by(LegalRule.valid_from)
    )
    return [_read(row) for row in rows]


def pick_rule(rules: Iterable[Rule], *, on: date) -> Rule:
    """Return the one of a rule's values that held on a day.

    :raises NoRule: when none did.
    """
    for one in rules:
        if one.valid_from <= on and (one.valid_to is None or on < one.valid_to):
            return one
    raise NoRule(key="?")


def rules_of(session: Session, keys: Collection[str], *, on: date) -> dict[str, Rule]:
    """Return several rules on a day, by key (one statement).

    :raises NoRule: when one of them does not hold on that day.
    """
    found = session.scalars(
        sa.select(LegalRule).where(
            LegalRule.rule_key.in_(set(keys)),
            LegalRule.valid_from <= on,
            LegalRule.valid_to.is_(None) | (LegalRule.valid_to > on),
        )
    )
    rules = {row.rule_key: _read(row) for row in found}
    for key in keys:
        if key not in rules:
            raise NoRule(key=key)
    return rules


def rules_like(session: Session, prefix: str, *, on: date) -> dict[str, Rule]:
    """Return the rules whose keys start with a prefix, on a day, by key."""
    found = session.scalars(
        sa.select(LegalRule).where(
            LegalRule.rule_key.startswith(prefix, autoescape=True),
            LegalRule.valid_from <= on,
            LegalRule.valid_to.is_(None) | (LegalRule.valid_to > on),
        )
    )
    return {row.rule_key: _read(row) for row in found}


def enter_rule(
    session: Session, new: NewRule, *, now: datetime, entered_by: str | None = None
) -> str:
    """Enter a value of a rule and return its id.

    :raises RuleOverlap: when another value of the key holds on one of its days.
    """
    clash = session.scalar(
        sa.select(LegalRule.id).where(
            LegalRule.rule_key == new.key,
            sa.true() if new.valid_to is None else LegalRule.valid_from < new.valid_to,
            LegalRule.valid_to.is_(None) | (LegalRule.valid_to > new.valid_from),
        )
    )
    if clash is not None:
        raise RuleOverlap(key=new.key)
    row = LegalRule(
        rule_key=new.key,
        value=new.value,
        valid_from=new.valid_from,
        valid_to=new.valid_to,
        legal_ref=new.legal_ref,
        source_note=new.source_note,
        certainty=new.certainty,
        entered_by=entered_by,
        entered_at=now,
    )
    session.add(row)
    session.flush()
    return row.id


def close_rule(session: Session, key: str, *, from_day: date) -> None:
    """Let the open value of a rule end; values are closed, never edited.

    :raises NoRule: when no value of the key is open, or it starts later.
    """
    row = session.scalar(
        sa.select(LegalRule)
        .where(
            LegalRule.rule_key == key,
            LegalRule.valid_to.is_(None),
            LegalRule.valid_from < from_day,
        )
        .with_for_update()
    )
    if row is None:
        raise NoRule(key=key)
    row.valid_to = from_day
    session.flush()


def seed_rules(session: Session, *, now: datetime) -> int:
    """Enter the rules known so far where their key has none; return how many were new."""
    known = set(session.scalars(sa.select(LegalRule.rule_key).distinct()))
    new = [row for row in map(_new, SEED) if row.key not in known]
    for row in new:
        enter_rule(session, row, now=now)
    return len(new)


def _new(row: Row) -> NewRule:
    key, value, valid_from, legal_ref, certainty, valid_to, note = row
    return NewRule(key, value, valid_from, legal_ref, certainty, valid_to, note)


def _read(row: LegalRule) -> Rule:
    return Rule(
        key=row.rule_key,
        value=row.value,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        legal_ref=row.legal_ref,
        source_note=row.source_note,
        certainty=row.certainty,
    )
