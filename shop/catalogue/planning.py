"""What a table would change: every row compared with what stands, nothing saved yet.

A cell that says what an export would say today changes nothing, whatever files and
spreadsheet programs did to it on the way: that is what makes the round trip lossless.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from catalog.rules import ListingKind, ListingState
from catalog.services.restoring import draft_of
from catalog.services.sheets import Book, Entry, EntryDraft
from kernel.errors import DomainError, Invalid
from kernel.messages import msg
from kernel.pictures import Picture
from kernel.quantity import Unit
from kernel.sheets import Value
from shop.catalogue.cells import (
    CELLS,
    CHOSEN_ONCE,
    OWN_LISTINGS,
    OWN_PACKS,
    OWN_PHOTOS,
    PACK_CELLS,
    At,
    Cell,
    put,
    write_amount,
)
from shop.catalogue.writing import listing_cells, pack_cells
from shop.importing.checking import Checked
from shop.importing.columns import Column, Reading
from shop.importing.problems import Findings, Problem
from shop.importing.readers import tidy
from shop.importing.sheets import Line
from shop.importing.sheets.base import quantity

_EMPTY: Mapping[str, Any] = {
    **{cell.field: {} if cell.keys else None for cell in CELLS},
    **{name: [] for name in ("season_months", "schemes", "tiers", "area_communes", "allergens")},
    "price_vnd": 0,
    "packs": [],
    "photos": [],
    "attributes": {},
    "area": "everywhere",
    "by_weight": False,
}
"""What is written of a listing that is not there yet."""

FindPicture = Callable[[str], Picture | None]
"""Returns a picture that was stored, by its digest."""


@dataclass(frozen=True)
class Change:
    """One column of a row: what stands and what is to be, as the table writes them."""

    column: str
    old: str
    new: str


@dataclass(frozen=True)
class RowPlan:
    """What becomes of one listing: "new", "changed" or "unchanged"."""

    code: str
    title: str
    status: str
    line: Line
    changes: tuple[Change, ...]
    draft: EntryDraft | None


@dataclass
class Plan:
    """What a file would change; nothing of it is saved while a row is refused."""

    rows: list[RowPlan] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)

    @property
    def counts(self) -> dict[str, int]:
        """Return how many listings are new, changed, unchanged and refused."""
        found = {"new": 0, "changed": 0, "unchanged": 0}
        for row in self.rows:
            found[row.status] += row.code not in self.refused
        return found | {"refused": len(self.refused)}

    def digest(self, file_digest: str) -> str:
        """Return a digest of the file and of all that it would change now."""
        told = [
            [row.code, row.status, row.draft.seen_version if row.draft else None,
             [[one.column, one.old, one.new] for one in row.changes]]
            for row in self.rows
        ]  # fmt: skip
        words = json.dumps([file_digest, told], ensure_ascii=False).encode()
        return hashlib.sha256(words).hexdigest()


@dataclass(frozen=True)
class Planner:
    """Compares the rows of a file with a catalogue."""

    book: Book
    reading: Reading
    find_picture: FindPicture

    def plan(self, checked: Checked, findings: Findings) -> Plan:
        """Return what every listing named in the file would become."""
        plan, known = Plan(), {entry.code: entry for entry in self.book.entries}
        lines = {name: _by_code(checked, name) for name in ("listings", "variants", "photos")}
        for code in dict.fromkeys(code for found in lines.values() for code in found):
            own = {name: found.get(code) for name, found in lines.items()}
            # Of a listing in the file, a table of packs or pictures is the whole of them.
            for name in ("variants", "photos"):
                if own[name] is None and own["listings"] and lines[name]:
                    own[name] = []
            first = next(found[0] for found in own.values() if found)
            try:
                plan.rows.append(self._row(code, known.get(code), own, first))
            except DomainError as refusal:
                plan.refused.add(code)
                findings.add(refused(own, first, refusal))
        return plan

    def _row(
        self, code: str, entry: Entry | None, own: Mapping[str, list[Line] | None], first: Line
    ) -> RowPlan:
        line = own["listings"][0] if own["listings"] else None
        if entry is None:
            return self._new(code, line, own, first)
        values, changes = dict(entry.values), list[Change]()
        if line is not None:
            changes += self._fields(entry, line, values)
        if own["variants"] is not None:
            changes += self._packs(entry, own["variants"], values)
        needs_edit = bool(changes)
        photos, told = self._photos(entry, own["photos"])
        stock, moved = self._stock(entry, line)
        changes += [*told, *moved]
        if changes:
            _need_current(entry, line)
        draft = EntryDraft(
            code,
            entry.version,
            draft_of(entry.kind, entry.unit, values) if needs_edit else None,
            photos,
            stock,
        )
        title = str(values["title"].get("vi", ""))
        status = "changed" if changes else "unchanged"
        return RowPlan(code, title, status, first, tuple(changes), draft if changes else None)

    def _new(
        self, code: str, line: Line | None, own: Mapping[str, list[Line] | None], first: Line
    ) -> RowPlan:
        if line is None:
            raise Invalid(msg("There is no listing %(code)s."), field="listing_code", code=code)
        kind, unit = line.values.get("kind"), line.values.get("unit")
        if not isinstance(kind, ListingKind):
            raise Invalid(msg("This must be filled in."), field="kind")
        if (kind is ListingKind.EXPERIENCE) is not (unit is None):
            raise Invalid(msg("Goods have a unit of sale, experiences have none."), field="unit")
        entry = Entry(code, kind, unit, ListingState.DRAFT, 0, _EMPTY, 0 if unit else None)
        values = dict(_EMPTY)
        changes = self._fields(entry, line, values)
        changes += self._packs(entry, own["variants"] or [], values)
        photos, told = self._photos(entry, own["photos"] or None)
        stock, moved = self._stock(entry, line)
        draft = EntryDraft(code, None, draft_of(kind, unit, values), photos, stock)
        title = str(values["title"].get("vi", ""))
        return RowPlan(code, title, "new", first, (*changes, *told, *moved), draft)

    def _fields(self, entry: Entry, line: Line, values: dict[str, Any]) -> list[Change]:
        """Write into ``values`` what a row says otherwise than what stands."""
        stands, changes = listing_cells(entry, self.book), list[Change]()
        columns = {column.name: column for column in OWN_LISTINGS.columns}
        if entry.version:
            for name in CHOSEN_ONCE:
                if name in line.headers and line.values[name] != self._now(columns[name], stands):
                    raise Invalid(msg("Kind and unit of a listing stay as they were."), field=name)
        for cell in CELLS:
            if cell.column not in line.headers or _is_derived(cell, entry):
                continue
            new = line.values[cell.column]
            if new == self._now(columns[cell.column], stands):
                continue
            put(values, cell, cell.read(new, At(self.book.names, entry.unit)))
            changes.append(_told(line, cell.column, stands[cell.column]))
        return changes

    def _packs(self, entry: Entry, lines: Sequence[Line], values: dict[str, Any]) -> list[Change]:
        """Write into ``values`` the packs of a table, each the one it was if it was one."""
        if lines and entry.unit is None:
            raise Invalid(msg("An experience has no pack sizes."), field="size")
        spare = list(zip(entry.values["packs"], pack_cells(entry, self.book), strict=True))
        packs, is_same = [], len(lines) == len(spare)
        for place, line in enumerate(lines):
            size = quantity(str(line.values["size"]), entry.unit or Unit.PIECE, "size")
            was = _pack_of(spare, size, line)
            pack = dict(was[0]) if was else {"id": None, "size": size, "label": {}}
            pack["size"] = size
            changed = self._pack(pack, entry.unit, line, was[1] if was else None)
            is_same = is_same and not changed and was is not None and was[2] == place
            packs.append(pack)
        if is_same:
            return []
        values["packs"] = packs
        return [Change(OWN_PACKS.header, _packs_told(entry, entry.values["packs"]),
                       _packs_told(entry, packs))]  # fmt: skip

    def _pack(
        self,
        pack: dict[str, Any],
        unit: Unit | None,
        line: Line,
        stands: Mapping[str, Value] | None,
    ) -> bool:
        changed = False
        columns = {column.name: column for column in OWN_PACKS.columns}
        for cell in PACK_CELLS:
            if cell.column not in line.headers:
                continue
            new = line.values[cell.column]
            if stands is not None and new == self._now(columns[cell.column], stands):
                continue
            put(pack, cell, cell.read(new, At(self.book.names, unit)))
            changed = True
        if not (pack.get("price_vnd") or pack.get("kilo_vnd")):
            raise Invalid(msg("Give every pack a size and a price."), field="price")
        return changed

    def _photos(
        self, entry: Entry, lines: Sequence[Line] | None
    ) -> tuple[list[dict[str, Any]] | None, list[Change]]:
        if lines is None:
            return None, []
        known = {photo["digest"]: photo for photo in entry.values["photos"]}
        photos = [self._photo(known, line) for line in lines]
        if photos == list(entry.values["photos"]):
            return None, []
        old = _photos_told(entry.values["photos"])
        return photos, [Change(OWN_PHOTOS.header, old, _photos_told(photos))]

    def _photo(self, known: Mapping[str, Any], line: Line) -> dict[str, Any]:
        digest = line.values["digest"]
        was = known.get(digest)
        if was is None:
            picture = self.find_picture(digest)
            if picture is None:
                raise Invalid(
                    msg("There is no such picture: send it on the page of pictures first."),
                    field="digest",
                )
            names = ("digest", "width", "height", "placeholder")
            was = {name: getattr(picture, name) for name in names} | {"alt": {}}
        alt = dict(was["alt"])
        for lang in ("vi", "en"):
            column = f"alt_{lang}"
            if column in line.headers and line.values[column] != _text(alt.get(lang, "")):
                alt[lang] = line.values[column]
        return was | {"alt": {lang: words for lang, words in alt.items() if words}}

    def _stock(self, entry: Entry, line: Line | None) -> tuple[int, list[Change]]:
        """Return by how much the stock changes: from what it was when the table was exported.

        So what is sold between export and import is not counted over.
        """
        if line is None or entry.unit is None or not line.values.get("stock"):
            return 0, []
        amounts = {
            name: quantity(str(line.values[name]), entry.unit, name, none_is_zero=True)
            for name in ("stock", "stock_was")
            if line.values.get(name)
        }
        on_hand = entry.on_hand or 0
        # What is new has nothing yet, whatever it had where the table came from.
        was = amounts.get("stock_was", on_hand) if entry.version else 0
        change = amounts["stock"] - was
        if not change:
            return 0, []
        old, new = (str(write_amount(n, entry.unit)) for n in (on_hand, on_hand + change))
        return change, [Change(line.headers["stock"], old, new)]

    def _now(self, column: Column, stands: Mapping[str, Value]) -> object:
        """Return what would be read if the table said what stands."""
        value = stands[column.name]
        cell = _text(value) if isinstance(value, str) else value
        return column.missing if cell in ("", None) else column.read(cell, self.reading)


def refused(own: Mapping[str, list[Line] | None], first: Line, refusal: DomainError) -> Problem:
    """Return a refusal at the row and the column that it names."""
    name = refusal.field or ""
    name = _ALSO.get(name, name)
    lines = [line for found in own.values() for line in found or ()]
    line = next((line for line in lines if name in line.headers), first)
    return Problem.of(line.at(name), refusal, line.written.get(name, ""))


_ALSO = {
    "category_id": "category",
    "farm_id": "farm_code",
    "lot_id": "lot_code",
    "packs": "size",
    "price_vnd": "price",
    "amount": "stock",
    "reason": "stock",
    "file": "digest",
}
"""What the forms call a column."""


def _by_code(checked: Checked, sheet: str) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = {}
    for ready in checked.ready[sheet]:
        found.setdefault(str(ready.line.values["listing_code"]), []).append(ready.line)
    return found


def _need_current(entry: Entry, line: Line | None) -> None:
    seen = line.values.get("version") if line else None
    if seen is not None and seen != entry.version:
        raise Invalid(
            msg("This was changed on the market after the table was exported. Export it again."),
            field="version",
        )


def _is_derived(cell: Cell, entry: Entry) -> bool:
    """Tell whether a column follows from others: the price of goods from their packs."""
    return cell.field == "price_vnd" and entry.unit is not None


def _told(line: Line, column: str, old: Value) -> Change:
    return Change(line.headers[column], "" if old is None else str(old), line.written[column])


def _pack_of(spare: list[tuple[Any, Any]], size: int, line: Line) -> tuple[Any, Any, int] | None:
    """Return the pack that a row is about: of its size and name, else of its size, and its place."""
    label = line.values.get("label_vi")
    fits = [
        n for n, (pack, _cells) in enumerate(spare) if pack is not None and pack["size"] == size
    ]
    exact = [n for n in fits if label is None or _text(spare[n][0]["label"].get("vi", "")) == label]
    found = next(iter(exact or fits), None)
    if found is None:
        return None
    pack, cells = spare[found]
    spare[found] = (None, None)
    return pack, cells, found


def _packs_told(entry: Entry, packs: Sequence[Mapping[str, Any]]) -> str:
    unit = entry.unit
    parts = [
        " ".join(
            part
            for part in (
                str(write_amount(pack["size"], unit)),
                *(f"({words})" for words in (pack.get("label") or {}).values()),
                f"{pack['price_vnd']:,}".replace(",", "."),
            )
        )
        for pack in packs
    ]
    return "; ".join(parts)


def _photos_told(photos: Sequence[Mapping[str, Any]]) -> str:
    return "; ".join(f"{photo['digest'][:8]} {photo['alt'].get('vi', '')}" for photo in photos)


def _text(words: Any) -> Any:
    """Return a text as it comes back from a file."""
    return (
        tidy(words.replace("\r\n", "\n").replace("\r", "\n")) if isinstance(words, str) else words
    )
