"""What a named query finds anew is sent to who subscribed: everything, in order, and nothing else."""

import hashlib
import hmac
import json
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel import clock
from kernel.actor import HOUSE, Actor
from kernel.db import lock, transaction
from kernel.errors import NotAllowed
from kernel.ids import new_id
from kernel.mail import Notice
from shop import worker
from tests.conftest import post
from tests.together import at_once
from tests.traceability.land import NOW, Land
from tests.traceability.partners import ROOT, Partner, event, token
from tests.traceability.receiver import receiving
from tests.traceability.test_epcis_queries import NAMES
from traceability.epcis.errors import BadQuery, BadSubscription
from traceability.epcis.schedules import read_schedule, schedule_of
from traceability.epcis.subscribing import SubscriptionWish, read_wish
from traceability.models import PartnerToken, Subscription
from traceability.queries import partners as asked
from traceability.queries.subscriptions import undelivered
from traceability.rules.partners import SubscriptionEnd
from traceability.services import delivering
from traceability.services.delivering import Receipt, deliver_due
from traceability.services.events import write_event
from traceability.services.forgetting import forget_farmer
from traceability.services.naming import name_query
from traceability.services.partners import Grant, make_token, revoke_token
from traceability.services.subscriptions import close, subscribe

LIMIT = timedelta(days=5)
OPERATOR = Actor("01OPERATOR", "Trực máy", frozenset({"operator"}))


@pytest.fixture
def partner(client, app_land):
    made = Partner(client, token(app_land))
    made.send("/queries", {"name": "all", "query": {}})
    return made


@pytest.fixture(scope="module")
def door():
    with receiving() as taken:
        yield taken


@pytest.fixture
def receiver(door):
    door.answers.clear()
    door.got.clear()
    return door


@pytest.fixture
def deliver(app, settings):
    """Return what the worker does until nothing is due, at some moment."""
    step = worker.delivering(app.extensions["sessionmaker"], settings)

    def run(after=timedelta(0)):
        with clock.fixed(NOW + after):
            rounds = 0
            while step():
                rounds += 1
            return rounds

    return run


def wish(receiver, **more):
    return {"dest": receiver.url, "stream": True} | more


def problem(answer, status, name):
    assert answer.status_code == status, answer.text
    assert answer.json["type"] == f"epcisException:{name}"
    return answer.json["title"]


def begin(partner, receiver, name="all", **more):
    answer = partner.send(f"/queries/{name}/subscriptions", wish(receiver, **more))
    assert answer.status_code == 201, answer.text
    return answer.json["subscriptionID"]


def tell(partner, *steps):
    for step in steps:
        assert partner.send("/events", event(bizStep=step)).status_code == 201


def steps_in(receiver):
    return [each["bizStep"] for got in receiver.got for each in got.events]


def test_a_subscription_is_begun_shown_and_ended(partner, receiver):
    body = wish(receiver, signatureToken="13df38", initialRecordTime="2026-11-20T00:00:00Z")
    answer = partner.send("/queries/all/subscriptions", body, GS1_EPC_Format="Never_Translates")
    path = answer.headers["Location"].removeprefix(ROOT)
    shown = {
        "subscriptionID": path.rpartition("/")[2],
        "queryName": "all",
        "dest": receiver.url,
        "stream": True,
        "reportIfEmpty": False,
        "epcFormat": "Never_Translates",
        "createdAt": "2026-11-23T03:00:00.000Z",
        "initialRecordTime": "2026-11-20T00:00:00.000Z",
        "minRecordTime": "2026-11-20T00:00:00.000Z",
    }
    assert (answer.status_code, answer.json) == (201, shown)
    assert path == f"/queries/all/subscriptions/{shown['subscriptionID']}"
    assert partner.get(path).json == shown
    assert partner.get("/queries/all/subscriptions").json == [shown]
    for _ in range(2):
        gone = partner.client.delete(ROOT + path, headers=partner.headers({}))
        assert gone.status_code in {204, 404}
    assert gone.status_code == 404
    problem(partner.get(path), 404, "NoSuchResourceException")
    assert partner.get("/queries/all/subscriptions").json == []


