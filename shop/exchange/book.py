"""The book of a season as VietGAP wants it kept, as tables: for paper and for spreadsheets.

What has to be written down: TCVN 11892-1:2017, part "Hồ sơ": land, seed, inputs bought,
fertiliser, pesticide with its waiting time, watering, harvest, packing, tests, incidents.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from flask_babel import gettext as _

from kernel import places
from kernel.i18n import format_day, format_quantity, pick
from kernel.sheets import Value
from kernel.web.pages import translate_label
from traceability.queries.book import BookBatch, BookEntry, BookLot, BookTest, SeasonBook
from traceability.rules import Activity, Measured

Row = Sequence[Value]
Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Section:
    """One table of the book."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Book:
    """A season's book, ready to be written in one language."""

    title: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]


def book_of(found: SeasonBook, *, vendor_name: str, vendor_address: str, lang: str) -> Book:
    """Put a season's records into the tables of its book; a table without rows stays, empty."""
    pen = _Pen(lang)
    return Book(
        title=_("Production diary: %(crop)s", crop=pick(found.season.crop, lang)),
        facts=tuple(_facts(found, vendor_name, vendor_address, lang)),
        sections=(
            pen.entries(_("Soil, seed and planting"), found.of(Activity.SOIL, Activity.SEEDING)),
            pen.bought(found.batches),
            pen.inputs(_("Fertiliser"), found.of(Activity.FERTILISER)),
            pen.sprays(found.of(Activity.SPRAY)),
            pen.entries(_("Watering and care"), found.of(Activity.IRRIGATION, Activity.CARE)),
            pen.lots(found.lots),
            pen.tests(found.tests),
            pen.entries(
                _("Observations and incidents"), found.of(Activity.OBSERVATION, Activity.LAB_TEST)
            ),
        ),
    )


def _facts(
    found: SeasonBook, vendor_name: str, vendor_address: str, lang: str
) -> Iterable[tuple[str, str]]:
    farm, plot, season = found.farm, found.plot, found.season
    yield _("Producer"), ", ".join(filter(None, (vendor_name, vendor_address)))
    commune = places.commune(farm.commune).name
    yield _("Farm"), ", ".join(filter(None, (farm.name, farm.address, commune)))
    yield _("Plot"), f"{plot.code}, {plot.name}"
    yield _("Area"), f"{plot.area_m2:,} m²".replace(",", ".")
    if plot.planting_area_code:
        yield _("Planting-area code"), plot.planting_area_code
    yield _("Crop"), ", ".join(filter(None, (pick(season.crop, lang), season.variety)))
    yield _("Season"), f"{season.code}: {_span(season.started_on, season.ended_on)}"


@dataclass(frozen=True)
class _Pen:
    """Writes the tables of a book in one language."""

    lang: str

    def entries(self, title: str, entries: Iterable[BookEntry]) -> Section:
        heads = (_("Day"), _("Work"), _("Material"), _("Amount"), _("Note"), _("Who"))
        return _table(
            title,
            heads,
            entries,
            lambda one: (
                _span(one.done_on, one.ended_on),
                translate_label(one.activity),
                _product(one),
                _amounts(one),
                pick(one.note, self.lang),
                one.who,
            ),
        )

    def bought(self, batches: Iterable[BookBatch]) -> Section:
        heads = (
            _("Bought on"), _("Material"), _("Active ingredient"), _("Seller"), _("Batch number"),
            _("Expires on"), _("Amount"),
        )  # fmt: skip
        return _table(
            _("Materials bought"),
            heads,
            batches,
            lambda one: (
                format_day(one.bought_on),
                one.name,
                one.active_ingredient,
                one.supplier,
                one.lot_code,
                _day(one.expires_on),
                format_quantity(one.bought, one.unit),
            ),
        )

    def inputs(self, title: str, entries: Iterable[BookEntry]) -> Section:
        heads = (_("Day"), _("Material"), _("Dose"), _("Amount"), _("Note"), _("Who"))
        return _table(
            title,
            heads,
            entries,
            lambda one: (
                _span(one.done_on, one.ended_on),
                _product(one),
                one.dose or "",
                _amounts(one),
                pick(one.note, self.lang),
                one.who,
            ),
        )

    def sprays(self, entries: Iterable[BookEntry]) -> Section:
        heads = (
            _("Day"), _("Product"), _("Active ingredient"), _("Dose"), _("Amount"),
            _("Waiting time (days)"), _("Harvest allowed from"), _("Reason and note"), _("Who"),
        )  # fmt: skip
        return _table(
            _("Pesticides"),
            heads,
            entries,
            lambda one: (
                _span(one.done_on, one.ended_on),
                _product(one),
                one.active_ingredient or "",
                one.dose or "",
                _amounts(one),
                _("not known") if one.phi_days is None else one.phi_days,
                _day(one.free_from),
                pick(one.note, self.lang),
                one.who,
            ),
        )

    def lots(self, lots: Iterable[BookLot]) -> Section:
        heads = (
            _("Harvested on"), _("Lot"), _("Trace code"), _("Amount"), _("Packed on"),
            _("Best before"), _("State"), _("Note"),
        )  # fmt: skip
        return _table(
            _("Harvest and packing"),
            heads,
            lots,
            lambda one: (
                format_day(one.harvested_on),
                one.code,
                one.trace_code,
                format_quantity(one.quantity, one.unit),
                _day(one.packed_on),
                _day(one.best_before),
                translate_label(one.state),
                _(one.state_reason) if one.state_reason else "",
            ),
        )

    def tests(self, tests: Iterable[BookTest]) -> Section:
        heads = (
            _("Sampled on"), _("Lot"), _("Laboratory"), _("Report number"), _("Result"), _("Note"),
        )  # fmt: skip
        return _table(
            _("Lab tests"),
            heads,
            tests,
            lambda one: (
                format_day(one.sampled_on),
                one.lot_code or "",
                one.lab,
                one.report_no,
                translate_label(one.verdict),
                one.note,
            ),
        )


def _table(
    title: str, heads: tuple[str, ...], things: Iterable[Thing], row: Callable[[Thing], Row]
) -> Section:
    return Section(title, heads, tuple(row(one) for one in things))


def _span(first: date, last: date | None) -> str:
    if last is None or last == first:
        return format_day(first)
    return f"{format_day(first)} - {format_day(last)}"


def _day(value: date | None) -> str:
    return format_day(value) if value else ""


def _product(entry: BookEntry) -> str:
    """Return what was used: names of the list first, else as it was typed."""
    typed = [entry.input_name] if entry.input_name else []
    return " + ".join(entry.used or typed)


def _amounts(entry: BookEntry) -> str:
    return "; ".join(_measured(one) for one in entry.quantities)


def _measured(one: Measured) -> str:
    number = f"{float(one.number):.10g}".replace(".", ",")
    return f"{one.label or translate_label(one.measure)}: {number} {one.unit}".strip()
