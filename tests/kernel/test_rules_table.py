"""Rules by date: chosen by the day of the event, never overlapping."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from kernel.db import transaction
from kernel.rules_seed import SEED
from kernel.rules_table import (
    LegalRule,
    NewRule,
    NoRule,
    Rule,
    RuleOverlap,
    close_rule,
    enter_rule,
    history,
    pick_rule,
    rule,
    rules_like,
    seed_rules,
)
from tests.conftest import NOW

JULY = date(2026, 7, 1)
DAY = timedelta(days=1)


@pytest.fixture
def seeded(session):
    with transaction(session):
        seed_rules(session, now=NOW)
    return session


def enter(session, valid_from, valid_to=None, value=1, key="test.rule"):
    with transaction(session):
        return enter_rule(
            session, NewRule(key, value, valid_from, "Luật X", "A", valid_to), now=NOW
        )


@pytest.mark.parametrize(
    ("key", "first_day", "value"),
    [
        ("ecom.takedown_hours", JULY, 24),
        ("ecom.vendor_termination_notice_days", JULY, 5),
        ("ecom.vendor_e_authentication_required", date(2027, 1, 1), True),
        ("tax.exempt_annual_revenue", date(2026, 1, 1), 1_000_000_000),
        ("privacy.ack_working_days", date(2026, 1, 1), 2),
        ("tour.deposit.domestic", date(2024, 1, 1), 100_000_000),
    ],
)
def test_a_rule_holds_from_its_first_day_and_not_before(seeded, key, first_day, value):
    assert rule(seeded, key, on=first_day).value == value
    with pytest.raises(NoRule):
        rule(seeded, key, on=first_day - DAY)


def test_the_tax_matrix_changes_its_ground_on_the_first_of_july(seeded):
    before = rule(seeded, "tax.matrix.service", on=JULY - DAY)
    after = rule(seeded, "tax.matrix.service", on=JULY)
    assert before.value == after.value == {"vat": 500, "pit": 200, "pit_non_resident": 500}
    assert (before.legal_ref, before.certainty) == ("NĐ 117/2025/NĐ-CP Điều 5", "A")
    assert "NĐ 252/2026" in after.legal_ref
    assert (before.valid_to, after.valid_to) == (JULY, None)


def test_an_unknown_kind_of_sale_takes_the_highest_row(seeded):
    matrix = rules_like(seeded, "tax.matrix.", on=JULY)
    assert set(matrix) == {
        f"tax.matrix.{name}"
        for name in ("goods", "service", "production", "other", "unknown", "agri_self_produced")
    }
    assert matrix["tax.matrix.unknown"].value == matrix["tax.matrix.service"].value


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("vendor.answer_working_days", 5),
        ("upload.max_mb", 15),
        ("hold.minutes", 20),
        ("pay.minutes.vietqr", 30),
        ("pay.minutes.card", 31),
        ("delivery.fee_vnd", 25_000),
        ("cod.max_vnd", 5_000_000),
    ],
)
def test_rules_of_the_house_are_marked_as_such(seeded, key, value):
    found = rule(seeded, key, on=NOW.date())
    assert (found.value, found.certainty, found.legal_ref) == (value, "H", "Quy chế của sàn")


def test_seeding_twice_changes_nothing(seeded):
    with transaction(seeded):
        assert seed_rules(seeded, now=NOW) == 0
    assert len(seeded.scalars(sa.select(LegalRule)).all()) == len(SEED)


def test_seeding_leaves_what_the_office_entered(session):
    enter(session, date(2026, 1, 1), value=7, key="vendor.answer_working_days")
    with transaction(session):
        seed_rules(session, now=NOW)
    assert rule(session, "vendor.answer_working_days", on=NOW.date()).value == 7
    assert len(history(session, "vendor.answer_working_days")) == 1


def test_every_seeded_rule_names_its_ground():
    assert all(row[3] for row in SEED)
    assert {row[4] for row in SEED} <= {"A", "B+", "B", "C", "U", "H"}


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (JULY, None),
        (JULY - DAY, None),
        (JULY - DAY, JULY + DAY),
        (JULY + 9 * DAY, JULY + 20 * DAY),
        (JULY + DAY, JULY + 2 * DAY),
    ],
)
def test_periods_that_overlap_are_refused(session, start, end):
    enter(session, JULY, JULY + 10 * DAY)
    with pytest.raises(RuleOverlap):
        enter(session, start, end, value=2)
    assert [one.value for one in history(session, "test.rule")] == [1]


def test_periods_that_touch_are_fine(session):
    enter(session, JULY, JULY + 10 * DAY, value=1)
    enter(session, JULY + 10 * DAY, value=2)
    enter(session, JULY - DAY, JULY, value=0)
    assert [one.value for one in history(session, "test.rule")] == [0, 1, 2]
    assert [rule(session, "test.rule", on=JULY + n * DAY).value for n in (-1, 0, 9, 10)] == [
        0,
        1,
        1,
        2,
    ]


def test_a_rule_is_closed_and_a_new_value_follows(session):
    enter(session, JULY, value=5)
    with transaction(session):
        close_rule(session, "test.rule", from_day=JULY + 30 * DAY)
    enter(session, JULY + 30 * DAY, value=3)
    assert rule(session, "test.rule", on=JULY + 29 * DAY).value == 5
    assert rule(session, "test.rule", on=JULY + 30 * DAY).value == 3


@pytest.mark.parametrize(("key", "day"), [("none.such", JULY + DAY), ("test.rule", JULY)])
def test_what_is_not_open_is_not_closed(session, key, day):
    enter(session, JULY)
    with pytest.raises(NoRule), transaction(session):
        close_rule(session, key, from_day=day)
    assert history(session, "test.rule")[0].valid_to is None


@given(st.integers(-40, 40))
def test_one_of_many_values_is_picked_by_day(offset):
    def value(start, end):
        return Rule("k", start, JULY + start * DAY, end and JULY + end * DAY, "", "", "A")

    rules = [value(-20, -10), value(-10, 5), value(5, None)]
    if offset < -20:
        with pytest.raises(NoRule):
            pick_rule(rules, on=JULY + offset * DAY)
    else:
        expected = -20 if offset < -10 else -10 if offset < 5 else 5
        assert pick_rule(rules, on=JULY + offset * DAY).value == expected
