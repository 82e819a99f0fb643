"""How warm a lot is kept: told as an event, read by buyers and found by partners."""

from contextlib import suppress
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from kernel.audit import AuditEntry
from kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.conftest import post
from tests.traceability.land import NOW, STRANGER, TODAY, count, member
from tests.traceability.packhouse import Packhouse, check_everything, events
from traceability.epcis.asked import Known
from traceability.epcis.asking import read_query
from traceability.epcis.contexts import BUILT_IN
from traceability.models import Lot, TraceEvent
from traceability.queries.events import find_events
from traceability.queries.journey import journey, readings
from traceability.rules import LotState
from traceability.rules.keeping import COLDEST, HOTTEST, read_celsius
from traceability.services import lots
from traceability.services.events import declare_wrong
from traceability.services.lots import KeptFacts

HOUR_AGO = NOW - timedelta(hours=1)


@pytest.fixture
def house(session):
    return Packhouse(session)


def keep(house, lot_id, celsius=4.0, at=HOUR_AGO, store="", *, actor=None, **more):
    facts = KeptFacts(celsius, at, store)
    return house.run(lots.note_keeping, lot_id, facts=facts, actor=actor or house.recorder, **more)


def test_a_temperature_is_an_event_of_the_lot(house):
    lot_id = house.harvest()
    keep(house, lot_id, 3.5, store="Kho lạnh 2")
    body = events(house.session, of=house.card(lot_id).trace_code)[-1]
    assert (body["type"], body["action"]) == ("ObjectEvent", "OBSERVE")
    assert (body["bizStep"], body["disposition"]) == ("storing", "in_progress")
    assert body["eventTime"] == "2026-11-23T09:00:00.000+07:00"
    assert body["sensorElementList"] == [
        {
            "sensorMetadata": {"time": "2026-11-23T09:00:00.000+07:00"},
            "sensorReport": [{"type": "Temperature", "value": 3.5, "uom": "CEL"}],
        }
    ]
    assert body["quantityList"][0]["quantity"] == 120
    assert body["market:store"] == "Kho lạnh 2"
    entry = house.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert (entry.action, entry.detail["celsius"]) == ("lot.kept", 3.5)
    check_everything(house.session)


def test_the_journey_tells_how_warm_it_was_and_where(house):
    lot_id = house.harvest()
    keep(house, lot_id, -18.0, store="Kho đông")
    name = events(house.session)[-1]["quantityList"][0]["epcClass"]
    first, kept = sorted(
        journey(house.session, [name], vendors=[house.vendor_id]),
        key=lambda stop: stop.seq,
    )
    assert (first.store, first.coldest, first.hottest) == ("", None, None)
    assert (kept.step, kept.store) == ("storing", "Kho đông")
    assert (kept.coldest, kept.hottest) == (-18.0, -18.0)


def test_the_page_of_a_lot_lists_how_warm_it_was(house, session):
    lot_id = house.harvest()
    for hours, celsius in ((3, 8.0), (2, 4.5), (1, -1.0)):
        keep(house, lot_id, celsius, NOW - timedelta(hours=hours), "Kho 2")
    name = events(house.session)[-1]["quantityList"][0]["epcClass"]
    seen = readings(session, [name], vendors=[house.vendor_id])
    assert [one.coldest for one in seen] == [one.hottest for one in seen] == [-1.0, 4.5, 8.0]
    assert {one.store for one in seen} == {"Kho 2"}
    wrong = session.scalars(sa.select(TraceEvent.seq).order_by(TraceEvent.seq.desc())).first()
    house.run(declare_wrong, wrong, reason="did_not_occur")
    assert [one.coldest for one in readings(session, [name], vendors=[house.vendor_id])] == [
        4.5,
        8.0,
    ]


@pytest.mark.parametrize(
    ("query", "hits"),
    [
        ({"EQ_type": ["Temperature"]}, 2),
        ({"GT_value_CEL": ["4"]}, 1),
        ({"LE_value_CEL": ["4"]}, 1),
        ({"EQ_bizStep": ["storing"], "GE_value_CEL": ["9"]}, 0),
    ],
)
def test_partners_find_it_by_what_the_sensor_said(house, query, hits):
    lot_id = house.harvest()
    keep(house, lot_id, 4.0)
    keep(house, lot_id, 8.0)
    asked = read_query(query, Known({}, BUILT_IN))
    found = find_events(house.session, vendor_id=house.vendor_id, asked=asked, size=10, after=())
    assert len(found.events) == hits


