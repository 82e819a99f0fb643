"""The waiting time before harvest: every boundary of the rule, through the use cases.

A product with a waiting time of 7 days, sprayed on 10 November 2026 and done at 09:00 in
Viet Nam, frees the plot from 17 November on.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa

from kernel.clock import HANOI, local_date
from kernel.db import transaction
from kernel.errors import Conflict, Invalid
from kernel.events import OutboxMessage
from tests.together import at_once
from tests.traceability.land import HARVEST, NOW, OFFICE, SPRAY, TODAY, Land, count, member
from traceability import queries
from traceability.errors import SecondPersonNeeded, TestFailed, TestNeeded
from traceability.models import DiaryEntry, EntryInput, IntervalHold, LotEdge, TraceEvent, WatchItem
from traceability.rules import (
    HOLD_REASONS,
    Activity,
    Block,
    EntryStatus,
    HoldEnd,
    InputKind,
    LotState,
    WatchKind,
    WatchState,
)
from traceability.services import diary, lots, plots, supplies
from traceability.services.farms import PlotFacts
from traceability.services.lots import births
from traceability.services.plots import Part
from traceability.services.supplies import CropFacts, LabelFacts, ProductFacts

WHY = "Đã có kết quả kiểm nghiệm đạt"
LONG_AGO = date(2020, 1, 1)
DONE, PENDING, ABANDONED = EntryStatus.DONE, EntryStatus.PENDING, EntryStatus.ABANDONED


def day(number: int) -> date:
    return date(2026, 11, number)


def there(number: int, hour: int, minute: int) -> datetime:
    """An instant of November by the clocks of Viet Nam."""
    return datetime(2026, 11, number, hour, minute, tzinfo=HANOI)


def state(land: Land, lot_id: str) -> LotState:
    return queries.lot_cards(land.session, [lot_id])[lot_id].state


def reason(land: Land, lot_id: str) -> str:
    return queries.lot_cards(land.session, [lot_id])[lot_id].state_reason


def is_held(land: Land, lot_id: str) -> bool:
    return state(land, lot_id) is LotState.HELD


def holds(land: Land, lot_id: str) -> list[IntervalHold]:
    found = land.session.scalars(sa.select(IntervalHold).where(IntervalHold.lot_id == lot_id))
    return sorted(found, key=lambda row: row.id)


def open_matters(land: Land) -> set[WatchKind]:
    return set(
        land.session.scalars(sa.select(WatchItem.kind).where(WatchItem.state == WatchState.OPEN))
    )


def product(land: Land, name: str, phi: int | None, *, since=LONG_AGO, **label) -> str:
    """Put a product with a label for lychee on the office's list."""
    facts = CropFacts("lychee", {"vi": "Vải thiều", "en": "Lychee"}, ("Vải Thanh Hà",))
    crop_id = land.run(supplies.save_crop, facts=facts, actor=OFFICE)
    made = land.run(
        supplies.save_product, facts=ProductFacts(name, InputKind.PESTICIDE), actor=OFFICE
    )
    if phi is not None:
        told = LabelFacts("", phi, since, **label)
        land.run(supplies.save_label, made, crop_id, facts=told, actor=OFFICE)
    return made


def use(land: Land, *product_ids: str, **changes) -> str:
    return land.write(input_name="", phi_days=None, product_ids=product_ids, **changes)


@pytest.mark.parametrize(
    ("harvested_at", "held"),
    [
        (there(16, 8, 0), True),
        (there(16, 23, 59), True),
        (there(17, 0, 1), False),
        (there(18, 8, 0), False),
    ],
)
def test_the_day_of_harvest_is_the_local_one(land, harvested_at, held):
    land.write(done_on=local_date(there(10, 9, 0)), phi_days=7)
    lot_id = land.harvest(harvested_on=local_date(harvested_at.astimezone(UTC)))
    assert is_held(land, lot_id) is held


def test_a_utc_day_would_wrongly_hold(land):
    harvested_at = there(17, 0, 1).astimezone(UTC)
    assert (harvested_at.day, harvested_at.hour) == (16, 17)
    assert local_date(harvested_at) == day(17)


@pytest.mark.parametrize(
    ("ended_at", "free_from"), [(there(10, 23, 59), day(17)), (there(11, 0, 1), day(18))]
)
def test_counted_from_the_local_day_on_which_the_spraying_ended(land, ended_at, free_from):
    land.write(done_on=local_date(ended_at.astimezone(UTC)), phi_days=7)
    before = land.harvest(harvested_on=free_from - timedelta(1))
    after = land.harvest(harvested_on=free_from)
    assert (is_held(land, before), is_held(land, after)) == (True, False)


