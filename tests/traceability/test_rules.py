"""Waiting times, states and codes: pure."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import Conflict, Invalid
from kernel.messages import LABELS
from traceability.rules import (
    ARROWS,
    Activity,
    LotState,
    Spray,
    after,
    checked_lot_code,
    is_trace_code,
    judge_harvest,
    lot_code,
    lot_number,
    need_diary_day,
    need_reason,
    need_season_days,
    need_spray_facts,
)

D = date(2026, 11, 10)
days = st.dates(date(2020, 1, 1), date(2030, 1, 1))
sprays = st.builds(Spray, st.just("Confidor"), days, st.integers(0, 60))


@pytest.mark.parametrize(
    ("sprayed", "harvested_after", "kept"),
    [
        ([("Confidor", 0, 7)], 6, False),
        ([("Confidor", 0, 7)], 7, True),
        ([("Confidor", 0, 7)], 8, True),
        ([("Neem", 0, 0)], 0, True),
        ([("Neem", 0, 1)], 0, False),
        ([("Confidor", 0, 7), ("Anvil", 0, 14)], 13, False),
        ([("Confidor", 0, 7), ("Anvil", 0, 14)], 14, True),
        ([("Anvil", 0, 14), ("Confidor", 5, 7)], 13, False),
        ([("Confidor", 3, 7)], 2, True),
        ([("Unknown", 0, None)], 60, False),
        ([], 0, True),
    ],
)
def test_a_harvest_is_judged_by_whole_days_the_boundary_day_is_allowed(
    sprayed, harvested_after, kept
):
    told = [Spray(name, D + timedelta(day), phi) for name, day, phi in sprayed]
    assert judge_harvest(told, D + timedelta(harvested_after)).kept is kept


def test_the_spray_that_decides_is_named_with_the_first_allowed_day():
    told = [Spray("Anvil", D, 14), Spray("Confidor", D + timedelta(3), 7)]
    found = judge_harvest(told, D + timedelta(12))
    assert (found.kept, found.spray, found.free_from) == (False, told[0], D + timedelta(14))


def test_a_waiting_time_that_is_not_known_blocks_without_a_day():
    spray = Spray("Unknown", D, None)
    found = judge_harvest([Spray("Neem", D, 0), spray], D + timedelta(99))
    assert (found.kept, found.spray, found.free_from) == (False, spray, None)


@given(st.lists(sprays), days)
def test_a_harvest_is_kept_just_when_every_spray_before_it_is(told, day):
    each = all(day >= s.done_on + timedelta(s.phi_days) for s in told if s.done_on <= day)
    assert judge_harvest(told, day).kept is each


@given(st.lists(sprays), sprays, days)
def test_one_more_spray_never_frees_a_harvest(told, more, day):
    if not judge_harvest(told, day).kept:
        assert not judge_harvest([*told, more], day).kept


@given(st.lists(sprays, min_size=1), days)
def test_who_waits_until_the_day_named_may_harvest(told, day):
    found = judge_harvest(told, day)
    if found.free_from and found.free_from > day:
        late = [s for s in told if s.done_on <= day]
        assert judge_harvest(late, found.free_from).kept
        assert not judge_harvest(late, found.free_from - timedelta(1)).kept


@pytest.mark.parametrize("state", LotState)
@pytest.mark.parametrize("action", ["hold", "release", "recall", "eat"])
def test_a_lot_moves_along_the_table_only(state, action):
    if (state, action) in ARROWS:
        assert after(state, action) is ARROWS[state, action]
    else:
        with pytest.raises(Conflict):
            after(state, action)


def test_a_recall_has_no_way_back():
    assert not [arrow for arrow in ARROWS if arrow[0] is LotState.RECALLED]


def test_every_activity_and_state_has_words():
    assert {*Activity, *LotState} <= set(LABELS)


@given(days, st.integers(1, 99_999))
def test_a_lot_code_is_read_back_as_its_month_and_number(day, number):
    code = lot_code(day, number)
    assert lot_number(code) == (f"{day:%y%m}", number)
    assert checked_lot_code(code) == code


def test_the_first_lot_of_november_2026():
    assert lot_code(date(2026, 11, 23), 23) == "L2611-023"
    assert lot_number("ABC-1") is None


@pytest.mark.parametrize("text", ["", "-A", "A-", "A" * 21, "A B", "A/B", "Ả1", "00123", "26E11"])
def test_what_cannot_stand_in_a_code_is_refused(text):
    with pytest.raises(Invalid) as refusal:
        checked_lot_code(text)
    assert refusal.value.field == "code"


def test_a_code_is_kept_in_capitals():
    assert checked_lot_code(" vt-2026-a ") == "VT-2026-A"


@pytest.mark.parametrize(
    ("text", "fits"), [("7K3M9PQRT2VW", True), ("abc123", False), ("AB", False), ("A" * 17, False)]
)
def test_trace_codes_are_capitals_and_digits(text, fits):
    assert is_trace_code(text) is fits


@pytest.mark.parametrize("text", ["", "   ", "ok", "x" * 301])
def test_a_reason_says_something(text):
    with pytest.raises(Invalid) as refusal:
        need_reason(text)
    assert refusal.value.field == "reason"


def test_a_reason_loses_its_line_breaks():
    assert need_reason(" Đã kiểm\n nghiệm ") == "Đã kiểm nghiệm"


@pytest.mark.parametrize(
    ("name", "phi", "field"),
    [
        ("", 7, "input_name"),
        ("Anvil", None, "phi_days"),
        ("A", -1, "phi_days"),
        ("A", 366, "phi_days"),
    ],
)
def test_a_spraying_names_its_product_and_waiting_time(name, phi, field):
    with pytest.raises(Invalid) as refusal:
        need_spray_facts(name, phi)
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("day", "ended"), [(D + timedelta(1), None), (D - timedelta(9), None), (D, D - timedelta(1))]
)
def test_a_diary_tells_of_days_within_its_season(day, ended):
    need_diary_day(D, D - timedelta(8), D, today=D)
    with pytest.raises(Invalid):
        need_diary_day(day, D - timedelta(8), ended, today=D)


@pytest.mark.parametrize(
    ("started", "ended", "field"),
    [
        (D + timedelta(1), None, "started_on"),
        (D, D + timedelta(1), "ended_on"),
        (D, D - timedelta(1), "ended_on"),
    ],
)
def test_a_season_neither_starts_nor_ends_in_the_future(started, ended, field):
    with pytest.raises(Invalid) as refusal:
        need_season_days(started, ended, today=D)
    assert refusal.value.field == field
