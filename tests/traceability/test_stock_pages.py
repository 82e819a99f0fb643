"""Packing, splitting, crates and shipments through the HTTP door."""

import re

import pytest

from kernel.quantity import Unit
from tests.conftest import post
from tests.traceability.packhouse import Packhouse, check_everything
from traceability import queries
from traceability.queries.carrying import shipments_of, units_of
from traceability.rules import LotKind, LotState
from traceability.services import lots


@pytest.fixture
def house(app, app_session):
    return Packhouse(app_session)


@pytest.fixture
def farmer(house, sign_in):
    sign_in(vendor=house.vendor_id, vendor_roles=["owner"])
    return f"/work/{house.vendor_id}/farm"


def newest(house):
    house.session.rollback()
    found = queries.lots_of(house.session, vendor_id=house.vendor_id).items
    return max(found, key=lambda lot: lot.id)


def test_a_lot_is_packed_from_two_on_one_page(house, client, farmer):
    first, second = house.harvest(), house.harvest(quantity=1_500)
    page = client.get(f"{farmer}/lots/pack?lot={second}").get_data(as_text=True)
    assert f'name="take-{first}" value=""' in page
    assert f'name="take-{second}" value="1,5 kg"' in page
    answer = post(
        client,
        f"{farmer}/lots/pack",
        {
            f"take-{first}": "60",
            f"take-{second}": "1,5 kg",
            "quantity": "61",
            "unit": "kg",
            "packed_on": "2026-11-23",
        },
    )
    assert answer.status_code == 303
    lot = newest(house)
    assert (lot.kind, lot.quantity) == (LotKind.PACKED, 61_000)
    told = client.get(answer.location).get_data(as_text=True)
    assert "L2611-001" in told
    assert "L2611-002" in told
    check_everything(house.session)


@pytest.mark.parametrize(
    ("status", "page", "data"),
    [
        (409, "lots/pack", {"take-{lot}": "200", "quantity": "200", "packed_on": "2026-11-23"}),
        (422, "lots/pack", {"take-{lot}": "x", "quantity": "2", "packed_on": "2026-11-23"}),
        (422, "lots/pack", {"take-{lot}": "1", "quantity": "2", "packed_on": "2026-11-23"}),
        (422, "lots/pack", {"quantity": "2", "packed_on": "2026-11-23"}),
        (422, "lots/pack", {"take-{lot}": "2", "quantity": "2", "packed_on": "2027-01-01"}),
        (409, "lots/{lot}/split", {"count": "3", "each": "50 kg"}),
        (422, "lots/{lot}/split", {"count": "0", "each": "50 kg"}),
        (422, "lots/{lot}/split", {"count": "2", "each": "?"}),
        (409, "lots/{lot}/take/waste", {"quantity": "121", "reason": "Dập nát"}),
        (422, "lots/{lot}/take/waste", {"quantity": "0", "reason": "Dập nát"}),
        (422, "lots/{lot}/take/waste", {"quantity": "1", "reason": "x"}),
        (422, "lots/{lot}/take/count", {"quantity": "120", "reason": "Cân lại"}),
        (422, "lots/{lot}/take/back", {"quantity": "1", "reason": "Khách trả"}),
        (422, "shipments/new", {"take-{lot}": "1"}),
        (422, "shipments/new", {"to_name": "Bình An"}),
        (422, "shipments/new", {"take-{lot}": "1", "to_code": "NOSUCH"}),
        (422, "shipments/new", {"take-{lot}": "1", "to_name": "Bình An", "to_gln": "123"}),
        (409, "shipments/new", {"take-{lot}": "999", "to_name": "Bình An"}),
    ],
)
def test_a_mistake_is_told_and_changes_nothing(house, client, farmer, status, page, data):
    lot_id = house.harvest()
    data = {key.format(lot=lot_id): value for key, value in data.items()}
    data |= {"unit": "kg"} if page == "lots/pack" else {}
    answer = post(client, f"{farmer}/{page.format(lot=lot_id)}", data)
    assert answer.status_code == status
    text = answer.get_data(as_text=True)
    assert "field-error" in text or "note-bad" in text
    assert house.card(lot_id).rest == 120_000
    assert newest(house).id == lot_id


@pytest.mark.parametrize(
    ("what", "quantity", "rest"),
    [("waste", "20", 100_000), ("sample", "0,5", 119_500), ("count", "119", 119_000)],
)
def test_what_happens_to_a_lot_is_written_down_on_one_page(
    house, client, farmer, what, quantity, rest
):
    lot_id = house.harvest()
    address = f"{farmer}/lots/{lot_id}/take/{what}"
    data = {"quantity": quantity, "reason": "Sáng nay cân"}
    assert post(client, address, data).status_code == 303
    assert house.card(lot_id).rest == rest
    assert "Sáng nay cân" in client.get(f"{farmer}/lots/{lot_id}").get_data(as_text=True)


