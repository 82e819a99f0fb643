"""Crates, pallets and shipments: what lay where is a matter of time."""

from datetime import timedelta

import pytest

from kernel.db import transaction
from kernel.errors import Conflict, Invalid, NotFound
from tests.together import at_once
from tests.traceability.land import NOW, OFFICE, count, member
from tests.traceability.packhouse import Packhouse, check_everything, events, steps_of
from traceability.errors import LotHoldsLess, LotStoppedNow
from traceability.gs1 import is_sscc
from traceability.models import Gs1Party, LogisticUnit, Shipment, UnitContent
from traceability.queries.carrying import contents, contents_at, shipped_lines
from traceability.queries.journey import journey
from traceability.queries.loads import load_of_code
from traceability.rules import LotKind, LotState, Portion, UnitKind
from traceability.services import ledger, lots

CRATE, PALLET = UnitKind.CRATE, UnitKind.PALLET
HOUR = timedelta(hours=1)


@pytest.fixture
def house(session):
    return Packhouse(session)


def unit(house, kind=CRATE, name=""):
    return house.run(
        lots.make_unit, vendor_id=house.vendor_id, kind=kind, name=name, actor=house.owner
    )


def put(house, unit_id, *portions, crates=(), now=NOW):
    whole = [Portion(*one) for one in portions]
    house.run(lots.pack_unit, unit_id, portions=whole, crates=crates, actor=house.owner, now=now)


def empty(house, unit_id, *, now=NOW, contents=None):
    house.run(lots.unpack_unit, unit_id, contents=contents, actor=house.owner, now=now)


def test_a_crate_on_two_pallets_at_different_times_leaks_nothing_across_time(house):
    lot_a, lot_b = house.harvest(), house.harvest()
    crate, first, second = unit(house), unit(house, PALLET), unit(house, PALLET)
    put(house, crate, (lot_a, 10_000))
    put(house, first, crates=[crate], now=NOW + HOUR)
    empty(house, first, now=NOW + 2 * HOUR)
    empty(house, crate, now=NOW + 3 * HOUR)
    put(house, crate, (lot_b, 7_000), now=NOW + 4 * HOUR)
    put(house, second, crates=[crate], now=NOW + 5 * HOUR)

    def at(unit_id, hours):
        house.session.rollback()
        found = contents_at(house.session, unit_id, NOW + hours * HOUR)
        return {one.lot_id: one.quantity for one in found}

    assert at(first, 0) == {}
    assert at(first, 1) == {lot_a: 10_000}
    assert at(first, 2) == {}
    assert at(first, 6) == {}
    assert at(second, 1) == {}
    assert at(second, 5) == {lot_b: 7_000}
    assert at(crate, 2) == {lot_a: 10_000}
    assert at(crate, 3.5) == {}
    steps = [(body["action"], body["bizStep"]) for body in events(house.session)[2:]]
    assert steps == [
        ("ADD", "packing"),
        ("ADD", "packing"),
        ("DELETE", "unpacking"),
        ("DELETE", "unpacking"),
        ("ADD", "packing"),
        ("ADD", "packing"),
    ]
    check_everything(house.session)


def test_what_lies_in_crates_is_neither_packed_nor_crated_twice(house):
    lot_id = house.harvest(quantity=10_000)
    crate = unit(house)
    put(house, crate, (lot_id, 8_000))
    with pytest.raises(LotHoldsLess):
        put(house, crate, (lot_id, 2_001))
    with pytest.raises(LotHoldsLess):
        house.pack((lot_id, 2_001))
    with pytest.raises(LotHoldsLess):
        house.take(lots.correct_count, lot_id, 7_999)
    house.pack((lot_id, 2_000))
    empty(house, crate)
    house.pack((lot_id, 8_000))
    assert house.card(lot_id).state is LotState.CLOSED
    check_everything(house.session)


def test_a_crate_stands_on_one_pallet_and_pallets_stand_on_nothing(house):
    lot_id = house.harvest()
    crate, first, second = unit(house), unit(house, PALLET), unit(house, PALLET)
    put(house, crate, (lot_id, 1_000))
    put(house, first, crates=[crate])
    with pytest.raises(Conflict):
        put(house, second, crates=[crate])
    with pytest.raises(NotFound):
        put(house, second, crates=[first])
    with pytest.raises(Invalid):
        put(house, crate, crates=[crate])
    with pytest.raises(Invalid):
        put(house, crate)
    other = Packhouse(house.session, "V02")
    with pytest.raises(NotFound):
        house.run(lots.unpack_unit, crate, actor=other.owner)
    with pytest.raises(Conflict):
        empty(house, second)


