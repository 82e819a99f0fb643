"""Rows of the office's tables: made new by their codes, then brought up to date."""

from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa

from kernel.actor import Actor
from kernel.audit import verify
from kernel.errors import Invalid
from kernel.events import OutboxMessage
from kernel.quantity import Unit
from tests.traceability.land import Land, count
from traceability import queries
from traceability.models import DiaryEntry, Farm, Lot, Plot, Season
from traceability.rules import Activity, LotState
from traceability.services.importing import (
    DiaryRow,
    FarmRow,
    LotRow,
    PlotRow,
    SeasonRow,
    import_diary,
    import_farm,
    import_lot,
    import_plot,
    import_season,
)

ACTOR = Actor("01IMPORT", "import")
FARM = FarmRow("V01", "VUON", "Vườn Thanh Khê", "vn-2025:10813", story={"vi": "Ba đời"})
PLOT = PlotRow("V01", "VUON", "LO-1", "Lô ao", 3600, "VN-HDOR-0017")
SEASON = SeasonRow(
    "V01", "VUON", "LO-1", "VU-2026", {"vi": "Vải", "en": "Lychee"}, date(2026, 1, 5)
)
SPRAY = DiaryRow(
    "V01", "VUON", "LO-1", "VU-2026", "d1", Activity.SPRAY, date(2026, 5, 20),
    {"vi": "Phun sâu"}, input_name="Proclaim 1.9EC", phi_days=7,
)  # fmt: skip
LOT = LotRow(
    "V01", "L2606-004", {"vi": "Vải"}, Unit.GRAM, 500_000, date(2026, 6, 1),
    "VUON", "LO-1", "VU-2026", packed_on=date(2026, 6, 2),
)  # fmt: skip


@pytest.fixture
def market(session):
    return Land(session)


def take(market, *rows):
    by_kind = {
        FarmRow: import_farm,
        PlotRow: import_plot,
        SeasonRow: import_season,
        DiaryRow: import_diary,
        LotRow: import_lot,
    }
    made = [market.run(by_kind[type(row)], row, actor=ACTOR) for row in rows]
    return made[-1]


def card(market, lot_id):
    return queries.lot_cards(market.session, [lot_id])[lot_id]


def test_rows_taken_in_twice_are_there_once(market):
    rows = (FARM, PLOT, SEASON, SPRAY, LOT)
    lot_id = take(market, *rows)
    counts = [count(market.session, kind) for kind in (Farm, Plot, Season, DiaryEntry, Lot)]
    assert take(market, *rows) == lot_id
    again = [count(market.session, kind) for kind in (Farm, Plot, Season, DiaryEntry, Lot)]
    assert again == counts == [2, 2, 2, 1, 1]
    assert verify(market.session) is None


def test_a_lot_of_a_table_tells_its_story(market):
    take(market, FARM, PLOT, SEASON, SPRAY, replace(LOT, trace_code="vt2606abc"))
    story = queries.lot_story(market.session, trace_code="VT2606ABC")
    assert (story.lot.code, story.origin.farm.name) == ("L2606-004", "Vườn Thanh Khê")
    assert story.origin.planting_area_code == "VN-HDOR-0017"
    (used,) = story.inputs
    assert (used.waited_days, used.free_from, used.kept) == (12, date(2026, 5, 27), True)
    assert story.sprays_kept


def test_rows_are_brought_up_to_date(market):
    lot_id = take(market, FARM, PLOT, SEASON, SPRAY, LOT)
    trace_code = card(market, lot_id).trace_code
    take(
        market,
        replace(FARM, name="Vườn bác Hòa"),
        replace(PLOT, area_m2=720),
        replace(SEASON, ended_on=date(2026, 6, 30)),
        replace(SPRAY, dose="15 ml / bình 16 l"),
        replace(LOT, quantity=450_000),
    )
    story = queries.lot_story(market.session, trace_code=trace_code)
    assert (story.lot.quantity, story.lot.trace_code) == (450_000, trace_code)
    assert (story.origin.farm.name, story.origin.area_m2) == ("Vườn bác Hòa", 720)
    assert story.inputs[0].line.dose == "15 ml / bình 16 l"
    told = market.session.scalars(
        sa.select(OutboxMessage.kind).where(OutboxMessage.kind.startswith("Lot"))
    )
    assert list(told) == ["LotCreated", "LotShrank", "LotChanged"]