@pytest.mark.parametrize(("harvested", "held"), [(11, True), (18, True), (19, False)])
def test_a_spraying_of_several_days_counts_from_its_last(land, harvested, held):
    land.write(done_on=day(10), ended_on=day(12), phi_days=7)
    assert is_held(land, land.harvest(harvested_on=day(harvested))) is held


def test_no_waiting_time_frees_the_same_day(land):
    land.write(done_on=day(10), phi_days=0)
    assert not is_held(land, land.harvest(harvested_on=day(10)))


def test_a_lot_of_two_plots_is_held_for_the_one_that_was_sprayed(land):
    other = land.season(land.plot())
    land.write(done_on=day(10), phi_days=7)
    alone = land.harvest(season_id=other, harvested_on=day(16))
    mixed = land.harvest(season_id=other, harvested_on=day(16), also_season_ids=(land.season_id,))
    assert (is_held(land, alone), is_held(land, mixed)) == (False, True)


def test_a_spray_told_later_finds_the_lot_of_two_plots(land):
    other = land.season(land.plot())
    mixed = land.harvest(season_id=other, harvested_on=day(16), also_season_ids=(land.season_id,))
    land.write(done_on=day(10), phi_days=7)
    assert is_held(land, mixed)


def split(land: Land, *outlines, since=date(2026, 11, 12), plot_id=None) -> list[str]:
    """Put plots in the place of one and begin a season on each."""
    facts = [Part(PlotFacts(f"Thửa {n}", 900), one) for n, one in enumerate(outlines)]
    made = land.run(
        plots.replace_plots, [plot_id or land.plot_id], parts=facts, since=since, actor=land.owner
    )
    return [land.season(key) for key in made]


def test_both_parts_of_a_split_plot_inherit_and_do_not_pass_on_to_each_other(land):
    land.write(done_on=day(10), phi_days=7)
    left, right = split(land, None, None)
    assert is_held(land, land.harvest(season_id=left, harvested_on=day(16)))
    assert not is_held(land, land.harvest(season_id=right, harvested_on=day(17)))
    land.write(season_id=left, done_on=day(18), phi_days=7)
    assert is_held(land, land.harvest(season_id=left, harvested_on=day(20)))
    assert not is_held(land, land.harvest(season_id=right, harvested_on=day(20)))


def test_a_split_told_of_twice_inherits_from_the_oldest(land):
    (once,) = split(land, None)
    plot_id = queries.season_of(land.session, once, vendor_id=land.vendor_id).plot_id
    (twice,) = split(land, None, plot_id=plot_id, since=day(13))
    lot_id = land.harvest(season_id=twice, harvested_on=day(16))
    land.write(done_on=day(10), phi_days=7)
    assert is_held(land, lot_id)


def test_a_plot_is_replaced_once(land):
    split(land, None, None)
    with pytest.raises(Conflict):
        split(land, None)


def square(west: float, south: float, side: float = 0.001) -> list[list[float]]:
    east, north = west + side, south + side
    return [[west, south], [east, south], [east, north], [west, north]]


@pytest.mark.parametrize(
    ("outline", "held"),
    [
        (square(106.4, 20.9), True),
        (square(106.4005, 20.9), True),
        (square(106.4009, 20.9009), False),
        (square(106.401, 20.9), False),
        (square(106.5, 20.9), False),
    ],
)
def test_a_plot_drawn_over_a_sprayed_one_inherits_by_its_outline(land, outline, held):
    (old,) = split(land, square(106.4, 20.9), since=day(1))
    land.write(season_id=old, done_on=day(10), phi_days=7)
    (new,) = split(land, outline, plot_id=land.plot(), since=day(2))
    assert is_held(land, land.harvest(season_id=new, harvested_on=day(16))) is held


@pytest.mark.parametrize("status", [PENDING, ABANDONED])
def test_what_is_planned_or_given_up_has_no_effect_until_it_is_done(land, status):
    entry_id = land.write(done_on=day(10), phi_days=7, status=status)
    lot_id = land.harvest(harvested_on=day(16))
    assert not is_held(land, lot_id)
    land.revise(entry_id, done_on=day(10), phi_days=7, status=DONE, reason="Đã phun xong")
    assert is_held(land, lot_id)


