"""Tokens, jobs and named queries of partners, as they are read."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.actor import Actor
from traceability.models import CaptureJob, NamedQuery, PartnerToken

MOST_TOKENS = 100


@dataclass(frozen=True)
class Partner:
    """Who asks by program, and what its token allows."""

    token_id: str
    vendor_id: str
    may_read: bool
    may_capture: bool


@dataclass(frozen=True)
class TokenCard:
    """One token as its vendor sees it; ``ending`` are its last letters."""

    id: str
    name: str
    ending: str
    may_read: bool
    may_capture: bool
    made_at: datetime
    ends_on: date | None
    revoked_at: datetime | None
    events: int = 0


@dataclass(frozen=True)
class JobCard:
    """One document that was sent, and what became of it."""

    id: str
    behaviour: str
    created_at: datetime
    # None: it is worked on, or waits.
    finished_at: datetime | None
    success: bool
    errors: list[dict[str, Any]]
    warnings: list[dict[str, Any]]
    total: int
    done: int


@dataclass(frozen=True)
class QueryCard:
    """A query under a name, with its parameters as they were sent."""

    name: str
    parameters: dict[str, Any]


def partner_of(session: Session, digest: str, *, today: date) -> Partner | None:
    """Return whose token has this digest; None when there is none that holds today."""
    return _partner(session, PartnerToken.digest == digest, today)


def partner_by_id(session: Session, token_id: str, *, today: date) -> Partner | None:
    """Return whose token this is; None when it does not hold today."""
    return _partner(session, PartnerToken.id == token_id, today)


def _partner(session: Session, which: sa.ColumnElement[bool], today: date) -> Partner | None:
    row = session.execute(
        sa.select(
            PartnerToken.id,
            PartnerToken.vendor_id,
            PartnerToken.may_read,
            PartnerToken.may_capture,
        ).where(
            which,
            PartnerToken.revoked_at.is_(None),
            sa.or_(PartnerToken.ends_on.is_(None), PartnerToken.ends_on >= today),
        )
    ).first()
    return Partner(*row) if row else None


def tokens_of(session: Session, *, vendor_id: str, actor: Actor) -> list[TokenCard]:
    """Return the tokens of a vendor for its owner, the newest first.

    :raises NotAllowed: for anybody else.
    """
    actor.need_at(vendor_id, "owner")
    rows = session.execute(
        sa.select(
            PartnerToken.id,
            PartnerToken.name,
            PartnerToken.ending,
            PartnerToken.may_read,
            PartnerToken.may_capture,
            PartnerToken.made_at,
            PartnerToken.ends_on,
            PartnerToken.revoked_at,
            sa.func.coalesce(_told(), 0),
        )
        .where(PartnerToken.vendor_id == vendor_id)
        .order_by(PartnerToken.made_at.desc(), PartnerToken.id)
        .limit(MOST_TOKENS)
    )
    return [TokenCard(*row) for row in rows]


def _told() -> sa.ScalarSelect[Any]:
    return (
        sa.select(sa.func.sum(CaptureJob.events))
        .where(CaptureJob.token_id == PartnerToken.id)
        .correlate(PartnerToken)
        .scalar_subquery()
    )


def jobs_of(
    session: Session, *, partner: Partner, size: int, after: str = ""
) -> tuple[list[JobCard], str | None]:
    """Return a page of a partner's capture jobs, the newest first, and the last id to go on."""
    statement = _jobs(partner).order_by(CaptureJob.id.desc()).limit(size + 1)
    if after:
        statement = statement.where(CaptureJob.id < after)
    jobs = [JobCard(*row) for row in session.execute(statement)]
    return jobs[:size], jobs[size - 1].id if len(jobs) > size else None


def job_of(session: Session, job_id: str, *, partner: Partner) -> JobCard | None:
    """Return a capture job of a partner."""
    row = session.execute(_jobs(partner).where(CaptureJob.id == job_id)).first()
    return JobCard(*row) if row else None


def _jobs(partner: Partner) -> sa.Select[*tuple[Any, ...]]:
    return sa.select(
        CaptureJob.id,
        CaptureJob.behaviour,
        CaptureJob.created_at,
        CaptureJob.finished_at,
        CaptureJob.success,
        CaptureJob.errors,
        CaptureJob.warnings,
        CaptureJob.total,
        CaptureJob.done,
    ).where(CaptureJob.token_id == partner.token_id)


def queries_of(
    session: Session, *, vendor_id: str, size: int, after: str = ""
) -> tuple[list[QueryCard], str | None]:
    """Return a page of the queries kept for a vendor's partners, by name, and the last name."""
    rows = session.execute(
        sa.select(NamedQuery.name, NamedQuery.parameters)
        .where(NamedQuery.vendor_id == vendor_id, NamedQuery.name > after)
        .order_by(NamedQuery.name)
        .limit(size + 1)
    )
    found = [QueryCard(*row) for row in rows]
    return found[:size], found[size - 1].name if len(found) > size else None


def query_named(session: Session, name: str, *, vendor_id: str) -> QueryCard | None:
    """Return a query of a vendor's partners by its name."""
    row = session.execute(
        sa.select(NamedQuery.name, NamedQuery.parameters).where(
            NamedQuery.vendor_id == vendor_id, NamedQuery.name == name
        )
    ).first()
    return QueryCard(*row) if row else None
