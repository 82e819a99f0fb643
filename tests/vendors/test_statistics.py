"""What the office did, in figures: counted by day, told apart, handed out as tables."""

import csv
import io
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from kernel.db import transaction
from kernel.errors import Invalid
from kernel.rules_table import seed_rules
from tests.vendors.conftest import NOW, WHO, House
from vendors.queries.statistics import counts_by_state, handled_between
from vendors.rules import LegalForm, VendorState
from vendors.rules.statistics import (
    Grouping,
    Handled,
    figures,
    grouped,
    need_period,
    percentile,
)

TODAY = NOW.date()


def handled(days=1.0, *, approved=True, on=TODAY, form=LegalForm.COOPERATIVE, offers=("raw",)):
    return Handled(approved, on, timedelta(days=days), form, "vn-2025:10813", offers)


def test_figures_of_a_group():
    found = figures("x", [handled(1), handled(2), handled(9, approved=False)])
    assert (found.approved, found.rejected, found.decided) == (2, 1, 3)
    assert (found.median_days, found.p90_days) == (2, 9)


def test_no_decisions_have_no_waiting_time():
    assert figures("", []).median_days is None
    assert figures("", []).p90_days is None


def test_ninety_percent_waited_no_longer():
    assert percentile([float(n) for n in range(1, 11)], 90) == 9
    assert percentile([5.0], 90) == 5


@given(st.lists(st.floats(0, 1000), min_size=1), st.integers(1, 100))
def test_a_percentile_is_a_value_that_enough_do_not_exceed(values, percent):
    found = percentile(values, percent)
    assert found in values
    assert sum(value <= found for value in values) * 100 >= len(values) * percent


@pytest.mark.parametrize(
    ("grouping", "groups"),
    [
        (Grouping.LEGAL_FORM, {"cooperative": 1, "household": 1}),
        (Grouping.COMMUNE, {"vn-2025:10813": 2}),
        (Grouping.OFFER, {"raw": 2, "organic": 1}),
        (Grouping.QUARTER, {"2026-Q3": 1, "2026-Q4": 1}),
    ],
)
def test_decisions_are_told_apart(grouping, groups):
    some = [
        handled(on=date(2026, 9, 30), offers=("raw", "organic")),
        handled(on=date(2026, 10, 1), form=LegalForm.HOUSEHOLD),
    ]
    assert {one.group: one.decided for one in grouped(some, grouping)} == groups


def test_who_said_nothing_of_offers_is_counted_too():
    assert [one.group for one in grouped([handled(offers=())], Grouping.OFFER)] == [""]


@pytest.mark.parametrize(
    ("first", "last"), [(TODAY, TODAY - timedelta(days=1)), (date(2020, 1, 1), TODAY)]
)
def test_a_period_that_cannot_be_is_refused(first, last):
    with pytest.raises(Invalid) as refusal:
        need_period(first, last)
    assert refusal.value.field == "last"


def test_the_office_is_measured_from_the_last_time_a_dossier_came(session):
    house = House(session)
    vendor_id = house.submitted(now=NOW)
    house.decide(vendor_id, "take", now=NOW + timedelta(days=1))
    house.decide(vendor_id, "request_information", now=NOW + timedelta(days=2))
    from vendors.services import applying

    house.run(
        applying.submit_application, vendor_id, actor=house.owner, now=NOW + timedelta(days=7)
    )
    house.decide(vendor_id, "take", now=NOW + timedelta(days=8))
    house.approve(vendor_id, now=NOW + timedelta(days=10))
    (one,) = handled_between(house.fresh(), TODAY, TODAY + timedelta(days=10))
    assert (one.approved, one.waited) == (True, timedelta(days=3))
    assert one.legal_form is WHO.legal_form
    assert counts_by_state(session) == {VendorState.APPROVED: 1}


def test_a_decision_counts_on_its_day_in_viet_nam(session):
    house = House(session)
    vendor_id = house.under_review()
    # 17:30 in Greenwich is half past midnight of the next day in Ha Noi.
    house.approve(vendor_id, now=NOW.replace(hour=17, minute=30))
    assert handled_between(house.fresh(), TODAY, TODAY) == []
    assert len(handled_between(session, TODAY + timedelta(days=1), TODAY + timedelta(days=1))) == 1


@pytest.fixture
def desk(app, client, app_session, sign_in):
    with transaction(app_session):
        seed_rules(app_session, now=NOW)
    house = House(app_session)
    house.approved()
    sign_in(roles=["statistics"])
    return client


def test_the_page_and_its_tables_say_the_same(desk):
    shown = desk.get("/office/statistics?by=legal_form&lang=en").get_data(as_text=True)
    assert "Cooperative" in shown
    answer = desk.get("/office/statistics.csv?by=legal_form&lang=en")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows[1][:4] == ["Cooperative", "1", "0", "1"]
    assert rows[-1][0] == "Together"
    book = load_workbook(io.BytesIO(desk.get("/office/statistics.xlsx?lang=en").data))
    assert [cell.value for cell in book.active[2]][:4] == ["Cooperative", 1, 0, 1]


@pytest.mark.parametrize("path", ["/office/statistics", "/office/statistics.csv"])
@pytest.mark.parametrize(
    "query", ["first=x", "first=2026-12-01&last=2026-01-01", "by=shoe", "first=1000-01-01"]
)
def test_a_wrong_question_is_answered_with_words(desk, path, query):
    answer = desk.get(f"{path}?{query}")
    assert answer.status_code == 422
    assert answer.content_type.startswith("text/html")