def test_what_is_on_hold_is_kept_too(house):
    lot_id = house.harvest()
    house.run(lots.hold_lot, lot_id, reason="Chờ kết quả", actor=house.recorder)
    keep(house, lot_id)
    assert house.card(lot_id).state is LotState.HELD


@pytest.mark.parametrize(
    ("celsius", "at", "store", "field"),
    [
        (COLDEST - 1, HOUR_AGO, "", "celsius"),
        (HOTTEST + 1, HOUR_AGO, "", "celsius"),
        (float("nan"), HOUR_AGO, "", "celsius"),
        (4.0, NOW + timedelta(hours=1), "", "hour"),
        (4.0, NOW - timedelta(days=1), "", "day"),
        (4.0, HOUR_AGO, "k" * 81, "store"),
    ],
)
def test_what_cannot_be_is_refused_and_names_its_field(house, celsius, at, store, field):
    lot_id = house.harvest()
    before = count(house.session, TraceEvent)
    with pytest.raises(Invalid) as refusal:
        keep(house, lot_id, celsius, at, store)
    assert refusal.value.field == field
    assert count(house.session, TraceEvent) == before


def test_nothing_is_told_of_what_is_gone_or_has_not_begun(house):
    lot_id = house.harvest()
    with pytest.raises(NotFound):
        keep(house, lot_id, actor=STRANGER)
    with pytest.raises(NotAllowed):
        keep(house, lot_id, actor=member(house.vendor_id, "viewer"))
    house.take(lots.note_waste, lot_id, 120_000)
    with pytest.raises(Conflict):
        keep(house, lot_id)
    other = house.harvest()
    house.session.execute(sa.update(Lot).where(Lot.id == other).values(commissioned_seq=None))
    house.session.commit()
    with pytest.raises(Conflict):
        keep(house, other)
    assert [body["bizStep"] for body in events(house.session)].count("storing") == 0


@pytest.mark.parametrize(
    ("text", "celsius"),
    [
        ("4", 4.0),
        ("3,5", 3.5),
        ("-18 °C", -18.0),
        ("\u221218.25", -18.25),
        ("+2c", 2.0),
        ("5 độ", 5.0),
        ("-0", 0.0),
    ],
)
def test_degrees_are_read_as_people_write_them(text, celsius):
    assert read_celsius(text) == celsius


@given(st.text(max_size=12))
def test_any_text_is_a_temperature_or_refused(text):
    with suppress(Invalid):
        assert COLDEST <= read_celsius(text) <= HOTTEST


@given(st.integers(-6000, 10000))
def test_hundredths_of_degrees_are_kept(hundredths):
    assert read_celsius(f"{hundredths / 100:.2f}") == hundredths / 100


@pytest.fixture
def farmer(app, app_session, sign_in):
    house = Packhouse(app_session)
    sign_in(vendor=house.vendor_id, vendor_roles=["recorder"])
    return house


def test_the_packing_house_writes_it_down_and_buyers_read_it(farmer, client):
    lot_id = farmer.harvest()
    address = f"/work/{farmer.vendor_id}/farm/lots/{lot_id}"
    assert f"{address}/keep" in client.get(address).get_data(as_text=True)
    assert f'value="{TODAY}"' in client.get(f"{address}/keep").get_data(as_text=True)
    data = {"celsius": "3,5", "day": str(TODAY), "hour": "9h30", "store": "Kho lạnh 2"}
    assert post(client, f"{address}/keep", data).status_code == 303
    listed = client.get(address).get_data(as_text=True)
    assert "Kho lạnh 2" in listed
    assert "3,5 °C" in listed
    page = client.get(f"/t/{farmer.card(lot_id).trace_code}?lang=en").get_data(as_text=True)
    assert "3.5 °C" in page or "3,5 °C" in page
    assert "Kho lạnh 2" in page


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("celsius", ""),
        ("celsius", "lạnh"),
        ("celsius", "400"),
        ("day", "2026-11-24"),
        ("day", "2026-11-01"),
        ("hour", "25:00"),
        ("store", "k" * 90),
    ],
)
def test_a_mistake_is_told_beside_its_field(farmer, client, name, value):
    lot_id = farmer.harvest()
    data = {"celsius": "4", "day": str(TODAY), "hour": "09:00"} | {name: value}
    answer = post(client, f"/work/{farmer.vendor_id}/farm/lots/{lot_id}/keep", data)
    assert answer.status_code == 422
    assert "field-error" in answer.get_data(as_text=True)
    assert len(events(farmer.session)) == 1
