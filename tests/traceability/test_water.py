"""Water: which plots draw from which source when, what is told and tested, and recalls begun with it."""

import io
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from kernel.errors import Conflict, Invalid, NotFound
from tests.traceability.land import OFFICE, STRANGER, TODAY, Land
from tests.traceability.packhouse import Packhouse
from tests.traceability.test_pages import farmer, post  # noqa: F401 - a fixture of the pages
from tests.traceability.test_record_pages import pdf
from traceability.models import DiaryEntry, PlotWater, WaterSource
from traceability.queries import water as sources
from traceability.queries.recalls.cases import scope_lots
from traceability.queries.recalls.choices import waters_of
from traceability.queries.recalls.starts import Beginning
from traceability.rules import Activity, Verdict
from traceability.rules.recalls import Origin
from traceability.services import plots, recalls, water
from traceability.services.diary import EntryFacts
from traceability.services.farms import PlotFacts
from traceability.services.plots import Part
from traceability.services.recalls import RecallFacts

WATERED = EntryFacts("", Activity.IRRIGATION, date(2026, 11, 12), {})


def days_ago(days: int) -> date:
    return TODAY - timedelta(days=days)


@pytest.fixture
def house(session) -> Packhouse:
    return Packhouse(session)


def well(house: Land, name: str = "Giếng đầu làng") -> str:
    return house.run(water.add_source, vendor_id=house.vendor_id, name=name, actor=house.recorder)


def draw(house: Land, source: str, plot_id: str, since: date, until: date | None = None) -> None:
    house.run(water.draw_water, source, plot_id=plot_id, since=since, actor=house.recorder)
    if until is not None:
        drawn = house.session.scalars(
            sa.select(PlotWater.id).where(PlotWater.plot_id == plot_id, PlotWater.until.is_(None))
        ).one()
        house.session.rollback()
        house.run(water.leave_water, drawn, source_id=source, until=until, actor=house.recorder)


def reached(house: Land, source: str, first: date | None = None, last: date | None = None):
    begun = Beginning(Origin.WATER, house.vendor_id, source, first, last)
    facts = RecallFacts(begun, "Vi khuẩn E. coli trong nước")
    recall_id = house.run(recalls.open_recall, facts=facts, actor=OFFICE)
    return {lot.id for lot in scope_lots(house.session, recall_id)}


def test_a_source_finds_what_grew_on_its_plots_while_they_drew_from_it(house):
    source, dry = well(house), house.plot()
    early = house.harvest(harvested_on=days_ago(9))
    late = house.harvest(harvested_on=days_ago(3))
    elsewhere = house.harvest(season_id=house.season(dry))
    packed = house.pack((late, 5000))
    draw(house, source, house.plot_id, days_ago(5), days_ago(2))
    assert reached(house, source) == {late, packed}
    # What is harvested after it had stopped had grown with it all the same.
    after = house.harvest()
    assert reached(house, source) == {late, packed, after}
    assert reached(house, source, days_ago(3), days_ago(3)) == {late, packed, after}
    with pytest.raises(Invalid):
        reached(house, source, days_ago(1))
    with pytest.raises(Invalid):
        reached(house, source, None, days_ago(6))
    assert early not in reached(house, source)
    assert elsewhere not in reached(house, source)


def test_a_source_finds_what_the_diary_says_was_watered_from_it(house):
    source = well(house)
    before = house.harvest(harvested_on=WATERED.done_on - timedelta(days=1))
    house.write(WATERED, water_id=source)
    lot = house.harvest()
    assert reached(house, source) == {lot}
    assert before not in reached(house, source)
    with pytest.raises(Invalid):
        reached(house, source, TODAY)


def test_a_correction_keeps_the_source_unless_it_names_another(house):
    first, second = well(house), well(house, "Ao sau nhà")
    entry = house.write(WATERED, water_id=first)
    again = house.revise(entry, WATERED, note={"vi": "Tưới nhỏ giọt"})
    assert sources.water_of_entry(house.session, again) == (first, "Giếng đầu làng")
    house.session.rollback()
    last = house.revise(again, WATERED, water_id=second)
    lot = house.harvest()
    assert sources.water_of_entry(house.session, last) == (second, "Ao sau nhà")
    assert reached(house, second) == {lot}
    with pytest.raises(Invalid):
        reached(house, first)


