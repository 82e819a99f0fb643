"""What does not fit: warnings for the farmer and the office's watch list."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from kernel.audit import AuditEntry
from kernel.clock import HANOI
from kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from kernel.quantity import Unit
from tests.traceability.land import NOW, OFFICE, SPRAY, TODAY, Land, count
from tests.traceability.test_intervals import LONG_AGO, open_matters, product, square, use
from traceability.models import DiaryEntry, InputMove, WatchItem
from traceability.rules import (
    Activity,
    Adjust,
    Block,
    Bound,
    EntryStatus,
    InputKind,
    Label,
    Measure,
    Measured,
    Product,
    Spray,
    WatchKind,
    WatchState,
    bound_on,
    judge_products,
    judge_result,
    kg_per_ha,
    labels_on,
    need_quantities,
    overlaps,
    relatives,
)
from traceability.rules.checks import Verdict, read_result
from traceability.services import shed, supplies, watching, yields
from traceability.services.entering import entered_too_soon, may_enter_from
from traceability.services.shed import BatchFacts
from traceability.services.supplies import CropFacts, LabelFacts, ProductFacts
from traceability.services.yields import BoundFacts

WHY = "Đã gọi hỏi nông hộ"
CARE = replace(SPRAY, activity=Activity.CARE, input_name="", phi_days=None)
days = st.dates(date(2020, 1, 1), date(2030, 1, 1))


def matters(land: Land, kind: WatchKind) -> list[WatchItem]:
    return list(land.session.scalars(sa.select(WatchItem).where(WatchItem.kind == kind)))


def still_open(land: Land, kind: WatchKind) -> list[WatchItem]:
    return [one for one in matters(land, kind) if one.state is WatchState.OPEN]


def batch(land: Land, quantity: int = 1000, **changes) -> str:
    facts = BatchFacts("Confidor 100SL", date(2026, 11, 1), Unit.MILLILITRE, quantity, **changes)
    return land.run(shed.add_batch, vendor_id=land.vendor_id, facts=facts, actor=land.recorder)


def litres(number: str, **more) -> Measured:
    exact = Fraction(number)
    return Measured(Measure.USED, exact.numerator, exact.denominator, "l", **more)


def test_what_a_diary_uses_is_taken_out_of_the_shed(land):
    bought = batch(land)
    land.write(input_batch_id=bought, quantities=(litres("0.25"),))
    assert shed.stock_of(land.session, bought) == 750


def test_what_is_planned_stays_in_the_shed(land):
    bought = batch(land)
    land.write(input_batch_id=bought, quantities=(litres("0.25"),), status=EntryStatus.PENDING)
    assert shed.stock_of(land.session, bought) == 1000


def test_a_correction_gives_back_and_takes_anew(land):
    bought = batch(land)
    entry_id = land.write(input_batch_id=bought, quantities=(litres("0.25"),))
    land.revise(entry_id, input_batch_id=bought, quantities=(litres("0.4"),))
    assert shed.stock_of(land.session, bought) == 600
    assert count(land.session, InputMove) == 4


def test_an_entry_sent_twice_is_taken_out_once(land):
    bought = batch(land)
    for _ in range(2):
        land.write(input_batch_id=bought, quantities=(litres("0.25"),), client_key="phone-stock-1")
    assert shed.stock_of(land.session, bought) == 750


@pytest.mark.parametrize(
    ("adjust", "left"), [(Adjust.INCREMENT, 1250), (Adjust.RESET, 250), (Adjust.DECREMENT, 750)]
)
def test_a_quantity_says_how_it_moves_the_stock(land, adjust, left):
    bought = batch(land)
    land.write(quantities=(litres("0.25", input_batch_id=bought, adjust=adjust),))
    assert shed.stock_of(land.session, bought) == left


def test_more_used_than_bought_is_a_matter_until_it_fits_again(land):
    bought = batch(land)
    land.write(input_batch_id=bought, quantities=(litres("1.2"),))
    (item,) = matters(land, WatchKind.STOCK)
    assert (item.batch_id, item.detail["missing"], item.state) == (
        bought,
        "200 ml",
        WatchState.OPEN,
    )
    land.run(shed.count_batch, bought, counted=300, note="Kiểm kho", actor=land.owner)
    assert matters(land, WatchKind.STOCK)[0].state is WatchState.DONE


def test_a_batch_is_kept_in_one_unit_and_is_nobody_elses(land):
    bought = batch(land)
    kilograms = Measured(Measure.USED, 1, 1, "kg")
    with pytest.raises(Invalid) as refusal:
        land.write(input_batch_id=bought, quantities=(kilograms,))
    assert refusal.value.field == "quantity"
    other = Land(land.session, "V02")
    with pytest.raises(Invalid) as refusal:
        other.write(input_batch_id=bought)
    assert refusal.value.field == "input_batch_id"
    assert count(land.session, DiaryEntry) == 0


def test_the_product_of_a_batch_counts_with_its_label(land):
    product(land, "Confidor 100SL", 9)
    land.write(input_name="", phi_days=0, input_batch_id=batch(land), done_on=date(2026, 11, 15))
    assert land.session.scalars(sa.select(DiaryEntry.phi_days)).one() == 9


@pytest.mark.parametrize(
    "one",
    [
        Measured(Measure.USED, 1, 0, "l"),
        Measured(Measure.USED, -1, 1, "l"),
        Measured(Measure.USED, 1, 1, "l" * 21),
    ],
)
def test_quantities_that_are_none_are_refused(one):
    with pytest.raises(Invalid):
        need_quantities((one,))


def test_too_many_uses_of_a_product_in_a_season(land):
    listed = product(land, "Confidor 100SL", 0, most_applications=2)
    for number in (1, 5):
        use(land, listed, done_on=date(2026, 11, number))
    assert WatchKind.TOO_MANY not in open_matters(land)
    third = use(land, listed, done_on=date(2026, 11, 9))
    (item,) = matters(land, WatchKind.TOO_MANY)
    assert (item.detail["found"], item.detail["most"]) == ("3", "2")
    land.revise(
        third, input_name="", product_ids=(listed,), done_on=date(2026, 11, 9),
        status=EntryStatus.ABANDONED,
    )  # fmt: skip
    assert WatchKind.TOO_MANY not in open_matters(land)


@pytest.mark.parametrize(("second", "told"), [(8, True), (9, False)])
def test_used_again_too_soon(land, second, told):
    listed = product(land, "Confidor 100SL", 0, spacing_days=7)
    use(land, listed, done_on=date(2026, 11, 1), ended_on=date(2026, 11, 2))
    use(land, listed, done_on=date(2026, 11, second))
    assert (WatchKind.TOO_CLOSE in open_matters(land)) is told


def test_each_product_of_a_mix_is_asked_of_by_itself(land):
    near, far = product(land, "Confidor 100SL", 0, spacing_days=7), product(land, "Anvil 5SC", 0)
    use(land, near, done_on=date(2026, 11, 1))
    both = land.write(
        input_name="", phi_days=None, product_ids=(near, far), done_on=date(2026, 11, 3)
    )
    (item,) = matters(land, WatchKind.TOO_CLOSE)
    assert (item.entry_id, item.detail["product"]) == (both, "Confidor 100SL")
    assert item.state is WatchState.OPEN
    land.revise(both, input_name="", phi_days=None, product_ids=(far,), done_on=date(2026, 11, 3))
    assert WatchKind.TOO_CLOSE not in open_matters(land)


def test_two_sprayings_that_are_too_close_are_one_matter_whichever_is_told_first(land):
    listed = product(land, "Confidor 100SL", 0, spacing_days=7)
    later = use(land, listed, done_on=date(2026, 11, 10))
    use(land, listed, done_on=date(2026, 11, 8))
    (item,) = matters(land, WatchKind.TOO_CLOSE)
    assert (item.entry_id, item.detail["found"]) == (later, "2")
    # All entries are judged anew: the earlier one is still no matter of its own.
    product(land, "Confidor 100SL", 1, spacing_days=7)
    assert matters(land, WatchKind.TOO_CLOSE) == [item]


def test_a_product_used_twice_on_one_day_is_warned_of_once(land):
    first = land.write(input_name="Thuốc lạ", phi_days=None)
    second = land.write(input_name="Thuốc lạ", phi_days=None)
    assert [one.entry_id for one in matters(land, WatchKind.UNKNOWN)] == [first]
    land.revise(first, input_name="Thuốc lạ", phi_days=7)
    (item,) = still_open(land, WatchKind.UNKNOWN)
    assert item.entry_id == second
    land.revise(second, input_name="Thuốc lạ", phi_days=None, done_on=date(2026, 11, 11))
    assert still_open(land, WatchKind.UNKNOWN) == [item]
    assert item.detail["day"] == "2026-11-11"


@pytest.mark.parametrize(
    ("hour", "day_of_work", "hour_of_work", "told"),
    [
        (9, 10, 15, True),
        (9, 11, 8, True),
        (9, 11, 10, False),
        (9, 11, None, False),
        (9, 10, None, True),
        (None, 11, 10, True),
        (None, 12, None, False),
    ],
)
def test_work_on_a_plot_before_people_may_enter(land, hour, day_of_work, hour_of_work, told):
    def at(number, hour):
        return None if hour is None else datetime(2026, 11, number, hour, tzinfo=HANOI)

    listed = product(land, "Confidor 100SL", 0, rei_hours=24)
    use(land, listed, done_on=date(2026, 11, 10), happened_at=at(10, hour))
    worked = date(2026, 11, day_of_work)
    land.write(CARE, done_on=worked, happened_at=at(day_of_work, hour_of_work))
    assert (WatchKind.REENTRY in open_matters(land)) is told


def test_work_told_before_the_spraying_is_found_too(land):
    listed = product(land, "Confidor 100SL", 0, rei_hours=48)
    land.write(CARE, done_on=date(2026, 11, 11))
    use(land, listed, done_on=date(2026, 11, 10))
    assert WatchKind.REENTRY in open_matters(land)


def crop(land: Land, *, most: int | None = None, **changes) -> str:
    facts = CropFacts("lychee", {"vi": "Vải Thanh Hà"}, **changes)
    crop_id = land.run(supplies.save_crop, facts=facts, actor=OFFICE)
    if most is not None:
        bound(land, crop_id, most)
    return crop_id


def bound(land: Land, crop_id: str, most: int | None, valid_from=LONG_AGO, **changes) -> str:
    facts = BoundFacts(most, valid_from, "Số liệu thống kê 2019", **changes)
    return land.run(yields.save_bound, crop_id, facts=facts, actor=OFFICE)


def test_more_than_a_field_gives(land):
    crop(land, most=15_000)
    # 1,800 m² give at most 2,700 kg.
    land.harvest(quantity=2_700_000)
    assert WatchKind.YIELD not in open_matters(land)
    land.harvest(quantity=90_000)
    (item,) = matters(land, WatchKind.YIELD)
    assert item.detail == {
        "found": "15500",
        "most": "15000",
        "since": LONG_AGO.isoformat(),
        "source": "Số liệu thống kê 2019",
    }


def test_a_season_is_judged_by_the_bound_of_its_last_harvest(land):
    crop_id = crop(land, most=20_000)
    bound(land, crop_id, 15_000, date(2026, 11, 20))
    land.harvest(quantity=3_000_000, harvested_on=date(2026, 11, 19))
    assert WatchKind.YIELD not in open_matters(land)
    land.harvest(quantity=1_000, harvested_on=date(2026, 11, 20))
    (item,) = matters(land, WatchKind.YIELD)
    assert (item.detail["found"], item.detail["since"]) == ("16672", "2026-11-20")


def test_a_bound_that_is_put_right_judges_the_harvests_since_its_day_anew(land):
    crop_id = crop(land, most=15_000)
    land.harvest(quantity=3_600_000, harvested_on=date(2026, 11, 20))
    assert WatchKind.YIELD in open_matters(land)
    bound(land, crop_id, 20_000, date(2026, 11, 21))
    assert WatchKind.YIELD in open_matters(land)
    bound(land, crop_id, 20_000, date(2026, 11, 20))
    assert WatchKind.YIELD not in open_matters(land)
    bound(land, crop_id, 19_999, date(2026, 11, 20))
    assert WatchKind.YIELD in open_matters(land)
    bound(land, crop_id, None, date(2026, 11, 20))
    assert WatchKind.YIELD not in open_matters(land)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"most_kg_per_ha": 0}, "most_kg_per_ha"),
        ({"most_kg_per_ha": 1_000_001}, "most_kg_per_ha"),
        ({"source": ""}, "source"),
    ],
)
def test_a_bound_takes_what_can_be(land, changes, field):
    crop_id, facts = crop(land), BoundFacts(15_000, LONG_AGO, "Quyết định 1")
    facts = replace(facts, **changes)
    with pytest.raises(Invalid) as refusal:
        land.run(yields.save_bound, crop_id, facts=facts, actor=OFFICE)
    assert refusal.value.field == field
    with pytest.raises(NotAllowed):
        land.run(yields.save_bound, crop_id, facts=facts, actor=land.owner)


def test_a_bound_is_of_a_variety_of_its_crop(land):
    crop_id = crop(land)
    with pytest.raises(NotFound):
        bound(land, crop_id, 15_000, variety_id="01SOMEBODYELSES")
    with pytest.raises(NotFound):
        bound(land, "01NOCROP", 15_000)


@given(
    st.lists(st.tuples(days, st.none() | st.integers(1, 9), st.sampled_from([None, "A", "B"]))),
    days,
    st.sampled_from([None, "A", "B"]),
)
def test_the_newest_bound_of_the_variety_counts_else_that_of_the_crop(rows, day, variety):
    bounds = [Bound(most, since, variety_id=of) for since, most, of in rows]
    told = bound_on(bounds, day, variety)
    if told is None:
        return
    assert told.valid_from <= day
    assert told.most is not None
    assert told.variety_id in {variety, None}
    later = [
        one
        for one in bounds
        if one.variety_id == told.variety_id and told.valid_from < one.valid_from <= day
    ]
    assert later == []


def test_the_variety_says_more_than_its_crop(land):
    crop_id = crop(land, most=15_000)
    facts = CropFacts("early", {"vi": "Vải sớm"})
    variety_id = land.run(supplies.save_variety, crop_id, facts=facts, actor=OFFICE)
    bound(land, crop_id, 20_000, variety_id=variety_id)
    land.run(link_variety, land.season_id, crop_id, variety_id)
    land.harvest(quantity=3_000_000)
    assert WatchKind.YIELD not in open_matters(land)


def link_variety(session, season_id, crop_id, variety_id, *, now):
    from traceability.models import Season

    season = session.get_one(Season, season_id)
    season.crop_id, season.variety_id = crop_id, variety_id
    return now


def test_a_harvest_outside_the_season(land):
    crop(land, harvest_months=(5, 6, 7))
    land.harvest()
    (item,) = matters(land, WatchKind.OUT_OF_SEASON)
    assert item.detail["day"] == "2026-11-23"


def test_the_office_decides_a_matter_with_a_reason(land):
    crop(land, harvest_months=(5, 6, 7))
    land.harvest()
    (item,) = matters(land, WatchKind.OUT_OF_SEASON)
    values = {"reason": WHY, "actor": OFFICE}
    with pytest.raises(Invalid):
        land.run(watching.decide_matter, item.id, action="done", reason="", actor=OFFICE)
    land.run(watching.decide_matter, item.id, action="dismiss", **values)
    assert (item.state, item.reason) == (WatchState.DISMISSED, WHY)
    assert item.decided_name == "Trần Thị Lan"
    with pytest.raises(Conflict):
        land.run(watching.decide_matter, item.id, action="done", **values)
    land.run(watching.decide_matter, item.id, action="reopen", **values)
    assert item.state is WatchState.OPEN
    assert count(land.session, AuditEntry, AuditEntry.action.like("watch.%")) >= 3


def test_nobody_decides_on_a_vendor_he_works_for(land):
    crop(land, harvest_months=(5, 6, 7))
    land.harvest()
    (item,) = matters(land, WatchKind.OUT_OF_SEASON)
    own = replace(OFFICE, memberships=land.owner.memberships)
    with pytest.raises(NotFound):
        land.run(watching.decide_matter, item.id, action="done", reason=WHY, actor=own)
    with pytest.raises(NotAllowed):
        land.run(watching.decide_matter, item.id, action="done", reason=WHY, actor=land.owner)
    assert item.state is WatchState.OPEN


def test_what_was_decided_comes_back_with_new_facts_only(land):
    crop(land, most=1_000)
    land.harvest(quantity=1_000_000)
    (item,) = matters(land, WatchKind.YIELD)
    land.run(watching.decide_matter, item.id, action="dismiss", reason=WHY, actor=OFFICE)
    land.run(lambda session, now: watching.open_matter(
        session, item.kind, item.key, vendor_id=land.vendor_id, detail=dict(item.detail), now=now
    ))  # fmt: skip
    assert item.state is WatchState.DISMISSED
    land.harvest(quantity=500_000)
    assert item.state is WatchState.OPEN


@pytest.mark.parametrize(
    ("service", "values", "field"),
    [
        ("crop", {"code": ""}, "code"),
        ("crop", {"name": {}}, "name"),
        ("crop", {"harvest_months": (0,)}, "harvest_months"),
        ("label", {"phi_days": 400}, "phi_days"),
        ("label", {"rei_hours": -1}, "rei_hours"),
        ("label", {"valid_to": LONG_AGO}, "valid_to"),
        ("product", {"name": " "}, "name"),
    ],
)
def test_lists_take_what_can_be(land, service, values, field):
    crop_id = crop(land)
    listed = product(land, "Confidor 100SL", None)
    facts = {
        "crop": CropFacts("rice", {"vi": "Lúa"}),
        "label": LabelFacts("", 7, LONG_AGO),
        "product": ProductFacts("X", InputKind.PESTICIDE),
    }[service]
    facts = replace(facts, **values)
    with pytest.raises(Invalid) as refusal:
        if service == "label":
            land.run(supplies.save_label, listed, crop_id, facts=facts, actor=OFFICE)
        else:
            land.run(getattr(supplies, f"save_{service}"), facts=facts, actor=OFFICE)
    assert refusal.value.field == field


def test_the_lists_are_kept_by_the_office(land):
    with pytest.raises(NotAllowed):
        land.run(supplies.save_crop, facts=CropFacts("x", {"vi": "X"}), actor=land.owner)


@given(days, st.integers(0, 60), st.integers(0, 30), days)
def test_a_spraying_forbids_just_the_days_before_its_first_free_one(start, phi, span, harvested):
    spray = Spray("X", start, phi, start + timedelta(span))
    free_from = start + timedelta(span + phi)
    assert spray.free_from == free_from
    assert spray.forbids(harvested) is (start <= harvested < free_from)


@given(st.lists(st.tuples(days, st.integers(0, 60), st.sampled_from(["", "20 ml"]))), days)
def test_of_each_dose_the_newest_label_of_the_day_counts(rows, day):
    labels = [Label(dose, phi, since) for since, phi, dose in rows]
    told = labels_on(labels, day)
    assert {one.dose for one in told} == {one.dose for one in labels if one.valid_from <= day}
    for one in told:
        assert not any(
            other.dose == one.dose and one.valid_from < other.valid_from <= day for other in labels
        )


@given(st.lists(st.integers(0, 60), min_size=1, max_size=5), st.none() | st.integers(0, 60), days)
def test_a_mix_waits_as_long_as_its_longest_and_for_ever_with_an_unknown(listed, typed, day):
    products = [Product(f"P{n}", labels=(Label("", phi, day),)) for n, phi in enumerate(listed)]
    judged = judge_products(products, typed=("X", typed, ""), day=day, banned=())
    assert judged.phi_days == (None if typed is None else max(*listed, typed))
    assert judged.block is (Block.UNKNOWN if typed is None else None)


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(7, 13)), max_size=12), st.integers(0, 13))
def test_relatives_are_mutual(pairs, plot):
    heritage = [(str(a), str(b)) for a, b in pairs]
    for other in relatives(str(plot), heritage):
        assert str(plot) in relatives(other, heritage)


@given(st.floats(-0.002, 0.002), st.floats(-0.002, 0.002))
def test_outlines_overlap_both_ways_as_squares_do(dx, dy):
    side = 0.001
    share = max(0.0, 1 - abs(dx) / side) * max(0.0, 1 - abs(dy) / side)
    one, other = square(106.4, 20.9), square(106.4 + dx, 20.9 + dy)
    assert overlaps(one, other, percent=2) == overlaps(other, one, percent=2)
    if abs(share - 0.02) > 0.002:
        assert overlaps(one, other, percent=2) is (share > 0.02)


@given(days, st.integers(0, 300), st.integers(0, 40))
def test_without_an_hour_a_day_is_too_soon_only_as_a_whole(day, hours, later):
    free_from = may_enter_from(day, None, hours)
    work = day + timedelta(later)
    next_midnight = datetime.combine(work + timedelta(1), datetime.min.time(), HANOI)
    assert entered_too_soon(work, None, free_from) is (next_midnight < free_from)


@pytest.mark.parametrize(
    ("value", "most", "verdict"),
    [
        ("0,02", "0,05", Verdict.PASSED),
        ("0.06", "0,05", Verdict.FAILED),
        ("<0,01", "0,05", Verdict.PASSED),
        ("KPH", "0,05", Verdict.PASSED),
        ("12", "", Verdict.PASSED),
    ],
)
def test_what_is_above_its_limit_failed_whatever_is_said(value, most, verdict):
    assert judge_result(value, most, Verdict.PASSED) is verdict
    assert judge_result(value, most, Verdict.FAILED) is Verdict.FAILED


@given(st.text(max_size=20))
def test_any_result_is_read_or_is_no_number(text):
    found = read_result(text)
    assert found is None or found >= 0


def test_kilograms_a_hectare():
    assert kg_per_ha(2_700_000, 1800) == 15_000
    assert (kg_per_ha(1, 0), NOW.date()) == (0, TODAY)


def test_what_fits_again_keeps_its_words_and_comes_back_with_the_same_facts(land):
    told = {"lot": "2611-1", "day": "2026-11-23"}
    about = {"vendor_id": land.vendor_id, "detail": told}
    land.run(watching.open_matter, WatchKind.OUT_OF_SEASON, "k", **about)
    land.run(watching.settle_matter, "k")
    (item,) = matters(land, WatchKind.OUT_OF_SEASON)
    assert (item.state, item.detail) == (WatchState.DONE, told)
    land.run(watching.open_matter, WatchKind.OUT_OF_SEASON, "k", **about)
    assert item.state is WatchState.OPEN
