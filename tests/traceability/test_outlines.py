"""The border of a plot: read, judged, measured, drawn; plots under it share their sprays."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import Invalid, NotAllowed, NotFound
from tests.conftest import post
from tests.traceability.land import STRANGER, Land
from traceability.models import Lot, Plot
from traceability.rules.outlines import area_m2, draw, read_outline, write_outline
from traceability.services.outlines import draw_plot

# About 104 m by 111 m north of Thanh Hà.
SQUARE = "20.8720, 106.3410\n20.8720, 106.3420\n20.8730, 106.3420\n20.8730, 106.3410"


def test_corners_are_read_as_people_write_them():
    assert read_outline(SQUARE)[0] == (106.3410, 20.8720)
    closed = SQUARE + "\n20.8720, 106.3410"
    assert read_outline(closed) == read_outline(SQUARE)
    assert read_outline("20,872; 106,341\n20,872; 106,342\n20,873 106,342") == [
        (106.341, 20.872),
        (106.342, 20.872),
        (106.342, 20.873),
    ]
    assert read_outline(" \n") == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("here", "Line %(number)s is no corner. Write it as 20.8721, 106.3412."),
        ("20.8, 106.3\n20.9, 106.3", "A border has %(least)s to %(most)s corners."),
        ("0, 0\n0, 1\n1, 1", "This place is not in Viet Nam."),
        (
            "20.8720, 106.3410\n20.8730, 106.3420\n20.8730, 106.3410\n20.8720, 106.3420",
            "The border crosses itself.",
        ),
        ("20.1, 106.1\n20.9, 106.1\n20.9, 106.9", "A plot is between 1 m² and 1,000 hectares."),
    ],
)
def test_what_is_no_border_is_refused(text, message):
    with pytest.raises(Invalid) as refusal:
        read_outline(text)
    assert (refusal.value.message, refusal.value.field) == (message, "outline")


@given(st.text(max_size=80))
def test_any_text_is_a_border_or_refused(text):
    try:
        corners = read_outline(text)
    except Invalid:
        return
    assert read_outline(write_outline(corners)) or not corners


def test_the_area_is_that_of_the_land():
    assert area_m2(read_outline(SQUARE)) == pytest.approx(111.32 * 104.02, rel=0.001)


def test_a_drawing_keeps_all_borders_in_sight():
    ring = read_outline(SQUARE)
    drawn = draw(ring, [[(lon + 0.001, lat) for lon, lat in ring]])
    numbers = [
        float(n) for points in (drawn.own, *drawn.others) for n in points.replace(",", " ").split()
    ]
    assert min(numbers) >= 0
    assert max(numbers) <= drawn.width
    assert draw([], []) is None


def outline(land, plot_id, text=SQUARE, *, takes_area=False, actor=None):
    land.run(
        draw_plot,
        plot_id,
        outline=read_outline(text),
        takes_area=takes_area,
        actor=actor or land.recorder,
    )


@pytest.fixture
def land(session):
    return Land(session)


def test_a_border_gives_the_plot_its_area_when_it_is_wished(land):
    outline(land, land.plot_id)
    assert land.session.get(Plot, land.plot_id).area_m2 == 1800
    outline(land, land.plot_id, takes_area=True)
    assert land.session.get(Plot, land.plot_id).area_m2 == pytest.approx(11_580, rel=0.01)
    outline(land, land.plot_id, "")
    assert land.session.get(Plot, land.plot_id).outline is None


def test_a_border_over_a_sprayed_plot_holds_what_was_harvested_inside(land):
    sprayed = land.plot()
    outline(land, sprayed)
    land.write(season_id=land.season(sprayed), done_on=date(2026, 11, 20))
    lot_id = land.harvest(harvested_on=date(2026, 11, 22))
    assert not land.session.get(Lot, lot_id).inside_interval
    outline(land, land.plot_id)
    land.session.expire_all()
    assert land.session.get(Lot, lot_id).inside_interval


def test_a_stranger_draws_nothing(land):
    with pytest.raises((NotAllowed, NotFound)):
        outline(land, land.plot_id, actor=STRANGER)
    land.session.expire_all()
    assert land.session.get(Plot, land.plot_id).outline is None


def test_the_page_takes_and_shows_a_border(client, app_session, sign_in):
    land = Land(app_session)
    sign_in(vendor=land.vendor_id, vendor_roles=["recorder"])
    url = f"/work/{land.vendor_id}/farm/plots/{land.plot_id}/outline"
    assert client.get(url).headers["Permissions-Policy"].startswith("geolocation=(self)")
    wrong = post(client, url, {"outline": "20.8, x"})
    assert wrong.status_code == 422
    assert post(client, url, {"outline": SQUARE, "takes_area": "y"}).status_code == 303
    assert "<polygon" in client.get(url).get_data(as_text=True)
    assert app_session.get(Plot, land.plot_id).area_m2 > 11_000
