"""The search engine dies, loses its index, is rebuilt while things change: nothing is lost."""

import shutil
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from catalog.events import ListingChanged
from catalog.models import Listing
from catalog.search.engine import EngineDown
from catalog.services.indexing import announce_rebuild, rebuild_index
from kernel import clock, jobs
from kernel.db import transaction
from kernel.events import OutboxMessage, emit
from kernel.mail import MOST_ATTEMPTS
from shop import wiring
from shop.factory import create_app
from tests.catalog.shelves import add, open_shelves
from tests.meilisearch import program, server

GOODS = 12


class Place:
    """A market whose search engine can be taken away, and its worker."""

    def __init__(self, settings, now, take_away, give_back):
        self.take_away, self.give_back = take_away, give_back
        self.app = create_app(settings)
        self.maker = self.app.extensions["sessionmaker"]
        self.client = self.app.test_client()
        self.engine = wiring.open_search(settings)
        self.now = now
        with self.maker() as session:
            open_shelves(session, now)
            self.ids = {code: add(session, now, code) for code in (f"L{n}" for n in range(GOODS))}
        self.keep()
        self.work()

    def keep(self):
        return wiring.keep_index(self.maker, self.engine, now=self.now)

    def work(self, *, later=timedelta(0)):
        self.now += later
        with clock.fixed(self.now):
            jobs.drain(self.maker, wiring.handlers(self.engine), now=self.now)

    def rename(self, code, title):
        with self.maker() as session, transaction(session):
            session.get_one(Listing, self.ids[code]).title = {"vi": title}
            emit(session, ListingChanged(self.ids[code], code), now=self.now)

    def waiting(self):
        with self.maker() as session:
            rows = session.scalars(
                sa.select(OutboxMessage).where(OutboxMessage.done_at.is_(None))
            ).all()
        assert all(row.dead_at is None and row.attempts == 0 for row in rows)
        return len(rows)

    def found(self, words):
        """Return the codes found for words that only listings renamed lately have."""
        fresh = wiring.open_search(self.app.extensions["Settings"])
        return set(fresh.search(words, per_page=100).codes)


@contextmanager
def place_with(kind, settings, now):
    if kind == "embedded":
        folder = settings.instance_path / "search"
        yield Place(settings, now, lambda: shutil.rmtree(folder), lambda: None)
        return
    found = program()
    if found is None:
        pytest.skip("no Meilisearch to be killed (MEILISEARCH_BIN)")
    with server(found, key="a master key of the tests") as running:
        there = replace(settings, meilisearch_url=running.url, meilisearch_key=running.key)
        yield Place(there, now, running.kill, running.start)


@pytest.fixture(params=["embedded", pytest.param("meilisearch", marks=pytest.mark.meilisearch)])
def place(request, settings, now):
    with place_with(request.param, settings, now) as made:
        yield made


def test_changes_wait_for_the_engine_however_long_and_the_pages_go_on(place):
    assert place.waiting() == 0
    assert len(place.found("vải thiều")) == GOODS
    place.take_away()
    for number in range(GOODS):
        place.rename(f"L{number}", f"Nhãn lồng {number}")
        # Longer, and tried more often, than a handler that is broken would be.
        if number < MOST_ATTEMPTS + 2:
            place.work(later=timedelta(hours=1))
        shown = place.client.get("/search?q=nhan")
        assert (shown.status_code, f"/l/L{number}" in shown.text) == (200, True)
        assert place.client.get("/search/suggest?q=nhan").status_code == 200
    assert place.waiting() == GOODS
    assert place.client.get("/readyz").get_json()["checks"]["search"] != "ok"
    place.give_back()
    place.engine = wiring.open_search(place.app.extensions["Settings"])
    assert place.keep() == ""
    place.work(later=timedelta(minutes=1))
    assert place.waiting() == 0
    assert len(place.found("nhãn lồng")) == GOODS
    assert place.found("vải thiều") == set()


def test_an_index_that_is_gone_is_built_anew_without_an_event(place):
    if hasattr(place.engine, "drop"):
        place.engine.drop()
    else:
        place.take_away()
    with pytest.raises(EngineDown):
        place.found("vải thiều")
    assert place.keep() == ""
    assert len(place.found("vải thiều")) == GOODS
    # Nothing was wrong any more: the next look builds nothing.
    with place.maker() as session:
        before = session.scalar(sa.select(sa.func.count()).select_from(OutboxMessage))
    assert place.keep() == ""
    with place.maker() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(OutboxMessage)) == before


def rebuild(place, meanwhile):
    """Build the index anew as the command does, and let something happen after it was read."""
    with place.maker() as session:
        rebuild_index(session, place.engine, now=place.now, tell=lambda _count: meanwhile())


@pytest.mark.meilisearch
@pytest.mark.parametrize("place", ["meilisearch"], indirect=True)
def test_what_changes_while_another_process_rebuilds_is_indexed_again(place):
    def change():
        place.rename("L3", "Nhãn lồng")
        place.work()

    rebuild(place, change)
    # The control: the worker wrote it into the index that is no longer in use.
    assert place.found("nhãn lồng") == set()
    assert place.waiting() == 0
    with place.maker() as session, transaction(session):
        announce_rebuild(session, since=place.now, now=place.now)
    place.work()
    assert place.found("nhãn lồng") == {"L3"}


@pytest.mark.meilisearch
@pytest.mark.parametrize("place", ["meilisearch"], indirect=True)
def test_wrong_settings_are_named_and_mended(place):
    link = place.engine._writer._link
    uid = place.engine._writer._uid
    link.do(
        lambda client: client.index(uid).update_settings({"rankingRules": ["words"]}), seconds=20
    )
    health = place.engine.health()
    assert (health.is_gone, "rankingRules" in health.problem) == (True, True)
    assert place.keep() == ""
    assert place.engine.health().is_well


@pytest.mark.meilisearch
@pytest.mark.parametrize("place", ["meilisearch"], indirect=True)
def test_a_wrong_key_is_told_and_breaks_no_page(place):
    settings = replace(place.app.extensions["Settings"], meilisearch_key="wrong")
    engine = wiring.open_search(settings)
    health = engine.health()
    assert (health.is_gone, "API key" in health.problem) == (False, True)
    with pytest.raises(EngineDown):
        engine.search("vải")
    assert create_app(settings).test_client().get("/search?q=vai").status_code == 200


@pytest.mark.meilisearch
@pytest.mark.parametrize("place", ["meilisearch"], indirect=True)
def test_a_key_that_may_only_search_is_enough_for_pages(place):
    with place.engine._writer._link.reaching() as client:
        made = client.create_key(
            {"actions": ["search"], "indexes": ["listings*"], "expiresAt": None}
        )
    settings = replace(
        place.app.extensions["Settings"], meilisearch_key="", meilisearch_search_key=made.key
    )
    engine = wiring.open_search(settings)
    assert len(engine.search("vải").codes) == GOODS
    assert engine.suggest("vải th")
    assert engine.health().documents == GOODS
    with pytest.raises(EngineDown):
        engine.remove(["L1"])
