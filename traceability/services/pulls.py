"""What was pulled from another farm program: kept for its preview, gone once nobody needs it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import Actor
from kernel.errors import NotFound
from kernel.ids import new_id
from traceability.models import DiaryPull

KEPT = timedelta(days=30)


@dataclass(frozen=True)
class Pull:
    """One pull, with what was chosen for it last."""

    id: str
    server: str
    content: dict[str, Any]
    pulled_at: datetime
    choices: dict[str, str]
    taken_at: datetime | None


def keep_pull(
    session: Session,
    *,
    vendor_id: str,
    server: str,
    content: dict[str, Any],
    actor: Actor,
    now: datetime,
) -> str:
    """Keep what a server answered and return its id; what is older than a month goes."""
    actor.need_at(vendor_id, "recorder")
    session.execute(
        sa.delete(DiaryPull).where(
            DiaryPull.vendor_id == vendor_id, DiaryPull.pulled_at < now - KEPT
        )
    )
    pull = DiaryPull(
        id=new_id(),
        vendor_id=vendor_id,
        server=server[:200],
        content=content,
        pulled_by=actor.user_id,
        pulled_at=now,
        choices={},
        taken_at=None,
    )
    session.add(pull)
    session.flush()
    audit.record(
        session,
        "diary.pulled",
        actor=actor,
        subject=("vendor", vendor_id),
        now=now,
        server=pull.server,
        logs=len(content["logs"]),
    )
    return pull.id


def find_pull(session: Session, pull_id: str, *, vendor_id: str) -> Pull:
    """Return a vendor's pull.

    :raises NotFound: when it has none of this id.
    """
    row = session.execute(
        sa.select(*(getattr(DiaryPull, name) for name in Pull.__dataclass_fields__)).where(
            DiaryPull.id == pull_id, DiaryPull.vendor_id == vendor_id
        )
    ).first()
    if row is None:
        raise NotFound
    return Pull(**row._mapping)


def note_taken(
    session: Session,
    pull_id: str,
    *,
    vendor_id: str,
    choices: Mapping[str, str],
    actor: Actor,
    now: datetime,
) -> None:
    """Remember which season each place became, and that the logs were taken in."""
    actor.need_at(vendor_id, "recorder")
    session.execute(
        sa.update(DiaryPull)
        .where(DiaryPull.id == pull_id, DiaryPull.vendor_id == vendor_id)
        .values(choices=dict(choices), taken_at=now)
    )