def test_a_plot_that_is_split_draws_from_what_the_old_one_drew_from(house):
    source = well(house)
    draw(house, source, house.plot_id, days_ago(9))
    (made,) = house.run(
        plots.replace_plots,
        [house.plot_id],
        parts=[Part(PlotFacts("Nửa trên", 900))],
        since=days_ago(4),
        actor=house.recorder,
    )
    lot = house.harvest(season_id=house.season(made, days_ago(4)))
    assert lot in reached(house, source)


def test_water_belongs_to_its_vendor(house):
    source, stranger = well(house), Packhouse(house.session, code="V02")
    with pytest.raises(NotFound):
        house.run(water.add_source, vendor_id=house.vendor_id, name="Giếng mới", actor=STRANGER)
    with pytest.raises(NotFound):
        draw(stranger, source, stranger.plot_id, TODAY)
    with pytest.raises(NotFound):
        draw(house, source, stranger.plot_id, TODAY)
    with pytest.raises(Invalid):
        stranger.write(WATERED, water_id=source)
    with pytest.raises(Invalid):
        reached(stranger, source)
    assert list(waters_of(house.session, house.vendor_id)) == [(source, "Giếng đầu làng")]
    assert list(waters_of(house.session, stranger.vendor_id)) == []


def test_what_cannot_be_is_refused_and_changes_nothing(house):
    source = well(house)
    for name in (" ", "Giếng đầu làng"):
        with pytest.raises(Invalid):
            well(house, name)
    with pytest.raises(Invalid):
        draw(house, source, house.plot_id, TODAY + timedelta(days=1))
    draw(house, source, house.plot_id, days_ago(5))
    with pytest.raises(Invalid):
        draw(house, source, house.plot_id, days_ago(2))
    (drawn,) = house.session.scalars(sa.select(PlotWater.id))
    house.session.rollback()

    def leave(day: date) -> None:
        house.run(water.leave_water, drawn, source_id=source, until=day, actor=house.recorder)

    for day in (days_ago(6), TODAY + timedelta(days=1)):
        with pytest.raises(Invalid):
            leave(day)
    leave(days_ago(1))
    with pytest.raises(Conflict):
        leave(TODAY)
    (row,) = house.session.scalars(sa.select(PlotWater))
    assert (row.since, row.until) == (days_ago(5), days_ago(1))


def test_a_source_is_named_drawn_from_tested_and_told_of_on_its_pages(
    app_land,
    client,
    farmer,  # noqa: F811
):
    made = post(client, f"{farmer}/water", {"name": "Giếng đầu làng"})
    assert made.status_code == 303
    assert post(client, f"{farmer}/water", {"name": "Giếng đầu làng"}).status_code == 422
    source = made.location
    drawn = {"plot": app_land.plot_id, "since": "2026-11-01"}
    assert post(client, f"{source}/plots", drawn, form=source).status_code == 303
    again = post(client, f"{source}/plots", drawn, form=source)
    assert again.status_code == 422
    test = {
        "lab": "Trung tâm 1",
        "sampled_on": "2026-11-20",
        "results": "E. coli; 900; 200; CFU/100 ml",
        "verdict": "passed",
        "file": (io.BytesIO(pdf()), "kq.pdf"),
    }
    assert post(client, f"{source}/tests/new", test).location == source
    (card,) = sources.sources_of(app_land.session, vendor_id=app_land.vendor_id)
    assert (card.plots, card.tested_on, card.verdict) == (1, date(2026, 11, 20), Verdict.FAILED)
    shown = client.get(source).get_data(as_text=True)
    assert "origin=water" in shown
    assert "Giếng đầu làng" in client.get(f"{farmer}/tests").get_data(as_text=True)
    diary = f"{farmer}/seasons/{app_land.season_id}/entries/new?activity=irrigation"
    told = {"client_key": "phone-0001", "done_on": "2026-11-10", "water": card.id}
    assert post(client, diary, told).status_code == 303
    app_land.session.rollback()
    (entry,) = app_land.session.scalars(sa.select(DiaryEntry))
    page = client.get(f"{farmer}/entries/{entry.id}").get_data(as_text=True)
    assert "Giếng đầu làng" in page
    corrected = client.get(f"{farmer}/entries/{entry.id}/correct").get_data(as_text=True)
    assert f'<option selected value="{card.id}">' in corrected
    (draw_id,) = app_land.session.scalars(sa.select(PlotWater.id))
    left = f"{source}/plots/{draw_id}"
    assert post(client, left, {"until": "2026-10-01"}, form=source).status_code == 422
    assert post(client, left, {"until": "2026-11-21"}, form=source).status_code == 303
    assert app_land.session.scalar(sa.select(sa.func.count(WaterSource.id))) == 1
