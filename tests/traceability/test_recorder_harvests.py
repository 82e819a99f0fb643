"""A harvest that a phone corrects: its lot follows as long as nothing was taken of it."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from kernel.db import transaction
from kernel.errors import Invalid
from kernel.quantity import Unit
from kernel.sealing import sealer_of
from tests.together import at_once
from tests.traceability.land import HARVEST, NOW, SPRAY, TODAY, count
from tests.traceability.packhouse import check_everything
from tests.traceability.test_recorder import phone
from traceability.errors import HarvestUsed
from traceability.models import Commitment, DiaryEntry, DiaryPhoto, Lot, LotMove, TraceEvent
from traceability.proof.commitments import HARVESTED_BY, PREFIX, commitment
from traceability.queries.journey import journey
from traceability.queries.recorder import reference
from traceability.rules import Activity, LotState, MoveKind
from traceability.rules.merging import Difference, Undecided
from traceability.services import lots
from traceability.services.correcting import take_correction
from traceability.services.diary import EntryFacts
from traceability.services.lots import Amount
from traceability.services.photos import name_photos
from traceability.services.recorder import Extra, Sent, Taken

__all__ = ["phone"]
KG = Unit.GRAM
LATER = NOW + timedelta(hours=1)


def sent(land, key: str, *, media: tuple[str, ...] = (), **changes) -> Sent:
    return Sent(
        land.season_id, replace(HARVEST, client_key=key, **changes), Extra(media=media), "vi"
    )


def correct(land, base_id: str, key: str, *, now=LATER, media=(), **changes):
    return land.run(
        take_correction,
        land.vendor_id,
        base_id,
        sent=sent(land, key, media=media, **changes),
        reason="Cân lại",
        actor=land.recorder,
        now=now,
    )


@pytest.fixture
def harvested(land) -> tuple[str, str]:
    """The entry of a harvest of 120 kg, and its lot."""
    lot_id = land.harvest(client_key="phone-0001")
    return land.session.get_one(Lot, lot_id).harvest_id, lot_id


def lot_of(land, lot_id: str) -> Lot:
    land.session.rollback()
    return land.session.get_one(Lot, lot_id)


def test_another_quantity_makes_the_lot_anew_and_leaves_its_history(land, harvested):
    entry_id, lot_id = harvested
    made = correct(land, entry_id, "phone-0002", quantity=110_500, worker="Lan")
    assert (made.lot.code, made.lot.is_held) == ("L2611-001", False)
    lot = lot_of(land, lot_id)
    assert (lot.quantity, lot.rest, lot.harvest_id) == (110_500, 110_500, entry_id)
    moves = land.session.execute(
        sa.select(LotMove.kind, LotMove.quantity, LotMove.ref, LotMove.reason).order_by(LotMove.id)
    ).all()
    assert moves == [
        (MoveKind.MADE, 120_000, "", ""),
        (MoveKind.MADE, -9_500, made.id, "Cân lại"),
    ]
    new = land.session.get_one(DiaryEntry, made.id)
    assert (new.revision_of, new.root_id, new.worker) == (entry_id, entry_id, "Lan")
    first, again, wrong = told(land)
    assert [each["quantityList"][0]["quantity"] for each in (first, again, wrong)] == [
        120,
        110.5,
        120,
    ]
    assert again["eventTime"] == first["eventTime"]
    assert wrong["eventID"] == first["eventID"]
    assert wrong["errorDeclaration"] == {
        "declarationTime": "2026-11-23T04:00:00.000Z",
        "reason": "incorrect_data",
        "correctiveEventIDs": [again["eventID"]],
    }
    check_everything(land.session)


def told(land) -> list[dict]:
    """Return how the lot began, as it was told, and told again."""
    land.session.rollback()
    events = land.session.scalars(
        sa.select(TraceEvent).where(TraceEvent.biz_step == "commissioning").order_by(TraceEvent.seq)
    )
    return [json.loads(event.body) for event in events]


def test_another_day_alone_is_told_too_and_each_time_the_last_is_wrong(land, harvested):
    entry_id, lot_id = harvested
    days = [TODAY - timedelta(days=2), TODAY - timedelta(days=3)]
    first = correct(land, entry_id, "phone-0002", harvested_on=days[0])
    correct(land, first.id, "phone-0003", harvested_on=days[1], now=LATER + timedelta(hours=1))
    one, two, one_wrong, three, two_wrong = told(land)
    assert [each["ilmd"]["cbvmda:harvestStartDate"] for each in (two, three)] == list(
        map(str, days)
    )
    assert two["eventTime"] == "2026-11-21T12:00:00.000+07:00"
    assert one_wrong["errorDeclaration"]["correctiveEventIDs"] == [two["eventID"]]
    assert (two_wrong["eventID"], two_wrong["errorDeclaration"]["correctiveEventIDs"]) == (
        two["eventID"],
        [three["eventID"]],
    )
    assert one_wrong["eventID"] == one["eventID"]
    assert lot_of(land, lot_id).harvested_on == days[1]
    name = one["quantityList"][0]["epcClass"]
    (stop,) = journey(land.session, [name], vendors=[land.vendor_id])
    assert stop.event_id == three["eventID"]
    assert count(land.session, LotMove) == 1
    check_everything(land.session)


def test_what_was_written_beside_a_harvest_is_no_event(land, harvested):
    correct(land, harvested[0], "phone-0002", note={"vi": "Trời mưa"})
    assert len(told(land)) == 1


def named(land, event: dict) -> str:
    """Return who harvested, as the digest in an event is opened."""
    mark = event["ilmd"][HARVESTED_BY]
    row = land.session.scalars(
        sa.select(Commitment).where(Commitment.digest == mark.removeprefix(PREFIX))
    ).one()
    opened = sealer_of(land.session).open_text(row.value_sealed)
    assert mark == commitment(row.salt, opened)
    return opened


def test_another_name_of_who_harvested_is_told_and_the_lot_keeps_its_place(land, harvested):
    entry_id, lot_id = harvested
    place = lot_of(land, lot_id).commissioned_seq
    first = correct(land, entry_id, "phone-0002", worker="Lan")
    waste = {"quantity": 1_000, "reason": "Dập nát", "now": LATER}
    land.run(lots.note_waste, lot_id, **waste, actor=land.recorder)
    correct(land, first.id, "phone-0003", worker="Bà Tư", now=LATER + timedelta(hours=1))
    one, two, one_wrong, three, two_wrong = told(land)
    assert HARVESTED_BY not in one["ilmd"]
    assert (named(land, two), named(land, three)) == ("Lan", "Bà Tư")
    assert one["eventTime"] == two["eventTime"] == three["eventTime"]
    assert [e["quantityList"][0]["quantity"] for e in (one, two, three)] == [120, 120, 120]
    assert one_wrong["errorDeclaration"]["correctiveEventIDs"] == [two["eventID"]]
    assert (two_wrong["eventID"], two_wrong["errorDeclaration"]["correctiveEventIDs"]) == (
        two["eventID"],
        [three["eventID"]],
    )
    lot = lot_of(land, lot_id)
    assert (lot.commissioned_seq, lot.rest) == (place, 119_000)
    name = one["quantityList"][0]["epcClass"]
    stop, *_ = journey(land.session, [name], vendors=[land.vendor_id])
    assert stop.step == "commissioning"
    assert stop.event_id == three["eventID"]
    check_everything(land.session)


def test_after_another_name_another_quantity_corrects_what_was_told_last(land, harvested):
    first = correct(land, harvested[0], "phone-0002", worker="Lan")
    correct(land, first.id, "phone-0003", worker="Lan", quantity=90_000, now=LATER + timedelta(1))
    *_, two, _, three, two_wrong = told(land)
    assert two_wrong["eventID"] == two["eventID"]
    assert two_wrong["errorDeclaration"]["correctiveEventIDs"] == [three["eventID"]]
    assert named(land, three) == "Lan"
    check_everything(land.session)


def test_the_day_corrected_on_the_page_is_told_in_the_same_way(land, harvested):
    entry_id, lot_id = harvested
    facts = EntryFacts("page-0001", Activity.HARVEST, TODAY - timedelta(days=1), {})
    for _ in range(2):
        land.run(lots.correct_entry, entry_id, facts=facts, reason="Nhầm ngày", actor=land.recorder)
    assert len(told(land)) == 3
    assert lot_of(land, lot_id).harvested_on == TODAY - timedelta(days=1)
    land.run(lots.note_waste, lot_id, quantity=1_000, reason="Dập nát", actor=land.recorder)
    newest = land.session.scalars(sa.select(DiaryEntry).order_by(DiaryEntry.id.desc())).first()
    with pytest.raises(HarvestUsed):
        land.run(
            lots.correct_entry,
            newest.id,
            facts=replace(facts, client_key="page-0002", done_on=TODAY),
            reason="Nhầm ngày",
            actor=land.recorder,
        )
    assert len(told(land)) == 3
    check_everything(land.session)


def test_sent_again_it_is_found(land, harvested):
    first = correct(land, harvested[0], "phone-0002", quantity=100_000)
    again = correct(land, harvested[0], "phone-0002", quantity=100_000, now=LATER + timedelta(1))
    assert again == first
    assert count(land.session, DiaryEntry) == count(land.session, LotMove) == 2


def test_another_unit_is_taken_while_nothing_is_gone(land, harvested):
    correct(land, harvested[0], "phone-0002", quantity=300, unit=Unit.PIECE)
    lot = lot_of(land, harvested[1])
    assert (lot.quantity, lot.rest, lot.unit) == (300, 300, Unit.PIECE)
    check_everything(land.session)


def test_another_day_is_judged_anew(land, harvested):
    land.write(done_on=TODAY - timedelta(days=5))
    assert lot_of(land, harvested[1]).state is LotState.HELD
    correct(land, harvested[0], "phone-0002", harvested_on=TODAY - timedelta(days=6))
    lot = lot_of(land, harvested[1])
    assert (lot.harvested_on, lot.state) == (TODAY - timedelta(days=6), LotState.OPEN)


@pytest.mark.parametrize("changes", [{"quantity": 90_000}, {"harvested_on": TODAY - timedelta(1)}])
def test_once_something_was_taken_of_its_lot_it_is_refused_and_nothing_changes(
    land, harvested, changes
):
    entry_id, lot_id = harvested
    land.run(lots.note_waste, lot_id, quantity=1_000, reason="Dập nát", actor=land.recorder)
    with pytest.raises(HarvestUsed) as refusal:
        correct(land, entry_id, "phone-0002", **changes)
    assert refusal.value.values == {"lot": "L2611-001"}
    lot = lot_of(land, lot_id)
    assert (lot.quantity, lot.rest, lot.harvested_on) == (120_000, 119_000, TODAY)
    assert count(land.session, DiaryEntry) == 1
    # What was written beside it may still be corrected.
    made = correct(land, entry_id, "phone-0003", worker="Lan")
    assert land.session.get_one(DiaryEntry, made.id).worker == "Lan"


def test_a_recalled_harvest_is_told_anew_by_nobody(land, harvested):
    land.run(lots.recall_lot, harvested[1], reason="Dư lượng", actor=land.owner)
    with pytest.raises(HarvestUsed):
        correct(land, harvested[0], "phone-0002", quantity=90_000)


def test_what_two_say_of_the_amount_is_shown_and_one_is_chosen(land, harvested):
    entry_id, lot_id = harvested
    theirs = correct(land, entry_id, "desk-0001", quantity=118_000, worker="Bà Tư")
    told = correct(land, entry_id, "phone-0002", quantity=110_000, now=LATER + timedelta(hours=1))
    assert isinstance(told, Undecided)
    assert told.fields == (Difference("amount", Amount(110_000, KG), Amount(118_000, KG)),)
    assert (told.id, told.merged["worker"]) == (theirs.id, "Bà Tư")
    assert lot_of(land, lot_id).quantity == 118_000
    made = correct(
        land, told.id, "phone-0002", quantity=110_000, worker="Bà Tư", now=LATER + timedelta(2)
    )
    assert isinstance(made, Taken)
    assert lot_of(land, lot_id).quantity == 110_000


def test_a_field_that_only_one_changed_is_taken_from_that_side(land, harvested):
    correct(land, harvested[0], "desk-0001", quantity=118_000)
    made = correct(land, harvested[0], "phone-0002", worker="Lan", now=LATER + timedelta(hours=1))
    assert isinstance(made, Taken)
    assert lot_of(land, harvested[1]).quantity == 118_000


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"quantity": 0}, "quantity"), ({"harvested_on": TODAY + timedelta(days=1)}, "done_on")],
)
def test_a_wrong_correction_names_its_field(land, harvested, changes, field):
    with pytest.raises(Invalid) as refusal:
        correct(land, harvested[0], "phone-0002", **changes)
    assert refusal.value.field == field
    assert count(land.session, DiaryEntry) == 1


def test_no_harvest_becomes_something_else(land, harvested):
    spray = Sent(land.season_id, replace(SPRAY, client_key="phone-0002"))
    with pytest.raises(Invalid):
        land.run(
            take_correction,
            land.vendor_id,
            harvested[0],
            sent=spray,
            reason="x",
            actor=land.recorder,
        )


def test_two_phones_that_correct_at_once_are_brought_together(land, maker, harvested):
    entry_id, lot_id = harvested

    def take(number):
        changes = [{"quantity": 100_000}, {"worker": "Lan"}][number]
        with maker() as session, transaction(session):
            return take_correction(
                session,
                land.vendor_id,
                entry_id,
                sent=sent(land, f"phone-100{number}", **changes),
                reason="Cân lại",
                actor=land.recorder,
                now=LATER + timedelta(minutes=number),
            )

    made = at_once(take, 2)
    assert {type(one) for one in made} == {Taken}, made
    assert lot_of(land, lot_id).quantity == 100_000
    newest = land.session.scalars(sa.select(DiaryEntry).order_by(DiaryEntry.id.desc())).all()
    assert "Lan" in {one.worker for one in newest}
    check_everything(land.session)


def test_a_picture_that_a_correction_takes_away_is_let_go(land, harvested):
    digest = "a" * 64
    added = correct(land, harvested[0], "phone-0002", media=(digest,))
    assert count(land.session, DiaryPhoto) == 1
    correct(land, added.id, "phone-0003", now=LATER + timedelta(hours=1))
    assert count(land.session, DiaryPhoto) == 0
    assert land.session.get_one(DiaryEntry, added.id).media == [digest]


def test_a_phone_pulls_harvests_with_their_amount_and_sends_them_back(phone):
    (made,) = phone.sync(phone.entry(activity="harvest", quantity_text="120,5", unit="kg"))
    told = phone.get("/reference").get_json()["entries"][0]
    assert (told["quantity_text"], told["unit"], told["lot"]) == ("120,5", "kg", "L2611-001")
    entry = phone.entry(
        "phone-0002", activity="harvest", quantity_text="90", unit="kg", base_id=made["id"]
    )
    (answer,) = phone.sync(entry)
    assert (answer["status"], answer["lot"]["code"]) == ("stored", "L2611-001")
    (conflict,) = phone.sync(entry | {"key": "phone-0003", "quantity_text": "95"})
    assert conflict["status"] == "conflict"
    assert conflict["fields"] == [
        {
            "name": "amount",
            "mine": {"quantity_text": "95", "unit": "kg"},
            "theirs": {"quantity_text": "90", "unit": "kg"},
        }
    ]


def test_a_phone_is_told_why_a_harvest_stays(phone):
    (made,) = phone.sync(phone.entry(activity="harvest", quantity_text="120", unit="kg"))
    land = phone.land
    lot = land.session.scalars(sa.select(Lot)).one()
    lot_id = lot.id
    land.session.rollback()
    land.run(lots.note_waste, lot_id, quantity=1_000, reason="Dập nát", actor=land.recorder)
    (answer,) = phone.sync(
        phone.entry(
            "phone-0002", activity="harvest", quantity_text="90", unit="kg", base_id=made["id"]
        )
    )
    assert (answer["status"], answer["field"]) == ("refused", "quantity")
    assert "L2611-001" in answer["message"]
    assert reference(land.session, vendor_id=land.vendor_id, today=TODAY).entries


def test_names_of_pictures_are_noted_once(land):
    for _again in range(2):
        land.run(name_photos, land.vendor_id, ["b" * 64, "b" * 64])
    assert count(land.session, DiaryPhoto) == 1
