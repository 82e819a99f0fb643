"""Percent accounted for is exact, whatever was done to the goods: packed, split, shipped, sold, returned."""

import pytest

from orders.services.fulfil import act_on_order
from shop.recalling.scope import scope_of
from tests.orders import market
from tests.shop.recalled import Case, open_case, owner
from tests.traceability.land import OFFICE
from tests.traceability.packhouse import Packhouse
from traceability.queries.carrying import shipped_lines
from traceability.queries.recalls.cases import recall_card
from traceability.queries.recalls.starts import Beginning
from traceability.rules.recalls import Account, Measure, Origin
from traceability.services import lots, recalls
from traceability.services.recalls import RecallFacts


@pytest.fixture
def house(session) -> Packhouse:
    return Packhouse(session)


@pytest.fixture
def case(maker, now) -> Case:
    return open_case(maker, now)


def looked_at(house: Packhouse, lot_id: str):
    begun = Beginning(Origin.LOT, house.vendor_id, lot_id)
    facts = RecallFacts(begun, "Dư lượng vượt mức")
    recall_id = house.run(recalls.open_recall, facts=facts, actor=OFFICE)
    card = recall_card(house.session, recall_id)
    assert card is not None
    found = scope_of(house.session, card, actor=OFFICE)
    house.session.rollback()
    return found


def test_packing_splitting_merging_and_working_over_lose_nothing(house):
    harvest, other = house.harvest(), house.harvest()
    # 2 kg of the packing are waste; the merged lot holds what another field gave, too.
    packed = house.pack((harvest, 40_000), out=38_000)
    merged = house.pack((packed, 18_000), (other, 2000))
    again = house.pack((merged, 5000), out=4500, reason="Đóng lại vì rách túi")
    part, _rest = house.split(harvest, 7000, 3000)
    house.take(lots.note_waste, harvest, 1500)
    house.take(lots.take_sample, part, 500)
    scope = looked_at(house, harvest)
    figures = scope.accounts
    # 38 kg came out of packing, 10 kg were split off.
    assert figures[harvest] == Account(made=120_000, passed_on=48_000, stock=68_500, waste=3500)
    assert figures[packed] == Account(made=38_000, passed_on=18_000, stock=20_000)
    assert figures[merged] == Account(made=20_000, passed_on=4500, stock=15_000, waste=500)
    assert figures[again] == Account(made=4500, stock=4500)
    assert figures[part] == Account(made=7000, stock=6500, samples=500)
    assert {account.percent for account in figures.values()} == {100.0}
    assert scope.percent == 100.0


def test_a_count_that_finds_less_leaves_something_missing(house):
    lot = house.harvest()
    house.take(lots.correct_count, lot, 114_000)
    scope = looked_at(house, lot)
    assert (scope.accounts[lot].missing, scope.percent) == (6000, 95.0)


def test_a_shipment_called_off_is_back_in_stock_and_one_under_way_in_transit(house):
    buyer, lot = Packhouse(house.session, code="V02"), house.harvest()
    off = house.ship((lot, 5000))
    house.run(lots.void_shipment, off, reason="Xe hỏng", actor=house.recorder)
    house.ship((lot, 20_000), to=buyer)
    # Nobody outside of the market says that it came: it is gone.
    house.ship((lot, 1000))
    account = looked_at(house, lot).accounts[lot]
    assert account == Account(made=120_000, sold=1000, stock=99_000, transit=20_000)


def test_what_a_partner_brings_back_is_counted_once(house):
    lot = house.harvest()
    house.ship((lot, 10_000))
    house.take(lots.take_back, lot, 3000)
    scope = looked_at(house, lot)
    assert scope.accounts[lot] == Account(made=120_000, sold=7000, stock=113_000)
    assert scope.percent == 100.0


def test_what_did_not_arrive_is_missing(house):
    buyer, lot = Packhouse(house.session, code="V02"), house.harvest()
    shipment = house.ship((lot, 50_000), to=buyer)
    counted = {row.id: 47_600 for row in shipped_lines(house.session, shipment)}
    house.session.rollback()
    (became,) = buyer.run(lots.receive_shipment, shipment, counted=counted, actor=buyer.recorder)
    scope = looked_at(house, lot)
    assert scope.accounts[lot] == Account(made=120_000, passed_on=47_600, stock=70_000)
    assert scope.accounts[became] == Account(made=47_600, stock=47_600)
    assert scope.percent == pytest.approx(98.0, abs=1e-9)


def test_what_was_sold_and_returned_is_in_stock_and_what_was_called_off_too(case):
    case.order(2, sent="deliver")
    case.order(1, sent="deliver")
    off = case.order(1, sent="pack")
    (order,) = market.orders(case.maker, off)
    grower = owner(case.market.grower)
    case.run(act_on_order, order.id, action="cancel", actor=grower, reason="Hết hàng loại một")
    back = {"quantity": 1000, "reason": "Khách trả lại", "actor": grower}
    case.run(lots.take_back, case.market.lot, **back)
    recall_id = case.open()
    scope = case.scope(recall_id)
    assert scope.accounts[case.market.lot] == Account(made=10_000, sold=2000, stock=8000)
    assert (scope.percent, scope.buyers) == (100.0, 2)
    assert case.act(recall_id, Measure.RECALL).told.notices == 2
