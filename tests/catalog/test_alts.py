"""Words for people who do not see a picture: suggested from the data, looked at by the vendor."""

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from catalog.models import Listing
from catalog.queries.alts import unseen_photos
from catalog.rules.alts import MOST_LETTERS, Seen, suggested_alt
from catalog.services.alts import describe_photo, suggest_words
from kernel.db import transaction
from kernel.errors import Invalid, NotAllowed, NotFound
from tests.catalog.shelves import (
    OFFICER,
    add,
    listing,
    open_shelves,
    seller,
    vendor_id,
)
from tests.conftest import post

LYCHEE = {"vi": "Vải thiều Thanh Hà", "en": "Thanh Ha lychee"}
FRUIT = {"vi": "Trái cây", "en": "Fruit"}


@pytest.mark.parametrize(
    ("seen", "vi", "en"),
    [
        (Seen({"vi": "Vải thiều"}), "Vải thiều", "Vải thiều"),
        (
            Seen(LYCHEE, FRUIT, place="Thanh Hà", number=2, count=3),
            "Vải thiều Thanh Hà (trái cây), ảnh 2",
            "Thanh Ha lychee (fruit), picture 2",
        ),
        (
            Seen({"vi": "Vải tươi"}, FRUIT, {"vi": "u hồng", "en": "u hong"}, "Chí Linh"),
            "Vải tươi (trái cây), giống u hồng, ở Chí Linh",
            "Vải tươi (fruit), variety u hong, from Chí Linh",
        ),
        (
            Seen({"vi": "Gạo nếp cái hoa vàng"}, variety={"vi": "Nếp cái hoa vàng"}),
            "Gạo nếp cái hoa vàng",
            "Gạo nếp cái hoa vàng",
        ),
    ],
)
def test_words_are_made_of_what_is_known_and_nothing_is_said_twice(seen, vi, en):
    assert suggested_alt(seen) == {"vi": vi, "en": en}


@given(st.text(max_size=300), st.text(max_size=60), st.text(max_size=60), st.integers(1, 9))
def test_words_fit_whatever_the_data_hold(title, variety, place, number):
    words = suggested_alt(Seen({"vi": title}, FRUIT, {"vi": variety}, place, number, 9))
    assert all(len(text) <= MOST_LETTERS for text in words.values())
    assert words["vi"].endswith(f"ảnh {number}")


def photo(digest, alt=None, **more):
    return {
        "digest": digest * 32,
        "width": 800,
        "height": 600,
        "placeholder": "",
        "alt": alt or {},
    } | more


@pytest.fixture
def shelves(session, now):
    open_shelves(session, now)
    add(session, now, title={"vi": "Vải tươi"})
    show(session, photo("a"), photo("b", {"vi": "Thùng vải"}))
    return session


def show(session, *photos):
    with transaction(session):
        session.execute(sa.update(Listing).where(Listing.code == "VAI").values(photos=list(photos)))


def describe(session, now, digest="a", alt=None, actor=None):
    vendor = vendor_id(session)
    session.rollback()
    with transaction(session):
        describe_photo(
            session,
            vendor,
            code="VAI",
            digest=digest * 32,
            alt={"vi": "Chùm vải chín"} if alt is None else alt,
            actor=actor or seller(vendor),
            now=now,
        )


def test_pictures_that_came_without_words_get_them_unseen_and_once(shelves, now):
    with transaction(shelves):
        assert suggest_words(shelves, now=now) == 1
    first, second = listing(shelves).photos
    assert first["alt"]["vi"] == "Vải tươi (trái cây), ở Thanh Hà, ảnh 1"
    assert (first["unseen"], second["alt"], "unseen" in second) == (
        True,
        {"vi": "Thùng vải"},
        False,
    )
    shelves.rollback()
    with transaction(shelves):
        assert suggest_words(shelves, now=now) == 0


def test_a_vendor_looks_at_them_and_they_are_seen(shelves, now):
    with transaction(shelves):
        suggest_words(shelves, now=now)
    vendor = vendor_id(shelves)
    assert [row.photo.digest for row in unseen_photos(shelves, vendor)] == ["a" * 32]
    describe(shelves, now)
    assert unseen_photos(shelves, vendor) == []
    assert listing(shelves).photos[0] == photo("a", {"vi": "Chùm vải chín"})


def test_words_are_refused_where_they_must_be(shelves, now):
    with pytest.raises(Invalid) as refusal:
        describe(shelves, now, alt={"en": "Lychee"})
    assert refusal.value.field == "alt_vi"
    with pytest.raises(NotFound):
        describe(shelves, now, "z")
    with pytest.raises((NotAllowed, NotFound)):
        describe(shelves, now, actor=OFFICER)
    assert listing(shelves).photos[0]["alt"] == {}


def test_the_pages_suggest_list_and_save(app_session, client, now, sign_in):
    open_shelves(app_session, now)
    add(app_session, now, title={"vi": "Vải tươi"})
    show(app_session, photo("a"))
    with transaction(app_session):
        suggest_words(app_session, now=now)
    vendor = vendor_id(app_session)
    app_session.rollback()
    sign_in(vendor=vendor, vendor_roles=["seller"])
    base = f"/work/{vendor}/listings"
    assert "Vải tươi (trái cây), ở Thanh Hà, ảnh 2" in client.get(f"{base}/VAI/photos").text
    assert f"/VAI/photos/{'a' * 32}/words" in client.get(f"{base}/pictures").text
    words = f"{base}/VAI/photos/{'a' * 32}/words"
    answer = post(client, words, {"alt_vi": ""})
    assert (answer.status_code, 'id="alt_vi-error"' in answer.text) == (422, True)
    answer = post(client, words, {"alt_vi": "Chùm vải chín", "alt_en": "Ripe lychees"})
    assert (answer.status_code, answer.location) == (303, f"{base}/VAI/photos")
    assert client.get(f"{base}/VAI/photos/none/words").status_code == 404


def test_a_page_with_pictures_offers_each_in_every_format_it_has(app_session, client, now):
    open_shelves(app_session, now)
    add(app_session, now)
    show(app_session, photo("a", {"vi": "Chùm vải"}), photo("b"))
    page = client.get(f"/l/VAI/{listing(app_session).slug}?lang=vi").text
    address = f"/media/pictures/{'a' * 32}"
    assert f'href="{address}-960.webp" data-width="800" data-height="600"' in page
    assert (
        f'srcset="{address}-320.avif 320w, {address}-480.avif 480w, {address}-960.avif 800w"'
        in page
    )
    assert 'alt="Chùm vải"' in page
    assert (
        'alt="Vải thiều Thanh Hà, ảnh 2"' in page or 'alt="Vải thiều Thanh Hà, picture 2"' in page
    )
    show(app_session)
    assert (
        "gallery"
        not in client.get(f"/l/VAI/{listing(app_session).slug}?v=2").text.split("<main")[0]
    )
