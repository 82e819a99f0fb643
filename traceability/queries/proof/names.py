"""Who is named in a vendor's events, for those whose business it is."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.actor import Actor
from kernel.sealing import sealer_of
from traceability.models import Commitment

MOST = 500


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
