"""An authority's order takes a listing off the shelves, and the register hears of it."""

import pytest
import sqlalchemy as sa

from catalog import handlers
from catalog.models import Listing, ListingStep
from catalog.rules import ListingState
from kernel import jobs
from kernel.actor import Actor
from kernel.clock import HANOI
from kernel.db import transaction
from kernel.jobs import inside
from kernel.mail import Notice
from tests.catalog.shelves import add, open_shelves
from tests.conftest import NOW
from vendors.events import AuthorityTakeDown, VendorApproved, VendorLapsed
from vendors.models import Vendor
from vendors.queries.authority import authority_order
from vendors.rules import VendorState
from vendors.rules.orders import OrderKind, OrderState
from vendors.services.authority import NewOrder, carry_out_order, register_order

OFFICER = Actor("01OFFICER", "Cô Mai", roles=frozenset({"reviewer"}))
HEARS = {AuthorityTakeDown: (inside(handlers.on_authority_take_down),)}


@pytest.fixture
def shelf(session):
    open_shelves(session, NOW)
    return session


def ordered(session, maker, code):
    order = NewOrder(
        OrderKind.TAKE_DOWN,
        "45/CV",
        "Chi cục Quản lý thị trường",
        "Gỡ hàng không rõ nguồn gốc.",
        code,
        NOW.astimezone(HANOI),
    )
    with transaction(session):
        order_id = register_order(session, order, actor=OFFICER, now=NOW)
        carry_out_order(session, order_id, how="", actor=OFFICER, now=NOW)
    jobs.drain(maker, HEARS, now=NOW)
    session.rollback()
    session.expire_all()
    return authority_order(session, order_id)


def test_a_listing_on_the_shelves_is_taken_down_and_its_vendor_told_why(shelf, maker):
    listing_id = add(shelf, NOW)
    order = ordered(shelf, maker, "vai")
    assert (order.state, order.outcome, order.done_at) == (OrderState.DONE, "taken_down", NOW)
    listing = shelf.get_one(Listing, listing_id)
    assert listing.state is ListingState.TAKEN_DOWN
    assert listing.state_reason == "Chi cục Quản lý thị trường, 45/CV: Gỡ hàng không rõ nguồn gốc."
    steps = shelf.scalars(
        sa.select(ListingStep.actor_name).where(ListingStep.action == "take_down")
    ).all()
    assert steps == ["house"]
    assert "catalog/take_down" in shelf.scalars(sa.select(Notice.template)).all()


@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        (ListingState.TAKEN_DOWN, "already_down"),
        (ListingState.DRAFT, "not_shown"),
        (ListingState.ARCHIVED, "not_shown"),
    ],
)
def test_what_is_on_no_shelf_stays_as_it_is(shelf, maker, state, outcome):
    listing_id = add(shelf, NOW)
    with transaction(shelf):
        shelf.get_one(Listing, listing_id).state = state
    order = ordered(shelf, maker, "VAI")
    assert (order.state, order.outcome) == (OrderState.DONE, outcome)
    assert shelf.get_one(Listing, listing_id).state is state


def test_an_unknown_code_comes_back_to_the_office(shelf, maker):
    order = ordered(shelf, maker, "NONE")
    assert (order.state, order.outcome) == (OrderState.OPEN, "no_listing")


def test_shelves_follow_a_lapse_and_a_new_approval(shelf):
    listing_id = add(shelf, NOW)
    vendor = shelf.get_one(Listing, listing_id).vendor_id
    with transaction(shelf):
        shelf.get_one(Vendor, vendor).state = VendorState.LAPSED
        handlers.on_standing_changed(shelf, VendorLapsed(vendor), NOW)
    assert shelf.get_one(Listing, listing_id).state is ListingState.WITHHELD
    with transaction(shelf):
        shelf.get_one(Vendor, vendor).state = VendorState.APPROVED
        handlers.on_standing_changed(shelf, VendorApproved(vendor), NOW)
    assert shelf.get_one(Listing, listing_id).state is ListingState.PUBLISHED