def test_pages_of_subscriptions_lead_on(partner, receiver):
    made = [begin(partner, receiver) for _ in range(3)]
    first = partner.get("/queries/all/subscriptions", perPage=2)
    assert [each["subscriptionID"] for each in first.json] == made[:2]
    address = first.headers["Link"].split(">")[0].partition(ROOT)[2]
    assert [each["subscriptionID"] for each in partner.get(address).json] == made[2:]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ([], ""),
        ({"stream": True}, "dest"),
        ({"dest": "https://shop.example"}, "schedule"),
        ({"dest": "https://shop.example", "stream": False}, "schedule"),
        ({"dest": "https://shop.example", "stream": True, "schedule": {"hour": "1"}}, "schedule"),
        ({"dest": "https://shop.example", "stream": "yes"}, "stream"),
        ({"dest": "https://shop.example", "schedule": {}}, "schedule"),
        ({"dest": "https://shop.example", "schedule": {"hour": "25"}}, "schedule.hour"),
        ({"dest": "https://shop.example", "schedule": {"day": "1"}}, "schedule.day"),
        ({"dest": "https://shop.example", "stream": True, "reportIfEmpty": 1}, "reportIfEmpty"),
        ({"dest": "https://shop.example", "stream": True, "signatureToken": 7}, "signatureToken"),
        ({"dest": "https://shop.example", "stream": True, "since": "now"}, "since"),
        (
            {"dest": "https://shop.example", "stream": True, "initialRecordTime": "2026-11-20"},
            "initialRecordTime",
        ),
        ({"dest": "https://" + "x" * 500, "stream": True}, "dest"),
    ],
)
def test_a_wish_that_cannot_be_kept_is_refused(body, field):
    with pytest.raises(BadSubscription) as refused:
        read_wish(body)
    assert (refused.value.field or "") == field


def test_a_refusal_names_the_field(partner):
    body = {"dest": "https://shop.example", "schedule": {"hour": "25"}}
    answer = partner.send("/queries/all/subscriptions", body)
    title = problem(answer, 400, "SubscriptionControlsException")
    assert title.startswith("schedule.hour: ")


def test_nothing_is_sent_into_the_market_itself(session):
    """With a real market's settings; tests are sent to this machine."""
    land = Land(session)
    whom = _partner(land)
    for dest in (
        "https://127.0.0.1/",
        "https://10.0.0.1/",
        "http://shop.example",
        "https://localhost",
    ):
        with pytest.raises(BadSubscription) as refused:
            _subscribe(land, whom, dest=dest)
        assert refused.value.field == "dest"


def test_a_query_that_leaves_events_out_is_not_subscribed_to(partner, receiver):
    for limit in ({"maxEventCount": 5}, {"eventCountLimit": 5, "orderBy": "eventTime"}):
        partner.send("/queries", {"name": "few", "query": limit})
        answer = partner.send("/queries/few/subscriptions", wish(receiver))
        assert problem(answer, 400, "SubscriptionControlsException").startswith(next(iter(limit)))
        partner.client.delete(f"{ROOT}/queries/few", headers=partner.headers({}))
    answer = partner.send("/queries/none/subscriptions", wish(receiver))
    problem(answer, 404, "NoSuchNameException")


def test_a_websocket_is_not_offered(partner):
    for more in ({"headers": {"Upgrade": "websocket"}}, {"stream": "true"}, {"hour": "1"}):
        problem(partner.get("/queries/all/events", **more), 406, "NotAcceptableException")


def test_new_events_are_sent_as_they_are_recorded(partner, receiver, deliver):
    tell(partner, "shipping")
    key = begin(partner, receiver, signatureToken="13df38")
    assert deliver() == 0
    tell(partner, "receiving", "storing")
    assert deliver(timedelta(seconds=5)) == 1
    (got,) = receiver.got
    assert got.path == "/hook?key=abc"
    assert (got.results["queryName"], got.results["subscriptionID"]) == ("all", key)
    assert [each["bizStep"] for each in got.events] == ["receiving", "storing"]
    assert got.events[0]["recordTime"] == "2026-11-23T03:00:00.000Z"
    sign = hmac.new(b"13df38", got.body, hashlib.sha256).hexdigest()
    assert got.headers["GS1-Signature"] == f"sha256={sign}"
    assert got.headers["GS1-EPCIS-Version"] == "2.0.0"
    assert got.headers["Content-Type"] == "application/json"
    card = partner.get(f"/queries/all/subscriptions/{key}").json
    assert card["lastNotifiedAt"] == card["minRecordTime"] == "2026-11-23T03:00:05.000Z"
    assert deliver(timedelta(seconds=9)) == 0


