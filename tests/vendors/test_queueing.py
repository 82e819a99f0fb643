"""The queue of the office: what it filters by, in which order, and what an officer keeps of it."""

import dataclasses
import re
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import sessionmaker

from kernel.actor import Actor
from kernel.db import transaction
from kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.conftest import post
from tests.together import at_once
from tests.vendors.conftest import APPROVER, NOW, REVIEWER, WHERE, WHO, House, person
from vendors import queries
from vendors.models import SavedView, Vendor
from vendors.queries import QueueFilter
from vendors.rules import WAITING, LegalForm, Offer, VendorState, offer_bits
from vendors.rules.queueing import MOST_VIEWS, STATES_OF, Keeper, Pressure, QueueGroup, QueueOrder
from vendors.services import applying, saved_views, taking

MONDAY = date(2026, 11, 23)
THANH_HA = "vn-2025:10813"


def ids(house, on=MONDAY, **wishes):
    page = queries.queue(house.session, QueueFilter(**wishes), on=on)
    return [row.id for row in page.items]


@pytest.fixture
def three(house):
    """A dossier of a reviewer, one of nobody, one that was decided; oldest first."""
    taken = house.submitted(now=NOW - timedelta(days=9))
    house.decide(taken, "take", by=REVIEWER)
    fresh = house.submitted(
        who=dataclasses.replace(
            WHO, name="Vườn vải Lan", legal_form=LegalForm.COMPANY, sells=(Offer.HANDICRAFT,)
        ),
        where=dataclasses.replace(WHERE, commune=THANH_HA, phone="+84987000111"),
    )
    done = house.approved(who=dataclasses.replace(WHO, name="HTX Tứ Kỳ"))
    return taken, fresh, done


def test_every_state_that_was_handed_in_is_in_the_group_of_all():
    everything = set(VendorState) - {VendorState.DRAFT}
    assert set(STATES_OF[QueueGroup.ALL]) == everything
    assert STATES_OF[QueueGroup.WAITING] == WAITING


@pytest.mark.parametrize(
    ("wishes", "found"),
    [
        ({}, "AB"),
        ({"states": STATES_OF[QueueGroup.ALL]}, "ABC"),
        ({"commune": THANH_HA}, "B"),
        ({"legal_form": LegalForm.COMPANY}, "B"),
        ({"legal_form": LegalForm.STATE}, ""),
        ({"offer": Offer.HANDICRAFT}, "AB"),
        ({"offer": Offer.HOMESTAY}, ""),
        ({"keeper": Keeper.NOBODY}, "B"),
        ({"keeper": Keeper.ME, "user_id": REVIEWER.user_id}, "A"),
        ({"keeper": Keeper.COLLEAGUE, "user_id": REVIEWER.user_id}, ""),
        ({"keeper": Keeper.COLLEAGUE, "user_id": APPROVER.user_id}, "A"),
        ({"order": QueueOrder.NEWEST}, "BA"),
        ({"text": "vuon lan"}, "B"),
        ({"text": "vuon", "commune": THANH_HA, "keeper": Keeper.NOBODY}, "B"),
        ({"text": "vuon", "keeper": Keeper.ME, "user_id": REVIEWER.user_id}, ""),
        ({"text": "%"}, "AB"),
    ],
)
def test_filters_narrow_the_queue_and_add_up(house, three, wishes, found):
    by_letter = dict(zip("ABC", three, strict=True))
    assert ids(house, **wishes) == [by_letter[letter] for letter in found]


def test_a_dossier_is_found_by_its_code_in_small_letters_too(house, three):
    code = queries.dossier(house.session, three[1]).code
    assert ids(house, text=code) == ids(house, text=code.lower()) == [three[1]]


def test_due_soonest_puts_those_without_a_clock_last(house, three):
    taken, fresh, done = three
    house.run(_due, fresh, day=MONDAY - timedelta(days=40))
    everything = STATES_OF[QueueGroup.ALL]
    assert ids(house, states=everything, order=QueueOrder.DUE) == [fresh, taken, done]


def _due(session, vendor_id, *, day, now):
    session.get_one(Vendor, vendor_id).due_on = day


@pytest.mark.parametrize("today", [MONDAY + timedelta(days=step) for step in range(14)])
def test_the_filter_of_urgency_and_the_colour_of_a_row_say_the_same(house, today):
    for step in range(-6, 12):
        vendor_id = house.submitted()
        house.run(_due, vendor_id, day=MONDAY + timedelta(days=step))
    for pressure in Pressure:
        page = queries.queue(house.session, QueueFilter(pressure=pressure), on=today)
        everything = queries.queue(house.session, QueueFilter(), on=today).items
        expected = [row.id for row in everything if row.urgency == pressure.value]
        assert [row.id for row in page.items] == expected


