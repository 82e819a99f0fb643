"""How many statements a page costs: twelve at most, fewer where everybody looks."""

import operator
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import sessionmaker

from catalog.models import Category
from catalog.services.ways import KeptWays
from kernel import clock
from kernel.db import transaction
from kernel.web.cache import PageCache
from kernel.web.session import provide
from orders.queries.carts import Bearer
from shop.shelves import Shelves
from tests.conftest import NOW
from tests.orders import market
from tests.shop.stalls import Stalls
from tests.test_access import EVERYBODY, GUARDS, address, doors, expected, own_ids
from tests.world import World, build_world

MOST = 12

# A file of some twenty tables: as many statements however long they are.
NO_PAGES = {"leaving.download"}

# Pages that everybody looks at: what they may cost a guest, and somebody signed in.
CEILINGS = {
    "/": (7, 8),
    "/c/fruit": (8, 9),
    # The first time; what changes meanwhile is asked for once more. Kept, it costs one statement.
    "/l/GOODS-A/oi-thanh-ha": (6, 7),
    "/l/VISIT-A/oi-thanh-ha": (6, 7),
    "/v/{vendor_slug}": (10, 11),
    "/t/{trace_code}/proof": (7, 8),
    "/proof": (4, 5),
    "/verify-trace": (1, 2),
    "/t/{trace_code}": (9, 11),
    "/t/{trace_code}/{serial}": (10, 12),
    "/t/{trace_code}/{claimed}/claim": (3, 4),
    "/p/{place_code}": (8, 9),
    "/u/{load_code}": (5, 6),
    # The first time; the synonyms of the office are read again only when one was changed.
    "/search?q=oi": (9, 10),
    "/search?q=oi&guests=2&near=vn-2025:10813&date=2026-11-28": (10, 11),
    "/ranking": (0, 1),
    "/basket": (0, 9),
    "/scan": (0, 1),
}


@pytest.fixture(scope="module")
def world(sqlite_template, tmp_path_factory) -> Iterator[World]:
    """A market with enough of everything that a statement for each row would show."""
    with clock.fixed(NOW):
        made = build_world(sqlite_template, tmp_path_factory.mktemp("statements"))
        with made.session() as session, transaction(session):
            stalls = Stalls(session)
            shelf = session.scalars(sa.select(Category)).first()
            for number in range(6):
                vendor = stalls.vendor(f"HTX {number}", f"htx-{number}")
                stalls.certificate(vendor)
                for item in range(4):
                    goods = stalls.goods(vendor, shelf, f"G{number}{item}")
                    stalls.review(goods, 5, "Ngon.")
                stalls.visit(vendor, shelf, f"V{number}")
        _order(made)
        # Read once, and again only when the office has changed an entry.
        with made.session() as session:
            made.app.extensions[KeptWays.__qualname__].get(session)
        made.keep()
        yield made
        made.close()


def _order(world: World) -> None:
    """Let buyers order three times from the vendor whose pages are looked at."""
    maker, ids = world.app.extensions["sessionmaker"], world.ids["A"]
    for _ in range(3):
        bearer = market.fill(maker, NOW, (ids["variant_id"], 1))
        market.place(maker, NOW, bearer, 25_000 + market.FEE, method="cod")


@dataclass
class Count:
    statements: list[str]

    def __len__(self) -> int:
        return len(self.statements)


@contextmanager
def counted(app: Flask) -> Iterator[Count]:
    """Count what is asked of the database meanwhile (beginning a transaction is free)."""
    seen = Count([])

    def note(_connection, _cursor, statement, *_more) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            seen.statements.append(statement)

    engine = app.extensions[sessionmaker.__qualname__].kw["bind"]
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def cost(world: World, name: str, url: str) -> int:
    """Return what a page costs, the dearer of the first time and the second."""
    costs = []
    # Nothing is kept from earlier tests: what counts is the dearest time.
    provide(world.app, PageCache, PageCache())
    provide(world.app, Shelves, Shelves())
    for _ in range(2):
        with clock.fixed(NOW), counted(world.app) as seen:
            answer = world.ask(world.people[name], "GET", url, {})
        assert answer.status_code == 200, f"{url}: {answer.status_code}"
        costs.append(len(seen))
    return max(costs)


@pytest.mark.parametrize("url", CEILINGS)
def test_a_page_of_the_storefront_costs_no_more_than_its_ceiling(world, url):
    filled = url.format(**world.ids["A"])
    costs = cost(world, "guest", filled), cost(world, "buyer", filled)
    assert all(map(operator.le, costs, CEILINGS[url])), costs
    assert costs[0] + 2 >= CEILINGS[url][0], "the ceiling hangs too high to guard anything"


@pytest.mark.parametrize("name", EVERYBODY)
def test_no_page_costs_more_than_twelve_statements(world, name):
    person, dear = world.people[name], []
    ids = world.ids["A"] | own_ids(world, person)
    for rule, method in doors(world):
        if (
            rule.endpoint in NO_PAGES
            or method != "GET"
            or expected(GUARDS[rule.endpoint], person) != "in"
        ):
            continue
        with clock.fixed(NOW), counted(world.app) as seen:
            world.ask(person, "GET", address(world, rule, ids), {})
        if len(seen) > MOST:
            dear.append(f"{rule}: {len(seen)}")
        world.put_back()
    assert dear == []


def test_a_full_basket_and_its_checkout_cost_no_more_than_twelve(world):
    ids, buyer = world.ids, world.people["buyer"]
    maker, whose = world.app.extensions["sessionmaker"], Bearer(user_id=buyer.user_id)
    wishes = [(ids[letter][key], 1) for letter in "AB" for key in ("variant_id", "departure_id")]
    with clock.fixed(NOW):
        market.fill(maker, NOW, *wishes, bearer=whose)
    try:
        costs = {url: cost(world, "buyer", url) for url in ("/basket", "/checkout")}
        order = f"/o/{ids['A']['group_code']}"
        costs[order] = cost(world, "buyer", order)
    finally:
        world.put_back()
    assert max(costs.values()) <= MOST, costs


def test_the_count_counts(world):
    with counted(world.app) as seen, world.session() as session:
        session.execute(sa.select(1))
        session.execute(sa.select(2))
    assert len(seen) == 2
