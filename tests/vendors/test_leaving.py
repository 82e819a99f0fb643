"""Away for some days, and gone for good: what stays in sight, what is refused, what is forgotten."""

import io
import json
import zipfile
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from dateutil.relativedelta import relativedelta

from catalog.models import Listing
from catalog.rules import ListingState
from kernel import clock
from kernel.actor import Actor
from kernel.audit import AuditEntry, verify
from kernel.db import transaction
from kernel.errors import Conflict, Invalid, NotFound
from kernel.jobs import drain
from kernel.storage import Storage
from orders.errors import SellerAway
from orders.models import Order
from orders.queries.carts import Bearer
from orders.queries.exporting import open_orders
from orders.services.cart import add_line
from payments.models import Posting
from shop.exporting import export_vendor, vendor_trail
from shop.wiring import FORGET_GOODS, handlers, open_search
from tests.conftest import NOW
from tests.world import PAPER, build_world
from vendors.models import Vendor, VendorDocument, VendorLeaving
from vendors.rules import VendorState
from vendors.services.absence import Absence, come_back, go_away
from vendors.services.leaving import close_vendor, purge_left

MONDAY = NOW.date()


@pytest.fixture
def world(sqlite_template, tmp_path):
    with clock.fixed(NOW):
        made = build_world(sqlite_template, tmp_path)
        yield made
        made.close()


@pytest.fixture
def vendor_id(world):
    return world.ids["A"]["vendor_id"]


@pytest.fixture
def owner(world, vendor_id):
    person = world.people["owner of A"]
    return Actor(
        user_id=person.user_id, name=person.name, memberships={vendor_id: frozenset({"owner"})}
    )


def away(world, vendor_id, owner, first=MONDAY, last=MONDAY + timedelta(days=4)):
    absence = Absence(first, last, {"vi": "Chúng tôi về quê ăn giỗ."})
    with world.session() as session, transaction(session):
        go_away(session, vendor_id, absence=absence, actor=owner, now=NOW)


def buy(world, now=NOW, key="variant_id"):
    with world.session() as session, transaction(session):
        wish = {key: world.ids["A"][key]}
        return add_line(session, Bearer(), quantity=1, now=now, **wish)


@pytest.mark.parametrize("key", ["variant_id", "departure_id"])
def test_goods_and_visits_of_a_vendor_that_is_away_cannot_be_bought(world, vendor_id, owner, key):
    away(world, vendor_id, owner)
    for day in (0, 1, 4):
        with pytest.raises(SellerAway) as refused:
            buy(world, NOW + timedelta(days=day), "variant_id") if day else buy(world, NOW, key)
        assert refused.value.values == {"day": "28/11/2026"}
    assert buy(world, NOW + timedelta(days=5))
    assert buy(world, NOW - timedelta(days=1))


def test_a_kept_page_shows_the_notice_at_once_and_loses_it_at_once(world, vendor_id, owner):
    guest = world.people["guest"]

    def read():
        return world.ask(guest, "GET", "/l/GOODS-A/oi-thanh-ha", {}).get_data(as_text=True)

    assert "/basket/add" in read()
    away(world, vendor_id, owner)
    shown = read()
    assert "Chúng tôi về quê ăn giỗ." in shown
    assert "28/11/2026" in shown
    assert "/basket/add" not in shown
    with world.session() as session, transaction(session):
        come_back(session, vendor_id, actor=owner, now=NOW)
    assert "/basket/add" in read()


def test_what_is_in_a_basket_cannot_be_ordered_while_the_seller_is_away(world, vendor_id, owner):
    from tests.orders import market

    maker = world.app.extensions["sessionmaker"]
    bearer = market.fill(maker, NOW, (world.ids["A"]["variant_id"], 1))
    away(world, vendor_id, owner)
    with world.session() as session:
        orders = session.scalar(sa.select(sa.func.count()).select_from(Order))
    with pytest.raises(SellerAway):
        market.place(maker, NOW, bearer, 25_000 + market.FEE, method="cod")
    with world.session() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Order)) == orders