def test_a_product_whose_waiting_time_is_not_known_blocks(land):
    land.write(done_on=day(10), input_name="Thuốc lạ", phi_days=None)
    lot_id = land.harvest()
    assert reason(land, lot_id) == HOLD_REASONS[Block.UNKNOWN]
    assert WatchKind.UNKNOWN in open_matters(land)


def test_a_product_of_the_list_without_a_label_for_the_crop_blocks(land):
    listed = product(land, "Anvil 5SC", None)
    use(land, listed, done_on=day(1))
    lot_id = land.harvest()
    assert reason(land, lot_id) == HOLD_REASONS[Block.UNREGISTERED]
    assert open_matters(land) >= {WatchKind.UNREGISTERED, WatchKind.EARLY_HARVEST}


def test_a_name_of_the_list_is_that_product_whatever_is_typed_of_it(land):
    product(land, "Confidor 100SL", 7)
    land.write(input_name="confidor 100sl", phi_days=0, done_on=day(10))
    assert is_held(land, land.harvest(harvested_on=day(16)))
    assert not is_held(land, land.harvest(harvested_on=day(17)))


@pytest.mark.parametrize(("harvested", "held"), [(17, True), (23, True), (24, False)])
def test_the_longest_of_a_tank_mix_counts(land, harvested, held):
    mix = product(land, "Confidor 100SL", 7), product(land, "Anvil 5SC", 14)
    use(land, *mix, done_on=day(10))
    now = NOW + timedelta(3)
    lot_id = land.run(
        lots.record_harvest,
        land.season_id,
        facts=replace(HARVEST, client_key="tank-mix-1", harvested_on=day(harvested)),
        actor=land.recorder,
        now=now,
    )
    assert is_held(land, lot_id) is held


def test_of_several_doses_on_a_label_the_longest_counts(land):
    listed = product(land, "Confidor 100SL", 7)
    crop_id = land.run(
        supplies.save_crop, facts=CropFacts("lychee", {"vi": "Vải Thanh Hà"}), actor=OFFICE
    )
    told = LabelFacts("40 ml/16 l", 10, LONG_AGO)
    land.run(supplies.save_label, listed, crop_id, facts=told, actor=OFFICE)
    use(land, listed, done_on=day(10))
    assert is_held(land, land.harvest(harvested_on=day(19)))
    assert not is_held(land, land.harvest(harvested_on=day(20)))


def test_a_date_corrected_to_earlier_closes_the_hold_and_keeps_its_history(land):
    entry_id = land.write(done_on=day(10), phi_days=7)
    lot_id = land.harvest(harvested_on=day(16))
    land.revise(entry_id, done_on=day(9), phi_days=7)
    card = queries.lot_cards(land.session, [lot_id])[lot_id]
    assert (card.state, card.inside_interval) == (LotState.OPEN, False)
    (hold,) = holds(land, lot_id)
    assert (hold.free_from, hold.closed_how) == (day(17), HoldEnd.CORRECTED)
    steps = queries.lot_steps(land.session, lot_id)
    assert [step.action for step in steps][::-1] == ["create", "hold", "release"]
    assert WatchKind.FREED in open_matters(land)


def test_a_date_corrected_to_later_opens_a_hold(land):
    entry_id = land.write(done_on=day(9), phi_days=7)
    lot_id = land.harvest(harvested_on=day(16))
    assert not is_held(land, lot_id)
    land.revise(entry_id, done_on=day(10), phi_days=7)
    assert is_held(land, lot_id)
    assert holds(land, lot_id)[0].free_from == day(17)


def test_a_spray_given_up_by_a_correction_closes_the_hold(land):
    entry_id = land.write(done_on=day(10), phi_days=7)
    lot_id = land.harvest(harvested_on=day(16))
    land.revise(entry_id, done_on=day(10), phi_days=7, status=ABANDONED)
    assert not is_held(land, lot_id)


def test_the_old_entry_stays_and_is_corrected_once(land):
    entry_id = land.write(done_on=day(10), phi_days=7, note={"vi": "Phun sáng"})
    new = land.revise(entry_id, done_on=day(9), phi_days=7)
    old = land.session.get_one(DiaryEntry, entry_id)
    assert (old.done_on, old.note) == (day(10), {"vi": "Phun sáng"})
    corrected = land.session.get_one(DiaryEntry, new)
    assert (corrected.revision_of, corrected.root_id) == (entry_id, entry_id)
    with pytest.raises(Conflict):
        land.revise(entry_id, done_on=day(8), phi_days=7)
    assert [line.id for line in queries.diary(land.session, season_id=land.season_id)] == [new]


