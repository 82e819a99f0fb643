"""Lots: born of a harvest, numbered, held, released by a second person, recalled."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from kernel.audit import AuditEntry, verify
from kernel.db import transaction
from kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from kernel.events import OutboxMessage
from kernel.ids import new_id
from kernel.mail import Notice, render
from kernel.quantity import Unit
from tests.together import at_once
from tests.traceability.land import (
    HARVEST,
    NOW,
    OFFICE,
    STRANGER,
    TODAY,
    Land,
    count,
    member,
)
from traceability import handlers, queries
from traceability.errors import SecondPersonNeeded
from traceability.events import LotHeld, LotRecalled
from traceability.models import DiaryEntry, Lot
from traceability.rules import INSIDE_INTERVAL, Activity, LotState
from traceability.services import lots

GTIN = "08938500000010"
WHY = "Kết quả kiểm nghiệm đạt."


def card(land, lot_id):
    return queries.lot_cards(land.session, [lot_id])[lot_id]


def told(land):
    kinds = land.session.scalars(
        sa.select(OutboxMessage.kind).where(OutboxMessage.kind.startswith("Lot"))
    )
    return list(kinds)


def test_a_harvest_becomes_a_lot_and_a_line_of_the_diary(land):
    lot = card(land, land.harvest(gtin=GTIN, best_before=date(2026, 12, 10)))
    assert (lot.code, lot.quantity, lot.unit, lot.gtin) == ("L2611-001", 120_000, Unit.GRAM, GTIN)
    assert (lot.state, lot.harvested_on, lot.farm_id) == (LotState.OPEN, TODAY, land.farm_id)
    assert lot.product == {"vi": "Vải Thanh Hà", "en": "Thanh Ha lychee"}
    assert len(lot.trace_code) == 12
    (line,) = queries.diary(land.session, season_id=land.season_id)
    assert (line.activity, line.done_on) == (Activity.HARVEST, TODAY)
    assert told(land) == ["LotCreated"]
    assert verify(land.session) is None


def test_a_harvest_sent_twice_is_one_lot(land):
    first = land.harvest(client_key="phone-0001")
    assert land.harvest(client_key="phone-0001") == first
    assert count(land.session, Lot) == count(land.session, DiaryEntry) == 1


def test_a_harvest_with_the_key_of_another_entry_is_no_lot(land):
    land.write(client_key="phone-0001", done_on=date(2026, 9, 1))
    with pytest.raises(NotFound):
        land.harvest(client_key="phone-0001")
    assert count(land.session, Lot) == 0


def test_numbers_run_within_vendor_and_month(land):
    other = Land(land.session, "V02")
    codes = [
        card(where, where.harvest(harvested_on=day)).code
        for where, day in (
            (land, date(2026, 10, 30)),
            (land, date(2026, 11, 1)),
            (land, date(2026, 11, 2)),
            (other, date(2026, 11, 2)),
        )
    ]
    assert codes == ["L2610-001", "L2611-001", "L2611-002", "L2611-001"]


def test_harvests_of_the_same_moment_get_different_numbers(land, maker):
    """Eight phones at once: eight lots, no number twice, none left out."""

    def harvest(number):
        facts = replace(HARVEST, client_key=f"phone-{number:04d}")
        with maker() as session, transaction(session):
            return lots.record_harvest(
                session, land.season_id, facts=facts, actor=land.recorder, now=NOW
            )

    made = at_once(harvest, 8)
    codes = sorted(queries.lot_cards(land.session, made)[key].code for key in made)
    assert codes == [f"L2611-{number:03d}" for number in range(1, 9)]


def test_the_same_harvest_sent_at_the_same_moment_is_one_lot(land, maker):
    facts = replace(HARVEST, client_key="phone-0001")

    def harvest(_number):
        with maker() as session, transaction(session):
            return lots.record_harvest(
                session, land.season_id, facts=facts, actor=land.recorder, now=NOW
            )

    made = at_once(harvest, 4)
    assert len(set(made)) == 1
    assert count(land.session, Lot) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"quantity": 0}, "quantity"),
        ({"harvested_on": TODAY + timedelta(1)}, "harvested_on"),
        ({"harvested_on": date(2026, 7, 1)}, "harvested_on"),
        ({"best_before": TODAY - timedelta(1)}, "best_before"),
    ],
)
def test_a_harvest_that_cannot_be_is_refused(land, changes, field):
    with pytest.raises(Invalid) as refusal:
        land.harvest(**changes)
    assert refusal.value.field == field
    assert count(land.session, Lot) == count(land.session, DiaryEntry) == 0


def test_a_gtin_marks_the_goods_of_one_vendor(land):
    land.harvest(gtin=GTIN)
    with pytest.raises(Invalid) as refusal:
        Land(land.session, "V02").harvest(gtin=GTIN)
    assert refusal.value.field == "gtin"
    assert count(land.session, Lot) == 1


@pytest.mark.parametrize(("day", "state"), [(16, LotState.HELD), (17, LotState.OPEN)])
def test_a_harvest_inside_the_interval_is_recorded_and_held(land, day, state):
    land.write(done_on=date(2026, 11, 10), phi_days=7)
    lot = card(land, land.harvest(harvested_on=date(2026, 11, day)))
    assert (lot.state, lot.inside_interval) == (state, state is LotState.HELD)
    if state is LotState.HELD:
        assert lot.state_reason == INSIDE_INTERVAL
        assert told(land) == ["LotCreated", "LotHeld"]
        assert queries.open_lots(land.session, vendor_id=land.vendor_id) == []
        (hold,) = queries.holds_of(land.session, lot.id)
        assert (hold.closed_at, hold.free_from) == (None, date(2026, 11, 17))


def test_who_harvested_too_early_cannot_release_the_lot_but_another_can(land):
    land.write(done_on=date(2026, 11, 20), phi_days=7)
    lot_id = land.harvest(actor=land.owner)
    with pytest.raises(SecondPersonNeeded):
        land.run(lots.release_lot, lot_id, reason=WHY, actor=land.owner)
    assert card(land, lot_id).state is LotState.HELD
    second = member(land.vendor_id, "owner", user_id="01SECOND")
    land.test(lot_id)
    land.run(lots.release_lot, lot_id, reason=WHY, actor=second)
    lot = card(land, lot_id)
    assert (lot.state, lot.state_reason, lot.inside_interval) == (LotState.OPEN, WHY, True)


def test_the_office_releases_what_a_single_farmer_cannot(land):
    land.write(done_on=date(2026, 11, 20), phi_days=7)
    lot_id = land.harvest(actor=land.owner)
    land.test(lot_id)
    land.run(lots.release_lot, lot_id, reason=WHY, actor=OFFICE)
    assert card(land, lot_id).state is LotState.OPEN


def test_a_cleared_lot_is_not_held_again_by_a_spray_that_it_kept(land):
    land.write(done_on=date(2026, 11, 12), phi_days=7)
    lot_id = land.harvest(harvested_on=date(2026, 11, 15), actor=land.owner)
    land.test(lot_id)
    land.run(lots.release_lot, lot_id, reason=WHY, actor=OFFICE)
    land.write(done_on=date(2026, 11, 1), phi_days=7)
    assert card(land, lot_id).state is LotState.OPEN
    land.write(done_on=date(2026, 11, 14), phi_days=7)
    assert card(land, lot_id).state is LotState.HELD


def test_a_lot_held_by_hand_needs_a_second_person_once_a_spray_is_told(land):
    lot_id = land.harvest(harvested_on=date(2026, 11, 15), actor=land.owner)
    land.run(lots.hold_lot, lot_id, reason="Chờ kiểm nghiệm", actor=land.owner)
    land.write(done_on=date(2026, 11, 14), phi_days=7)
    assert card(land, lot_id).state_reason == "Chờ kiểm nghiệm"
    with pytest.raises(SecondPersonNeeded):
        land.run(lots.release_lot, lot_id, reason=WHY, actor=land.owner)


def test_a_recalled_lot_stays_recalled_whatever_is_told_later(land):
    lot_id = land.harvest(harvested_on=date(2026, 11, 15))
    land.run(lots.recall_lot, lot_id, reason="Phát hiện dư lượng", actor=OFFICE)
    land.write(done_on=date(2026, 11, 14), phi_days=7)
    lot = card(land, lot_id)
    assert (lot.state, lot.inside_interval) == (LotState.RECALLED, False)
    for service in (lots.hold_lot, lots.release_lot, lots.recall_lot):
        with pytest.raises(Conflict):
            land.run(service, lot_id, reason=WHY, actor=OFFICE)


def test_hold_release_recall_leave_a_history_and_tell_the_house(land):
    lot_id = land.harvest()
    land.run(lots.hold_lot, lot_id, reason="Chờ kiểm nghiệm", actor=land.recorder)
    land.run(lots.release_lot, lot_id, reason=WHY, actor=land.owner)
    land.run(lots.recall_lot, lot_id, reason="Phát hiện dư lượng", actor=land.owner)
    steps = queries.lot_steps(land.session, lot_id)
    assert [step.action for step in steps][::-1] == ["create", "hold", "release", "recall"]
    assert told(land) == ["LotCreated", "LotHeld", "LotReleased", "LotRecalled"]
    actions = set(land.session.scalars(sa.select(AuditEntry.action)))
    assert {"lot.created", "lot.hold", "lot.release", "lot.recall"} <= actions
    assert [lot.id for lot in queries.watched_lots(land.session)] == [lot_id]


def test_a_reason_is_needed(land):
    lot_id = land.harvest()
    for service in (lots.hold_lot, lots.recall_lot):
        with pytest.raises(Invalid):
            land.run(service, lot_id, reason=" ", actor=land.owner)
    assert card(land, lot_id).state is LotState.OPEN


@pytest.mark.parametrize(
    ("roles", "hold", "recall"),
    [(("owner",), True, True), (("recorder",), True, False), (("seller",), True, False)],
)
def test_members_hold_and_only_owners_recall(land, roles, hold, recall):
    actor = member(land.vendor_id, *roles)
    for service, may in ((lots.hold_lot, hold), (lots.recall_lot, recall)):
        lot_id = land.harvest()
        if may:
            land.run(service, lot_id, reason=WHY, actor=actor)
            assert card(land, lot_id).state is not LotState.OPEN
        else:
            with pytest.raises(NotAllowed):
                land.run(service, lot_id, reason=WHY, actor=actor)
            assert card(land, lot_id).state is LotState.OPEN


def test_finance_and_strangers_change_no_lot(land):
    lot_id = land.harvest()
    with pytest.raises(NotAllowed):
        actor = member(land.vendor_id, "finance")
        land.run(lots.hold_lot, lot_id, reason=WHY, actor=actor)
    for actor, key in ((STRANGER, lot_id), (OFFICE, new_id())):
        with pytest.raises(NotFound):
            land.run(lots.recall_lot, key, reason=WHY, actor=actor)
    assert card(land, lot_id).state is LotState.OPEN


def test_lots_are_found_by_what_is_printed_on_the_bag(land):
    lot_id = land.harvest(gtin=GTIN)
    lot = card(land, lot_id)
    for words in (lot.code.lower(), lot.trace_code.lower(), GTIN, GTIN.lstrip("0")):
        assert [found.id for found in queries.find_lots(land.session, code=words)] == [lot_id]
    assert queries.find_lots(land.session, code="L2611-999") == []


def test_lots_are_listed_in_pages_newest_harvest_first(land):
    ids = [land.harvest(harvested_on=date(2026, 11, day)) for day in (3, 1, 2)]
    page = queries.lots_of(land.session, vendor_id=land.vendor_id, size=2)
    assert [lot.id for lot in page.items] == [ids[0], ids[2]]
    assert page.has_next
    rest = queries.lots_of(land.session, vendor_id=land.vendor_id, page=2, size=2)
    assert [lot.id for lot in rest.items] == [ids[1]]
    assert [lot.id for lot in queries.open_lots(land.session, vendor_id=land.vendor_id)] == [
        ids[0],
        ids[2],
        ids[1],
    ]
    assert queries.lot_cards(land.session, []) == {}
    assert queries.farm_cards(land.session, []) == {}
    other = Land(land.session, "V02").vendor_id
    assert queries.lot_of(land.session, ids[0], vendor_id=other) is None


@pytest.mark.parametrize(("kind", "name"), [(LotHeld, "held"), (LotRecalled, "recalled")])
def test_the_vendor_is_told_why(land, kind, name):
    lot_id = land.harvest()
    land.run(lots.hold_lot, lot_id, reason="Chờ kiểm nghiệm", actor=OFFICE)
    event = kind(lot_id, land.vendor_id)
    with transaction(land.session):
        handlers.tell_vendor(land.session, event, NOW)
        handlers.tell_vendor(land.session, kind(new_id(), land.vendor_id), NOW)
    (notice,) = land.session.scalars(sa.select(Notice))
    assert (notice.recipient, notice.template) == ("+84912345678", f"traceability/{name}")
    assert notice.values["reason"] == "Chờ kiểm nghiệm"
    known = notice.values | {"market": "Chợ Phiên", "public_url": "https://cho.example"}
    subject, text = render(notice.template, "vi", known)
    assert "L2611-001" in subject
    assert "Chờ kiểm nghiệm" in text
    assert f"/work/{land.vendor_id}/farm/lots/{lot_id}" in text