@pytest.mark.parametrize(
    ("first", "last"),
    [(2, 1), (-3, -1), (0, 180)],
)
def test_days_that_make_no_sense_are_refused(world, vendor_id, owner, first, last):
    days = [MONDAY + timedelta(days=count) for count in (first, last)]
    with pytest.raises(Invalid) as refused:
        away(world, vendor_id, owner, *days)
    assert refused.value.field == "last_day"
    assert buy(world)


def test_a_stranger_sends_nobody_away(world, vendor_id):
    stranger = Actor(user_id="X", memberships={"other": frozenset({"owner"})})
    with pytest.raises(NotFound):
        away(world, vendor_id, stranger)


def close(world, vendor_id, owner, still_open=lambda *_: []):
    with world.session() as session, transaction(session):
        close_vendor(session, vendor_id, still_open=still_open, actor=owner, now=NOW)


def hear(world, now):
    maker = world.app.extensions["sessionmaker"]
    drain(maker, handlers(open_search(world.app.extensions["Settings"])), now=now)


def test_open_orders_stand_in_the_way_and_are_named(world, vendor_id, owner):
    with pytest.raises(Conflict) as refused:
        close(world, vendor_id, owner, open_orders)
    assert world.ids["A"]["order_code"] in refused.value.values["codes"]
    with world.session() as session:
        assert session.get_one(Vendor, vendor_id).state is VendorState.APPROVED
        assert session.get(VendorLeaving, vendor_id) is None


def test_closing_takes_the_offers_off_the_market(world, vendor_id, owner):
    close(world, vendor_id, owner)
    hear(world, NOW)
    with world.session() as session:
        states = set(
            session.scalars(sa.select(Listing.state).where(Listing.vendor_id == vendor_id))
        )
        left = session.get_one(VendorLeaving, vendor_id)
    assert states == {ListingState.WITHHELD}
    assert (left.papers_until, left.orders_until) == (date(2027, 11, 23), date(2029, 11, 23))
    guest = world.people["guest"]
    assert world.ask(guest, "GET", "/l/GOODS-A/oi-thanh-ha", {}).status_code in {404, 410}


def purge(world, now):
    storage = world.app.extensions[Storage.__qualname__]
    with world.session() as session, transaction(session):
        count = purge_left(session, forget=storage.delete, forget_goods=FORGET_GOODS, now=now)
    hear(world, now)
    return count


def everything(world):
    """Return the whole database as text, but for the audit log, which stays."""
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(world.path)) as connection:
        lines = list(connection.iterdump())
    return "\n".join(line for line in lines if 'INTO "audit_entry"' not in line)


def test_each_boundary_of_keeping_deletes_what_is_over_and_nothing_else(world, vendor_id, owner):
    marks = {"name": "Ông Bụt làng Vạc", "phone": "+84987000111", "email": "but@lang-vac.example"}
    with world.session() as session, transaction(session):
        vendor = session.get_one(Vendor, vendor_id)
        vendor.name = vendor.representative = marks["name"]
        vendor.phone, vendor.email, vendor.story = marks["phone"], marks["email"], {"vi": "Chuyện"}
        session.execute(
            sa.update(Order).where(Order.vendor_id == vendor_id).values(vendor_name=marks["name"])
        )
    close(world, vendor_id, owner)
    hear(world, NOW)
    with world.session() as session:
        key = session.scalars(
            sa.select(VendorDocument.storage_key).where(VendorDocument.vendor_id == vendor_id)
        ).one()
        orders = session.scalar(sa.select(sa.func.count()).select_from(Order))
        postings = session.scalar(sa.select(sa.func.count()).select_from(Posting))
        entries = session.scalar(sa.select(sa.func.count()).select_from(AuditEntry))
    storage = world.app.extensions[Storage.__qualname__]
    one, three = NOW + relativedelta(years=1), NOW + relativedelta(years=3)

    assert purge(world, one - timedelta(days=1)) == 0
    assert storage.exists(key)
    assert purge(world, one) == 1
    assert not storage.exists(key)
    assert all(mark in everything(world) for mark in marks.values())
    assert purge(world, three - timedelta(days=1)) == 0
    assert all(mark in everything(world) for mark in marks.values())
    assert purge(world, three) == 1
    held = everything(world)
    assert [mark for mark in marks.values() if mark in held] == []
    assert purge(world, three + timedelta(days=1)) == 0
    with world.session() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Order)) == orders
        assert session.scalar(sa.select(sa.func.count()).select_from(Posting)) == postings
        assert session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) > entries
        assert verify(session) is None