def test_a_lot_inside_the_interval_is_held_whatever_its_row_says(market):
    take(market, FARM, PLOT, SEASON, SPRAY)
    lot_id = take(market, replace(LOT, harvested_on=date(2026, 5, 26)))
    assert card(market, lot_id).state is LotState.HELD
    assert card(market, lot_id).inside_interval


def test_a_spray_or_a_new_day_of_harvest_can_hold_a_lot_afterwards(market):
    first = take(market, FARM, PLOT, SEASON, LOT)
    take(market, replace(SPRAY, done_on=date(2026, 5, 31)))
    assert card(market, first).state is LotState.HELD
    second = take(market, replace(LOT, code="L2606-005", harvested_on=date(2026, 6, 20)))
    assert card(market, second).state is LotState.OPEN
    take(market, replace(LOT, code="L2606-005", harvested_on=date(2026, 6, 5)))
    assert card(market, second).state is LotState.HELD


@pytest.mark.parametrize("state", [LotState.HELD, LotState.RECALLED])
def test_a_new_lot_comes_in_its_state_with_the_reason(market, state):
    row = replace(LOT, state=state, state_reason="Dư lượng vượt mức")
    lot = card(market, take(market, FARM, PLOT, SEASON, row))
    assert (lot.state, lot.state_reason) == (state, "Dư lượng vượt mức")


def test_a_lot_that_is_here_moves_by_decisions_not_by_tables(market):
    lot_id = take(market, FARM, PLOT, SEASON, LOT)
    take(market, replace(LOT, state=LotState.RECALLED, state_reason="Dư lượng"))
    assert card(market, lot_id).state is LotState.OPEN


def test_a_made_good_has_no_field(market):
    row = replace(LOT, code="BDX-2611", farm_code="", plot_code="", season_code="")
    lot = card(market, take(market, row))
    assert (lot.farm_id, lot.season_id, lot.state) == (None, None, LotState.OPEN)
    story = queries.lot_story(market.session, trace_code=lot.trace_code)
    assert (story.origin, story.entries, story.inputs) == (None, (), ())
    assert queries.holds_of(market.session, lot.id) == []


def test_numbers_go_on_behind_imported_codes(market):
    for code in ("L2611-007", "L2611-003", "L2611-009"):
        take(market, replace(LOT, code=code, farm_code="", plot_code="", season_code=""))
    assert card(market, market.harvest()).code == "L2611-010"


def test_a_code_taken_by_a_table_is_passed_over(market):
    market.harvest()
    with market.session.no_autoflush:
        take(market, replace(LOT, code="L2611-002", farm_code="", plot_code="", season_code=""))
    from kernel.db import transaction
    from traceability.models import LotCounter

    with transaction(market.session) as session:
        session.execute(sa.update(LotCounter).values(last=1))
    assert card(market, market.harvest()).code == "L2611-003"


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (replace(FARM, vendor_code="NOBODY"), "vendor_code"),
        (replace(PLOT, farm_code="NOWHERE"), "farm_code"),
        (replace(PLOT, area_m2=0), "area_m2"),
        (replace(SEASON, plot_code="NOWHERE"), "plot_code"),
        (replace(SEASON, ended_on=date(2025, 1, 1)), "ended_on"),
        (replace(SPRAY, season_code="NEVER"), "season_code"),
        (replace(SPRAY, phi_days=None), "phi_days"),
        (replace(LOT, quantity=-1), "quantity"),
        (replace(LOT, code="26E11"), "code"),
        (replace(LOT, best_before=date(2026, 5, 1)), "best_before"),
        (replace(LOT, trace_code="a b"), "trace_code"),
        (replace(LOT, gtin="08938500000011"), "gtin"),
        (replace(LOT, state=LotState.RECALLED), "state_reason"),
    ],
)
def test_a_row_that_cannot_be_names_its_column_and_changes_nothing(market, row, field):
    take(market, FARM, PLOT, SEASON)
    kinds = (Farm, Plot, Season, DiaryEntry, Lot)
    before = [count(market.session, kind) for kind in kinds]
    with pytest.raises(Invalid) as refusal:
        take(market, row)
    assert refusal.value.field == field
    assert [count(market.session, kind) for kind in kinds] == before


def test_an_unknown_commune_is_refused(market):
    with pytest.raises(Invalid):
        take(market, replace(FARM, commune="10813"))
