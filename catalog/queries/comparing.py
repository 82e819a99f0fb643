"""What was changed of a listing, old beside new, with the names of what its ids mean."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from catalog.models import Listing
from catalog.queries.moderation import Change, category_names, pending_of
from catalog.rules.changes import Album, Line, compare_pictures, compare_values
from traceability.queries import FarmCard, LotCard, farm_cards, lot_cards


@dataclass(frozen=True)
class Comparison:
    """What waits and what is live since the office last looked (``seen_until``).

    ``farms``, ``lots`` and ``shelves`` name what the lines and the listing refer to, by id.
    """

    change: Change | None
    proposed: tuple[Line, ...]
    live: tuple[Line, ...]
    album: Album | None
    seen_until: datetime | None
    farms: Mapping[str, FarmCard]
    lots: Mapping[str, LotCard]
    shelves: Mapping[str, dict[str, str]]


def comparison(session: Session, listing: Listing) -> Comparison:
    """Compare what was changed of a listing (one statement, and one for each sort of names)."""
    pending = pending_of(session, listing.id)
    change, seen = pending.change, pending.seen or {}
    current = {name: getattr(listing, name) for name in seen}
    proposed = compare_values(change.before, change.after) if change else ()
    live = compare_values(seen, current)
    lines = proposed + live
    farms = _ids(lines, "farm_id") | ({listing.farm_id} if listing.farm_id else set())
    lots = _ids(lines, "lot_id") | ({listing.lot_id} if listing.lot_id else set())
    return Comparison(
        change=change,
        proposed=proposed,
        live=live,
        album=compare_pictures(seen, current),
        seen_until=pending.seen_until,
        farms=farm_cards(session, farms) if farms else {},
        lots=lot_cards(session, lots) if lots else {},
        shelves=category_names(session, _ids(lines, "category_id")),
    )


def _ids(lines: tuple[Line, ...], name: str) -> set[str]:
    return {
        piece.text
        for line in lines
        if line.field == name
        for piece in line.sides.old + line.sides.new
    }