def test_a_correction_says_why_and_is_sent_once(land):
    entry_id = land.write(done_on=day(10), phi_days=7)
    with pytest.raises(Invalid) as refusal:
        land.revise(entry_id, done_on=day(9), phi_days=7, reason=" ")
    assert refusal.value.field == "reason"
    first = land.revise(entry_id, done_on=day(9), phi_days=7, client_key="phone-fix-1")
    assert land.revise(entry_id, done_on=day(9), phi_days=7, client_key="phone-fix-1") == first
    assert count(land.session, DiaryEntry) == 2


def make_from(land: Land, *sources: str) -> str:
    """Make a lot out of others, as packing does."""
    lot_id = land.harvest(season_id=land.season(land.plot()), harvested_on=day(22))
    with transaction(land.session):
        event = TraceEvent(
            event_id=f"ni:///sha-256;{lot_id}?ver=CBV2.0",
            type="TransformationEvent",
            event_time=NOW,
            time_offset="+07:00",
            record_time=NOW,
            vendor_id=land.vendor_id,
            body="{}",
        )
        land.session.add(event)
        land.session.flush()
        for src in sources:
            land.session.add(
                LotEdge(src_id=src, dst_id=lot_id, event_seq=event.seq, quantity=1000, at=NOW)
            )
    return lot_id


def test_a_spray_that_arrives_after_harvest_packing_and_sale_holds_every_lot_made_of_it(land):
    harvested = land.harvest(harvested_on=day(16))
    packed = make_from(land, harvested)
    repacked = make_from(land, packed)
    other = land.harvest(harvested_on=day(17))
    later = NOW + timedelta(hours=5)
    facts = replace(SPRAY, client_key="offline-spray", done_on=day(10), happened_at=there(10, 9, 0))
    land.run(diary.write_entry, land.season_id, facts=facts, actor=land.recorder, now=later)
    assert [is_held(land, key) for key in (harvested, packed, repacked, other)] == [
        True, True, True, False,
    ]  # fmt: skip
    assert reason(land, repacked) == HOLD_REASONS[Block.INTERVAL]
    told = land.session.scalars(
        sa.select(WatchItem.lot_id).where(WatchItem.kind == WatchKind.LATE_SPRAY)
    )
    # The office looks at the harvest; what was made of it is seen from there.
    assert set(told) == {harvested}
    sent = land.session.scalars(sa.select(OutboxMessage).where(OutboxMessage.kind == "LotHeld"))
    assert {row.payload["lot_id"] for row in sent} == {harvested, packed, repacked}


def test_what_was_made_from_a_lot_is_freed_with_it(land):
    entry_id = land.write(done_on=day(10), phi_days=7)
    harvested = land.harvest(harvested_on=day(17))
    packed = make_from(land, harvested)
    worse = land.revise(entry_id, done_on=day(11), phi_days=7)
    assert [is_held(land, key) for key in (harvested, packed)] == [True, True]
    land.revise(worse, done_on=day(10), phi_days=7)
    assert [is_held(land, key) for key in (harvested, packed)] == [False, False]


def test_a_clearance_of_the_harvest_frees_what_was_made_from_it(land):
    harvested = land.harvest(harvested_on=day(16))
    packed = make_from(land, harvested)
    land.write(done_on=day(10), phi_days=7)
    land.test(harvested)
    land.run(lots.release_lot, harvested, reason=WHY, actor=OFFICE)
    assert [is_held(land, key) for key in (harvested, packed)] == [False, False]


def test_who_recorded_harvest_or_spray_cannot_release(land):
    land.write(done_on=day(10), phi_days=7, actor=land.owner)
    lot_id = land.harvest(harvested_on=day(16))
    land.test(lot_id)
    with pytest.raises(SecondPersonNeeded):
        land.run(lots.release_lot, lot_id, reason=WHY, actor=land.owner)
    assert is_held(land, lot_id)


def test_who_recorded_the_harvest_cannot_release(land):
    land.write(done_on=day(10), phi_days=7)
    lot_id = land.harvest(harvested_on=day(16), actor=land.owner)
    land.test(lot_id)
    with pytest.raises(SecondPersonNeeded):
        land.run(lots.release_lot, lot_id, reason=WHY, actor=land.owner)
    assert is_held(land, lot_id)


