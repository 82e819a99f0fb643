"""What a vendor that closed has left goes bit by bit, when the law lets it go, and not before."""

import pytest
import sqlalchemy as sa
from dateutil.relativedelta import relativedelta

from bookings.models import Booking, Experience
from catalog.models import (
    Listing,
    ListingBaseline,
    ListingChange,
    ListingFlag,
    ListingPicture,
    Review,
)
from catalog.rules.changes import ChangeState
from catalog.rules.checks import Check
from kernel import clock
from kernel.actor import Actor
from kernel.audit import verify
from kernel.db import transaction
from kernel.pictures import files_of, store_picture
from kernel.storage import Storage
from orders.models import Order, OrderLine, OrderStep
from tests.conftest import NOW
from tests.kernel.test_pictures import photo
from tests.vendors.secrets import plant
from tests.vendors.test_leaving import everything, purge
from tests.world import build_world
from traceability.models import DiaryEntry, Farm
from vendors.services.leaving import close_vendor

DAY, YEAR = relativedelta(days=1), relativedelta(years=1)
WITH_PAPERS = {
    *("person", "head office", "holder", "invited", "line", "file name", "card name"),
    *("draft title", "draft words", "declined"),
}
WITH_NAMES = {"email", "old address", "reason", "officer"}


@pytest.fixture
def world(sqlite_template, tmp_path):
    with clock.fixed(NOW):
        made = build_world(sqlite_template, tmp_path)
        made.secrets = plant(made, "B")
        made.shown = _pictures(made)
        _close(made)
        yield made
        made.close()


def _pictures(world):
    """Give B two pictures of which A shows one as well; return B's own and the common one."""
    storage = world.app.extensions[Storage.__qualname__]
    own, common = (store_picture(storage, photo(size=size)) for size in ((40, 30), (30, 40)))
    with world.session() as session, transaction(session):
        for letter, pictures in (("A", [common]), ("B", [own, common])):
            listing = session.get_one(Listing, world.ids[letter]["listing_id"])
            listing.photos = [
                {"digest": one.digest, "width": one.width, "height": one.height, "alt": {}}
                for one in pictures
            ]
        session.add(_booking(world.ids["B"]["departure_id"], world.secrets.word("guest")))
    return own.digest, common.digest


def _booking(departure_id, name):
    return Booking(
        line_ref="1" * 26,
        code="GUEST",
        departure_id=departure_id,
        seats=2,
        contact_name=name,
        contact_phone="+84987000222",
        created_at=NOW,
        updated_at=NOW,
    )


def _close(world):
    vendor_id = world.ids["B"]["vendor_id"]
    owner = Actor(world.people["owner of B"].user_id, "B", frozenset(), {vendor_id: {"owner"}})
    with world.session() as session, transaction(session):
        close_vendor(session, vendor_id, still_open=lambda *_: [], actor=owner, now=NOW)


def held(world):
    """Return which planted words the database still holds."""
    return set(world.secrets.found(everything(world)))


def stored(world, digest):
    storage = world.app.extensions[Storage.__qualname__]
    return [storage.exists(key) for key in files_of(digest)]


def test_nothing_goes_before_the_year_of_listing_data_is_over(world):
    assert purge(world, NOW + YEAR - DAY) == 0
    assert held(world) >= WITH_PAPERS | WITH_NAMES
    assert all(stored(world, world.shown[0]))


def test_with_the_papers_go_words_and_pictures_of_the_offers(world):
    assert purge(world, NOW + YEAR) == 1
    assert held(world) & WITH_PAPERS == set()
    assert held(world) >= WITH_NAMES
    assert not any(stored(world, world.shown[0]))
    with world.session() as session:
        mine = Listing.vendor_id == world.ids["B"]["vendor_id"]
        rows = session.scalars(sa.select(Listing).where(mine)).all()
        visits = session.scalars(
            sa.select(Experience).where(Experience.vendor_id == world.ids["B"]["vendor_id"])
        ).all()
        left = session.scalar(
            sa.select(sa.func.count()).where(Review.listing_id.in_([row.id for row in rows]))
        )
    assert {row.code for row in rows} == {"GOODS-B", "VISIT-B", "HIDDEN-B"}
    assert {(str(row.title), str(row.photos)) for row in rows} == {("{'vi': '-', 'en': '-'}", "[]")}
    assert all(row.price_vnd for row in rows)
    assert [(visit.meeting_point, visit.lat) for visit in visits] == [({}, None)]
    assert left == 0


