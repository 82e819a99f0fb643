"""The host's workspace, through the HTTP door."""

from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import select

from bookings import queries
from bookings.forms import duration_words, read_times
from bookings.models import Departure
from bookings.rules import BookingStatus
from bookings.services import confirm
from catalog.queries.offers import listing_heads
from catalog.rules import ListingKind
from kernel.db import transaction
from kernel.errors import Invalid
from tests.bookings.hosts import Host, listing
from tests.conftest import post


@pytest.fixture
def maker(app):
    """The pages' own database."""
    return app.extensions["sessionmaker"]


@pytest.fixture
def host(maker, now):
    return Host(maker, now)


@pytest.fixture
def code(host, maker):
    with maker() as session:
        return listing_heads(session, [host.listing_id])[host.listing_id].code


@pytest.fixture
def base(host, code):
    return f"/work/{host.vendor_id}/listings/{code}"


def starts(maker):
    with maker() as session:
        return session.scalars(select(Departure.starts_at).order_by(Departure.starts_at)).all()


EXPERIENCE = {
    "duration_minutes": "90",
    "meeting_point_vi": "Bến thuyền sông Hương",
    "meeting_point_en": "Boat landing",
    "includes_vi": "Thuyền\nÁo phao",
    "languages": ["vi", "fr"],
    "max_guests": "8",
    "min_age": "",
    "cancel_minutes": "2880",
    "cutoff_minutes": "60",
}
ONE = {"day": "2026-12-01", "time": "08:30", "capacity": "6", "price_vnd": "120.000"}
WEEKLY = {
    "weekdays": ["5", "6"],
    "times": "8:00, 14h30",
    "first": "2026-11-28",
    "last": "2026-12-06",
    "capacity": "6",
    "price_vnd": "120k",
}


def test_a_host_says_what_guests_experience(client, maker, host, base, sign_in):
    sign_in(vendor=host.vendor_id, vendor_roles=["seller"])
    shown = client.get(f"{base}/experience").get_data(as_text=True)
    assert "Cổng vườn vải Thanh Hà" in shown
    answer = post(client, f"{base}/experience", EXPERIENCE)
    assert (answer.status_code, answer.location) == (303, f"{base}/departures")
    with maker() as session:
        detail = queries.experience(session, host.listing_id)
    assert (detail.duration_minutes, detail.max_guests, detail.min_age) == (90, 8, None)
    assert (detail.cancel_hours, detail.cutoff_minutes) == (48, 60)
    assert detail.meeting_point == {"vi": "Bến thuyền sông Hương", "en": "Boat landing"}
    assert detail.languages == ("vi", "fr")
    assert detail.includes == {"vi": "Thuyền\nÁo phao"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"meeting_point_vi": ""},
        {"max_guests": "0"},
        {"languages": []},
        {"duration_minutes": "1"},
        {"duration_minutes": "long"},
    ],
)
def test_what_cannot_be_is_shown_beside_what_was_typed(client, maker, host, base, sign_in, wrong):
    sign_in(vendor=host.vendor_id)
    answer = post(client, f"{base}/experience", {**EXPERIENCE, **wrong})
    assert answer.status_code == 422
    assert "Boat landing" in answer.get_data(as_text=True)
    with maker() as session:
        assert queries.experience(session, host.listing_id).duration_minutes == 180


def test_a_host_opens_one_departure_at_viet_nam_time(client, maker, host, base, sign_in):
    sign_in(vendor=host.vendor_id)
    assert post(client, f"{base}/departures", ONE).status_code == 303
    assert starts(maker) == [datetime(2026, 12, 1, 1, 30, tzinfo=UTC)]
    shown = client.get(f"{base}/departures?lang=en").get_data(as_text=True)
    assert "01/12/2026 08:30" in shown
    assert "0 of 6 seats booked" in shown
    assert post(client, f"{base}/departures", ONE).status_code == 409
    assert post(client, f"{base}/departures", {**ONE, "day": ""}).status_code == 422
    assert post(client, f"{base}/departures", {**ONE, "capacity": "21"}).status_code == 422
    assert len(starts(maker)) == 1


def test_a_host_opens_the_same_every_week(client, maker, host, base, sign_in):
    sign_in(vendor=host.vendor_id)
    url = f"{base}/departures/weekly"
    assert post(client, url, WEEKLY, form=f"{base}/departures").status_code == 303
    assert len(starts(maker)) == 8
    for wrong in ({"times": "noon"}, {"weekdays": []}, {"last": ""}, {"times": "25:00"}):
        answer = post(client, url, {**WEEKLY, **wrong}, form=f"{base}/departures")
        assert answer.status_code == 422
    assert len(starts(maker)) == 8