def test_a_release_without_a_test_is_refused(land):
    land.write(done_on=day(10), phi_days=7)
    lot_id, other = land.harvest(harvested_on=day(16)), land.harvest(harvested_on=day(16))
    land.test(other)
    with pytest.raises(TestNeeded):
        land.run(lots.release_lot, lot_id, reason=WHY, actor=land.owner)
    assert is_held(land, lot_id)


def test_a_release_on_a_failed_test_is_refused_whatever_was_passed_before(land):
    land.write(done_on=day(10), phi_days=7)
    lot_id = land.harvest(harvested_on=day(16))
    land.test(lot_id, sampled_on=day(20))
    land.test(lot_id, sampled_on=day(21), value="0,07")
    with pytest.raises(TestFailed):
        land.run(lots.release_lot, lot_id, reason=WHY, actor=land.owner)
    assert is_held(land, lot_id)


def test_a_second_person_releases_on_a_passing_test_and_both_are_on_record(land):
    land.write(done_on=day(10), phi_days=7)
    lot_id = land.harvest(harvested_on=day(16))
    test_id = land.test(lot_id)
    land.run(lots.release_lot, lot_id, reason=WHY, actor=land.owner)
    (hold,) = holds(land, lot_id)
    assert (hold.closed_how, hold.closed_by) == (HoldEnd.CLEARED, "01OWNER")
    assert hold.test_id == test_id
    assert not is_held(land, lot_id)


def test_a_cleared_lot_is_held_again_only_when_the_spraying_is_told_to_be_worse(land):
    entry_id = land.write(done_on=day(10), phi_days=7)
    lot_id = land.harvest(harvested_on=day(16))
    land.test(lot_id)
    land.run(lots.release_lot, lot_id, reason=WHY, actor=land.owner)
    same = land.revise(entry_id, done_on=day(10), phi_days=7, note={"vi": "Phun sáng"})
    assert not is_held(land, lot_id)
    land.revise(same, done_on=day(10), phi_days=14)
    assert is_held(land, lot_id)


def test_the_label_of_the_day_of_spraying_counts(land):
    listed = product(land, "Confidor 100SL", 7)
    use(land, listed, done_on=day(10))
    lot_id = land.harvest(harvested_on=day(17))
    product(land, "Confidor 100SL", 14, since=day(15))
    assert not is_held(land, lot_id)
    use(land, listed, done_on=day(15))
    lot_id = land.harvest(harvested_on=day(23))
    assert is_held(land, lot_id)


def test_a_label_that_the_office_corrects_holds_and_frees(land):
    listed = product(land, "Confidor 100SL", None)
    use(land, listed, done_on=day(10))
    lot_id = land.harvest(harvested_on=day(17))
    assert is_held(land, lot_id)
    product(land, "Confidor 100SL", 7)
    assert not is_held(land, lot_id)
    product(land, "Confidor 100SL", 10)
    assert is_held(land, lot_id)


def test_a_label_that_ended_is_none(land):
    listed = product(land, "Confidor 100SL", 7, valid_to=day(10))
    use(land, listed, done_on=day(10))
    assert reason(land, land.harvest()) == HOLD_REASONS[Block.UNREGISTERED]


@pytest.mark.parametrize(
    ("name", "active", "sprayed", "held"),
    [
        ("Thuốc cỏ", "Paraquat", day(10), True),
        ("Thuốc trộn", "Cypermethrin + Chlorpyrifos Ethyl", day(10), True),
        ("Thuốc sâu", "Abamectin", day(10), False),
    ],
)
def test_a_banned_substance_is_recorded_and_blocks(land, name, active, sprayed, held):
    land.write(input_name=name, active_ingredient=active, phi_days=1, done_on=sprayed)
    lot_id = land.harvest()
    assert is_held(land, lot_id) is held
    assert (WatchKind.BANNED in open_matters(land)) is held
    if held:
        assert reason(land, lot_id) == HOLD_REASONS[Block.BANNED]


def test_a_product_is_banned_from_a_day_on(land):
    listed = product(land, "Cũ 10EC", 1)
    facts = ProductFacts("Cũ 10EC", InputKind.PESTICIDE, banned_from=day(12))
    land.run(supplies.save_product, facts=facts, actor=OFFICE)
    use(land, listed, done_on=day(11))
    assert not is_held(land, land.harvest())
    use(land, listed, done_on=day(12))
    assert is_held(land, land.harvest())