def test_a_picture_that_another_vendor_shows_stays_for_it(world):
    purge(world, NOW + YEAR)
    assert all(stored(world, world.shown[1]))
    with world.session() as session:
        other = session.get_one(Listing, world.ids["A"]["listing_id"])
    assert [one["digest"] for one in other.photos] == [world.shown[1]]
    assert other.title["vi"] != "-"


def test_orders_keep_what_was_bought_for_their_three_years(world):
    purge(world, NOW + YEAR)
    with world.session() as session:
        mine = sa.select(Order.id).where(Order.vendor_id == world.ids["B"]["vendor_id"])
        lines = session.scalars(sa.select(OrderLine).where(OrderLine.order_id.in_(mine))).all()
    assert lines
    assert all(line.title["vi"] != "-" for line in lines)
    assert purge(world, NOW + 3 * YEAR - DAY) == 0
    assert "guest" in held(world)


def test_after_three_years_names_go_and_amounts_stay(world):
    with world.session() as session:
        amounts = sa.select(sa.func.sum(Order.goods_vnd), sa.func.count(Order.id))
        before = session.execute(amounts).one()
    purge(world, NOW + 3 * YEAR)
    assert held(world) & (WITH_PAPERS | WITH_NAMES | {"guest"}) == set()
    with world.session() as session:
        farm = session.get_one(Farm, world.ids["B"]["farm_id"])
        workers = set(
            session.scalars(
                sa.select(DiaryEntry.worker).where(
                    DiaryEntry.season_id == world.ids["B"]["season_id"]
                )
            )
        )
        mine = sa.select(Order.id).where(Order.vendor_id == world.ids["B"]["vendor_id"])
        actors = set(
            session.scalars(sa.select(OrderStep.actor_name).where(OrderStep.order_id.in_(mine)))
        )
        assert session.execute(amounts).one() == before
        assert verify(session) is None
    assert (farm.name, farm.address, farm.lat, farm.story) == ("-", "", None, {})
    assert (workers, actors) == ({""}, {""})


def test_what_another_vendor_has_is_as_it_was(world):
    def of_a():
        with world.session() as session:
            ids = world.ids["A"]
            listing = session.get_one(Listing, ids["listing_id"])
            farm = session.get_one(Farm, ids["farm_id"])
            return listing.title, listing.photos, listing.slug, farm.name, farm.address

    before = of_a()
    purge(world, NOW + 3 * YEAR)
    assert of_a() == before


def test_what_was_proposed_compared_and_flagged_goes_with_the_words(world):
    """Earlier words and pictures stand in rows of their own: they must not outlive the offer."""
    listing_id, vendor_id = world.ids["B"]["listing_id"], world.ids["B"]["vendor_id"]
    former = store_picture(world.app.extensions[Storage.__qualname__], photo(size=(50, 30)))
    words = {"title": {"vi": "Vải của ông Bụt"}}
    with world.session() as session, transaction(session):
        session.add_all(
            [
                ListingChange(
                    listing_id=listing_id,
                    before=words,
                    after=words,
                    state=ChangeState.DECLINED,
                    proposed_name="Ông Bụt",
                    proposed_at=NOW,
                ),
                ListingBaseline(listing_id=listing_id, values=words, at=NOW),
                ListingFlag(
                    listing_id=listing_id,
                    check=Check.HEALTH,
                    field="title_vi",
                    words="ông Bụt",
                    found_at=NOW,
                ),
                ListingPicture(listing_id=listing_id, vendor_id=vendor_id, digest=former.digest),
            ]
        )
    assert "ông Bụt" in everything(world)
    purge(world, NOW + YEAR)
    assert "ông Bụt" not in everything(world)
    assert "Ông Bụt" not in everything(world)
    assert not any(stored(world, former.digest))
