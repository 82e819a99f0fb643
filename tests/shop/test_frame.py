"""What all pages share."""

import enum
from datetime import UTC, date, datetime

import pytest
from flask import Flask

from catalog.rules import CardBadge
from shop import frame
from vendors.rules import Scheme


@pytest.fixture
def english(app):
    with app.test_request_context("/?lang=en"):
        yield app


class State(enum.Enum):
    APPROVED = "approved"
    HELD = "held"
    RECALLED = "recalled"
    OTHER = "something else"


@pytest.mark.parametrize(
    ("minutes", "text"),
    [(45, "45 minutes"), (60, "1 hour"), (90, "1.5 hours"), (180, "3 hours"), (75, "75 minutes")],
)
def test_a_length_of_time(english, minutes, text):
    assert frame.duration(minutes) == text


def test_days_and_times_are_those_of_viet_nam(english):
    evening = datetime(2026, 11, 27, 18, 30, tzinfo=UTC)
    assert frame.weekday(evening) == "Sat 28/11"
    assert frame.clock_time(evening) == "01:30"
    assert frame.day_before(date(2027, 1, 1)) == "31/12/2026"


@pytest.mark.parametrize(
    ("badge", "text"),
    [
        (CardBadge("preorder"), "Pre-order"),
        (CardBadge("seats", seats=1), "1 seat left"),
        (CardBadge("seats", seats=5), "5 seats left"),
        (CardBadge("season"), "In season"),
        (CardBadge("certificate", scheme=Scheme.OCOP, stars=4), "OCOP 4\xa0★"),
    ],
)
def test_the_words_of_a_badge(english, badge, text):
    assert frame.badge_text(badge) == text


def test_a_state_has_a_colour(app):
    tones = [frame.state_tone(state) for state in State]
    assert tones == ["leaf", "sun", "lychee", "plain"]


def test_a_place_without_a_known_key_shows_the_key(app):
    assert frame.place("vn-2025:10813") == "Thanh Hà"
    assert frame.place("nowhere") == "nowhere"


def test_languages_are_named_in_the_language_of_the_reader(app):
    with app.test_request_context("/?lang=vi"):
        assert frame.language_name("vi") == "Tiếng Việt"
        assert frame.decimal(4.75) == "4,8"
    with app.test_request_context("/?lang=en"):
        assert frame.language_name("vi") == "Vietnamese"
        assert frame.language_name("??") == "??"


def test_other_pages_keep_what_was_asked(app):
    with app.test_request_context("/search?q=ổi&page=3&kind=a&kind=b"):
        assert frame.page_address(2) == "/search?q=%E1%BB%95i&kind=a&kind=b&page=2"


def fake_app(names):
    app = Flask("art")
    app.jinja_env.globals["asset"] = lambda name: f"/static/{names.get(name, name)}"
    return app


def test_art_has_three_widths():
    names = {f"art/lychee-{w}.webp": f"art/lychee-{w}-abc.webp" for w in (128, 256, 512)}
    picture = frame.Art(fake_app(names))("lychee")
    assert picture.small == "/static/art/lychee-128-abc.webp"
    assert picture.set == (
        "/static/art/lychee-128-abc.webp 128w, /static/art/lychee-256-abc.webp 256w,"
        " /static/art/lychee-512-abc.webp 512w"
    )


@pytest.mark.parametrize("name", ["unheard-of", ""])
def test_unknown_art_shows_the_basket(name):
    names = {f"art/basket-{w}.webp": f"art/basket-{w}-abc.webp" for w in (128, 256, 512)}
    assert frame.Art(fake_app(names))(name).small == "/static/art/basket-128-abc.webp"


def test_before_the_first_build_nothing_is_remembered():
    art = frame.Art(fake_app({}))
    assert art("lychee").small == "/static/art/basket-128.webp"
    assert art.known == {}


def test_an_icon_is_decoration_unless_it_has_a_label():
    icons = frame.Icons(fake_app({"icons.svg": "icons-abc.svg"}))
    assert icons("truck") == (
        '<svg class="icon" aria-hidden="true"><use href="/static/icons-abc.svg#truck"/></svg>'
    )
    assert 'role="img" aria-label="&lt;b&gt;"' in icons("truck", "<b>")
    assert icons("truck") is icons("truck")


def test_a_reader_without_a_session_has_no_messages(app):
    with app.test_request_context("/"):
        assert frame.flashes() == ""


def test_a_message_is_told_once(app, client):
    with client.session_transaction() as kept:
        kept["_flashes"] = [("good", "Saved <now>")]
    assert "Saved &lt;now&gt;" in client.get("/scan").text
    assert "Saved" not in client.get("/scan").text