def test_only_what_the_query_asks_for_is_sent(partner, receiver, deliver):
    query = {"EQ_bizStep": ["storing"], "EQ_ex:tree": 7, "@context": {"ex": "https://e.example/"}}
    partner.send("/queries", {"name": "stored", "query": query})
    begin(partner, receiver, "stored")
    for tree in (7, 8):
        own = {"@context": [{"own": "https://e.example/"}], "own:tree": tree}
        partner.send("/events", event(bizStep="storing", **own))
    tell(partner, "shipping")
    deliver()
    assert [each["own:tree"] for got in receiver.got for each in got.events] == [7]


def test_an_initial_record_time_brings_what_was_recorded_since(partner, receiver, deliver):
    with clock.fixed(NOW - timedelta(hours=2)):
        tell(partner, "shipping")
    tell(partner, "receiving")
    begin(partner, receiver, initialRecordTime="2026-11-23T09:00:00+07:00")
    tell(partner, "storing")
    deliver()
    assert steps_in(receiver) == ["receiving", "storing"]


def test_a_schedule_sends_at_its_time_all_that_is_new(partner, receiver, deliver):
    key = begin(partner, receiver, stream=False, schedule={"hour": "11", "minute": "5"})
    tell(partner, "receiving", "storing")
    # It is ten o'clock in Ha Noi.
    assert deliver(timedelta(hours=1, minutes=4)) == 0
    assert deliver(timedelta(hours=1, minutes=5)) == 1
    assert steps_in(receiver) == ["receiving", "storing"]
    assert partner.get(f"/queries/all/subscriptions/{key}").json["schedule"] == {
        "hour": "11",
        "minute": "5",
    }
    assert deliver(timedelta(hours=2)) == 0
    assert deliver(timedelta(days=1, hours=1, minutes=5)) == 0, "nothing is new"
    tell(partner, "shipping")
    assert deliver(timedelta(days=2, hours=1, minutes=5)) == 1


def test_an_empty_report_is_sent_if_it_is_wished_for_and_once(partner, receiver, deliver):
    begin(partner, receiver, stream=False, schedule={"minute": 0}, reportIfEmpty=True)
    assert deliver(timedelta(hours=1)) == 1
    assert [got.events for got in receiver.got] == [[]]
    tell(partner, "shipping")
    assert deliver(timedelta(hours=2)) == 1
    assert [len(got.events) for got in receiver.got] == [0, 1]


def test_who_finds_it_too_much_gets_less_at_once(partner, receiver, deliver):
    begin(partner, receiver)
    tell(partner, *["shipping", "receiving", "storing", "packing", "holding"])
    receiver.answers[:] = [413, 413]
    assert [deliver() for _ in range(3)] == [0, 0, 5]
    assert [len(got.events) for got in receiver.got] == [1] * 5
    assert steps_in(receiver) == ["shipping", "receiving", "storing", "packing", "holding"]


def test_what_was_not_taken_is_sent_again_with_what_came_since(partner, receiver, deliver):
    begin(partner, receiver)
    tell(partner, "shipping")
    # A redirection is not followed: it could lead inside.
    receiver.answers[:] = [500, 302]
    assert deliver() == 0
    tell(partner, "receiving")
    assert deliver(timedelta(seconds=9)) == 0, "it waits ten seconds"
    assert deliver(timedelta(seconds=10)) == 0
    assert deliver(timedelta(seconds=29)) == 0, "then twenty"
    assert receiver.got == []
    assert deliver(timedelta(seconds=30)) == 1
    assert steps_in(receiver) == ["shipping", "receiving"]