def test_a_hold_keeps_lots_and_their_crates_where_they_are(house):
    lot_id = house.harvest()
    crate, pallet = unit(house), unit(house, PALLET)
    put(house, crate, (lot_id, 1_000))
    house.run(lots.hold_lot, lot_id, reason="Chờ kiểm nghiệm", actor=house.owner)
    for blocked in (
        lambda: put(house, pallet, (lot_id, 1_000)),
        lambda: put(house, pallet, crates=[crate]),
        lambda: house.ship(units=[crate]),
    ):
        with pytest.raises(LotStoppedNow):
            blocked()
    empty(house, crate)
    assert count(house.session, UnitContent, UnitContent.until.is_(None)) == 0


def test_loads_get_an_sscc_under_the_vendors_prefix_and_an_opaque_code_without(house, maker):
    assert house.session.get_one(LogisticUnit, unit(house)).sscc is None
    with transaction(house.session):
        house.session.add(
            Gs1Party(
                vendor_id=house.vendor_id, gln=None, company_prefix="8938500000", changed_at=NOW
            )
        )

    def make(_number):
        with maker() as session, transaction(session):
            made = lots.make_unit(
                session,
                vendor_id=house.vendor_id,
                kind=PALLET,
                name="",
                actor=house.owner,
                now=NOW,
            )
            return session.get_one(LogisticUnit, made).sscc

    numbers = at_once(make, 4)
    assert len(set(numbers)) == 4
    assert all(is_sscc(number) and number.startswith("08938500000") for number in numbers)


def test_goods_leave_with_their_pallet_and_the_paper_says_to_whom(house):
    lot_id = house.harvest()
    crate, pallet = unit(house), unit(house, PALLET)
    put(house, crate, (lot_id, 10_000))
    put(house, pallet, (lot_id, 5_000), crates=[crate])
    shipment_id = house.ship((lot_id, 2_000), units=[pallet])
    assert house.card(lot_id).rest == 103_000
    assert ledger.carried(house.session, lot_id) == 0
    assert sorted(line.quantity for line in shipped_lines(house.session, shipment_id)) == [
        2_000,
        5_000,
        10_000,
    ]
    body = events(house.session)[-1]
    shipment = house.session.get_one(Shipment, shipment_id)
    assert (body["bizStep"], body["disposition"]) == ("shipping", "in_transit")
    assert body["bizTransactionList"] == [
        {"type": "desadv", "bizTransaction": f"http://localhost/d/{shipment.code}"}
    ]
    assert body["sourceList"][0]["source"].startswith("http://localhost/v/")
    assert len(body["epcList"]) == 1
    assert [one.until is None for one in contents(house.session, pallet)] == [False, False]
    check_everything(house.session)


def test_a_shipment_is_called_off_once_and_never_after_it_was_received(house):
    other = Packhouse(house.session, "V02")
    lot_id = house.harvest()
    why = {"reason": "Xe hỏng giữa đường"}
    first, second = house.ship((lot_id, 2_000)), house.ship((lot_id, 3_000), to=other)
    house.run(lots.void_shipment, first, actor=house.owner, **why)
    with pytest.raises(Conflict):
        house.run(lots.void_shipment, first, actor=house.owner, **why)
    assert house.card(lot_id).rest == 117_000
    (line,) = shipped_lines(house.session, second)
    house.run(lots.receive_shipment, second, counted={line.id: 3_000}, actor=other.owner)
    with pytest.raises(Conflict):
        house.run(lots.void_shipment, second, actor=house.owner, **why)
    with pytest.raises(Conflict):
        house.run(lots.receive_shipment, second, counted={line.id: 3_000}, actor=other.owner)
    # What is in the books of another one does not come back by a word of the sender.
    with pytest.raises(Invalid):
        house.take(lots.take_back, lot_id, 1)
    check_everything(house.session)


def test_a_shipment_called_off_is_told_again_as_what_did_not_occur(house):
    lot_id = house.harvest()
    name = f"http://localhost/t/{house.card(lot_id).trace_code}"
    steps = [stop.step for stop in journey(house.session, [name], vendors=[house.vendor_id])]
    sent = house.ship((lot_id, 2_000))
    (shipped,) = [one for one in events(house.session) if one["bizStep"] == "shipping"]
    walked = [stop.step for stop in journey(house.session, [name], vendors=[house.vendor_id])]
    assert walked == [*steps, "shipping"]
    house.run(lots.void_shipment, sent, reason="Xe hỏng", actor=house.owner, now=NOW + HOUR)
    *_, voided, declared = events(house.session)
    assert voided["bizStep"] == "void_shipping"
    assert declared == shipped | {
        "errorDeclaration": {
            "declarationTime": "2026-11-23T04:00:00.000Z",
            "reason": "did_not_occur",
            "correctiveEventIDs": [voided["eventID"]],
        }
    }
    walked = [stop.step for stop in journey(house.session, [name], vendors=[house.vendor_id])]
    assert walked == [*steps, "void_shipping"]


