"""What the database finds by itself while no engine answers."""

from datetime import UTC, datetime

import pytest

from catalog.queries import Wanted, plain_search
from kernel.db import transaction
from tests.shop.stalls import NOW, Stalls
from vendors.rules import Scheme

LATER = datetime(2027, 3, 1, tzinfo=UTC)


@pytest.fixture
def market(session):
    with transaction(session):
        stalls = Stalls(session)
        fruit = stalls.category("trai-cay", "Trái cây", "Fruit")
        citrus = stalls.category("cam-quyt", "Cam quýt", "Citrus", parent_id=fruit.id)
        visits = stalls.category("trai-nghiem", "Trải nghiệm", "Experiences")
        orchard = stalls.vendor("Vườn ổi chị Mận", "vuon-oi")
        kiln = stalls.vendor("Gốm Chu Đậu", "gom", commune="vn-2025:10642")
        stalls.certificate(orchard, Scheme.ORGANIC)
        guava = stalls.goods(orchard, fruit, "OI", schemes=["organic"], season_months=[11])
        stalls.review(guava, 5, "Giòn.")
        stalls.review(guava, 4, "Ngon.")
        pomelo = ("Bưởi đào", "Pink pomelo")
        # Claimed, but nothing stands behind it.
        stalls.goods(kiln, citrus, "BU", title=pomelo, price=90_000, schemes=["organic"])
        stalls.visit(kiln, visits, "XP", title=("Làm gốm", "Make pottery"))
    return session


@pytest.mark.parametrize(
    ("wanted", "codes"),
    [
        (Wanted(), ["XP", "BU", "OI"]),
        (Wanted(words="BUOI dao"), ["BU"]),
        (Wanted(words="100%_"), []),
        (Wanted(kinds=["experience", "nothing"]), ["XP"]),
        (Wanted(kinds=["nothing"]), []),
        (Wanted(categories=["trai-cay"]), ["BU", "OI"]),
        (Wanted(categories=["cam-quyt"]), ["BU"]),
        (Wanted(communes=["vn-2025:10642"]), ["XP", "BU"]),
        (Wanted(districts=["huyen-thanh-ha"]), ["OI"]),
        (Wanted(districts=["nowhere"]), []),
        (Wanted(schemes=["organic"]), ["OI"]),
        (Wanted(schemes=["nothing"]), []),
        (Wanted(vendors=["gom"]), ["XP", "BU"]),
        (Wanted(price_from=90_000), ["XP", "BU"]),
        (Wanted(price_from=90_000, price_to=100_000), ["BU"]),
        (Wanted(rating_from=4), ["OI"]),
        (Wanted(rating_from=5), []),
        (Wanted(month=11), ["OI"]),
        (Wanted(codes=["XP", "OI"], words="oi"), ["OI"]),
        (Wanted(codes=[]), []),
    ],
)
def test_all_that_is_wanted_is_met(market, wanted, codes):
    found = plain_search(market, wanted=wanted, now=NOW)
    assert [card.code for card in found.items] == codes


def test_a_certificate_that_has_ended_proves_nothing(market):
    assert plain_search(market, wanted=Wanted(schemes=["organic"]), now=LATER).items == []


@pytest.mark.parametrize(("price", "codes"), [(1, ["OI", "BU", "XP"]), (-1, ["XP", "BU", "OI"])])
def test_prices_put_hits_in_order(market, price, codes):
    found = plain_search(market, wanted=Wanted(), now=NOW, price=price)
    assert [card.code for card in found.items] == codes