def test_who_cannot_be_reached_for_days_is_given_up_and_the_vendor_told(
    app, app_session, partner, receiver, deliver, settings, client, sign_in, app_land
):
    key = begin(partner, receiver)
    tell(partner, "shipping")
    receiver.answers[:] = [503] * 200
    for hours in range(0, 121, 2):
        deliver(timedelta(hours=hours))
    row = app_session.get_one(Subscription, key)
    assert (row.end_reason, row.ended_at) == (SubscriptionEnd.UNREACHABLE, NOW + LIMIT)
    problem(partner.get(f"/queries/all/subscriptions/{key}"), 404, "NoSuchResourceException")
    receiver.answers.clear()
    assert deliver(LIMIT + timedelta(hours=1)) == 0
    with clock.fixed(NOW + LIMIT):
        worker.looking(app.extensions["sessionmaker"], settings)()
    app_session.rollback()
    (letter,) = app_session.scalars(
        sa.select(Notice).where(Notice.template == "traceability/subscription_given_up")
    )
    assert letter.values["partner"] == "Siêu thị Hồng"
    assert letter.values["server"] == receiver.url.split("/")[2]
    sign_in(vendor=app_land.vendor_id, vendor_roles=["owner"])
    shown = client.get(f"/work/{app_land.vendor_id}/farm/partners/subscriptions").text
    assert letter.values["server"] in shown
    assert f"{key}/end" not in shown


def test_operators_see_which_partners_are_not_reached_and_nobody_else_does(
    app_session, partner, receiver, deliver, client, sign_in, app_land
):
    assert undelivered(app_session, actor=OPERATOR) == []
    failing, ended = begin(partner, receiver), begin(partner, receiver)
    tell(partner, "shipping")
    receiver.answers[:] = [503] * 4
    deliver()
    with transaction(app_session) as session:
        row = lock(session, Subscription, ended)
        close(session, row, SubscriptionEnd.UNREACHABLE, actor=HOUSE, now=NOW)
    shown = undelivered(app_session, actor=OPERATOR)
    assert [(vendor, card.id) for vendor, card in shown] == [
        (app_land.vendor_id, failing),
        (app_land.vendor_id, ended),
    ]
    with pytest.raises(NotAllowed):
        undelivered(app_session, actor=app_land.owner)
    app_session.rollback()
    sign_in(roles=["operator"])
    text = client.get("/office/outbox?lang=en").get_data(as_text=True)
    part = text[text.index('id="failing"') :]
    for words in ("HTX V01", "HTTP 503", "is tried again", "given up on 23/11/2026"):
        assert words in part
    assert receiver.url not in part


def test_a_worker_that_dies_while_sending_leaves_it_to_the_next(session, maker):
    land = Land(session)
    key = _subscribe(land, _partner(land))
    _write(maker, land, 1)
    with maker() as other, transaction(other):
        first = delivering.claim(other, key, now=NOW)
    assert first.events == 1
    sent = []
    assert deliver_due(maker, _into(sent), clock=lambda: NOW + timedelta(seconds=119)) == 0
    assert deliver_due(maker, _into(sent), clock=lambda: NOW + delivering.CLAIMED) == 1
    # What the first one says when it wakes up counts for nothing.
    with maker() as other, transaction(other):
        delivering.note(other, first, Receipt(500), now=NOW + timedelta(minutes=3))
    session.rollback()
    row = session.get_one(Subscription, key)
    assert (row.position, row.attempts, len(sent)) == (1, 0, 1)


def test_a_token_that_holds_no_longer_ends_its_subscriptions(
    client, app_land, app_session, receiver, deliver
):
    grant = Grant("Kho", may_read=True, may_capture=True, ends_on=NOW.date())
    short = Partner(
        client, app_land.run(make_token, app_land.vendor_id, grant=grant, actor=app_land.owner)
    )
    short.send("/queries", {"name": "all", "query": {}})
    long = Partner(client, token(app_land))
    over, revoked = begin(short, receiver), begin(long, receiver)
    ids = dict(app_session.execute(sa.select(Subscription.id, Subscription.token_id)).all())
    app_land.run(revoke_token, ids[revoked], vendor_id=app_land.vendor_id, actor=app_land.owner)
    tell(short, "shipping")
    assert deliver(timedelta(days=1)) == 0
    app_session.expire_all()
    ends = {each: app_session.get_one(Subscription, each) for each in (over, revoked)}
    assert {row.end_reason for row in ends.values()} == {SubscriptionEnd.TOKEN}
    assert (ends[revoked].ended_at, ends[over].ended_at) == (NOW, NOW + timedelta(days=1))
    assert receiver.got == []


