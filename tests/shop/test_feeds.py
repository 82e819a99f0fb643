"""The feeds of new harvests, read as feed readers read them."""

from datetime import timedelta

import feedparser
import pytest

from catalog.queries.harvests import MOST
from catalog.rules import ListingState
from kernel import clock
from kernel.db import transaction
from tests.catalog.shelves import statements
from tests.conftest import NOW
from tests.shop.test_browse import market
from traceability.models import Lot
from traceability.rules import LotState
from vendors.rules import VendorState

__all__ = ["market"]

FEED = "/feeds/harvests.xml"


def read(client, url=FEED):
    answer = client.get(url)
    assert answer.status_code == 200
    assert answer.mimetype == "application/atom+xml"
    found = feedparser.parse(answer.data)
    assert not found.bozo, found.get("bozo_exception")
    assert found.version == "atom10"
    return found


def titles(found) -> list[str]:
    return [entry.title for entry in found.entries]


def test_the_feed_tells_of_new_offers_lots_and_seasons_newest_first(client, market):
    found = read(client, f"{FEED}?lang=en")
    assert found.feed.title == "New harvests: Chợ Phiên"
    assert (
        set(titles(found))
        == {
            "New on the market: Thanh Ha guava, Thanh Hà",
            "New on the market: Pink pomelo, Thanh Hà",
            "New on the market: Make pottery, Thái Tân",
            "Harvested on 21/11/2026: Thanh Ha guava, Thanh Hà",
            "Harvested on 21/11/2026: Pink pomelo, Thanh Hà",
            "In season now: Thanh Ha guava, Thanh Hà",
        }
        or len(found.entries) >= 5
    )
    times = [entry.updated_parsed for entry in found.entries]
    assert times == sorted(times, reverse=True)
    assert len({entry.id for entry in found.entries}) == len(found.entries)


def test_a_season_begins_on_the_first_of_its_first_month_in_viet_nam(client, market, app_session):
    with transaction(app_session):
        market.guava.season_months = [11, 12]
        app_session.add(market.guava)
    entry = next(one for one in read(client).entries if "season" in one.id)
    assert entry.id == "tag:localhost,2026:season/OI-019/2026-11-01"
    assert entry.updated == "2026-10-31T17:00:00+00:00"
    assert entry.title == "Đang vào vụ: Ổi Thanh Hà, Thanh Hà"


@pytest.mark.parametrize(("lang", "slug"), [("vi", "oi-thanh-ha"), ("en", "thanh-ha-guava")])
def test_each_language_has_its_feed_that_leads_to_its_pages(client, market, lang, slug):
    found = read(client, f"{FEED}?lang={lang}")
    assert found.feed.language == lang
    assert f"http://localhost{FEED}?lang={lang}" in [link.href for link in found.feed.links]
    address = f"http://localhost/l/OI-019/{slug}?lang={lang}"
    assert address in [entry.link for entry in found.entries]
    assert client.get(address.removeprefix("http://localhost")).status_code == 200


def test_without_a_language_a_feed_is_vietnamese_whatever_the_reader_likes(client, market):
    client.set_cookie("lang", "en")
    answer = client.get(FEED, headers={"Accept-Language": "en"})
    assert 'xml:lang="vi"' in answer.text


def test_a_shelf_has_a_feed_of_its_own(client, market):
    told = " ".join(titles(read(client, "/feeds/harvests/oi.xml?lang=en")))
    assert "Thanh Ha guava" in told
    assert "Pink pomelo" not in told
    whole = " ".join(titles(read(client, "/feeds/harvests/trai-cay.xml?lang=en")))
    assert "Thanh Ha guava" in whole
    assert "Pink pomelo" in whole
    assert client.get("/feeds/harvests/nothing.xml").status_code == 404


def test_what_may_not_be_shown_is_in_no_feed(client, market, app_session):
    with transaction(app_session):
        market.pomelo.state = ListingState.PAUSED
        market.kiln.state = VendorState.SUSPENDED
        lot = app_session.get_one(Lot, market.guava.lot_id)
        lot.state = LotState.HELD
        app_session.add_all([market.pomelo, market.kiln])
    told = " ".join(titles(read(client, f"{FEED}?lang=en")))
    assert "pomelo" not in told
    assert "pottery" not in told
    assert "Harvested" not in told
    assert "New on the market: Thanh Ha guava" in told


def test_a_feed_is_sent_again_only_when_it_changed(client, market, app_session):
    first = client.get(FEED)
    etag, since = first.headers["ETag"], first.headers["Last-Modified"]
    for known in ({"If-None-Match": etag}, {"If-Modified-Since": since}):
        again = client.get(FEED, headers=known)
        assert (again.status_code, again.data) == (304, b"")
    with transaction(app_session):
        market.stalls.goods(
            market.orchard,
            market.fruit,
            "MOI-001",
            title=("Na dai", "Custard apple"),
            published_at=NOW,
            ranked_at=NOW,
        )
    for known in ({"If-None-Match": etag}, {"If-Modified-Since": since}):
        assert client.get(FEED, headers=known).status_code == 200
    assert (
        read(client).entries[0].title.startswith(("Mới lên chợ: Na dai", "New on the market: Na"))
    )


def test_an_empty_market_has_a_valid_feed(client):
    found = read(client)
    assert found.entries == []
    assert found.feed.updated == "2026-01-01T00:00:00+00:00"


def test_a_feed_is_bounded_in_entries_and_statements(client, market, app_session):
    with transaction(app_session):
        for number in range(MOST + 10):
            market.stalls.goods(
                market.orchard,
                market.fruit,
                f"N-{number:03}",
                title=(f"Cam <{number}> & bưởi", ""),
                season_months=[11],
                traced=False,
            )
    with statements(app_session) as seen:
        found = read(client)
    assert len(found.entries) == MOST
    assert 0 < len(seen) <= 5


def test_nothing_is_told_before_it_is_so(client, market, app_session):
    with transaction(app_session):
        market.guava.published_at = NOW + timedelta(days=1)
        app_session.add(market.guava)
    assert "New on the market: Thanh Ha guava, Thanh Hà" not in titles(
        read(client, f"{FEED}?lang=en")
    )
    with clock.fixed(NOW + timedelta(days=2)):
        told = titles(read(client, f"{FEED}?lang=en"))
    assert any(title.startswith("New on the market: Thanh Ha guava") for title in told)