def test_everything_can_be_counted_away(house, client, farmer):
    lot_id = house.harvest()
    address = f"{farmer}/lots/{lot_id}/take/count"
    assert post(client, address, {"quantity": "0", "reason": "Mất sạch"}).status_code == 303
    assert house.card(lot_id).state is LotState.CLOSED
    assert client.get(f"{farmer}/lots/{lot_id}/take/nonsense").status_code == 404


def test_a_lot_is_split_into_bags(house, client, farmer):
    lot_id = house.harvest()
    answer = post(client, f"{farmer}/lots/{lot_id}/split", {"count": "3", "each": "30"})
    assert answer.status_code == 303
    assert house.card(lot_id).rest == 30_000
    check_everything(house.session)


def test_a_crate_is_filled_put_on_a_pallet_and_shipped_with_it(house, client, farmer):
    lot_id = house.harvest()
    crate = post(client, f"{farmer}/units", {"kind": "crate", "name": "Sọt 1"}).location
    pallet = post(client, f"{farmer}/units", {"kind": "pallet", "name": "Kệ A"}).location
    assert post(client, f"{crate}/pack", {f"take-{lot_id}": "20"}, form=crate).status_code == 303
    crate_id = crate.rpartition("/")[2]
    assert post(client, f"{pallet}/pack", {"crate": crate_id}, form=pallet).status_code == 303
    assert "Sọt 1" in client.get(pallet).get_data(as_text=True)
    refused = post(client, f"{pallet}/pack", {"crate": crate_id}, form=pallet)
    assert refused.status_code == 409
    sent = post(
        client,
        f"{farmer}/shipments/new",
        {"unit": pallet.rpartition("/")[2], "to_name": "Siêu thị Bình An"},
    )
    assert sent.status_code == 303
    assert "Siêu thị Bình An" in client.get(sent.location).get_data(as_text=True)
    assert house.card(lot_id).rest == 100_000
    off = post(
        client, f"{sent.location}/void", {"reason": "Xe hỏng giữa đường"}, form=sent.location
    )
    assert off.status_code == 303
    assert house.card(lot_id).rest == 120_000
    check_everything(house.session)


def test_another_vendor_receives_what_was_sent(house, client, sign_in):
    other = Packhouse(house.session, "V02")
    lot_id = house.harvest()
    sign_in(vendor=house.vendor_id, vendor_roles=["owner"])
    sent = post(
        client,
        f"/work/{house.vendor_id}/farm/shipments/new",
        {f"take-{lot_id}": "20", "to_code": "v02"},
    )
    assert sent.status_code == 303
    shipment_id = sent.location.rpartition("/")[2]
    sign_in(vendor=other.vendor_id, vendor_roles=["recorder"])
    address = f"/work/{other.vendor_id}/farm/shipments/{shipment_id}"
    page = client.get(address).get_data(as_text=True)
    (field,) = re.findall(r'name="(came-\w+)" value="20 kg"', page)
    assert post(client, f"{address}/receive", {field: "x"}, form=address).status_code == 422
    assert post(client, f"{address}/receive", {field: "21"}, form=address).status_code == 422
    assert post(client, f"{address}/receive", {field: "19"}, form=address).status_code == 303
    lot = newest(other)
    assert (lot.kind, lot.quantity, lot.unit) == (LotKind.RECEIVED, 19_000, Unit.GRAM)
    assert client.get(address).status_code == 200
    check_everything(house.session)


def test_strangers_see_neither_crates_nor_shipments(house, client, sign_in):
    other = Packhouse(house.session, "V02")
    lot_id = house.harvest()
    shipment_id = house.ship((lot_id, 1000))
    sign_in(vendor=other.vendor_id, vendor_roles=["owner"])
    base = f"/work/{other.vendor_id}/farm"
    assert client.get(f"{base}/shipments/{shipment_id}").status_code == 404
    assert client.get(f"{base}/shipments").status_code == 200
    assert units_of(house.session, vendor_id=other.vendor_id).items == []
    assert shipments_of(house.session, vendor_id=other.vendor_id).items == []


def test_the_office_sees_the_story_of_a_lot(house, client, sign_in):
    first = house.harvest()
    packed = house.pack((first, 50_000), out=49_000)
    house.run(lots.hold_lot, first, reason="Chờ kiểm nghiệm", actor=house.owner)
    sign_in(roles=["reviewer"])
    text = client.get(f"/office/lots/{packed}").get_data(as_text=True)
    assert "L2611-001" in text
    assert f"/office/lots/{first}" in text