def test_the_download_holds_what_the_database_holds_and_nothing_of_another_vendor(
    world, vendor_id, owner
):
    answer = world.ask(world.people["owner of A"], "GET", f"/work/{vendor_id}/data", {})
    assert answer.mimetype == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    names = set(archive.namelist())
    tables = ("vendor", "history", "people", "farms", "diary", "lots", "listings", "packs")
    tables += ("reviews", "orders", "order_lines", "changes", "papers", "certificates")
    assert {f"{name}.{kind}" for name in tables for kind in ("csv", "json")} <= names
    assert archive.read("orders.csv").startswith(b"\xef\xbb\xbf")
    ids = world.ids["A"]
    assert archive.read(f"papers/{ids['paper_id']}-dkkd.pdf") == PAPER
    read = {name: json.loads(archive.read(f"{name}.json")) for name in tables}
    with world.session() as session:
        orders = session.scalars(sa.select(Order).where(Order.vendor_id == vendor_id)).all()
    assert {row["code"] for row in read["orders"]} == {order.code for order in orders}
    assert [row["id"] for row in read["vendor"]] == [vendor_id]
    assert {row["code"] for row in read["listings"]} == {"GOODS-A", "VISIT-A"}
    strange = [world.ids["B"][key] for key in ("vendor_id", "farm_id", "lot_id", "listing_id")]
    strange += [world.ids["B"][key] for key in ("guest_code", "trace_code", "goods_code")]
    where = {word: [n for n in names if word.encode() in archive.read(n)] for word in strange}
    assert {word: found for word, found in where.items() if found} == {}


def test_a_paper_that_was_deleted_is_left_out_of_the_download(world, vendor_id):
    storage = world.app.extensions[Storage.__qualname__]
    with world.session() as session:
        for key in session.scalars(sa.select(VendorDocument.storage_key)):
            storage.delete(key)
        archive = zipfile.ZipFile(export_vendor(session, storage, vendor_id))
    assert not [name for name in archive.namelist() if name.startswith("papers/")]
    assert "dkkd.pdf" in archive.read("files_not_found.csv").decode()


def test_the_log_of_a_stall_tells_of_its_own_things_only_the_newest_first(world, vendor_id, owner):
    away(world, vendor_id, owner)
    with world.session() as session:
        found = vendor_trail(session, vendor_id, page=1)
        theirs = vendor_trail(session, world.ids["B"]["vendor_id"], page=1)
    assert found.items[0].action == "vendor.away"
    subjects = {(one.subject_type, one.subject_id) for one in found.items}
    assert ("lot", world.ids["A"]["lot_id"]) in subjects
    assert not subjects & {(one.subject_type, one.subject_id) for one in theirs.items}
    assert [one.at for one in found.items] == sorted((o.at for o in found.items), reverse=True)


def test_the_log_page_names_the_office_as_the_office(world, vendor_id):
    with world.session() as session, transaction(session):
        from kernel import audit

        officer = Actor(user_id="OFFICER", name="Nguyễn Cán Bộ")
        subject = ("vendor", vendor_id)
        audit.record(session, "vendor.approve", actor=officer, subject=subject, now=NOW)
    owner = world.people["owner of A"]
    url = f"/work/{vendor_id}/changes?lang=en"
    shown = world.ask(owner, "GET", url, {}).get_data(as_text=True)
    assert "the trade office" in shown
    assert "Nguyễn Cán Bộ" not in shown