def test_a_subscription_sees_what_its_token_sees(client, app_land, app_session, receiver, deliver):
    other = Land(app_session, "V02")
    mine, theirs = Partner(client, token(app_land)), Partner(client, token(other))
    for each in (mine, theirs):
        each.send("/queries", {"name": "all", "query": {}})
    key = begin(mine, receiver)
    problem(theirs.get(f"/queries/all/subscriptions/{key}"), 404, "NoSuchResourceException")
    second = Partner(client, token(app_land))
    assert second.get("/queries/all/subscriptions").json == []
    path = f"{ROOT}/queries/all/subscriptions/{key}"
    for stranger in (theirs, second):
        assert client.delete(path, headers=stranger.headers({})).status_code == 404
    tell(theirs, "storing")
    app_land.run(write_event, event(bizStep="packing"), vendor_id=app_land.vendor_id)
    deliver()
    assert steps_in(receiver) == ["packing"]


def test_deleting_a_query_ends_what_was_sent_of_it(partner, receiver, deliver, app_session):
    key = begin(partner, receiver)
    partner.client.delete(f"{ROOT}/queries/all", headers=partner.headers({}))
    partner.send("/queries", {"name": "all", "query": {}})
    tell(partner, "shipping")
    assert deliver() == 0
    assert app_session.get_one(Subscription, key).end_reason is SubscriptionEnd.QUERY


def test_a_vendor_that_is_forgotten_sends_nothing_more(session):
    land = Land(session)
    key = _subscribe(land, _partner(land))
    land.run(forget_farmer, land.vendor_id)
    assert session.get_one(Subscription, key).end_reason is SubscriptionEnd.VENDOR


def test_a_token_has_only_so_many(session, monkeypatch):
    from traceability.services import subscriptions

    monkeypatch.setattr(subscriptions, "MOST_ACTIVE", 2)
    land = Land(session)
    whom = _partner(land)
    for _ in range(2):
        _subscribe(land, whom)
    with pytest.raises(BadSubscription):
        _subscribe(land, whom)


def test_the_vendor_sees_and_ends_them(client, app_land, app_session, sign_in, partner, receiver):
    key = begin(partner, receiver)
    sign_in(vendor=app_land.vendor_id, vendor_roles=["owner"])
    page = f"/work/{app_land.vendor_id}/farm/partners/subscriptions"
    shown = client.get(page).text
    assert receiver.url.split("/")[2] in shown
    assert "key=abc" not in shown, "the address may be a secret of the partner's"
    answer = post(client, f"{page}/{key}/end", form=page)
    assert (answer.status_code, answer.location) == (303, page)
    row = app_session.get_one(Subscription, key)
    assert (row.end_reason, row.signature_sealed) == (SubscriptionEnd.VENDOR, "")
    problem(partner.get(f"/queries/all/subscriptions/{key}"), 404, "NoSuchResourceException")


# Races, on both engines.


def _partner(land, name="all"):
    grant = Grant("Shop", may_read=True, may_capture=True)
    land.run(make_token, land.vendor_id, grant=grant, actor=land.owner)
    token_id = land.session.scalar(sa.select(PartnerToken.id).order_by(PartnerToken.id.desc()))
    whom = asked.Partner(token_id, land.vendor_id, may_read=True, may_capture=True)
    if name:
        land.run(name_query, name, query={}, partner=whom)
    return whom


def _subscribe(land, whom, dest="https://shop.example/hook", query="all"):
    return land.run(
        subscribe,
        query,
        wish=SubscriptionWish(dest, streams=True, schedule={}),
        epc_format="Never_Translates",
        partner=whom,
    )


