"""A code on a crate or pallet leads to what is in it, or left in it."""

from datetime import timedelta

import pytest

from tests.traceability.land import NOW, OFFICE, Land
from traceability.models import LogisticUnit, Lot
from traceability.rules import Portion, UnitKind
from traceability.services import lots
from traceability.services.links import change_numbers
from traceability.services.lots import ShipFacts

GLN = "8938500000010"


@pytest.fixture
def land(app_session, now):
    del now
    return Land(app_session)


def unit(land, kind: UnitKind) -> LogisticUnit:
    values = {"vendor_id": land.vendor_id, "kind": kind, "name": "", "actor": land.owner}
    key = land.run(lots.make_unit, **values)
    return land.session.get_one(LogisticUnit, key)


def test_a_pallet_tells_the_lots_of_its_crates(client, land):
    lot = land.session.get_one(Lot, land.harvest())
    crate, pallet = unit(land, UnitKind.CRATE), unit(land, UnitKind.PALLET)
    portion = Portion(lot.id, 20_000)
    land.run(lots.pack_unit, crate.id, portions=[portion], actor=land.owner)
    land.run(lots.pack_unit, pallet.id, crates=[crate.id], actor=land.owner)
    for one in (crate, pallet):
        page = client.get(f"/u/{one.code}").text
        assert f'href="/t/{lot.trace_code}"' in page
        assert "20 kg" in page
        assert "called back" not in page
    land.run(lots.recall_lot, lot.id, reason="Dư lượng thuốc vượt mức", actor=OFFICE)
    assert "thu hồi" in client.get(f"/u/{pallet.code}?lang=vi").text
    assert client.get(f"/u/{pallet.code.lower()}").status_code == 200


def fill(land, load, day, **what):
    land.run(lots.pack_unit, load.id, actor=land.owner, now=NOW + timedelta(days=day), **what)


def ship(land, load, day):
    facts = ShipFacts(units=(load.id,), to_name="Siêu thị Bình An")
    now = NOW + timedelta(days=day)
    land.run(lots.ship_goods, vendor_id=land.vendor_id, facts=facts, actor=land.owner, now=now)


def test_what_was_shipped_is_told_by_the_code_it_was_shipped_under(client, land):
    first, second = (land.session.get_one(Lot, land.harvest()) for _ in range(2))
    crate, pallet = unit(land, UnitKind.CRATE), unit(land, UnitKind.PALLET)
    fill(land, crate, 1, portions=[Portion(first.id, 20_000)])
    fill(land, pallet, 2, crates=[crate.id])
    ship(land, pallet, 3)
    land.run(lots.recall_lot, first.id, reason="Dư lượng thuốc vượt mức", actor=OFFICE)
    for one in (crate, pallet):
        page = client.get(f"/u/{one.code}?lang=en").text
        assert "What it left with" in page
        assert "20 kg" in page
        assert "Something in it was called back" in page
    # The crate came home and is filled anew: that went with no pallet.
    fill(land, crate, 5, portions=[Portion(second.id, 4_000)])
    page = client.get(f"/u/{crate.code}?lang=en").text
    assert "What is in it now" in page
    assert "4 kg" in page
    assert "called back" not in page
    page = client.get(f"/u/{pallet.code}?lang=en").text
    assert first.trace_code in page
    assert second.trace_code not in page


def test_what_was_taken_out_is_in_it_no_more(client, land):
    lot = land.session.get_one(Lot, land.harvest())
    crate = unit(land, UnitKind.CRATE)
    fill(land, crate, 1, portions=[Portion(lot.id, 20_000)])
    land.run(lots.unpack_unit, crate.id, actor=land.owner, now=NOW + timedelta(days=2))
    assert "It is empty now." in client.get(f"/u/{crate.code}?lang=en").text


def test_an_sscc_leads_to_the_same_page(client, land):
    land.run(
        change_numbers,
        vendor_id=land.vendor_id,
        gln=GLN,
        company_prefix="8938500000",
        actor=land.owner,
    )
    crate = unit(land, UnitKind.CRATE)
    assert crate.sscc is not None
    answer = client.get(f"/00/{crate.sscc}")
    assert (answer.status_code, answer.location) == (307, f"http://localhost/u/{crate.code}")
    asked = {"Accept": "application/linkset+json"}
    linkset = client.get(f"/00/{crate.sscc}?linkType=linkset", headers=asked).json["linkset"]
    assert linkset[0]["anchor"] == f"http://localhost/00/{crate.sscc}"
    other = client.get(f"/u/{crate.code}?linkType=linkset", headers=asked)
    assert other.json["linkset"][0]["anchor"] == f"http://localhost/u/{crate.code}"


def test_a_code_of_no_load_leads_nowhere(client, land):
    del land
    assert client.get("/u/NOSUCHLOAD00").status_code == 404
    assert client.get("/u/-").status_code == 400
