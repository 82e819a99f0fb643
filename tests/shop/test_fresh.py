"""A kept page is shown again only while nothing it hangs on has changed."""

import gzip
import re

import pytest
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from catalog.models import Listing, Variant
from catalog.queries import listing_page
from catalog.queries.freshness import _GOODS
from kernel import claims
from kernel.claims import Bucket, Demand
from kernel.db import transaction
from kernel.rules_table import seed_rules
from kernel.web.cache import MOST_PAGES, PageCache
from kernel.web.pressed import Pressed
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


def test_what_changed_only_while_a_page_was_written_is_not_kept(client, stall, monkeypatch):
    def read_amid_changes(*args, **values):
        change(stall, lambda: setattr(one(stall, Bucket), "on_hand", 7_000))
        found = listing_page(*args, **values)
        change(stall, lambda: setattr(one(stall, Bucket), "on_hand", 40_000))
        return found

    monkeypatch.setattr("shop.browse.listing_page", read_amid_changes)
    assert "7 kg" in shown(client)
    monkeypatch.undo()
    assert "40 kg" in shown(client)


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


@pytest.mark.parametrize(
    ("accepts", "encoding"),
    [
        ("gzip, deflate, br, zstd", "gzip"),
        ("*", "gzip"),
        ("br", "br"),
        ("gzip;q=0, br", "br"),
        ("identity", None),
        (None, None),
    ],
)
def test_a_reader_gets_the_page_in_an_encoding_it_takes(client, stall, accepts, encoding):
    for _ in ("rendered", "kept"):
        answer = client.get(ADDRESS, headers={"Accept-Encoding": accepts} if accepts else {})
        assert answer.headers.get("Content-Encoding") == encoding
        assert "Accept-Encoding" in answer.headers["Vary"]
        assert "Cookie" in answer.headers["Vary"]
        assert int(answer.headers["Content-Length"]) == len(answer.data)
        assert answer.content_type == "text/html; charset=utf-8"


def test_the_compressed_page_is_the_plain_page(client, stall):
    plain = client.get(ADDRESS).data
    answer = client.get(ADDRESS, headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(answer.data) == plain
    assert len(answer.data) < len(plain) / 2
    assert b"@token" not in plain


def test_head_tells_the_length_and_sends_nothing(client, stall):
    wish = {"Accept-Encoding": "gzip"}
    shown = client.get(ADDRESS, headers=wish)
    head = client.head(ADDRESS, headers=wish)
    assert head.data == b""
    for name in ("Content-Length", "Content-Encoding", "Content-Type", "Vary"):
        assert head.headers[name] == shown.headers[name]


@pytest.mark.parametrize("dialect", [sqlite.dialect(), postgresql.dialect()])
def test_the_statement_of_every_page_is_planned_once(dialect):
    compiled = _GOODS.compile(dialect=dialect)
    # Whatever is written into it at each run, and a partial index chosen by a parameter,
    # costs more than to run it.
    assert not compiled.post_compile_params | compiled.literal_execute_params
    assert "claim.state = 'active'" in str(compiled)


def test_the_cache_drops_what_was_shown_longest_ago():
    cache = PageCache()
    pages = [Pressed(str(number), "@") for number in range(MOST_PAGES + 1)]
    for number, page in enumerate(pages):
        cache.keep(number, page)
        cache.get(0)
    assert cache.get(0) is pages[0]
    assert cache.get(1) is None