def test_a_plan_to_use_what_is_banned_is_refused(land):
    with pytest.raises(Invalid) as refusal:
        land.write(active_ingredient="Paraquat", status=PENDING, done_on=TODAY + timedelta(3))
    assert refusal.value.field == "input_name"
    assert count(land.session, DiaryEntry) == count(land.session, EntryInput) == 0


def test_a_harvest_corrected_to_another_day_takes_its_lot_along(land):
    land.write(done_on=day(10), phi_days=7)
    lot_id = land.harvest(harvested_on=day(17))
    harvest = queries.diary(land.session, season_id=land.season_id)[-1]
    assert harvest.activity is Activity.HARVEST
    facts = replace(SPRAY, activity=Activity.HARVEST, input_name="", phi_days=None)
    land.revise(harvest.id, facts, done_on=day(16), reason="Thu hôm trước")
    card = queries.lot_cards(land.session, [lot_id])[lot_id]
    assert (card.state, card.harvested_on) == (LotState.HELD, day(16))


def race(land: Land, maker) -> str:
    """Spray and harvest in the same moment; return the lot."""
    spray = replace(SPRAY, client_key="race-spray", done_on=day(10))
    harvest = replace(HARVEST, client_key="race-harvest", harvested_on=day(12))

    def do(number):
        with maker() as session, transaction(session):
            if number:
                values = {"facts": spray, "actor": land.recorder, "now": NOW}
                return diary.write_entry(session, land.season_id, **values)
            values = {"facts": harvest, "actor": land.recorder, "now": NOW}
            return lots.record_harvest(session, land.season_id, **values)

    lot_id, entry_id = at_once(do, 2)
    assert isinstance(entry_id, str)
    return lot_id


def test_a_spray_and_a_harvest_of_one_moment_never_pass_each_other(land, maker):
    assert is_held(land, race(land, maker))


def test_without_the_lock_they_do_pass_each_other(land, maker, monkeypatch):
    """The control: PostgreSQL lets both read before either is there; SQLite writes in turn."""
    if land.session.get_bind().dialect.name == "sqlite":
        pytest.skip("SQLite takes its write lock at the beginning of a transaction")
    both = Barrier(2)

    def meet(_session, _vendor_id):
        both.wait(10)

    for module in (diary, births):
        monkeypatch.setattr(module, "lock_land", meet)
    for module in (diary, births):
        settle = module.settle_land if module is diary else module.settle_lot

        def late(*args, settle=settle, **values):
            settle(*args, **values)
            both.wait(10)

        monkeypatch.setattr(module, settle.__name__, late)
    assert not is_held(land, race(land, maker))


def test_a_spray_on_a_split_plot_and_a_harvest_of_a_part_never_pass_each_other(land, maker):
    (part,) = split(land, None)
    spray = replace(SPRAY, client_key="race-spray", done_on=day(10))
    harvest = replace(HARVEST, client_key="race-harvest", harvested_on=day(14))

    def do(number):
        with maker() as session, transaction(session):
            if number:
                return diary.write_entry(
                    session, land.season_id, facts=spray, actor=land.recorder, now=NOW
                )
            return lots.record_harvest(session, part, facts=harvest, actor=land.recorder, now=NOW)

    lot_id, _ = at_once(do, 2)
    assert is_held(land, lot_id)


def test_a_correction_of_one_moment_is_made_once(land, maker):
    entry_id = land.write(done_on=day(10))

    def correct(number):
        facts = replace(SPRAY, client_key=f"fix-{number}-000", done_on=day(10 + number))
        with maker() as session, transaction(session):
            return diary.revise_entry(
                session, entry_id, facts=facts, reason=WHY, actor=land.recorder, now=NOW
            )

    made = at_once(correct, 4)
    assert sum(isinstance(one, str) for one in made) == 1
    assert sum(isinstance(one, Conflict) for one in made) == 3


def test_a_recorder_of_another_vendor_corrects_nothing(land):
    entry_id = land.write(done_on=day(10))
    other = Land(land.session, "V02")
    with pytest.raises(Exception, match="could not find"):
        land.revise(entry_id, done_on=day(9), actor=other.owner)
    with pytest.raises(Exception, match="may not"):
        land.revise(entry_id, done_on=day(9), actor=member(land.vendor_id, "seller"))
    assert count(land.session, DiaryEntry) == 1
