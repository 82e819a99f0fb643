"""Who is named in events: for those whose business it is, and for all where people agreed."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from accounts.queries import AGREEING
from kernel.actor import Actor
from kernel.sealing import sealer_of
from traceability.models import Commitment

MOST = 500
NAMED = "named_on_lot"
"""The purpose to which people agree whose names everybody may read."""


@dataclass(frozen=True)
class NamedPerson:
    """A name and in how many events of a vendor it stands; ``key`` names it in addresses."""

    key: str
    name: str
    times: int


def people_named(session: Session, *, vendor_id: str, actor: Actor) -> list[NamedPerson]:
    """Return who is named in events of a vendor, by name (one statement)."""
    actor.need_at(vendor_id, "owner")
    rows = session.execute(
        sa.select(
            Commitment.fingerprint,
            # One of them, whichever: the same words were sealed.
            sa.func.min(Commitment.value_sealed),
            sa.func.count(),
        )
        .where(Commitment.vendor_id == vendor_id)
        .group_by(Commitment.fingerprint)
        .limit(MOST)
    )
    open_text = sealer_of(session).open_text
    people = [NamedPerson(key, open_text(sealed), times) for key, sealed, times in rows]
    return sorted(people, key=lambda one: one.name)


def names_told(
    session: Session, events: Collection[int], *, vendors: Collection[str]
) -> dict[int, tuple[str, ...]]:
    """Return the names of people by the number of the event (one statement).

    Only what these vendors told counts. An event tells who recorded it, and who harvested or
    packed: one name is told once.
    """
    asked = {"events": list(events), "vendors": list(vendors), "purpose": NAMED}
    rows = session.execute(_held(), asked).all() if events else []
    found: dict[int, list[str]] = {}
    for row in rows:
        name = sealer_of(session).open_text(row.value_sealed)
        found.setdefault(row.event_seq, []).append(name)
    return {seq: tuple(dict.fromkeys(names)) for seq, names in found.items()}


@cache
def _held() -> sa.Select[*tuple[Any, ...]]:
    """Say once what is asked for every page: building it costs more than running it."""
    return (
        sa.select(Commitment.event_seq, Commitment.value_sealed)
        .where(
            Commitment.event_seq.in_(sa.bindparam("events", expanding=True)),
            Commitment.vendor_id.in_(sa.bindparam("vendors", expanding=True)),
            Commitment.person_id.in_(AGREEING),
        )
        .order_by(Commitment.event_seq, Commitment.field, Commitment.digest)
    )
