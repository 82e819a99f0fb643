"""Farms, plots, seasons and diaries: whose they are, and what may be written."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from kernel.audit import AuditEntry, verify
from kernel.db import transaction
from kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from kernel.ids import new_id
from tests.together import at_once
from tests.traceability.land import FARM, NOW, SPRAY, STRANGER, TODAY, Land, count, member
from traceability import queries
from traceability.models import DiaryEntry, Farm, Plot, Season
from traceability.rules import Activity, LotState
from traceability.services import diary, farms
from traceability.services.farms import PlotFacts, SeasonFacts

WATER = replace(SPRAY, activity=Activity.IRRIGATION, input_name="", phi_days=None)


def test_a_farm_with_its_plots_and_seasons_is_read_back(land):
    (holding,) = queries.holdings(land.session, vendor_id=land.vendor_id)
    assert holding.farm == queries.farms_of(land.session, vendor_id=land.vendor_id)[0]
    assert (holding.farm.name, holding.farm.code) == ("Vườn vải Thanh Khê", "F1")
    (plot,) = holding.plots
    assert (plot.code, plot.area_m2) == ("P1", 1800)
    (season,) = plot.seasons
    assert (season.code, season.variety, season.is_over) == ("2608-1", "U hồng", False)


def test_codes_go_on_behind_each_other(land):
    land.season(land.plot_id)
    land.plot()
    (holding,) = queries.holdings(land.session, vendor_id=land.vendor_id)
    assert [plot.code for plot in holding.plots] == ["P1", "P2"]
    assert {season.code for season in holding.plots[0].seasons} == {"2608-1", "2608-2"}


def test_a_farm_is_corrected_and_the_change_is_on_record(land):
    facts = replace(FARM, name="Vườn bác Hòa", lat=20.9, lon=106.4)
    land.run(farms.change_farm, land.farm_id, facts=facts, actor=land.owner)
    card = queries.farm_cards(land.session, [land.farm_id])[land.farm_id]
    assert (card.name, card.lat) == ("Vườn bác Hòa", 20.9)
    assert count(land.session, AuditEntry, AuditEntry.action == "farm.changed") == 1
    assert verify(land.session) is None


def test_a_commune_that_does_not_exist_is_refused(land):
    with pytest.raises(Invalid):
        land.run(
            farms.create_farm,
            vendor_id=land.vendor_id,
            facts=replace(FARM, commune="vn-2025:99999"),
            actor=land.owner,
        )
    assert count(land.session, Farm) == 1


@pytest.mark.parametrize("roles", [("seller",), ("finance",)])
def test_only_owner_and_recorder_write(land, roles):
    actor = member(land.vendor_id, *roles)
    with pytest.raises(NotAllowed):
        land.write(actor=actor)
    with pytest.raises(NotAllowed):
        land.run(farms.create_farm, vendor_id=land.vendor_id, facts=FARM, actor=actor)
    assert count(land.session, DiaryEntry) == 0


def test_a_stranger_learns_nothing_of_a_farm(land):
    facts = PlotFacts("X", 100)
    season = SeasonFacts({"vi": "X"}, "", TODAY)
    for service, key, values in (
        (farms.change_farm, land.farm_id, {"facts": FARM}),
        (farms.create_plot, land.farm_id, {"facts": facts}),
        (farms.start_season, land.plot_id, {"facts": season}),
        (farms.end_season, land.season_id, {"ended_on": TODAY}),
        (farms.change_farm, new_id(), {"facts": FARM}),
        (farms.create_plot, new_id(), {"facts": facts}),
        (farms.start_season, new_id(), {"facts": season}),
        (farms.end_season, new_id(), {"ended_on": TODAY}),
    ):
        with pytest.raises(NotFound):
            land.run(service, key, actor=STRANGER, **values)
    assert count(land.session, Plot) == count(land.session, Season) == 1


def test_one_vendor_does_not_see_the_land_of_another(land):
    other = Land(land.session, "V02")
    session, vendor_id = land.session, other.vendor_id
    assert queries.farm_of(session, land.farm_id, vendor_id=vendor_id) is None
    assert queries.plot_of(session, land.plot_id, vendor_id=vendor_id) is None
    assert queries.season_of(session, land.season_id, vendor_id=vendor_id) is None
    found = queries.season_page(session, land.season_id, vendor_id=vendor_id, today=TODAY)
    assert found is None


def test_a_plot_has_an_area(land):
    with pytest.raises(Invalid) as refusal:
        land.run(farms.create_plot, land.farm_id, facts=PlotFacts("Lô", 0), actor=land.owner)
    assert refusal.value.field == "area_m2"


def test_an_entry_sent_twice_is_written_once(land):
    first = land.write(client_key="phone-0001")
    assert land.write(client_key="phone-0001") == first
    assert count(land.session, DiaryEntry) == 1


def test_an_entry_that_comes_by_two_ways_at_once_is_written_once(land, maker):
    facts = replace(WATER, client_key="phone-0001")

    def write(_number):
        with maker() as session, transaction(session):
            return diary.write_entry(
                session, land.season_id, facts=facts, actor=land.recorder, now=NOW
            )

    made = at_once(write, 6)
    assert len(set(made)) == 1
    assert count(land.session, DiaryEntry) == 1
    assert verify(land.session) is None


def test_nothing_is_written_behind_the_end_of_a_season_that_ends_in_this_moment(land, maker):
    def act(number):
        with maker() as session, transaction(session):
            if number % 2:
                day = date(2026, 11, 20)
                farms.end_season(session, land.season_id, ended_on=day, actor=land.owner, now=NOW)
            else:
                facts = replace(WATER, client_key=f"phone-000{number}", done_on=TODAY)
                diary.write_entry(
                    session, land.season_id, facts=facts, actor=land.recorder, now=NOW
                )

    refused = [error for error in at_once(act, 6) if error is not None]
    assert {type(error) for error in refused} <= {Conflict, Invalid}
    ended_on = land.session.scalar(sa.select(Season.ended_on))
    latest = land.session.scalar(sa.select(sa.func.max(DiaryEntry.done_on)))
    assert (ended_on, latest) in {(None, TODAY), (date(2026, 11, 20), None)}
    assert verify(land.session) is None


def test_a_key_of_another_diary_is_refused(land):
    land.write(client_key="phone-0001")
    with pytest.raises(Conflict):
        land.write(season_id=land.season(land.plot_id), client_key="phone-0001")
    assert count(land.session, DiaryEntry) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"done_on": TODAY + timedelta(1)}, "done_on"),
        ({"done_on": date(2026, 7, 31)}, "done_on"),
        ({"input_name": ""}, "input_name"),
        ({"phi_days": 366}, "phi_days"),
        ({"activity": Activity.HARVEST}, "activity"),
    ],
)
def test_an_entry_that_cannot_be_is_refused(land, changes, field):
    with pytest.raises(Invalid) as refusal:
        land.write(**changes)
    assert refusal.value.field == field
    assert count(land.session, DiaryEntry) == 0


def test_today_is_the_day_in_viet_nam(land):
    # Five past midnight of 24 November in Ha Noi is still the 23rd in Greenwich.
    facts = replace(WATER, client_key=new_id(), done_on=date(2026, 11, 24))
    late = NOW.replace(hour=17, minute=5)
    land.run(diary.write_entry, land.season_id, facts=facts, actor=land.owner, now=late)
    assert count(land.session, DiaryEntry) == 1


def test_the_season_shows_its_diary_latest_first_and_when_may_be_harvested(land):
    land.write(WATER, done_on=date(2026, 11, 1), note={"vi": "Tưới gốc"})
    land.write(done_on=date(2026, 11, 20), phi_days=14, active_ingredient="Imidacloprid")
    found = queries.season_page(land.session, land.season_id, vendor_id=land.vendor_id, today=TODAY)
    assert [line.activity for line in found.entries] == [Activity.SPRAY, Activity.IRRIGATION]
    assert found.entries[1].note == {"vi": "Tưới gốc"}
    assert (found.clearance.kept, found.clearance.free_from) == (False, date(2026, 12, 4))
    assert (found.farm.id, found.plot.id, found.lots) == (land.farm_id, land.plot_id, ())


def test_the_last_entry_of_a_kind_fills_in_the_next(land):
    land.write(input_name="Anvil 5SC", phi_days=14)
    land.write(input_name="Proclaim 1.9EC", phi_days=7, done_on=date(2026, 11, 2))
    land.write(WATER, done_on=TODAY)
    last = queries.last_entry(land.session, vendor_id=land.vendor_id, activity=Activity.SPRAY)
    assert last.input_name == "Proclaim 1.9EC"
    other = Land(land.session, "V02").vendor_id
    assert queries.last_entry(land.session, vendor_id=other, activity=Activity.SPRAY) is None


def test_a_season_that_ended_takes_no_more_entries(land):
    land.write(done_on=date(2026, 11, 20), phi_days=0)
    with pytest.raises(Invalid):
        land.run(farms.end_season, land.season_id, ended_on=date(2026, 11, 19), actor=land.owner)
    land.run(farms.end_season, land.season_id, ended_on=date(2026, 11, 21), actor=land.owner)
    with pytest.raises(Conflict):
        land.run(farms.end_season, land.season_id, ended_on=TODAY, actor=land.owner)
    with pytest.raises(Invalid):
        land.write(done_on=date(2026, 11, 22))
    with pytest.raises(Invalid):
        land.harvest(harvested_on=TODAY)


def test_a_spray_told_late_holds_the_lots_it_forbids_and_no_others(land):
    forbidden = land.harvest(harvested_on=date(2026, 11, 16))
    allowed = land.harvest(harvested_on=date(2026, 11, 17))
    before = land.harvest(harvested_on=date(2026, 11, 9))
    elsewhere = land.harvest(season_id=land.season(land.plot()), harvested_on=date(2026, 11, 16))
    land.write(done_on=date(2026, 11, 10), phi_days=7)
    lots = queries.lot_cards(land.session, [forbidden, allowed, before, elsewhere])
    assert {key for key, lot in lots.items() if lot.state is LotState.HELD} == {forbidden}
    assert lots[forbidden].inside_interval


def test_what_grew_on_the_same_plot_before_counts_too(land):
    land.write(done_on=date(2026, 11, 10), phi_days=14)
    after = land.season(land.plot_id, date(2026, 11, 12))
    lot_id = land.harvest(season_id=after, harvested_on=TODAY)
    assert queries.lot_cards(land.session, [lot_id])[lot_id].state is LotState.HELD
