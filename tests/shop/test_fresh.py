"""A kept page is shown again only while nothing it hangs on has changed."""

import re

import pytest
from sqlalchemy import select

from catalog.models import Listing, Variant
from kernel import claims
from kernel.claims import Bucket, Demand
from kernel.db import transaction
from kernel.rules_table import seed_rules
from kernel.web.cache import MOST_PAGES, PageCache
from tests.shop.stalls import NOW, Stalls
from traceability.models import Lot
from traceability.rules import LotState
from vendors.models import Certificate, Vendor
from vendors.rules import VendorState

ADDRESS = "/l/CAROT-001/ca-rot"


@pytest.fixture
def stall(app_session):
    with transaction(app_session):
        seed_rules(app_session, now=NOW)
        stalls = Stalls(app_session)
        vendor = stalls.vendor("HTX Đức Chính", "duc-chinh")
        stalls.certificate(vendor)
        shelf = stalls.category("vegetables", "Rau củ", "Vegetables")
        stalls.goods(vendor, shelf, "CAROT-001", slug="ca-rot", schemes=["vietgap"])
    return app_session


def shown(client):
    answer = client.get(ADDRESS)
    assert answer.status_code == 200
    return re.sub(r'name="csrf_token" value="[^"]+"', "", answer.get_data(as_text=True))


def one(session, kind):
    return session.scalars(select(kind)).first()


def change(session, act):
    with transaction(session):
        act()


@pytest.mark.parametrize(
    ("what", "act", "words"),
    [
        ("price", lambda s: setattr(one(s, Variant), "price_vnd", 31_000), "31.000"),
        ("stock", lambda s: setattr(one(s, Bucket), "on_hand", 7_000), "7 kg"),
        ("lot", lambda s: setattr(one(s, Lot), "state", LotState.RECALLED), "tạm giữ"),
        ("vendor", lambda s: setattr(one(s, Vendor), "name", "HTX Tên Mới"), "HTX Tên Mới"),
        ("papers", lambda s: setattr(one(s, Certificate), "number", "VG-9"), "VG-9"),
        (
            "title",
            lambda s: setattr(one(s, Listing), "title", {"vi": "Cà rốt ngọt"}),
            "Cà rốt ngọt",
        ),
    ],
)
def test_a_change_is_seen_by_the_very_next_reader(client, stall, what, act, words):
    del what
    assert words not in shown(client)
    change(stall, lambda: act(stall))
    assert words in shown(client)


def test_what_others_hold_is_taken_off_at_once_and_comes_back_with_time(client, stall):
    assert "40 kg" in shown(client)
    bucket = one(stall, Bucket)
    with transaction(stall):
        claims.hold(
            stall, "cart:x", [Demand(bucket.id, 39_000)], until=NOW.replace(hour=4), now=NOW
        )
    assert "1 kg" in shown(client)
    assert "40 kg" not in shown(client)


def test_a_suspended_vendors_goods_are_gone_at_once(client, stall):
    shown(client)
    change(stall, lambda: setattr(one(stall, Vendor), "state", VendorState.SUSPENDED))
    assert client.get(ADDRESS).status_code in {404, 410}


def test_nothing_changed_nothing_is_rendered(client, stall, app, monkeypatch):
    before = shown(client)
    monkeypatch.setattr("shop.browse.listing_page", None)
    assert shown(client) == before


def test_each_reader_can_buy_from_a_kept_page(app, stall):
    pack = one(stall, Variant).id
    tokens = set()
    for _ in range(3):
        reader = app.test_client()
        token = re.search(
            r'name="csrf_token" value="([^"]+)"', reader.get(ADDRESS).get_data(as_text=True)
        )[1]
        tokens.add(token)
        answer = reader.post(
            "/basket/add", data={"csrf_token": token, "variant_id": pack, "quantity": 1}
        )
        assert answer.status_code == 303
    assert len(tokens) == 3


def test_languages_and_baskets_are_kept_apart(client, stall):
    assert "Rau củ" in shown(client)
    assert "Vegetables" in client.get(ADDRESS + "?lang=en").get_data(as_text=True)


def test_the_cache_drops_what_was_shown_longest_ago():
    cache = PageCache()
    for number in range(MOST_PAGES + 1):
        cache.keep(number, str(number))
        cache.get(0)
    assert cache.get(0) == "0"
    assert cache.get(1) is None