def test_what_another_vendor_receives_is_a_lot_of_its_own_that_a_hold_still_reaches(house):
    other = Packhouse(house.session, "V02")
    lot_id = house.harvest()
    shipment_id = house.ship((lot_id, 20_000), to=other)
    (line,) = shipped_lines(house.session, shipment_id)
    for wrong in ({}, {line.id: -1}, {line.id: 20_001}):
        with pytest.raises(Invalid):
            house.run(lots.receive_shipment, shipment_id, counted=wrong, actor=other.owner)
    with pytest.raises(NotFound):
        house.run(lots.receive_shipment, shipment_id, counted={line.id: 1}, actor=house.owner)
    (received,) = house.run(
        lots.receive_shipment, shipment_id, counted={line.id: 19_500}, actor=other.owner
    )
    lot = house.card(received)
    assert (lot.kind, lot.vendor_id, lot.rest) == (LotKind.RECEIVED, other.vendor_id, 19_500)
    assert lot.harvested_on == house.card(lot_id).harvested_on
    packed = other.pack((received, 10_000))
    assert house.card(packed).kind is LotKind.PACKED
    house.run(lots.hold_lot, lot_id, reason="Chờ kiểm nghiệm", actor=OFFICE)
    assert {house.card(key).state for key in (received, packed)} == {LotState.HELD}
    assert steps_of(house.session, house.card(lot_id))[-1][2] == "holding"
    check_everything(house.session)


def test_what_was_held_on_its_way_is_held_when_it_comes(house):
    other = Packhouse(house.session, "V02")
    held, recalled = house.harvest(), house.harvest()
    shipment_id = house.ship((held, 1_000), (recalled, 1_000), to=other)
    house.run(lots.hold_lot, held, reason="Chờ kiểm nghiệm", actor=house.owner)
    house.run(lots.recall_lot, recalled, reason="Dư lượng vượt mức", actor=house.owner)
    counted = {line.id: line.quantity for line in shipped_lines(house.session, shipment_id)}
    made = house.run(lots.receive_shipment, shipment_id, counted=counted, actor=other.owner)
    assert [house.card(key).state for key in made] == [LotState.HELD, LotState.RECALLED]
    house.run(lots.release_lot, held, reason="Kiểm nghiệm đạt", actor=house.owner)
    assert house.card(made[0]).state is LotState.OPEN
    check_everything(house.session)


def test_goods_go_to_somebody_else_who_is_there(house):
    lot_id = house.harvest()
    with pytest.raises(Invalid) as refusal:
        house.ship((lot_id, 1_000), to=house)
    assert refusal.value.field == "to_vendor_id"
    with pytest.raises(Invalid) as refusal:
        house.ship((lot_id, 1_000), name="")
    assert refusal.value.field == "to_name"
    assert house.card(lot_id).rest == 120_000
    assert member(house.vendor_id).serves(house.vendor_id, "seller") is False


def test_whoever_scans_a_shipped_pallet_learns_what_left_with_it(house):
    loose, boxed = house.harvest(), house.harvest()
    crate, pallet = unit(house), unit(house, PALLET)
    put(house, crate, (boxed, 7_000))
    put(house, pallet, (loose, 3_000), crates=[crate], now=NOW + HOUR)
    house.ship(units=[pallet], now=NOW + 2 * HOUR)
    # The crate came home: what it holds now went with no pallet.
    put(house, crate, (loose, 500), now=NOW + 3 * HOUR)

    def told(unit_id):
        house.session.rollback()
        card = load_of_code(house.session, house.session.get_one(LogisticUnit, unit_id).code)
        return card.has_left, {one.lot.id: one.quantity for one in card.loaded}

    assert told(pallet) == (True, {loose: 3_000, boxed: 7_000})
    assert told(crate) == (False, {loose: 500})
    put(house, pallet, (boxed, 100), now=NOW + 4 * HOUR)
    assert told(pallet) == (False, {boxed: 100})
    house.ship(units=[pallet], now=NOW + 5 * HOUR)
    assert told(pallet) == (True, {boxed: 100})
