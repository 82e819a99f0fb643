"""Logs of a farmOS server: fetched from a server that answers as one, shown, written down once."""

import json
import re
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.quantity import Unit
from shop.exchange.farmos.fetching import NoServer, NotLetIn, Server
from shop.exchange.farmos.mapping import facts_of, guess, places_of, plan
from shop.exchange.farmos.reading import Amount, BadAnswer, Log, Pulled, read_page
from tests.conftest import TOKEN
from tests.shop.exchange.farm import HARVEST, PLOT, SPRAYED, WEIGHED, Farm, asset, farm_server, uuid
from tests.traceability.land import Land
from traceability.models import DiaryEntry, Lot
from traceability.queries import holdings
from traceability.rules import Activity, EntryStatus


@pytest.fixture(scope="module")
def farm():
    with farm_server() as address:
        yield address


@pytest.fixture
def land(session):
    return Land(session)


def test_all_pages_of_all_kinds_are_read_from_the_server_that_was_named(farm):
    Farm.asked.clear()
    pulled = Server(farm, nearby=True).pull("ba", "right", since=date(2026, 10, 1))
    assert len(pulled.logs) == 54
    assert pulled.names == {PLOT: "Lô ao"}
    assert all("2026-10-01" in path for path in Farm.asked if "offset" not in path)
    assert Pulled.from_json(json.loads(json.dumps(pulled.as_json()))) == pulled


def test_a_wrong_password_and_an_address_that_is_none_are_told_apart(farm):
    with pytest.raises(NotLetIn):
        Server(farm, nearby=True).pull("ba", "wrong", since=None)
    for address in ("http://farm.example", "ftp://x", "https://", "https://nowhere.invalid", "x"):
        with pytest.raises(NoServer):
            Server(address).pull("ba", "right", since=None)


@pytest.mark.parametrize(
    "inside", ["127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.169.254", "[::1]", "localhost"]
)
def test_nobody_reaches_the_machines_behind_the_market(inside):
    with pytest.raises(NoServer):
        Server(f"https://{inside}/").pull("ba", "right", since=None)


def test_a_page_is_read_as_it_is_meant():
    page = read_page({"data": [HARVEST, SPRAYED], "included": [asset(), *WEIGHED]}, "harvest")
    first, second = page.logs
    assert first == Log(
        uuid(1), "harvest", "Hái lứa đầu", "done", datetime(2026, 11, 20, 2, tzinfo=UTC),
        places=(PLOT,), amounts=(Amount(241, 2, "kilograms"),), lot_number="L7",
    )  # fmt: skip
    assert (second.notes, second.method) == ("Rệp xanh", "foliar spray")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["data", "included", "id", "type", "attributes", "relationships", "timestamp",
             "quantity", "value", "numerator", "denominator", "links", "next", "notes"]
        ),
        inner,
        max_size=5,
    ),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(JSON)
def test_any_answer_is_read_or_refused(answer):
    for document in (answer, {"data": [answer]}, {"data": [HARVEST | {"attributes": answer}]}):
        try:
            read_page(document, "harvest")
        except BadAnswer:
            continue


def test_places_find_their_season_by_name_and_time(land):
    seen = places_of(
        Pulled(
            (
                Log(
                    uuid(1),
                    "activity",
                    "x",
                    "done",
                    datetime(2026, 9, 1, tzinfo=UTC),
                    places=(PLOT,),
                ),
            ),
            {PLOT: "lo AO"},
        )
    )
    held = holdings(land.session, vendor_id=land.vendor_id)
    assert guess(seen, held) == {PLOT: land.season_id}
    old = places_of(
        Pulled(
            (
                Log(
                    uuid(1),
                    "activity",
                    "x",
                    "done",
                    datetime(2020, 9, 1, tzinfo=UTC),
                    places=(PLOT,),
                ),
            ),
            {PLOT: "Lô ao"},
        )
    )
    assert guess(old, held) == {}


def test_inputs_are_sprayed_or_spread_as_their_method_says():
    pulled = Pulled(
        tuple(
            Log(
                uuid(n),
                "input",
                name,
                "pending",
                datetime(2026, 9, n, tzinfo=UTC),
                places=(PLOT,),
                method=how,
            )
            for n, name, how in ((1, "NPK", "spread"), (2, "Neem", "Foliar"))
        )
    )
    first, second = plan(pulled, {PLOT: "S"})
    assert (first.activity, second.activity) == (Activity.FERTILISER, Activity.SPRAY)
    (forced, _) = plan(pulled, {PLOT: "S"}, inputs_are=Activity.SPRAY)
    assert forced.activity is Activity.SPRAY
    assert facts_of(first).status is EntryStatus.PENDING
    assert [one.season_id for one in plan(pulled, {})] == [None, None]


def test_fetched_shown_and_written_down_once(app, client, app_session, sign_in, farm):
    land = Land(app_session)
    sign_in(vendor=land.vendor_id, vendor_roles=["recorder"])
    base = f"/work/{land.vendor_id}/farm/farmos"

    def token(page):
        return TOKEN.search(page.get_data(as_text=True))[1]

    form = {
        "address": farm,
        "user": "ba",
        "password": "right",
        "csrf_token": token(client.get(base)),
    }
    refused = client.post(base, data=form | {"password": "wrong"})
    assert refused.status_code == 422
    fetched = client.post(base, data=form)
    assert fetched.status_code == 303
    shown = client.get(fetched.location)
    assert re.search(rf'value="{land.season_id}" selected', shown.get_data(as_text=True))
    assert app_session.scalar(sa.select(sa.func.count()).select_from(DiaryEntry)) == 0
    app_session.rollback()
    sent = {"csrf_token": token(shown), f"place-{PLOT}": land.season_id, "inputs_are": ""}
    assert client.post(fetched.location, data=sent).status_code == 200
    assert app_session.scalar(sa.select(sa.func.count()).select_from(DiaryEntry)) == 54
    lot = app_session.scalars(sa.select(Lot)).one()
    # Nobody wrote down how long to wait after the spraying: the harvest is held.
    assert (lot.quantity, lot.unit, lot.inside_interval) == (120_500, Unit.GRAM, True)
    app_session.rollback()
    client.post(fetched.location, data=sent)
    assert app_session.scalar(sa.select(sa.func.count()).select_from(DiaryEntry)) == 54


def test_a_place_is_never_written_into_the_season_of_somebody_else(
    app, client, app_session, sign_in, farm
):
    other, land = Land(app_session, "V02"), Land(app_session)
    sign_in(vendor=land.vendor_id, vendor_roles=["recorder"])
    base = f"/work/{land.vendor_id}/farm/farmos"
    page = client.get(base)
    form = {
        "address": farm,
        "user": "ba",
        "password": "right",
        "csrf_token": TOKEN.search(page.get_data(as_text=True))[1],
    }
    fetched = client.post(base, data=form)
    sent = {"csrf_token": form["csrf_token"], f"place-{PLOT}": other.season_id}
    client.post(fetched.location, data=sent)
    assert app_session.scalar(sa.select(sa.func.count()).select_from(DiaryEntry)) == 0
