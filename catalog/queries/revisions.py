"""What a listing said at each time: its revisions, and two of them side by side."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.models import Category, Listing, ListingRevision
from catalog.rules.changes import (
    CHANGEABLE,
    Album,
    Line,
    compare_pictures,
    compare_sets,
    compare_values,
    compare_words,
)
from kernel.i18n import format_quantity, pick
from kernel.messages import msg
from kernel.money import format_vnd
from kernel.pages import Page
from kernel.quantity import Unit
from traceability.queries import FarmCard, LotCard, farm_cards, lot_cards

Values = Mapping[str, Any]

ACTIONS: dict[str, str] = {
    "before": msg("As it was when the history began"),
    "create": msg("Written"),
    "copy": msg("Copied from another offer"),
    "edit": msg("Edited"),
    "photos": msg("Pictures changed"),
    "prices": msg("Prices changed in the table"),
    "import": msg("Taken in from a table"),
    "restore": msg("An earlier version was restored"),
    "accept": msg("The office accepted the change"),
    "decline": msg("The office declined the change"),
    "withdraw": msg("A change was taken back"),
    "plan_apply": msg("A planned price began"),
    "plan_begin": msg("A planned price began"),
    "plan_end": msg("A planned price ended"),
    "plan_cancel": msg("A planned price was ended early"),
}
"""What made a revision, as a message id."""


@dataclass(frozen=True)
class Revision:
    """One saved edit; ``values`` by field."""

    id: str
    number: int
    action: str
    values: Values
    waiting: tuple[str, ...]
    actor_name: str
    at: datetime

    @property
    def words(self) -> str:
        """Return what made it, as a message id."""
        return ACTIONS.get(self.action, ACTIONS["edit"])


@dataclass(frozen=True)
class Difference:
    """What differs between two revisions; ``farms``, ``lots`` and ``shelves`` name ids."""

    lines: tuple[Line, ...]
    album: Album | None
    farms: Mapping[str, FarmCard]
    lots: Mapping[str, LotCard]
    shelves: Mapping[str, Mapping[str, str]]

    @property
    def is_nothing(self) -> bool:
        """Tell whether both say the same."""
        return not self.lines and self.album is None


def revisions(
    session: Session, listing_id: str, *, page: int = 1, size: int = 20
) -> Page[Revision]:
    """Return the revisions of a listing, newest first, with one more to compare with."""
    page = min(max(page, 1), 1000)
    rows = session.scalars(
        sa.select(ListingRevision)
        .where(ListingRevision.listing_id == listing_id)
        .order_by(ListingRevision.number.desc())
        .offset((page - 1) * size)
        .limit(size + 1)
    ).all()
    return Page.cut([_revision(row) for row in rows], page, size)


def revision_of(session: Session, listing_id: str, number: int) -> Revision | None:
    """Return one revision of a listing by its number."""
    row = session.scalar(
        sa.select(ListingRevision).where(
            ListingRevision.listing_id == listing_id, ListingRevision.number == number
        )
    )
    return _revision(row) if row else None


def difference(session: Session, before: Values, after: Values, unit: Unit | None) -> Difference:
    """Compare two revisions (at most three statements for names)."""
    lines = compare_revisions(before, after, unit)
    farms, lots = _ids(lines, "farm_id"), _ids(lines, "lot_id")
    shelves = _ids(lines, "category_id")
    named = sa.select(Category.id, Category.name).where(Category.id.in_(shelves))
    return Difference(
        lines=lines,
        album=compare_pictures(before, after),
        farms=farm_cards(session, farms) if farms else {},
        lots=lot_cards(session, lots) if lots else {},
        shelves={row.id: row.name for row in session.execute(named)} if shelves else {},
    )


def last_seen_photo(session: Session, listing: Listing, digest: str) -> tuple[int, Any] | None:
    """Return where a picture stood last in a listing, and what was said of it."""
    rows = session.scalars(
        sa.select(ListingRevision.values)
        .where(ListingRevision.listing_id == listing.id)
        .order_by(ListingRevision.number.desc())
        .limit(100)
    )
    for values in rows:
        for place, photo in enumerate(values["photos"]):
            if photo["digest"] == digest:
                return place, photo
    return None


def _revision(row: ListingRevision) -> Revision:
    return Revision(
        row.id, row.number, row.action, row.values, tuple(row.waiting), row.actor_name, row.at
    )


def _ids(lines: tuple[Line, ...], name: str) -> set[str]:
    return {
        piece.text
        for line in lines
        if line.field == name
        for piece in line.sides.old + line.sides.new
    }


_TEXTS_TOO = ("piece_name",)
_PLAIN = ("season_months", "preorder_from", "preorder_until", "price_vnd")
_COMPARED = (*CHANGEABLE, *_TEXTS_TOO, *_PLAIN, "packs", "photos")


def compare_revisions(before: Values, after: Values, unit: Unit | None) -> tuple[Line, ...]:
    """Return the lines of what differs, pictures aside (see ``compare_pictures``)."""
    lines = list(compare_values(before, after))
    for name in (*_TEXTS_TOO, *_more_texts(before, after)):
        was, now = before.get(name) or {}, after.get(name) or {}
        lines += [
            Line(name, lang, compare_words(was.get(lang, ""), now.get(lang, "")))
            for lang in ("vi", "en")
        ]
    for name in (*_PLAIN, *_more(before, after)):
        was, now = _words(name, before.get(name)), _words(name, after.get(name))
        lines.append(Line(name, "", compare_sets(was, now)))
    packs = [[_pack(pack, unit) for pack in side.get("packs", ())] for side in (before, after)]
    lines.append(Line("packs", "", compare_sets(*packs)))
    return tuple(line for line in lines if not line.sides.is_same)


def _unknown(before: Values, after: Values) -> list[str]:
    return sorted((before.keys() | after.keys()) - set(_COMPARED))


def _is_text(value: Any) -> bool:
    return isinstance(value, Mapping) and bool(value) and value.keys() <= {"vi", "en"}


def _more_texts(before: Values, after: Values) -> list[str]:
    """Return fields of later days that are texts of two languages."""
    return [
        name
        for name in _unknown(before, after)
        if _is_text(before.get(name)) or _is_text(after.get(name))
    ]


def _more(before: Values, after: Values) -> list[str]:
    texts = _more_texts(before, after)
    return [name for name in _unknown(before, after) if name not in texts]


def _words(name: str, value: Any) -> list[str]:
    if value in (None, "", []):
        return []
    if name == "price_vnd":
        return [format_vnd(value)]
    if name == "tiers":
        return [f"{least}: {format_vnd(price)}" for least, price in value]
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def _pack(pack: Values, unit: Unit | None) -> str:
    """Write a pack on one line: its size, its own name, its price, whatever else it has."""
    parts = [format_quantity(pack["size"], unit or Unit.PIECE)]
    parts += [pick(pack["label"], "vi")] if pack.get("label") else []
    parts.append(format_vnd(pack["price_vnd"]))
    known = {"id", "size", "label", "price_vnd"}
    parts += [str(value) for name, value in sorted(pack.items()) if name not in known and value]
    return " · ".join(parts)
