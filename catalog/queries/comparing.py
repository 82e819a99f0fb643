"""What was changed of a listing, old beside new, with the names of what its ids mean."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from catalog.queries.workbench import Work
from catalog.rules.changes import Album, Line, compare_pictures, compare_values
from traceability.queries import FarmCard, LotCard, farm_cards, lot_cards


@dataclass(frozen=True)
class Comparison:
    """What waits (``proposed``) and what is live since the office last looked.

    ``farms`` and ``lots`` name what the lines and the listing refer to, by id.
    """

    proposed: tuple[Line, ...]
    live: tuple[Line, ...]
    album: Album | None
    farms: Mapping[str, FarmCard]
    lots: Mapping[str, LotCard]


def comparison(session: Session, work: Work) -> Comparison:
    """Compare what was changed of a listing (a statement for farms, one for lots)."""
    listing, change = work.listing, work.change
    current = {name: getattr(listing, name) for name in work.seen}
    proposed = compare_values(change.before, change.after) if change else ()
    live = compare_values(work.seen, current)
    lines = proposed + live
    farms = _ids(lines, "farm_id") | ({listing.farm_id} if listing.farm_id else set())
    lots = _ids(lines, "lot_id") | ({listing.lot_id} if listing.lot_id else set())
    return Comparison(
        proposed=proposed,
        live=live,
        album=compare_pictures(work.seen, current),
        farms=farm_cards(session, farms) if farms else {},
        lots=lot_cards(session, lots) if lots else {},
    )


def _ids(lines: tuple[Line, ...], name: str) -> set[str]:
    return {
        piece.text
        for line in lines
        if line.field == name
        for piece in line.sides.old + line.sides.new
    }
