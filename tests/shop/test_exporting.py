"""What a vendor takes home is everything that is its own, opened, and nothing of anybody else."""

import io
import json
import zipfile

import pytest
import sqlalchemy as sa

from accounts.services.consents import give_consent
from bookings.models import Booking
from catalog.models import Listing
from kernel import clock
from kernel.actor import Actor
from kernel.audit import AuditEntry
from kernel.db import transaction
from kernel.pictures import store_picture
from kernel.storage import Storage
from tests.conftest import NOW
from tests.kernel.test_pictures import photo
from tests.vendors.secrets import ACCOUNT, NUMBER, plant
from tests.world import PAPER, build_world
from vendors.models import VendorDocument
from vendors.services.erasing import erase_identity


@pytest.fixture(scope="module")
def world(sqlite_template, tmp_path_factory):
    with clock.fixed(NOW):
        made = build_world(sqlite_template, tmp_path_factory.mktemp("exports"))
        made.secrets = plant(made, "B")
        yield made
        made.close()


@pytest.fixture(autouse=True)
def put_back(world):
    with clock.fixed(NOW):
        yield
    world.put_back()


def archive_of(world, letter):
    person = world.people[f"owner of {letter}"]
    answer = world.ask(person, "GET", f"/work/{world.ids[letter]['vendor_id']}/data", {})
    assert answer.status_code == 200
    return zipfile.ZipFile(io.BytesIO(answer.data))


def rows(archive, name):
    return json.loads(archive.read(f"{name}.json"))


def test_pictures_come_as_they_were_sent(world):
    """They were looked for in a width that is not stored, and none was ever found."""
    data = photo()
    storage = world.app.extensions[Storage.__qualname__]
    with world.session() as session, transaction(session):
        kept = store_picture(storage, data)
        listing = session.get_one(Listing, world.ids["B"]["listing_id"])
        listing.photos = [{"digest": kept.digest, "width": 8, "height": 8, "alt": {}}]
    archive = archive_of(world, "B")
    assert archive.read(f"pictures/{kept.digest}.jpg") == data
    assert rows(archive, "files_not_found") == []


def test_sealed_papers_and_numbers_are_opened_for_their_owner(world):
    archive = archive_of(world, "B")
    card = next(name for name in archive.namelist() if world.ids["B"]["card_id"] in name)
    assert archive.read(card).decode() == world.secrets.words["card"]
    numbers = {row["what"]: row["value"] for row in rows(archive, "numbers")}
    assert numbers["personal_number"] == NUMBER
    assert numbers["bank_account"] == ACCOUNT


def test_erased_files_are_left_out_and_are_not_missing(world):
    storage = world.app.extensions[Storage.__qualname__]
    with world.session() as session, transaction(session):
        erase_identity(session, world.ids["B"]["vendor_id"], forget=storage.delete, now=NOW)
    archive = archive_of(world, "B")
    assert not [name for name in archive.namelist() if world.ids["B"]["card_id"] in name]
    assert "card.jpg" not in archive.read("files_not_found.csv").decode()
    assert NUMBER not in archive.read("numbers.csv").decode()


def _book(session, departure_id, line_ref):
    booking = Booking(
        line_ref=line_ref,
        code=line_ref[:8],
        departure_id=departure_id,
        seats=2,
        contact_name="Khách",
        contact_phone="+84987654321",
        created_at=NOW,
        updated_at=NOW,
    )
    session.add(booking)


def test_each_thing_of_the_vendor_has_its_table(world):
    ids = world.ids["B"]
    owner = Actor(world.people["owner of B"].user_id, "B")
    with world.session() as session, transaction(session):
        give_consent(
            session,
            "vetting",
            subject=("vendor", ids["vendor_id"]),
            lang="vi",
            channel="web",
            actor=owner,
            now=NOW,
        )
        for letter, line in (("A", "1"), ("B", "2")):
            _book(session, world.ids[letter]["departure_id"], line * 26)
    archive = archive_of(world, "B")
    assert [row["purpose"] for row in rows(archive, "consents")] == ["vetting"]
    assert [row["lookup_code"] for row in rows(archive, "decisions")] == [ids["decision_code"]]
    assert archive.read(f"decisions/{ids['document_id']}.pdf") == PAPER
    assert {row["holder"] for row in rows(archive, "bank_accounts")} == {
        world.secrets.words["holder"]
    }
    assert [row["line_ref"] for row in rows(archive, "bookings")] == ["2" * 26]
    assert ids["departure_id"] in {row["id"] for row in rows(archive, "departures")}
    paid = {row["order_code"]: row["amount_vnd"] for row in rows(archive, "payments")}
    orders = {
        row["code"]: row["goods_vnd"] + row["delivery_vnd"] for row in rows(archive, "orders")
    }
    assert paid == orders
    reasons = {row["reason"] for row in rows(archive, "order_history")}
    assert world.secrets.words["order step"] in reasons
    for name in ("requirements", "history", "invitations", "lot_history", "listing_history"):
        assert isinstance(rows(archive, name), list)


def test_what_is_the_offices_own_stays_there(world):
    archive = archive_of(world, "B")
    told = b"".join(archive.read(name) for name in archive.namelist())
    found = world.secrets.found(told)
    assert {"draft", "ground", "article", "reviewer", "officer"} & set(found) == set()
    assert {"reason", "line", "buyer", "draft title", "unverified"} <= set(found)


def test_taking_everything_away_is_noted(world):
    archive_of(world, "B")
    with world.session() as session:
        noted = session.scalars(
            sa.select(AuditEntry).where(AuditEntry.action == "vendor.downloaded")
        ).one()
    assert noted.actor_id == world.people["owner of B"].user_id


def test_a_value_whose_key_is_lost_does_not_hold_up_the_rest(world):
    storage = world.app.extensions[Storage.__qualname__]
    with world.session() as session, transaction(session):
        paper = session.get_one(VendorDocument, world.ids["B"]["card_id"])
        storage.inner.put(paper.storage_key, b"broken", "application/octet-stream")
        session.execute(sa.text("UPDATE vendor_identity SET number_sealed = 'broken'"))
    archive = archive_of(world, "B")
    assert "card" in archive.read("files_not_found.csv").decode()
    assert {"what": "personal_number", "value": None} in rows(archive, "numbers")
