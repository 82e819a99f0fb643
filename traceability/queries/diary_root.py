"""What a diary said up to a day, as one hash: later changes can be told from it."""

import hashlib
import json
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from traceability.models import DiaryEntry

# Who worked is nobody's business but the vendor's, and not even hashed.
_TOLD = ("id", "activity", "done_on", "note", "input_name", "active_ingredient", "dose", "phi_days")


def diary_root(session: Session, season_id: str, *, until: date) -> str:
    """Return the hash of a season's diary up to a day: SHA-256 over one canonical line an entry."""
    rows = session.execute(
        sa.select(*(getattr(DiaryEntry, name) for name in _TOLD))
        .where(DiaryEntry.season_id == season_id, DiaryEntry.done_on <= until)
        .order_by(DiaryEntry.id)
    )
    digest = hashlib.sha256()
    for row in rows:
        line = dict(row._mapping) | {"activity": row.activity.value, "done_on": str(row.done_on)}
        text = json.dumps(line, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        digest.update(text.encode() + b"\n")
    return f"sha-256;{digest.hexdigest()}"