def test_a_listing_not_described_yet_leads_there_first(client, maker, host, now, sign_in):
    with maker() as session, transaction(session):
        new = listing(session, host.vendor_id, now)
        pottery = listing(session, host.vendor_id, now, ListingKind.CRAFT)
    with maker() as session:
        heads = listing_heads(session, [new, pottery])
    sign_in(vendor=host.vendor_id)
    at = f"/work/{host.vendor_id}/listings/"
    shown = client.get(f"{at}{heads[new].code}/departures").get_data(as_text=True)
    assert f"{at}{heads[new].code}/experience" in shown
    assert client.get(f"{at}{heads[new].code}/experience").status_code == 200
    assert client.get(f"{at}{heads[pottery].code}/experience").status_code == 404
    assert client.get(f"{at}unknown/departures").status_code == 404


def test_a_departure_is_called_off_unless_guests_come(client, maker, host, base, sign_in):
    client.get("/?lang=en")
    sign_in(vendor=host.vendor_id)
    free, taken = host.opens(), host.opens(host.now + timedelta(days=3))
    host.takes(taken)

    def call_off(departure_id, reason="weather"):
        return post(
            client,
            f"{base}/departures/{departure_id}/cancel",
            {"reason": reason},
            form=f"{base}/departures",
        )

    assert call_off(free, "no reason").status_code == 422
    assert call_off("unknown").status_code == 404
    assert call_off(free).status_code == 303
    assert call_off(taken).status_code == 303
    shown = client.get(f"{base}/departures?lang=en").get_data(as_text=True)
    assert "Bad weather" in shown
    assert "Guests have booked this departure" in shown
    with maker() as session:
        assert session.get_one(Departure, free).cancelled_at == host.now
        assert session.get_one(Departure, taken).cancelled_at is None


def test_guests_are_listed_by_day_and_let_in_by_code(client, maker, host, now, sign_in):
    sign_in(vendor=host.vendor_id, vendor_roles=["recorder"])
    url = f"/work/{host.vendor_id}/bookings"
    assert "Nobody has booked yet." in client.get(f"{url}?lang=en").get_data(as_text=True)
    today, later = host.opens(now + timedelta(hours=3)), host.opens(now + timedelta(days=3))
    host.takes(today, "line-1")
    host.takes(today, "line-2")
    host.takes(later, "line-3")
    with maker() as session, transaction(session):
        confirm(session, line_refs=["line-1", "line-3"], now=now)
    shown = client.get(url).get_data(as_text=True)
    assert "Today" in shown
    assert "26/11/2026" in shown
    assert "tel:+84987654321" in shown
    with maker() as session:
        booked = queries.bookings_of(session, ["line-1", "line-2", "line-3"])

    def gate(line, act="check-in"):
        return post(client, f"{url}/{act}", {"code": booked[line].code.lower()}, form=url)

    assert gate("line-1").status_code == 303
    answers = [gate("line-1"), gate("line-2"), gate("line-3"), gate("line-3", "missed")]
    assert [answer.status_code for answer in answers] == [409, 409, 409, 422]
    assert "checked in at 23/11/2026 10:00" in answers[0].get_data(as_text=True)
    assert post(client, f"{url}/check-in", {"code": ""}, form=url).status_code == 422
    with maker() as session:
        found = queries.bookings_of(session, ["line-1", "line-2", "line-3"])
    assert [found[f"line-{n}"].status for n in (1, 2, 3)] == [
        BookingStatus.REDEEMED,
        BookingStatus.ON_HOLD,
        BookingStatus.CONFIRMED,
    ]


def test_strangers_see_nothing_and_recorders_do_not_sell(client, maker, host, base, sign_in):
    pages = [f"{base}/experience", f"{base}/departures", f"/work/{host.vendor_id}/bookings"]
    assert [client.get(url).status_code for url in pages] == [303, 303, 303]
    other = Host(maker, host.now)
    sign_in(vendor=other.vendor_id)
    assert [client.get(url).status_code for url in pages] == [404, 404, 404]
    # Not by way of their own workspace either.
    theirs = base.replace(host.vendor_id, other.vendor_id)
    assert client.get(f"{theirs}/departures").status_code == 404
    sign_in(vendor=host.vendor_id, vendor_roles=["recorder"])
    assert [client.get(url).status_code for url in pages] == [403, 403, 200]


@pytest.mark.parametrize(
    ("typed", "times"),
    [
        ("8:00, 14:30", {time(8), time(14, 30)}),
        ("8h 14h30", {time(8), time(14, 30)}),
        ("08.15; 9 giờ", None),
        ("7", {time(7)}),
        ("24:00", None),
        ("8:60", None),
        ("sáng", None),
    ],
)
def test_times_are_read_as_people_write_them(typed, times):
    if times is None:
        with pytest.raises(Invalid):
            read_times(typed)
    else:
        assert read_times(typed) == times


def test_a_length_of_time_is_written_in_words(app):
    with app.test_request_context("/?lang=en"):
        lengths = [0, 45, 60, 90, 1440, 1500]
        assert [duration_words(minutes) for minutes in lengths] == [
            "0 minutes",
            "45 minutes",
            "1 hour",
            "1 hour 30 minutes",
            "1 day",
            "1 day 1 hour",
        ]
