"""No page of the market ticks a consent beforehand."""

import re

import pytest

from kernel import clock
from kernel.db import transaction
from tests.conftest import NOW
from tests.test_access import GUARDS, address, doors, expected, own_ids
from tests.world import build_world
from vendors.models import Vendor
from vendors.rules import VendorState

BOX = re.compile(r'<input[^>]*type="checkbox"[^>]*>')
# Boxes that choose something, such as filters and roles, ask for no consent.
CHOICES = (
    "roles",
    "languages",
    "season_months",
    "schemes",
    "sells",
    "days",
    "takes_area",
    "may_read",
)


@pytest.fixture
def world(sqlite_template, tmp_path):
    with clock.fixed(NOW):
        made = build_world(sqlite_template, tmp_path)
        with made.session() as session, transaction(session):
            vendor = session.get_one(Vendor, made.ids["A"]["vendor_id"])
            vendor.state = VendorState.DRAFT
        made.keep()
        yield made
        made.close()


@pytest.mark.parametrize("name", ["guest", "buyer", "owner of A", "operator", "approver"])
def test_no_form_comes_with_a_ticked_consent(world, name):
    person, ticked, boxes = world.people[name], [], set()
    ids = world.ids["A"] | own_ids(world, person)
    for rule, method in doors(world):
        if method != "GET" or expected(GUARDS[rule.endpoint], person) != "in":
            continue
        shown = world.ask(person, "GET", address(world, rule, ids), {})
        if shown.mimetype != "text/html":
            continue
        for box in BOX.findall(shown.get_data(as_text=True)):
            field = re.search(r'name="([^"]*)"', box)
            boxes.add(field[1] if field else "")
            if re.search(r"\schecked\b", box) and field and field[1] not in CHOICES:
                ticked.append(f"{rule}: {box}")
    assert ticked == []
    if name == "owner of A":
        assert {"consent", "marketing"} <= boxes
