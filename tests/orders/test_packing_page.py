"""The vendor packs an order and says which lots it gets, through the HTTP door."""

import re

import pytest

from kernel.db import transaction
from orders.services.fulfil import act_on_order
from tests.conftest import NOW, post
from tests.orders.market import FEE, KILO, fill, open_market, orders, place, seller
from traceability.models import Lot


@pytest.fixture
def maker(app):
    return app.extensions["sessionmaker"]


@pytest.fixture
def packing(maker, sign_in):
    """A confirmed order of three kilograms, looked at by its vendor; return address and market."""
    market = open_market(maker, NOW)
    bearer = fill(maker, NOW, (market.kilo, 3))
    placed = place(maker, NOW, bearer, 3 * KILO + FEE, method="cod")
    (order,) = orders(maker, placed.group_id)
    with maker() as session, transaction(session):
        who = seller(order.vendor_id)
        act_on_order(session, order.id, action="confirm", actor=who, now=NOW)
    sign_in(vendor=order.vendor_id, vendor_roles=["seller"])
    return f"/work/{order.vendor_id}/orders/{order.id}", market


def rest(maker, market):
    with maker() as session:
        return session.get_one(Lot, market.lot).rest


def test_the_page_proposes_lots_and_packs_what_is_chosen(client, maker, packing):
    address, market = packing
    page = client.get(address).get_data(as_text=True)
    ((name, proposed),) = re.findall(r'name="(lot-\w+-\w+)" value="([^"]+)"', page)
    assert proposed == "3 kg"
    for wrong in ("2 kg", "4 kg", "x"):
        assert post(client, f"{address}/pack", {name: wrong}, form=address).status_code >= 400
        assert rest(maker, market) == 10_000
    assert post(client, f"{address}/pack", {name: proposed}, form=address).status_code == 303
    assert rest(maker, market) == 7_000
    assert "L2611-023 (3 kg)" in client.get(address).get_data(as_text=True)


def test_lots_that_hold_less_are_told_on_the_page(client, maker, packing):
    address, market = packing
    with maker() as session, transaction(session):
        session.get_one(Lot, market.lot).rest = 2_000
    answer = post(client, f"{address}/pack", form=address)
    assert answer.status_code == 409
    assert "note-bad" in answer.get_data(as_text=True)
    assert rest(maker, market) == 2_000