def _write(maker, land, *numbers):
    with maker() as session, transaction(session):
        for number in numbers:
            body = event(eventID=f"urn:uuid:{number:036d}")
            write_event(session, body, vendor_id=land.vendor_id, now=NOW)


def _into(sent):
    def send(parcel):
        events = json.loads(parcel.body)["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
        sent.extend(int(each["eventID"].rpartition(":")[2]) for each in events)
        return Receipt(200)

    return send


def test_what_is_recorded_while_it_is_sent_is_neither_lost_nor_doubled(session, maker):
    land = Land(session)
    _subscribe(land, _partner(land))
    _write(maker, land, 0)
    sent = []

    def work(number):
        for step in range(15):
            if number < 3:
                _write(maker, land, 100 * (number + 1) + step)
            else:
                deliver_due(maker, _into(sent), clock=lambda: NOW)

    assert [each for each in at_once(work, 5) if each] == []
    while deliver_due(maker, _into(sent), clock=lambda: NOW):
        pass
    assert sorted(sent) == [0, *(100 * n + step for n in (1, 2, 3) for step in range(15))]


def test_without_the_claim_two_workers_would_send_the_same_twice(session, maker, monkeypatch):
    """The guard taken away: what the test above shows is no accident."""
    monkeypatch.setattr(delivering, "CLAIMED", timedelta(0))
    land = Land(session)
    key = _subscribe(land, _partner(land))
    _write(maker, land, 1)
    parcels = []
    for _ in range(2):
        with maker() as other, transaction(other):
            parcels.append(delivering.claim(other, key, now=NOW))
    assert [parcel.events for parcel in parcels] == [1, 1]


def test_an_event_that_is_committed_later_than_its_number_says_is_sent(session, maker):
    """On PostgreSQL numbers are given out before the commit; the log is in the order of commits."""
    if session.get_bind().dialect.name == "sqlite":
        pytest.skip("SQLite has one writer: numbers are in the order of commits")
    land = Land(session)
    _subscribe(land, _partner(land))
    _write(maker, land, 0)
    sent = []
    deliver_due(maker, _into(sent), clock=lambda: NOW)
    with maker() as slow, transaction(slow):
        first = write_event(
            slow, event(eventID=f"urn:uuid:{1:036d}"), vendor_id=land.vendor_id, now=NOW
        )
        with maker() as quick, transaction(quick):
            second = write_event(
                quick, event(eventID=f"urn:uuid:{2:036d}"), vendor_id=land.vendor_id, now=NOW
            )
        deliver_due(maker, _into(sent), clock=lambda: NOW)
    deliver_due(maker, _into(sent), clock=lambda: NOW)
    assert first < second
    assert sent == [0, 2, 1]


# Schedules.

AT = datetime(2026, 11, 23, 10, 0)  # noqa: DTZ001 - a Monday in Ha Noi


@pytest.mark.parametrize(
    ("written", "following"),
    [
        ({"hour": "1", "minute": "5"}, ["2026-11-24T01:05:00", "2026-11-25T01:05:00"]),
        ({"second": "0/30"}, ["2026-11-23T10:00:30", "2026-11-23T10:01:00"]),
        ({"minute": "*/15"}, ["2026-11-23T10:15:00", "2026-11-23T10:30:00"]),
        ({"hour": "[8-9],17"}, ["2026-11-23T17:00:00", "2026-11-24T08:00:00"]),
        ({"dayOfWeek": "1"}, ["2026-11-30T00:00:00", "2026-12-07T00:00:00"]),
        ({"dayOfWeek": "6-7", "hour": 6}, ["2026-11-28T06:00:00", "2026-11-29T06:00:00"]),
        ({"dayOfMonth": "31"}, ["2026-12-31T00:00:00", "2027-01-31T00:00:00"]),
        ({"month": "3"}, ["2027-03-01T00:00:00", "2028-03-01T00:00:00"]),
        ({"month": "2", "dayOfMonth": "29"}, ["2028-02-29T00:00:00", "2032-02-29T00:00:00"]),
        (
            {"month": "2", "dayOfMonth": "29", "dayOfWeek": "7"},
            ["2032-02-29T00:00:00", "2060-02-29T00:00:00"],
        ),
    ],
)
def test_a_schedule_comes_round(written, following):
    schedule, found, moment = schedule_of(read_schedule(written)), [], AT
    for _ in following:
        moment = schedule.next_after(moment)
        found.append(moment.isoformat())
    assert found == following


@pytest.mark.parametrize(
    ("written", "field"),
    [
        ({"month": "2", "dayOfMonth": "31"}, "schedule.dayOfMonth"),
        ({"dayOfWeek": "0"}, "schedule.dayOfWeek"),
        ({"hour": "5-3"}, "schedule.hour"),
        ({"hour": "[5"}, "schedule.hour"),
        ({"minute": "1/0"}, "schedule.minute"),
        ({"second": ""}, "schedule.second"),
        ({"second": True}, "schedule.second"),
        ({"second": "٣"}, "schedule.second"),
        ({"second": "1," * 200}, "schedule.second"),
    ],
)
def test_what_is_no_schedule_is_refused(written, field):
    with pytest.raises(BadSubscription) as refused:
        read_schedule(written)
    assert refused.value.field == field


_NUMBER = st.integers(0, 70)
_PART = st.one_of(
    _NUMBER.map(str),
    st.tuples(_NUMBER, _NUMBER).map(lambda two: f"[{two[0]}-{two[1]}]"),
    _NUMBER.map(lambda step: f"*/{step}"),
)


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["second", "minute", "hour", "dayOfMonth", "month", "dayOfWeek"]),
        st.lists(_PART, min_size=1, max_size=3).map(",".join),
        min_size=1,
    ),
    st.datetimes(AT.replace(year=2020), AT.replace(year=2060)),
)
def test_the_next_time_is_later_and_fits(written, moment):
    try:
        schedule = schedule_of(read_schedule(written))
    except BadSubscription:
        return
    following = schedule.next_after(moment)
    assert following > moment
    assert following.microsecond == 0
    assert following.second in schedule.seconds
    assert following.minute in schedule.minutes
    assert following.hour in schedule.hours
    assert following.day in schedule.days
    assert following.month in schedule.months
    assert following.isoweekday() in schedule.weekdays


