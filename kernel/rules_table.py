"""Rules that the law or the house may change: values with dates, never constants in code.

A rule is read by its key and the day of the event it judges, never by "today".
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kernel.db import Base, PrimaryId
from kernel.errors import Conflict, DomainError, Invalid, NotFound
from kernel.messages import msg
from kernel.rules_seed import SEED, Row
from kernel.rules_shapes import problem_of


class NoRule(DomainError):
    """No rule of this key holds on that day: the table is incomplete."""

    code, status = "no_rule", 500
    message = msg("The rule %(key)s is not set for this day.")


class RuleOverlap(Conflict):
    """Two periods of one rule would hold on the same day."""

    code = "rule_overlap"
    message = msg("Another value of %(key)s already holds in this period.")


class WrongShape(Invalid):
    """A value that whoever reads the rule could not use."""

    code = "wrong_shape"
    message = msg("This value does not fit the rule: %(problem)s.")


class RuleBegun(Conflict):
    """What has begun to hold is closed, never changed."""

    code = "rule_begun"
    message = msg(
        "A value holds from tomorrow on at the earliest: today is judged by the present one."
    )


class RuleUnchanged(Conflict):
    """A new version that says what the old one says."""

    code = "rule_unchanged"
    message = msg("This is what holds already.")


class RuleMoved(Conflict):
    """Somebody entered or took back a version since the page was shown."""

    code = "rule_moved"
    message = msg("A colleague has changed this rule meanwhile. Please look again.")


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
class Version(Rule):
    """A value with its row: who entered it and when."""

    id: str
    entered_by: str | None
    entered_at: datetime


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
    :raises WrongShape: when the value is not like the ones before.
    """
    rows = session.scalars(
        sa.select(LegalRule).where(LegalRule.rule_key == new.key).order_by(LegalRule.valid_from)
    ).all()
    row = _row_beside(rows, new, now=now, entered_by=entered_by)
    session.add(row)
    session.flush()
    return row.id


def _row_beside(
    rows: Sequence[LegalRule], new: NewRule, *, now: datetime, entered_by: str | None = None
) -> LegalRule:
    """Return the row of a new value beside the others of its key, earliest first."""
    if any(_overlaps(row, new) for row in rows):
        raise RuleOverlap(key=new.key)
    if problem := problem_of(new.key, new.value, like=rows[-1].value if rows else None):
        raise WrongShape(field="value", problem=problem)
    return LegalRule(
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


def enter_version(
    session: Session,
    new: NewRule,
    *,
    today: date,
    seen: str | None,
    now: datetime,
    entered_by: str | None,
) -> str:
    """Let a new value hold from a day on, in place of what would hold then; return its id.

    It holds until the next version begins, if there is one. ``seen`` is the id of the
    version that would hold on that day, as the reader saw it.

    :raises RuleBegun: when its first day is not to come.
    :raises RuleMoved: when another version holds on that day by now.
    :raises RuleOverlap: when a version begins on that very day.
    :raises RuleUnchanged: when it says what holds already.
    :raises WrongShape: when the value is not like the ones before.
    """
    if new.valid_from <= today:
        raise RuleBegun(field="first_day")
    rows = _locked_versions(session, new.key)
    held = next((row for row in rows if _holds(row, new.valid_from)), None)
    if (held.id if held else None) != seen:
        raise RuleMoved
    until = next((row.valid_from for row in rows if row.valid_from > new.valid_from), None)
    if held is not None:
        if held.valid_from == new.valid_from:
            raise RuleOverlap(key=new.key, field="first_day")
        if held.value == new.value and held.legal_ref == new.legal_ref:
            raise RuleUnchanged
        held.valid_to, until = new.valid_from, held.valid_to
        session.flush()
    return enter_rule(session, replace(new, valid_to=until), now=now, entered_by=entered_by)


def take_back_version(session: Session, version_id: str, *, key: str, today: date) -> Version:
    """Take back a version that has not begun: the one before holds on; return what it was.

    :raises NotFound: when the rule has no such version.
    :raises RuleBegun: when it has begun.
    """
    rows = _locked_versions(session, key)
    row = next((one for one in rows if one.id == version_id), None)
    if row is None:
        raise NotFound
    if row.valid_from <= today:
        raise RuleBegun
    taken = _version(row)
    before = next((one for one in rows if one.valid_to == row.valid_from), None)
    session.delete(row)
    session.flush()
    if before is not None:
        before.valid_to = taken.valid_to
        session.flush()
    return taken


def versions(session: Session, key: str | None = None) -> list[Version]:
    """Return every version of a rule, or of all rules, earliest first within each."""
    wanted = sa.select(LegalRule).order_by(LegalRule.rule_key, LegalRule.valid_from)
    if key is not None:
        wanted = wanted.where(LegalRule.rule_key == key)
    return [_version(row) for row in session.scalars(wanted)]


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
    rows: dict[str, list[LegalRule]] = defaultdict(list)
    for new in sorted(map(_new, SEED), key=lambda one: one.valid_from):
        if new.key not in known:
            rows[new.key].append(_row_beside(rows[new.key], new, now=now))
    every = [row for of_key in rows.values() for row in of_key]
    session.add_all(every)
    session.flush()
    return len(every)


def _new(row: Row) -> NewRule:
    key, value, valid_from, legal_ref, certainty, valid_to, note = row
    return NewRule(key, value, valid_from, legal_ref, certainty, valid_to, note)


def _locked_versions(session: Session, key: str) -> list[LegalRule]:
    return list(
        session.scalars(
            sa.select(LegalRule)
            .where(LegalRule.rule_key == key)
            .order_by(LegalRule.valid_from)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def _overlaps(row: LegalRule, new: NewRule) -> bool:
    begins = new.valid_to is None or row.valid_from < new.valid_to
    return begins and (row.valid_to is None or row.valid_to > new.valid_from)


def _holds(row: LegalRule, day: date) -> bool:
    return row.valid_from <= day and (row.valid_to is None or day < row.valid_to)


def _version(row: LegalRule) -> Version:
    return Version(
        **vars(_read(row)), id=row.id, entered_by=row.entered_by, entered_at=row.entered_at
    )


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
