"""A spraying that is told late: vendor and office hear of it; what is taken out and forgotten."""

import sqlalchemy as sa

from accounts.services.people import create_user
from kernel.events import OutboxMessage
from kernel.mail import Notice
from tests.people import PASSWORD
from tests.traceability.land import Land
from tests.traceability.packhouse import Packhouse
from tests.traceability.test_findings import batch
from tests.traceability.test_intervals import day, is_held, product, use
from traceability import handlers
from traceability.events import SprayToldLate
from traceability.models import DiaryEntry, InputMove, IntervalHold, LabTest, Lot
from traceability.queries.carrying import shipped_lines
from traceability.queries.exporting import farm_sheets
from traceability.queries.records import holds_of
from traceability.services import lots
from traceability.services.forgetting import forget_farmer


def late(land: Land) -> list[SprayToldLate]:
    rows = land.session.scalars(
        sa.select(OutboxMessage).where(OutboxMessage.kind == "SprayToldLate")
    )
    return [SprayToldLate(**row.payload) for row in rows]


def test_a_spray_told_after_the_harvest_is_one_letter_with_all_lots(land):
    first = land.harvest(harvested_on=day(14))
    second = land.harvest(harvested_on=day(16))
    land.harvest(harvested_on=day(17))
    assert late(land) == []
    told = land.run(write_late, land)
    assert told
    (event,) = late(land)
    assert sorted(event.lot_ids) == sorted([first, second])
    assert (event.product, event.sprayed_on) == ("Confidor 100SL", "2026-11-10")
    land.run(tell, event)
    notices = list(land.session.scalars(sa.select(Notice)))
    (letter,) = [one for one in notices if one.template == "traceability/late_spray"]
    trace_code = land.session.get_one(Lot, event.lot_ids[0]).trace_code
    assert letter.values["place"].endswith(f"/recalls/new?origin=lot&ref={trace_code}")
    assert len(letter.values["codes"]) == 2


def test_the_office_hears_of_it_with_the_way_to_a_recall(land):
    land.run(approver)
    lot_id = land.harvest(harvested_on=day(14))
    land.run(write_late, land)
    (event,) = late(land)
    land.run(tell, event)
    notices = list(land.session.scalars(sa.select(Notice)))
    (letter,) = [
        one
        for one in notices
        if one.template == "traceability/late_spray" and one.recipient == "lan@example.com"
    ]
    lot = land.session.get_one(Lot, lot_id)
    place = f"/office/recalls/new?origin=lot&vendor={land.vendor_id}&ref={lot.trace_code}"
    assert letter.values == {
        "product": "Confidor 100SL",
        "day": "10/11/2026",
        "vendor": "HTX V01",
        "codes": [lot.code],
        "place": place,
    }


def test_lots_that_others_made_of_it_are_named_with_their_makers(session):
    house, other = Packhouse(session), Packhouse(session, "V02")
    lot_id = house.harvest(harvested_on=day(14))
    shipment = house.ship((lot_id, 1000), to=other)
    (line,) = shipped_lines(session, shipment)
    house.run(lots.receive_shipment, shipment, counted={line.id: 1000}, actor=other.owner)
    house.run(write_late, house)
    (event,) = late(house)
    house.run(tell, event)
    letter = session.scalars(
        sa.select(Notice).where(Notice.template == "traceability/late_spray")
    ).one()
    # Both count from one on.
    code = session.get_one(Lot, lot_id).code
    assert letter.values["codes"] == [code, "L2611-001 (HTX V02)"]
    assert code == "L2611-001"


def test_a_product_sprayed_twice_on_one_day_is_told_late_once(land):
    lot_id = land.harvest(harvested_on=day(14))
    land.run(write_late, land)
    land.run(write_late, land, key="late-0002")
    assert len(late(land)) == 1
    assert len(list(land.session.scalars(sa.select(IntervalHold)))) == 2
    assert [one.product for one in holds_of(land.session, lot_id)] == ["Confidor 100SL"]


def approver(session, *, now):
    return create_user(
        session, name="Lan", contact="lan@example.com", password=PASSWORD, lang="vi", now=now,
        roles=["approver"],
    )  # fmt: skip


def write_late(session, land, *, now, key="late-0001"):
    """Write the spraying an hour after the harvests."""
    from dataclasses import replace
    from datetime import timedelta

    from tests.traceability.land import SPRAY
    from traceability.services import diary

    facts = replace(SPRAY, client_key=key)
    return diary.write_entry(
        session, land.season_id, facts=facts, actor=land.recorder, now=now + timedelta(hours=1)
    )


def tell(session, event, *, now):
    handlers.on_spray_told_late(session, event, now)


def test_a_harvest_that_comes_too_early_is_no_late_spray(land):
    land.write(done_on=day(10), phi_days=7)
    assert is_held(land, land.harvest(harvested_on=day(16)))
    assert late(land) == []


def test_the_records_are_taken_out_whole(land):
    listed = product(land, "Confidor 100SL", 7)
    use(land, listed, done_on=day(10))
    lot_id = land.harvest(harvested_on=day(16))
    land.test(lot_id)
    bought = batch(land)
    sheets = {sheet.name: sheet for sheet in farm_sheets(land.session, land.vendor_id)}
    filled = {name for name, sheet in sheets.items() if list(sheet.rows)}
    assert {
        "diary_inputs",
        "input_products",
        "input_labels",
        "input_batches",
        "input_moves",
        "lab_tests",
        "lab_results",
        "interval_holds",
        "warnings",
    } <= filled
    assert bought


def test_who_is_forgotten_leaves_the_records_without_names(land):
    batch(land)
    land.write(done_on=day(10), phi_days=7, worker="Bác Hòa", people=("Anh Nam",))
    lot_id = land.harvest(harvested_on=day(16))
    land.test(lot_id)
    land.run(forget, land.vendor_id)
    entries = list(land.session.scalars(sa.select(DiaryEntry)))
    assert {(one.worker, tuple(one.people), one.recorded_by) for one in entries} == {("", (), None)}
    (move,) = land.session.scalars(sa.select(InputMove))
    (test,) = land.session.scalars(sa.select(LabTest))
    (hold,) = land.session.scalars(sa.select(IntervalHold))
    assert (move.actor_id, test.recorded_by, hold.closed_by) == (None, None, None)
    assert (move.change, test.lot_id, hold.entry_root) == (1000, lot_id, entries[0].root_id)


def forget(session, vendor_id, *, now):
    forget_farmer(session, vendor_id, now=now)