# Whatever is sent to subscribe, nothing breaks.

_SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.floats(), st.text(max_size=20),
    st.sampled_from(["https://shop.example/", "1", "*/2", "2026-11-20T00:00:00Z", "\x00", "\ud800"]),
)  # fmt: skip
_JSON = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["hour", "second", "dayOfMonth", "x"]), inner, max_size=3),
    ),
    max_leaves=6,
)
_WISHES = st.dictionaries(
    st.sampled_from(
        ["dest", "stream", "schedule", "reportIfEmpty", "signatureToken", "initialRecordTime"]
    )
    | st.text(max_size=5),
    _JSON,
    max_size=6,
)


@settings(max_examples=150, deadline=None)
@given(body=_WISHES | _JSON, is_near=st.booleans())
def test_no_body_of_a_subscription_breaks_the_house(partner, body, is_near):
    if is_near and isinstance(body, dict):
        body = {"dest": "https://shop.example/", "stream": True} | body
    answer = partner.send("/queries/all/subscriptions", json.dumps(body).encode())
    assert answer.status_code in {201, 400}, answer.text


_QUERIES = st.dictionaries(
    NAMES | st.text(max_size=12),
    st.text(max_size=30)
    | st.sampled_from(
        ["true", "7", "2026-11-20T00:00:00Z", "ADD", "shipping", "ASC", "nan", "1e400"]
    )
    | st.integers(-5, 5),
    max_size=3,
)


@settings(max_examples=80, deadline=None)
@given(query=_QUERIES)
def test_every_query_that_is_kept_can_be_sent_for(app_session, app_land, query):
    """What is refused is refused to its sender, never found out by the worker."""
    app_session.rollback()
    whom = _partner(app_land, name=None)
    name = new_id()
    try:
        app_land.run(name_query, name, query=query, partner=whom)
        key = _subscribe(app_land, whom, query=name)
    except (BadQuery, BadSubscription):
        return
    app_land.run(write_event, event(eventID=f"urn:uuid:{name}"), vendor_id=app_land.vendor_id)
    app_land.run(delivering.claim, key)
