"""The pictures of shared links: what they show, where they are, and how often they are drawn."""

import io
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from catalog.rules import ListingState
from kernel.db import transaction
from kernel.pictures import store_picture
from kernel.storage import Storage
from shop.seo import drawing, sharing
from shop.seo.poster import BOLD, HEIGHT, WIDTH, Poster, draw, fit, letters, wrap
from tests.shop.test_browse import market
from tests.shop.test_heads import read
from tests.together import at_once

__all__ = ["market"]

POSTER = Poster("Vải thiều Thanh Hà", "HTX Thanh Sơn · Thanh Hà", "45.000 ₫/kg", "Chợ Phiên")


def shown(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def picture_of(app, url: str) -> str:
    return read(app, url).meta["og:image"].removeprefix("http://localhost")


def photo(colour: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (1200, 900), colour).save(file, "JPEG")
    return file.getvalue()


@pytest.mark.parametrize(
    "page", ["/", "/c/trai-cay", "/v/vuon-oi", "/l/OI-019/oi-thanh-ha", "/l/XP-001/lam-gom"]
)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_kind_of_page_has_its_picture(app, market, page, lang):
    head = read(app, f"{page}?lang={lang}")
    assert head.meta["twitter:card"] == "summary_large_image"
    address = picture_of(app, f"{page}?lang={lang}")
    answer = app.test_client().get(address)
    assert answer.status_code == 200
    assert answer.mimetype == "image/jpeg"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    image = shown(answer.data)
    assert (image.format, image.size) == ("JPEG", (WIDTH, HEIGHT))
    assert len(answer.data) < 300_000


def test_the_address_moves_with_what_is_drawn_and_the_old_one_leads_on(app, market, app_session):
    client, page = app.test_client(), "/l/OI-019/oi-thanh-ha"
    first = picture_of(app, page)
    with transaction(app_session):
        market.guava.price_vnd = 31_000
        app_session.add(market.guava)
    second = picture_of(app, page)
    assert first != second
    # Nobody asked for the first one before: it is not drawn any more.
    answer = client.get(first)
    assert (answer.status_code, answer.location) == (302, second.rpartition("/")[2])
    assert client.get(second).status_code == 200
    assert picture_of(app, f"{page}?lang=en") != second


def test_a_photo_takes_the_place_of_the_art(app, market, app_session):
    page = "/l/OI-019/oi-thanh-ha"
    with app.app_context():
        stored = store_picture(app.extensions[Storage.__qualname__], photo("#c02040"))
    with transaction(app_session):
        market.guava.photos = [
            {"digest": stored.digest, "width": 1200, "height": 900, "placeholder": "", "alt": {}}
        ]
        app_session.add(market.guava)
    image = shown(app.test_client().get(picture_of(app, page)).data)
    red, green, blue = image.getpixel((WIDTH - 300, HEIGHT // 2))
    assert red > 150 > 90 > max(green, blue)


def test_a_picture_is_drawn_once_however_many_ask(app, market, monkeypatch):
    drawn = []

    def count(poster):
        drawn.append(poster)
        return draw(poster)

    monkeypatch.setattr(drawing, "draw", count)
    address = picture_of(app, "/c/trai-cay")
    answers = at_once(lambda _: app.test_client().get(address).status_code, 6)
    assert answers == [200] * 6
    assert len(drawn) == 1


def test_who_waits_too_long_is_told_to_come_back(app, market, monkeypatch):
    monkeypatch.setattr(drawing, "WAIT_SECONDS", 0.01)
    address = picture_of(app, "/c/trai-cay")
    drawer = app.extensions[drawing.Drawer.__qualname__]
    drawer.turn.acquire()
    answer = app.test_client().get(address)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    drawer.turn.release()
    assert app.test_client().get(address).status_code == 200


def test_what_is_not_shown_is_not_drawn(app, market, app_session):
    address = picture_of(app, "/l/OI-019/oi-thanh-ha")
    with transaction(app_session):
        market.guava.state = ListingState.TAKEN_DOWN
        app_session.add(market.guava)
    assert app.test_client().get(address).status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "listing/OI-019/vi-nothing.jpg",
        "listing/OI-019/fr-000000000000000000000000.jpg",
        "listing/NOTHING/vi-000000000000000000000000.jpg",
        "category/nothing/vi-000000000000000000000000.jpg",
        "vendor/nobody/vi-000000000000000000000000.jpg",
        "home/elsewhere/vi-000000000000000000000000.jpg",
        "strange/x/vi-000000000000000000000000.jpg",
    ],
)
def test_other_addresses_lead_nowhere(client, market, address):
    assert client.get(f"/share/{address}").status_code == 404


def test_a_reader_who_has_it_is_not_sent_it_again(client):
    known = {"If-None-Match": '"anything"'}
    name = "vi-000000000000000000000000.jpg"
    assert client.get(f"/share/home/market/{name}", headers=known).status_code == 304


def test_every_fact_that_is_drawn_moves_the_address():
    others = {
        "title": "Ổi",
        "who": "x",
        "price": "1 ₫",
        "brand": "y",
        "tint": "leaf",
        "is_photo": True,
        "picture_name": "z",
    }
    digests = {replace(POSTER, **{name: value}).digest for name, value in others.items()}
    assert len(digests | {POSTER.digest}) == len(others) + 1
    assert replace(POSTER, picture=b"loaded later").digest == POSTER.digest


def test_a_long_title_is_broken_between_words_and_cut_at_the_end():
    lines, font = fit("Một ngày làm gốm Chu Đậu cùng nghệ nhân " * 6, 540)
    assert len(lines) == 4
    assert lines[-1].endswith("…")
    assert all(font.getlength(line) <= 540 for line in lines)
    assert lines[0] == "Một ngày làm gốm Chu"


def test_lines_are_about_as_long_as_each_other():
    lines, font = fit("Pair of flowered sedge mats, 1.6 m", 540)
    assert lines == ["Pair of flowered", "sedge mats, 1.6 m"]
    assert max(map(font.getlength, lines)) < 1.3 * min(map(font.getlength, lines))


def test_decomposed_letters_are_drawn_as_composed_ones():
    font = letters(BOLD, 40)
    assert wrap("Vải", font, 500) == ["Vải"]


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=200), st.integers(60, 800))
def test_no_line_is_wider_than_its_room(text, width):
    font = letters(BOLD, 42)
    for line in wrap(text, font, width):
        assert font.getlength(line) <= width or len(line) == 1


@settings(deadline=None, max_examples=15)
@given(st.text(max_size=300), st.text(max_size=60), st.sampled_from(["sun", "sky", "none", ""]))
def test_any_words_can_be_drawn(title, who, tint):
    assert shown(draw(Poster(title, who, "", "", tint))).size == (WIDTH, HEIGHT)


def test_a_picture_that_is_gone_leaves_the_words(app, market):
    with app.test_request_context():
        found = drawing.drawn_picture(replace(POSTER, is_photo=True, picture_name="pictures/x.jpg"))
    assert shown(found).size == (WIDTH, HEIGHT)
    assert sharing.picture.guard == "public"
