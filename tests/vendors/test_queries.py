"""What others, the public and the desk read."""

import dataclasses
from datetime import date, timedelta

import pytest

from tests.vendors.conftest import NOW, WHERE, WHO
from vendors import queries
from vendors.queries import QueueFilter
from vendors.rules import LegalForm, VendorState
from vendors.services.applying import Where, Who

MONDAY = date(2026, 11, 23)


def queue(house, on=MONDAY, **wishes):
    return queries.queue(house.session, QueueFilter(**wishes), on=on)


def names(house, **wishes):
    return [row.name for row in queue(house, **wishes).items]


def test_a_card_is_read_in_any_state(house):
    vendor_id = house.draft()
    card = queries.vendor_cards(house.session, [vendor_id, "01X"])[vendor_id]
    assert (card.name, card.state, card.is_open) == (WHO.name, VendorState.DRAFT, False)
    assert queries.vendor_cards(house.session, []) == {}
    assert queries.open_vendor_ids(house.session, []) == frozenset()
    assert queries.vendor_ids_by_code(house.session, []) == {}


def test_the_public_page_shows_who_sells_but_no_personal_number(house):
    who = Who("Hộ Lan", LegalForm.HOUSEHOLD, "030080001234", "Nguyễn Thị Lan")
    house.approved(who=who)
    page = queries.public_vendor(house.session, "ho-lan")
    assert (page.representative, page.registration_no) == ("Nguyễn Thị Lan", "")
    assert page.address == WHERE.address


def test_the_longest_waiting_comes_first(house):
    second = house.submitted(now=NOW - timedelta(days=1))
    first = house.submitted(now=NOW - timedelta(days=3))
    house.draft()
    assert [row.id for row in queue(house).items] == [first, second]


@pytest.mark.parametrize(
    ("today", "left", "urgency"),
    [
        # Five working days after Monday 23rd; the 24th is a holiday (day of culture).
        (date(2026, 11, 23), 5, "calm"),
        (date(2026, 11, 24), 5, "calm"),
        (date(2026, 11, 29), 2, "soon"),
        (date(2026, 12, 1), 0, "soon"),
        (date(2026, 12, 2), -1, "late"),
    ],
)
def test_time_left_is_counted_in_working_days(house, today, left, urgency):
    house.submitted()
    (row,) = queue(house, on=today).items
    assert (row.due, row.days_left, row.urgency) == (date(2026, 12, 1), left, urgency)


def test_a_decided_dossier_has_no_clock(house):
    house.approved()
    (row,) = queue(house, states=(VendorState.APPROVED,)).items
    assert (row.due, row.days_left, row.urgency) == (None, None, "none")


def test_search_is_by_name_without_accents_number_or_phone(house):
    house.submitted()
    lan = Where("vn-2025:10813", "Thôn Đông", "+84987000111")
    house.submitted(who=dataclasses.replace(WHO, name="Rau sạch Lan Anh"), where=lan)
    assert names(house, text="duc chinh") == ["HTX Đức Chính"]
    assert names(house, text="chinh HTX") == ["HTX Đức Chính"]
    assert names(house, text="SẠCH") == ["Rau sạch Lan Anh"]
    assert names(house, text="0987 000 111") == ["Rau sạch Lan Anh"]
    assert len(names(house, text="0800001115")) == 2
    assert names(house, text="100%") == []
    assert len(names(house, text="  ")) == 2


def test_the_queue_is_paged(house, monkeypatch):
    monkeypatch.setattr(queries.queueing, "PER_PAGE", 2)
    ids = [house.submitted(now=NOW + timedelta(hours=hour)) for hour in range(3)]
    first, second = queue(house), queue(house, page=2)
    assert ([row.id for row in first.items], first.has_next) == (ids[:2], True)
    assert ([row.id for row in second.items], second.has_next) == (ids[2:], False)


def test_an_unknown_dossier_is_none(house):
    assert queries.dossier(house.session, "01X") is None
    assert queries.public_vendor(house.session, "x") is None
