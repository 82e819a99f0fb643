"""The story of a lot: what the page behind a QR code tells."""

from dataclasses import dataclass
from datetime import date
from functools import cache

import sqlalchemy as sa
from sqlalchemy.orm import Session

from traceability.models import Farm, Lot, Plot, ScanAlert, Season
from traceability.queries.farms import DiaryLine, FarmCard, diary_of_lot
from traceability.queries.lots import LotCard, select_cards
from traceability.rules import Activity, LotKind, Spray, judge_harvest
from traceability.rules.copies import AlertState


@dataclass(frozen=True)
class Origin:
    """Where and as what a lot grew."""

    farm: FarmCard
    plot_code: str
    plot_name: str
    area_m2: int
    planting_area_code: str | None
    crop: dict[str, str]
    variety: str
    started_on: date
    # By what the place is called in events: numbers of GS1, or a code of the house.
    gln: str | None
    extension: str | None
    place_code: str


@dataclass(frozen=True)
class InputUsed:
    """A product put on the plot before the harvest; days are whole local days.

    ``waited_days`` and ``free_from`` concern sprays; ``kept`` is False where
    the harvest came too early or the waiting time is not known.
    """

    line: DiaryLine
    waited_days: int
    free_from: date | None
    kept: bool


@dataclass(frozen=True)
class LotStory:
    """A lot, its origin, and its diary from the field to the day of harvest."""

    lot: LotCard
    origin: Origin | None
    entries: tuple[DiaryLine, ...]
    inputs: tuple[InputUsed, ...]
    is_harvest: bool = True
    # Somebody looked at a sign of copies and found that there are some.
    is_copied: bool = False

    @property
    def sprays_kept(self) -> bool:
        """Tell whether every spray's waiting time was kept."""
        return all(used.kept for used in self.inputs)


def lot_story(session: Session, *, trace_code: str) -> LotStory | None:
    """Return the story of the lot with this trace code (two statements)."""
    row = session.execute(_statement(), {"code": trace_code}).first()
    if row is None:
        return None
    cells = row._mapping
    card = LotCard(**{key: cells[key] for key in LotCard.__dataclass_fields__})
    lines = diary_of_lot(session, card.id) if card.season_id else []
    until = tuple(line for line in lines if _is_of(line, card, cells["harvest_id"]))
    return LotStory(
        lot=card,
        origin=_origin(cells) if card.farm_id else None,
        entries=until,
        inputs=tuple(_used(line, card.harvested_on) for line in until if line.input_name),
        is_harvest=cells["made_by"] is LotKind.HARVEST,
        is_copied=bool(cells["is_copied"]),
    )


def _is_of(line: DiaryLine, lot: LotCard, harvest_id: str | None) -> bool:
    """Tell whether an entry belongs to a lot: the harvests of its sisters do not.

    Nor does what was only planned.
    """
    if not line.is_done:
        return False
    if line.activity is Activity.HARVEST:
        return line.root_id == harvest_id if harvest_id else line.done_on == lot.harvested_on
    return line.done_on <= lot.harvested_on


@cache
def _statement() -> sa.Select[tuple[object, ...]]:
    """Say once what is asked for every page: building it costs more than running it."""
    farm = [getattr(Farm, name).label(f"farm_{name}") for name in _FARM]
    return (
        select_cards()
        .outerjoin(Farm, Farm.id == Plot.farm_id)
        .add_columns(
            *farm,
            Plot.code.label("plot_code"),
            Plot.name.label("plot_name"),
            Plot.area_m2,
            Plot.planting_area_code,
            Season.crop,
            Season.variety,
            Season.started_on,
            Farm.gln,
            Plot.extension,
            Plot.trace_code.label("place_code"),
            Lot.harvest_id,
            Lot.kind.label("made_by"),
            sa.exists()
            .where(ScanAlert.lot_id == Lot.id, ScanAlert.state == AlertState.COPY)
            .label("is_copied"),
        )
        .where(Lot.trace_code == sa.bindparam("code"))
    )


# The farm's id is on the card already.
_FARM = [name for name in FarmCard.__dataclass_fields__ if name != "id"]


def _origin(cells: sa.RowMapping) -> Origin:
    farm = FarmCard(id=cells["farm_id"], **{name: cells[f"farm_{name}"] for name in _FARM})
    rest = [name for name in Origin.__dataclass_fields__ if name != "farm"]
    return Origin(farm, **{name: cells[name] for name in rest})


def _used(line: DiaryLine, harvested_on: date) -> InputUsed:
    waited = (harvested_on - line.done_on).days
    if line.activity is not Activity.SPRAY:
        return InputUsed(line, waited, None, kept=True)
    spray: Spray = line.spray
    return InputUsed(line, waited, spray.free_from, kept=judge_harvest([spray], harvested_on).kept)
