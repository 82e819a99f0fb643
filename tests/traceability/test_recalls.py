"""What a recall begins with, what its trace reaches through packing and shipping, and its reminder."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from kernel.db import transaction
from kernel.errors import Invalid, NotAllowed, NotFound
from kernel.mail import Notice
from kernel.quantity import Unit
from tests.traceability.land import NOW, OFFICE, SPRAY, TODAY
from tests.traceability.packhouse import Packhouse, events
from traceability.models import Lot, Recall
from traceability.queries.carrying import shipped_lines
from traceability.queries.packings import materials_of, packing_of
from traceability.queries.recalls import choices
from traceability.queries.recalls.balance import sent_of
from traceability.queries.recalls.cases import recall_card, scope_lots
from traceability.queries.recalls.starts import Beginning
from traceability.rules import LotState, Portion, UnitKind
from traceability.rules.recalls import Finding, Measure, Origin, RecallState
from traceability.services import lots, recalls
from traceability.services.lots import How, Material
from traceability.services.recalls import RecallFacts
from traceability.services.recalls.drilling import remind_of_drills
from traceability.services.shed import BatchFacts, add_batch

WHY = "Dư lượng vượt mức"


@pytest.fixture
def house(session) -> Packhouse:
    return Packhouse(session)


def begin(house, origin, ref, first=None, last=None, *, actor=OFFICE, **more) -> str:
    begun = Beginning(origin, house.vendor_id, ref, first, last)
    return house.run(recalls.open_recall, facts=RecallFacts(begun, WHY, **more), actor=actor)


def reached(house, recall_id) -> set[str]:
    return {lot.id for lot in scope_lots(house.session, recall_id)}


def state(house, lot_id) -> LotState:
    return house.card(lot_id).state


def test_a_recall_of_a_harvest_reaches_what_was_packed_from_it(house):
    one, other = house.harvest(), house.harvest()
    mixed = house.pack((one, 40_000), (other, 10_000))
    apart = house.pack((other, 5000))
    again = house.pack((mixed, 20_000))
    recall_id = begin(house, Origin.LOT, one)
    assert reached(house, recall_id) == {one, mixed, again}
    assert {lot.id: (lot.depth, lot.quantity) for lot in scope_lots(house.session, recall_id)} == {
        one: (0, 0),
        mixed: (1, 40_000),
        again: (2, 20_000),
    }
    house.run(recalls.act_on_recall, recall_id, measure=Measure.RECALL, actor=OFFICE)
    assert [state(house, lot) for lot in (one, mixed, again)] == [LotState.RECALLED] * 3
    assert [state(house, lot) for lot in (other, apart)] == [LotState.OPEN] * 2


def test_widened_it_reaches_all_that_came_of_the_same_sources(house):
    one, other = house.harvest(), house.harvest()
    mixed = house.pack((one, 40_000), (other, 10_000))
    sister = house.pack((other, 5000))
    assert reached(house, begin(house, Origin.LOT, mixed)) == {mixed}
    wide = begin(house, Origin.LOT, mixed, widen=True)
    assert reached(house, wide) == {mixed, one, other, sister}


def test_one_event_tells_of_all_lots_of_a_vendor(house):
    harvest = house.harvest()
    packs = [house.pack((harvest, 1000)) for _ in range(5)]
    recall_id = begin(house, Origin.LOT, harvest)
    before = len(events(house.session))
    house.run(recalls.act_on_recall, recall_id, measure=Measure.RECALL, actor=OFFICE)
    told = events(house.session)[before:]
    assert [(body["bizStep"], body["disposition"]) for body in told] == [("holding", "recalled")]
    assert len(told[0]["quantityList"]) == len(packs) + 1


def test_a_hold_goes_when_the_lot_it_began_with_is_released(house):
    harvest = house.harvest()
    pack = house.pack((harvest, 1000))
    recall_id = begin(house, Origin.LOT, harvest)
    house.run(recalls.act_on_recall, recall_id, measure=Measure.HOLD, actor=OFFICE)
    assert (state(house, harvest), state(house, pack)) == (LotState.HELD, LotState.HELD)
    house.run(lots.release_lot, harvest, reason="Mẫu đạt chuẩn", actor=OFFICE)
    assert (state(house, harvest), state(house, pack)) == (LotState.OPEN, LotState.OPEN)


def test_a_plot_and_days_find_the_lots_harvested_there_then(house):
    before, there = house.harvest(harvested_on=TODAY - timedelta(days=3)), house.harvest()
    elsewhere = house.harvest(season_id=house.season(house.plot()))
    found = begin(house, Origin.PLOT, house.plot_id, TODAY, TODAY)
    assert reached(house, found) == {there}
    both = begin(house, Origin.PLOT, house.plot_id, TODAY - timedelta(days=3), TODAY)
    assert reached(house, both) == {before, there}
    assert elsewhere not in reached(house, both)
    with pytest.raises(Invalid):
        begin(house, Origin.PLOT, house.plot_id)
    with pytest.raises(Invalid):
        begin(house, Origin.PLOT, house.plot_id, TODAY, TODAY - timedelta(days=1))


def test_an_input_finds_the_lots_harvested_after_it_was_used(house):
    early = house.harvest(harvested_on=date(2026, 11, 5))
    house.write(SPRAY)
    late = house.harvest()
    assert reached(house, begin(house, Origin.INPUT, "confidor 100sl")) == {late}
    assert early not in reached(house, begin(house, Origin.INPUT, SPRAY.input_name))
    with pytest.raises(Invalid):
        begin(house, Origin.INPUT, "Không ai dùng")


def test_the_number_of_a_batch_finds_what_it_was_used_on(house):
    facts = BatchFacts("Confidor 100SL", TODAY, Unit.MILLILITRE, 500, lot_code="CF-77/26")
    batch = house.run(add_batch, vendor_id=house.vendor_id, facts=facts, actor=house.recorder)
    other = house.harvest()
    house.write(SPRAY, input_name="", input_batch_id=batch, season_id=house.season(house.plot()))
    season = house.season(house.plot())
    house.write(SPRAY, input_name="", input_batch_id=batch, season_id=season)
    lot = house.harvest(season_id=season)
    found = reached(house, begin(house, Origin.INPUT, "cf-77/26"))
    assert found == {lot}
    assert other not in found


def test_what_was_corrected_away_finds_nothing(house):
    entry_id = house.write(SPRAY)
    house.harvest()
    house.revise(entry_id, input_name="Neem")
    with pytest.raises(Invalid):
        begin(house, Origin.INPUT, SPRAY.input_name)


def test_a_worker_finds_the_lots_of_what_he_worked_on(house):
    house.write(SPRAY, worker="Anh Tư")
    lot = house.harvest()
    found = begin(house, Origin.WORKER, "anh tu", SPRAY.done_on, SPRAY.done_on)
    assert reached(house, found) == {lot}
    with pytest.raises(Invalid):
        begin(house, Origin.WORKER, "Anh Tư", TODAY, TODAY)


def test_nobody_begins_with_the_lot_of_another_vendor(house):
    lot = house.harvest()
    stranger = Packhouse(house.session, code="V02")
    with pytest.raises(NotFound):
        begin(house, Origin.LOT, lot, actor=stranger.owner)
    with pytest.raises(Invalid):
        begin(stranger, Origin.LOT, lot, actor=stranger.owner)


def test_lots_of_other_vendors_are_left_to_the_office(house):
    """An owner stops the own goods; what a partner made of them waits for the office."""
    buyer = Packhouse(house.session, code="V02")
    lot = house.harvest()
    shipment = house.ship((lot, 50_000), to=buyer)
    assert [one.received_at for one in sent_of(house.session, [lot])] == [None]
    counted = {row.id: 50_000 for row in shipped_lines(house.session, shipment)}
    house.session.rollback()
    buyer.run(lots.receive_shipment, shipment, counted=counted, actor=buyer.recorder)
    (sent,) = sent_of(house.session, [lot])
    recall_id = begin(house, Origin.LOT, lot, actor=house.owner)
    assert reached(house, recall_id) == {lot, sent.became_id}
    theirs = {"lot_id": sent.became_id, "actor": house.owner}
    with pytest.raises(NotAllowed):
        house.run(recalls.take_out, recall_id, reason="Hàng của người khác", **theirs)
    acted = house.run(recalls.act_on_recall, recall_id, measure=Measure.RECALL, actor=house.owner)
    assert (acted.lot_ids, acted.of_others) == ((lot,), 1)
    assert state(house, sent.became_id) is LotState.OPEN
    with pytest.raises(NotAllowed):
        house.run(
            recalls.count_goods, recall_id, finding=Finding.STOCK, quantity=0, note="", **theirs
        )


def test_a_shipment_that_was_called_off_went_to_nobody(house):
    lot = house.harvest()
    shipment = house.ship((lot, 5000))
    assert [one.to_name for one in sent_of(house.session, [lot])] == ["Siêu thị Bình An"]
    house.run(lots.void_shipment, shipment, reason="Xe hỏng", actor=house.recorder)
    assert sent_of(house.session, [lot]) == ()


def test_a_crate_on_two_pallets_at_different_times_leaks_from_neither(house):
    """It stood on the first pallet before other goods were sent with it: they are not its own."""
    mine, other = house.harvest(), house.harvest()
    crate, first, second = (
        house.run(
            lots.make_unit, vendor_id=house.vendor_id, kind=kind, name="", actor=house.recorder
        )
        for kind in (UnitKind.CRATE, UnitKind.PALLET, UnitKind.PALLET)
    )

    def put(unit, at, **what):
        house.run(lots.pack_unit, unit, actor=house.recorder, now=NOW + timedelta(hours=at), **what)

    put(crate, 1, portions=[Portion(mine, 1000)])
    put(first, 2, crates=[crate])
    house.run(lots.unpack_unit, first, actor=house.recorder, now=NOW + timedelta(hours=3))
    put(first, 4, portions=[Portion(other, 1000)])
    put(second, 5, crates=[crate])
    house.ship(units=[first], name="Chợ Giàn", now=NOW + timedelta(hours=6))
    house.ship(units=[second], name="Chợ Bến", now=NOW + timedelta(hours=7))
    assert [one.to_name for one in sent_of(house.session, [mine])] == ["Chợ Bến"]
    assert [one.to_name for one in sent_of(house.session, [other])] == ["Chợ Giàn"]


def packaging(house, name="Túi lưới 2 kg", code="TL-9", **more) -> str:
    facts = BatchFacts(name, TODAY, Unit.PIECE, 500, lot_code=code, is_packaging=True, **more)
    return house.run(add_batch, vendor_id=house.vendor_id, facts=facts, actor=house.recorder)


def test_line_shift_and_packer_find_the_lots_packed_there_then(house):
    harvest = house.harvest()
    morning = house.pack((harvest, 5000), how=How("Dây chuyền 1", "Ca sáng", "Chị Bé"))
    evening = house.pack((harvest, 5000), how=How("Dây chuyền 1", "Ca chiều", "Anh Tư"))
    house.pack((harvest, 5000))
    again = house.pack((morning, 2000))

    def found(origin, ref, first=TODAY, last=TODAY):
        return reached(house, begin(house, origin, ref, first, last))

    assert found(Origin.LINE, "day chuyen 1") == {morning, evening, again}
    assert found(Origin.SHIFT, "Ca sáng") == {morning, again}
    assert found(Origin.WORKER, "anh tu") == {evening}
    for wrong in ((Origin.LINE, "Dây chuyền 2"), (Origin.SHIFT, "")):
        with pytest.raises(Invalid):
            found(*wrong)
    with pytest.raises(Invalid):
        found(Origin.LINE, "Dây chuyền 1", TODAY - timedelta(days=9), TODAY - timedelta(days=1))
    with pytest.raises(Invalid):
        begin(house, Origin.SHIFT, "Ca sáng")
    assert list(choices.lines_of(house.session, house.vendor_id)) == ["Dây chuyền 1"]
    assert list(choices.shifts_of(house.session, house.vendor_id)) == ["Ca chiều", "Ca sáng"]
    assert list(choices.workers_of(house.session, house.vendor_id)) == ["Anh Tư", "Chị Bé"]


def test_the_event_of_a_packing_tells_line_and_shift_and_names_nobody(house):
    lot = house.pack((house.harvest(), 5000), how=How("Dây chuyền 1", "Ca sáng", "Chị Bé"))
    (told,) = [
        body
        for body in events(house.session, of=house.card(lot).trace_code)
        if body["bizStep"] == "packing"
    ]
    assert (told["market:packingLine"], told["market:packingShift"]) == ("Dây chuyền 1", "Ca sáng")
    assert "Chị Bé" not in str(told)


def test_a_batch_of_packaging_finds_what_was_packed_into_it_and_is_used_up_by_it(house):
    net, box = packaging(house), packaging(house, "Thùng carton", "TC-1")
    harvest = house.harvest()
    first = house.pack((harvest, 5000), how=How(materials=(Material(net, 3), Material(box, 1))))
    second = house.pack((harvest, 5000), how=How(materials=(Material(box, 2),)))
    assert reached(house, begin(house, Origin.PACKAGING, net)) == {first}
    assert reached(house, begin(house, Origin.PACKAGING, box)) == {first, second}
    assert reached(house, begin(house, Origin.PACKAGING, box, TODAY, TODAY)) == {first, second}
    with pytest.raises(Invalid):
        begin(house, Origin.PACKAGING, box, TODAY + timedelta(days=1))
    left = {one.id: one.left for one in materials_of(house.session, vendor_id=house.vendor_id)}
    assert left == {net: 497, box: 497}
    known = packing_of(house.session, first)
    assert [(one.name, one.left) for one in known.materials] == [
        ("Thùng carton", 1),
        ("Túi lưới 2 kg", 3),
    ]


def test_nothing_is_packed_into_what_is_no_packaging_or_belongs_to_somebody_else(house):
    facts = BatchFacts("Confidor 100SL", TODAY, Unit.MILLILITRE, 500)
    spray = house.run(add_batch, vendor_id=house.vendor_id, facts=facts, actor=house.recorder)
    mine, stranger = packaging(house), Packhouse(house.session, code="V02")
    theirs, harvest = packaging(stranger), house.harvest()
    for wrong, refusal in (
        ((Material(spray, 1),), Invalid),
        ((Material(theirs, 1),), NotFound),
        ((Material(mine, 0),), Invalid),
        ((Material(mine, 1), Material(mine, 1)), Invalid),
    ):
        with pytest.raises(refusal):
            house.pack((harvest, 5000), how=How(materials=wrong))
    assert house.card(harvest).rest == 120_000
    with pytest.raises(Invalid):
        begin(house, Origin.PACKAGING, theirs)


def load(house, kind=UnitKind.PALLET) -> str:
    return house.run(
        lots.make_unit, vendor_id=house.vendor_id, kind=kind, name="", actor=house.recorder
    )


def put(house, unit, day, **what):
    house.run(lots.pack_unit, unit, actor=house.recorder, now=NOW + timedelta(days=day), **what)


def test_a_pallet_finds_the_lots_in_its_crates(house):
    mine, other = house.harvest(), house.harvest()
    packed = house.pack((mine, 5000))
    crate, pallet = load(house, UnitKind.CRATE), load(house)
    put(house, crate, 1, portions=[Portion(packed, 1000)])
    put(house, pallet, 2, crates=[crate])
    further = house.pack((packed, 2000))
    found = begin(house, Origin.LOAD, pallet)
    assert reached(house, found) == {packed, further}
    assert other not in reached(house, found)
    stranger = Packhouse(house.session, code="V02")
    with pytest.raises(Invalid):
        begin(stranger, Origin.LOAD, pallet, actor=stranger.owner)


def test_a_load_finds_only_what_lay_in_it_on_the_days(house):
    """A crate is used again: neither what it held before nor the goods of a later pallet count."""
    first, second = house.harvest(), house.harvest()
    crate, one, two = load(house, UnitKind.CRATE), load(house), load(house)
    put(house, crate, 1, portions=[Portion(first, 1000)])
    put(house, one, 1, crates=[crate])
    house.run(lots.unpack_unit, one, actor=house.recorder, now=NOW + timedelta(days=2))
    house.run(lots.unpack_unit, crate, actor=house.recorder, now=NOW + timedelta(days=2))
    put(house, crate, 3, portions=[Portion(second, 1000)])
    put(house, two, 4, crates=[crate])

    def lay(unit, *days):
        first_day, last_day = (TODAY + timedelta(days=day) for day in days)
        return reached(house, begin(house, Origin.LOAD, unit, first_day, last_day))

    assert reached(house, begin(house, Origin.LOAD, crate)) == {first, second}
    assert lay(crate, 0, 1) == {first}
    assert lay(crate, 3, 9) == {second}
    assert reached(house, begin(house, Origin.LOAD, one)) == {first}
    assert reached(house, begin(house, Origin.LOAD, two)) == {second}
    with pytest.raises(Invalid):
        lay(two, 1, 3)


def test_goods_that_were_shipped_lie_in_their_load_until_it_is_filled_anew(house):
    first, second = house.harvest(), house.harvest()
    pallet = load(house)
    put(house, pallet, 0, portions=[Portion(first, 1000)])
    house.ship(units=[pallet], now=NOW + timedelta(days=1))
    put(house, pallet, 5, portions=[Portion(second, 1000)])
    there = begin(house, Origin.LOAD, pallet, TODAY + timedelta(days=3), TODAY + timedelta(days=3))
    assert reached(house, there) == {first}
    later = begin(house, Origin.LOAD, pallet, TODAY + timedelta(days=6), TODAY + timedelta(days=6))
    assert reached(house, later) == {second}


def test_vendors_are_reminded_of_a_drill_once_a_year(house):
    house.harvest()
    session = house.session
    old = {"harvested_on": TODAY - timedelta(days=400)}
    with transaction(session):
        session.execute(sa.update(Lot).values(**old))
    assert house.run(remind_of_drills) == 1
    assert house.run(remind_of_drills) == 0
    with transaction(session):
        session.execute(sa.delete(Notice))
    next_year = NOW + timedelta(days=366)
    recall_id = begin(house, Origin.LOT, session.scalars(sa.select(Lot.id)).one(), drill=True)
    house.run(recalls.act_on_recall, recall_id, measure=Measure.RECALL, actor=OFFICE)
    house.run(
        recalls.close_recall, recall_id, cause="Diễn tập", figures={}, actor=OFFICE, now=next_year
    )
    assert recall_card(session, recall_id).state is RecallState.CLOSED
    assert house.run(remind_of_drills, now=next_year + timedelta(days=30)) == 0
    assert session.scalar(sa.select(sa.func.count()).select_from(Recall)) == 1