def test_no_page_follows_the_last_that_is_shown(house, monkeypatch):
    monkeypatch.setattr(queries.queueing, "PER_PAGE", 1)
    monkeypatch.setattr(queries.queueing, "MOST_PAGES", 2)
    for _ in range(4):
        house.submitted()
    pages = [queries.queue(house.session, QueueFilter(page=number), on=MONDAY) for number in (1, 2)]
    assert [page.has_next for page in pages] == [True, False]


def test_a_withdrawn_draft_is_in_no_queue(house):
    vendor_id = house.draft()
    house.run(applying.cancel_application, vendor_id, actor=house.owner)
    assert ids(house, states=STATES_OF[QueueGroup.ALL]) == []


def test_offers_are_kept_as_bits_too(house):
    vendor_id = house.draft(dataclasses.replace(WHO, sells=(Offer.RAW, Offer.HOMESTAY)))
    assert house.session.get_one(Vendor, vendor_id).offer_bits == 0b1000_0001
    assert offer_bits(["raw", "raw", "unknown"]) == 1


def test_an_officer_takes_several_and_is_told_how_many(house, three):
    taken, fresh, done = three
    other = house.submitted()
    both = house.run(taking.take_dossiers, [fresh, taken, done, other, "01X"], actor=REVIEWER)
    assert both == 2
    assert ids(house, keeper=Keeper.ME, user_id=REVIEWER.user_id) == [taken, fresh, other]
    with pytest.raises(Invalid):
        house.run(taking.take_dossiers, [], actor=REVIEWER)
    with pytest.raises(NotAllowed):
        house.run(taking.take_dossiers, [fresh], actor=house.owner)


def test_nobody_takes_the_dossier_of_a_vendor_they_work_for(house):
    vendor_id = house.submitted()
    both = Actor("01B", "Bình", frozenset({"reviewer"}), {vendor_id: frozenset({"seller"})})
    assert house.run(taking.take_dossiers, [vendor_id], actor=both) == 0
    assert ids(house, keeper=Keeper.NOBODY) == [vendor_id]


def test_of_two_officers_who_take_the_same_each_dossier_has_one(house, maker):
    chosen = [house.submitted() for _ in range(4)]
    officers = [
        Actor(f"01OFFICER{number}", f"Cán bộ {number}", frozenset({"reviewer"}))
        for number in range(4)
    ]

    def take(number):
        order = chosen if number % 2 else chosen[::-1]
        with maker() as session, transaction(session) as work:
            return taking.take_dossiers(work, order, actor=officers[number], now=NOW)

    assert sum(at_once(take, 4)) == 4
    house.fresh()
    steps = house.session.scalar(sa.text("SELECT count(*) FROM vendor_step WHERE action = 'take'"))
    assert steps == 4


@pytest.fixture
def lan(house):
    """An officer with an account."""
    with house.session.begin():
        user_id = person(house.session, "lan@example.vn", "Trần Thị Lan")
    return Actor(user_id, "Trần Thị Lan", frozenset({"reviewer"}))


FILTERS = {"state": "all", "commune": THANH_HA, "q": "vải"}


def test_a_view_is_kept_found_renamed_and_deleted(house, lan):
    view_id = house.run(saved_views.save_view, name="  Thanh   Hà ", filters=FILTERS, actor=lan)
    (view,) = queries.saved_views(house.session, lan.user_id)
    assert (view.id, view.name, view.filters) == (view_id, "Thanh Hà", FILTERS)
    rename(house, view_id, "Vải", lan)
    assert [one.name for one in queries.saved_views(house.session, lan.user_id)] == ["Vải"]
    delete(house, view_id, lan)
    assert queries.saved_views(house.session, lan.user_id) == []


def rename(house, view_id, name, actor):
    with transaction(house.session):
        saved_views.rename_view(house.session, view_id, name=name, actor=actor)


def delete(house, view_id, actor):
    with transaction(house.session):
        saved_views.delete_view(house.session, view_id, actor=actor)


def test_a_view_is_nobody_elses(house, lan):
    view_id = house.run(saved_views.save_view, name="Của tôi", filters={}, actor=lan)
    assert queries.saved_views(house.session, REVIEWER.user_id) == []
    for act in (
        lambda: rename(house, view_id, "Khác", REVIEWER),
        lambda: delete(house, view_id, REVIEWER),
    ):
        with pytest.raises(NotFound):
            act()
    assert [one.name for one in queries.saved_views(house.session, lan.user_id)] == ["Của tôi"]


@pytest.mark.parametrize("name", ["", "   ", "x" * 61])
def test_a_view_needs_a_name_that_fits(house, lan, name):
    with pytest.raises(Invalid) as refusal:
        house.run(saved_views.save_view, name=name, filters={}, actor=lan)
    assert refusal.value.field == "name"


