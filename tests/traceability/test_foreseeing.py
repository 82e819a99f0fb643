"""What follows is shown before it is saved; harvests of several plots; what a season grows."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from kernel.errors import DomainError, Invalid
from tests.traceability.land import OFFICE, SPRAY, STRANGER, TODAY, Land
from tests.traceability.test_intervals import (
    day,
    is_held,
    open_matters,
    product,
    use,
)
from tests.traceability.test_pages import farmer, post  # noqa: F401 - a fixture of the pages
from tests.traceability.test_record_pages import pdf, written
from traceability import queries
from traceability.models import LabTest, Lot, LotSeason, Season
from traceability.queries.recalls.starts import Beginning, find_starts
from traceability.rules import Block, WatchKind
from traceability.rules.recalls import Origin
from traceability.services import farms, plots, seasons, supplies, yields
from traceability.services.farms import PlotFacts, SeasonFacts
from traceability.services.foreseeing import Foresight, foresee_harvest, foresee_spray
from traceability.services.plots import Part
from traceability.services.supplies import CropFacts
from traceability.services.yields import BoundFacts

CROP = {"vi": "Vải Thanh Hà"}


def foresee(land: Land, *product_ids: str, **changes) -> Foresight | None:
    facts = replace(SPRAY, client_key="x", **changes)
    if product_ids:
        facts = replace(facts, input_name="", phi_days=None, product_ids=product_ids)
    return foresee_spray(land.session, land.season_id, facts=facts)


def test_the_first_day_of_harvest_is_told_before_the_spraying_is_saved(land):
    told = foresee(land, done_on=day(10), phi_days=7)
    assert (told.free_from, told.block, told.is_grave) == (day(17), None, False)
    assert foresee(land, input_name="") is None


def test_a_mix_is_foreseen_by_its_longest_time_and_a_spraying_of_days_by_its_last(land):
    seven, fourteen = product(land, "Confidor 100SL", 7), product(land, "Anvil 5SC", 14)
    assert foresee(land, seven, fourteen, ended_on=day(12)).free_from == day(26)


def test_the_hours_until_people_may_enter_are_told(land):
    listed = product(land, "Confidor 100SL", 7, rei_hours=24)
    until = foresee(land, listed).enter_from
    assert until.isoformat() == "2026-11-12T00:00:00+07:00"


def test_one_use_too_many_and_one_too_soon_are_told(land):
    listed = product(land, "Confidor 100SL", 7, most_applications=1, spacing_days=7)
    use(land, listed, done_on=day(1))
    told = foresee(land, listed, done_on=day(5))
    assert [(one.found, one.bound) for one in told.too_many] == [(2, 1)]
    assert [(one.found, one.bound) for one in told.too_close] == [(4, 7)]
    assert told.is_grave


def test_what_is_banned_on_that_day_is_told(land):
    facts = supplies.ProductFacts("Thuốc A", supplies.InputKind.PESTICIDE, (), "", day(10))
    product(land, "Thuốc B", 7)
    land.run(supplies.save_product, facts=facts, actor=OFFICE)
    assert foresee(land, input_name="Thuốc A", done_on=day(10)).block is Block.BANNED
    assert foresee(land, input_name="Thuốc A", done_on=day(9)).block is Block.UNREGISTERED


def test_what_has_no_label_for_the_crop_and_what_is_not_known_is_told(land):
    listed = product(land, "Confidor 100SL", None)
    assert foresee(land, listed).block is Block.UNREGISTERED
    assert foresee(land, input_name="Lạ", phi_days=None).block is Block.UNKNOWN


def test_lots_that_a_late_spray_would_hold_are_named(land):
    held = land.harvest(harvested_on=day(16))
    land.harvest(harvested_on=day(17))
    codes = foresee(land, done_on=day(10), phi_days=7).lots
    assert codes == (land.session.get_one(Lot, held).code,)


@pytest.mark.parametrize(("harvested", "kept"), [(16, False), (17, True)])
def test_a_harvest_of_two_plots_is_foreseen_by_the_worse_of_them(land, harvested, kept):
    other = land.season(land.plot())
    land.write(done_on=day(10), phi_days=7)
    both = foresee_harvest(land.session, [other, land.season_id], day=day(harvested))
    alone = foresee_harvest(land.session, [other], day=day(harvested))
    assert (both.kept, alone.kept) == (kept, True)


def test_both_seasons_know_the_lot_they_went_into(land):
    other = land.season(land.plot())
    lot_id = land.harvest(harvested_on=day(20), also_season_ids=(other,))
    land.write(season_id=other, done_on=day(10), phi_days=7)
    assert [lot.id for lot in queries.lots_of_season(land.session, season_id=other)] == [lot_id]
    code = queries.lot_cards(land.session, [lot_id])[lot_id].trace_code
    story = queries.lot_story(land.session, trace_code=code)
    assert [used.line.input_name for used in story.inputs] == ["Confidor 100SL"]


def test_a_recall_from_a_plot_finds_what_it_went_into_with_another(land):
    other = land.season(land.plot())
    lot_id = land.harvest(harvested_on=day(20), also_season_ids=(other,))
    land.write(season_id=other, done_on=day(1), phi_days=7)
    plot_id = land.session.get_one(Season, other).plot_id
    for origin, ref in ((Origin.PLOT, plot_id), (Origin.INPUT, "Confidor 100SL")):
        assert find_starts(land.session, Beginning(origin, land.vendor_id, ref)).lot_ids == (
            lot_id,
        )


def test_two_plots_give_as_much_as_both(land):
    crop_id = land.run(supplies.save_crop, facts=CropFacts("lychee", CROP), actor=OFFICE)
    facts = BoundFacts(15_000, date(2020, 1, 1), "Niên giám 2019")
    land.run(yields.save_bound, crop_id, facts=facts, actor=OFFICE)
    other = land.season(land.plot())
    # 3,600 m² give at most 5,400 kg.
    land.harvest(quantity=5_400_000, also_season_ids=(other,))
    assert WatchKind.YIELD not in open_matters(land)
    land.harvest(season_id=other, quantity=90_000)
    assert WatchKind.YIELD in open_matters(land)


def test_only_the_same_crop_goes_into_one_lot(land):
    facts = SeasonFacts({"vi": "Ổi"}, "", date(2026, 8, 1))
    guava = land.run(farms.start_season, land.plot(), facts=facts, actor=land.owner)
    with pytest.raises(Invalid) as refused:
        land.harvest(also_season_ids=(guava,))
    assert refused.value.field == "also"
    assert [one.id for one in queries.sisters_of(land.session, land.season_id)] == []


def test_no_season_starts_on_a_plot_that_was_replaced(land):
    land.run(
        plots.replace_plots,
        [land.plot_id],
        parts=[Part(PlotFacts("Lô mới", 1800))],
        since=day(10),
        actor=land.owner,
    )
    with pytest.raises(Invalid) as refused:
        land.season(land.plot_id, started_on=day(10))
    assert refused.value.field == "started_on"
    assert land.season(land.plot_id, started_on=day(9))


def test_a_season_put_right_is_judged_by_the_labels_of_its_crop(land):
    listed = product(land, "Confidor 100SL", 7)
    crop_id = land.session.scalar(sa.select(supplies.Crop.id))
    facts = SeasonFacts({"vi": "Cây lạ"}, "", date(2026, 8, 1))
    season_id = land.run(farms.start_season, land.plot(), facts=facts, actor=land.owner)
    use(land, listed, season_id=season_id, done_on=day(1))
    lot_id = land.harvest(season_id=season_id, harvested_on=day(20))
    assert is_held(land, lot_id)
    told = {"crop": CROP, "variety": "", "crop_id": crop_id, "variety_id": None}
    land.run(seasons.change_crop, season_id, **told, actor=land.recorder)
    assert not is_held(land, lot_id)
    with pytest.raises(DomainError):
        land.run(seasons.change_crop, season_id, **told, actor=STRANGER)
    with pytest.raises(Invalid):
        land.run(
            seasons.change_crop, season_id, **(told | {"crop_id": "01NONE"}), actor=land.recorder
        )


def test_a_mix_judged_anew_stays_what_it_was(land):
    later, first = product(land, "Zineb", 14), product(land, "Anvil 5SC", 7)
    use(land, later, first, done_on=day(1))
    product(land, "Anvil 5SC", 7, most_applications=9)
    (line,) = queries.diary(land.session, season_id=land.season_id)
    assert (line.phi_days, line.block) == (14, None)


def test_the_form_shows_what_follows_and_saves_when_it_was_seen(app_land, client, farmer):  # noqa: F811
    address = f"{farmer}/seasons/{app_land.season_id}/entries/new?activity=spray"
    spray = {"client_key": "phone-0001", "done_on": "2026-11-10", "input_name": "Lạ"}
    spray |= {"phi_days": "", "ended_at": ""}  # a browser sends what was left open, too
    first = post(client, address, spray)
    assert first.status_code == 422
    assert 'name="seen" type="hidden" value="1"' in first.get_data(as_text=True)
    assert written(app_land) == []
    known = spray | {"phi_days": "7"}
    look = post(client, address, known | {"look": "1"})
    assert (look.status_code, "17/11/2026" in look.get_data(as_text=True)) == (422, True)
    asked = f"{farmer}/seasons/{app_land.season_id}/foresee?activity=spray&done_on=2026-11-10"
    piece = client.get(f"{asked}&input_name=X&phi_days=7").get_data(as_text=True)
    assert "17/11/2026" in piece
    open_ = client.get(f"{asked}&input_name=X&phi_days=").get_data(as_text=True)
    assert "note-bad" in open_
    for odd in ("&input_name=X&phi_days=999999999", "&input_name=X&phi_days=-1", "&phi_days=a"):
        assert client.get(asked + odd).status_code == 200
    assert post(client, address, spray | {"seen": "1"}).status_code == 303


def test_a_harvest_of_two_plots_on_a_page_is_one_lot(app_land, client, farmer):  # noqa: F811
    other = app_land.season(app_land.plot())
    app_land.write(season_id=other, done_on=TODAY - timedelta(1), phi_days=7)
    address = f"{farmer}/seasons/{app_land.season_id}/harvest"
    assert other in client.get(address).get_data(as_text=True)
    said = {
        "client_key": "phone-0009",
        "quantity": "120",
        "unit": "kg",
        "harvested_on": TODAY.isoformat(),
        "also": other,
    }
    assert post(client, address, said).status_code == 422
    assert post(client, address, said | {"seen": "1"}).status_code == 303
    app_land.session.rollback()
    (also,) = app_land.session.scalars(sa.select(LotSeason))
    assert (also.season_id, is_held(app_land, also.lot_id)) == (other, True)


def test_soil_is_tested_on_the_page_of_a_season(app_land, client, farmer):  # noqa: F811
    import io

    address = f"{farmer}/seasons/{app_land.season_id}/tests/new"
    said = {
        "lab": "Trung tâm 1",
        "sampled_on": "2026-11-01",
        "results": "Chì (Pb); 12; 70; mg/kg",
        "verdict": "passed",
        "file": (io.BytesIO(pdf()), "dat.pdf"),
    }
    assert client.get(address).status_code == 200
    answer = post(client, address, said)
    assert answer.status_code == 303
    assert "Trung tâm 1" in client.get(answer.location).get_data(as_text=True)
    app_land.session.rollback()
    (test,) = app_land.session.scalars(sa.select(LabTest))
    assert (test.season_id, test.lot_id) == (app_land.season_id, None)


def test_a_season_is_started_by_the_list_and_put_right(app_land, client, farmer):  # noqa: F811
    facts = CropFacts("lychee", {"vi": "Vải thiều", "en": "Lychee"})
    crop_id = app_land.run(supplies.save_crop, facts=facts, actor=OFFICE)
    facts = CropFacts("early", {"vi": "U hồng"})
    variety_id = app_land.run(supplies.save_variety, crop_id, facts=facts, actor=OFFICE)
    new = f"{farmer}/plots/{app_land.plot_id}/seasons/new"
    chosen = {"listed": f"{crop_id}:{variety_id}", "started_on": "2026-11-01"}
    made = post(client, new, chosen)
    assert made.status_code == 303
    app_land.session.rollback()
    season = app_land.session.get_one(Season, made.location.rpartition("/")[2])
    assert (season.crop["vi"], season.variety) == ("Vải thiều", "U hồng")
    assert (season.crop_id, season.variety_id) == (crop_id, variety_id)
    assert post(client, new, {"started_on": "2026-11-01"}).status_code == 422
    fixed = post(client, f"{made.location}/crop", {"listed": crop_id, "crop": "Vải sớm"})
    assert fixed.status_code == 303
    app_land.session.rollback()
    assert (season.crop["vi"], season.variety_id) == ("Vải sớm", None)
