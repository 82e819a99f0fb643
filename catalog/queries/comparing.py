"""What was changed of a listing, old beside new, with the names of what its ids mean."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from catalog.queries.attributes import definitions
from catalog.queries.workbench import Work
from catalog.rules.attributes import Definition, facts
from catalog.rules.changes import Album, Line, compare_pictures, compare_sets, compare_values
from kernel.i18n import DEFAULT, pick
from traceability.queries import FarmCard, LotCard, farm_cards, lot_cards

YES_NO = {True: "✓", False: "✗"}


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
    live = compare_values(work.seen, current) + _said(session, work)
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


def _said(session: Session, work: Work) -> tuple[Line, ...]:
    """Compare what is said of the goods by attribute (a statement, when it differs)."""
    was, now = work.seen.get("attributes"), work.listing.attributes
    if was is None or was == now:
        return ()
    asked = definitions(session)
    sides = compare_sets(_facts(asked, was), _facts(asked, now))
    return (Line("attributes", "", sides),)


def _facts(asked: list[Definition], values: Mapping[str, Any]) -> list[str]:
    return [
        f"{pick(one.label, DEFAULT)}: "
        + (
            YES_NO[one.yes]
            if one.yes is not None
            else ", ".join(pick(t, DEFAULT) for t in one.texts)
        )
        for one in facts(asked, values)
    ]


def _ids(lines: tuple[Line, ...], name: str) -> set[str]:
    return {
        piece.text
        for line in lines
        if line.field == name
        for piece in line.sides.old + line.sides.new
    }