def test_two_views_of_one_officer_have_two_names_and_there_are_not_too_many(house, lan):
    for number in range(MOST_VIEWS - 1):
        house.run(saved_views.save_view, name=f"Số {number}", filters={}, actor=lan)
    with pytest.raises(Conflict) as refusal:
        house.run(saved_views.save_view, name="Số 1", filters={}, actor=lan)
    assert refusal.value.field == "name"
    view_id = house.run(saved_views.save_view, name="Cuối", filters={}, actor=lan)
    with pytest.raises(Conflict):
        rename(house, view_id, "Số 1", lan)
    with pytest.raises(Conflict):
        house.run(saved_views.save_view, name="Một nữa", filters={}, actor=lan)
    assert len(queries.saved_views(house.session, lan.user_id)) == MOST_VIEWS


def test_who_is_no_officer_keeps_no_views(house):
    with pytest.raises(NotAllowed):
        house.run(saved_views.save_view, name="x", filters={}, actor=house_owner(house))


def house_owner(house):
    house.draft()
    return house.owner


@pytest.fixture
def desk(app, now):
    with app.extensions[sessionmaker.__qualname__]() as session:
        yield House(session)


def shown(client, address="/office/vendors"):
    return re.sub(r"\s+", " ", client.get(address).get_data(as_text=True))


def test_an_officer_filters_keeps_the_view_and_finds_it_again(client, sign_in, desk):
    desk.submitted()
    lan = dataclasses.replace(WHERE, commune=THANH_HA, phone="+84987000111")
    desk.submitted(who=dataclasses.replace(WHO, name="Vườn Lan"), where=lan)
    sign_in(roles=["reviewer"])
    address = f"/office/vendors?commune={THANH_HA}&order=newest"
    found = shown(client, address)
    assert "Vườn Lan" in found
    assert "HTX Đức Chính" not in found
    kept = f"/office/vendors/views?commune={THANH_HA}&order=newest&page=7"
    assert post(client, kept, {"name": "Thanh Hà"}, form=address).location == (
        f"/office/vendors?commune={THANH_HA}&order=newest&page=7"
    )
    (view,) = desk.fresh().scalars(sa.select(SavedView))
    assert view.filters == {"commune": THANH_HA, "order": "newest"}
    assert f"/office/vendors?commune={THANH_HA}&amp;order=newest" in shown(client)
    assert post(client, kept, {"name": "Thanh Hà"}, form=address).status_code == 409
    assert post(client, kept, {"name": " "}, form=address).status_code == 422
    rename = f"/office/vendors/views/{view.id}/rename"
    assert post(client, rename, {"name": "Vải"}, form=address).status_code == 303
    assert "Vải" in shown(client)
    assert post(client, rename, {"name": ""}, form=address).status_code == 422
    delete = f"/office/vendors/views/{view.id}/delete"
    assert post(client, delete, form=address).status_code == 303
    assert "Vải" not in shown(client)


@pytest.mark.parametrize(
    "nonsense",
    ["state=x", "commune=1", "form=x", "offer=x", "who=x", "due=x", "order=x", "page=x"],
)
def test_a_filter_that_means_nothing_is_left_out(client, sign_in, desk, nonsense):
    desk.submitted()
    sign_in(roles=["reviewer"])
    answer = client.get(f"/office/vendors?{nonsense}")
    assert answer.status_code == 200
    assert "HTX Đức Chính" in answer.get_data(as_text=True)


def test_the_chosen_filters_stay_beside_a_dossier(client, sign_in, desk):
    vendor_id = desk.submitted()
    sign_in(roles=["reviewer"])
    page = shown(client, f"/office/vendors/{vendor_id}?state=all&who=nobody&due=calm")
    assert 'href="/office/vendors?state=all&amp;who=nobody&amp;due=calm"' in page
    assert f"/office/vendors/{vendor_id}?state=all&amp;who=nobody&amp;due=calm" in page


def test_several_are_taken_from_the_queue(client, sign_in, desk):
    ids = [desk.submitted() for _ in range(3)]
    sign_in(roles=["reviewer"], name="Cán bộ Lan")
    page, take = "/office/vendors", "/office/vendors/take?who=nobody"
    assert post(client, take, {}, form=page).status_code == 422
    answer = post(client, take, {"dossier": ids[:2]}, form=page)
    assert answer.location == "/office/vendors?who=nobody"
    assert shown(client, "/office/vendors?who=me").count("data-row") == 2


def test_what_a_vendor_is_called_is_never_markup(client, sign_in, desk):
    desk.submitted(who=dataclasses.replace(WHO, name="<script>alert(1)</script>"))
    sign_in(roles=["reviewer"])
    assert "<script>alert(1)" not in shown(client, "/office/vendors?q=<script>alert(1)")
