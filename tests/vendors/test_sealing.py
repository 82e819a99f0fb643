"""What proves somebody's identity: sealed at rest, resealed with a new key, found by fingerprint."""

import dataclasses

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet

from kernel import audit, resealing
from kernel.db import transaction
from kernel.errors import Invalid
from kernel.ids import new_id
from kernel.resealing import renew_rows, sealed_columns
from kernel.sealing import SealBroken, Sealer, open_sealer
from kernel.storage import LocalStorage, S3Storage, SealedStorage
from shop.resealing import reseal, seal_plain
from shop.sessions import open_sessions
from tests.conftest import DATA_KEY, FINGERPRINT_KEY
from tests.kernel.test_storage import Shelf
from tests.vendors.conftest import NOW, PERSON, SEALER, WHO, House
from vendors import queries
from vendors.models import Vendor, VendorDocument, VendorIdentity, VendorNumber
from vendors.queries import QueueFilter
from vendors.queries.exporting import vendor_sheets
from vendors.rules import DocumentKind, LegalForm, Offer
from vendors.rules.likeness import Alike
from vendors.services import applying, papers, sealing
from vendors.services.applying import Who
from vendors.services.papers import Content

NUMBER = "030080001234"
PICTURE = b"the picture of a card"
ALONE = Who("Vườn nhà Lan", LegalForm.INDIVIDUAL, NUMBER, sells=(Offer.HANDICRAFT,))


@pytest.fixture(params=["local", "s3"])
def shelf(request, tmp_path):
    """Where files lie, without the seal."""
    return LocalStorage(tmp_path) if request.param == "local" else S3Storage("shelf", Shelf())


@pytest.fixture
def storage(shelf):
    return SealedStorage(shelf, SEALER)


def with_card(house, storage, **kinds):
    """Return a dossier whose identity paper has a file."""
    vendor_id = house.draft(**kinds)
    kept = papers.keep_paper(
        storage,
        vendor_id,
        kind=DocumentKind.IDENTITY,
        file_name="cccd.jpg",
        content=Content("image/jpeg", PICTURE),
    )
    house.run(applying.add_papers, vendor_id, papers=[kept], actor=house.owner)
    return vendor_id


def everything(session):
    """Return the text of every row of every table."""
    rows = [session.execute(sa.select(table)).all() for table in Vendor.metadata.sorted_tables]
    return str(rows)


def test_a_personal_number_lies_nowhere_in_plain_text(house):
    house.complete(who=ALONE)
    assert NUMBER not in everything(house.fresh())


def test_the_number_of_a_household_that_is_a_persons_is_sealed_and_a_tax_code_is_not(house):
    own = house.draft(dataclasses.replace(ALONE, legal_form=LegalForm.HOUSEHOLD))
    firm = house.draft(WHO)
    assert queries.dossier(house.session, own).registration_no == "•••• 1234"
    assert queries.dossier(house.session, firm).registration_no == "0800001115"
    assert house.session.get(VendorNumber, firm) is None


def test_a_hidden_number_that_comes_back_changes_nothing(house):
    vendor_id = house.draft(ALONE)
    before = house.session.get(VendorNumber, vendor_id).number_sealed
    back = dataclasses.replace(ALONE, registration_no="•••• 1234", name="Vườn nhà Lan Anh")
    house.run(applying.save_who, vendor_id, who=back, actor=house.owner)
    assert queries.dossier(house.fresh(), vendor_id).name == "Vườn nhà Lan Anh"
    assert house.session.get(VendorNumber, vendor_id).number_sealed == before
    house.answers(vendor_id, dataclasses.replace(PERSON, number="•••• 1234"))
    row = house.session.get(VendorIdentity, vendor_id)
    assert SEALER.open_text(row.number_sealed) == NUMBER


@pytest.mark.parametrize(
    "change",
    [{"registration_no": "•••• 9999"}, {"legal_form": LegalForm.COMPANY}],
)
def test_a_hidden_number_of_somebody_else_or_of_a_firm_is_refused(house, change):
    vendor_id = house.draft(ALONE)
    wrong = dataclasses.replace(ALONE, registration_no="•••• 1234")
    with pytest.raises(Invalid) as refusal:
        house.run(
            applying.save_who,
            vendor_id,
            who=dataclasses.replace(wrong, **change),
            actor=house.owner,
        )
    assert refusal.value.field == "registration_no"
    assert queries.dossier(house.fresh(), vendor_id).legal_form is LegalForm.INDIVIDUAL


def test_a_farmer_who_founds_a_firm_leaves_no_number_behind(house):
    vendor_id = house.draft(ALONE)
    house.run(applying.save_who, vendor_id, who=WHO, actor=house.owner)
    assert house.session.get(VendorNumber, vendor_id) is None
    assert queries.dossier(house.fresh(), vendor_id).registration_no == "0800001115"


def test_the_office_finds_a_sealed_number_and_who_else_has_it(house):
    first = house.submitted(who=ALONE)
    second = house.submitted(who=dataclasses.replace(ALONE, name="Vườn thứ hai"))
    found = queries.queue(house.session, QueueFilter(text=NUMBER), on=NOW.date())
    assert {row.id for row in found.items} == {first, second}
    assert queries.queue(house.session, QueueFilter(text="030080001235"), on=NOW.date()).items == []
    (alike,) = queries.likenesses(house.session, queries.dossier(house.session, first))
    assert (alike.id, Alike.NUMBER in alike.reasons) == (second, True)


def test_the_same_person_behind_two_firms_is_found(house):
    first, second = house.submitted(), house.submitted(who=dataclasses.replace(WHO, name="HTX Hai"))
    alike = queries.likenesses(house.session, queries.dossier(house.session, first))
    assert [(one.id, Alike.PERSON in one.reasons) for one in alike] == [(second, True)]


def test_the_owners_export_holds_the_numbers_while_they_are_kept(house):
    vendor_id = house.complete(who=ALONE)
    (numbers,) = [one for one in vendor_sheets(house.session, vendor_id) if one.name == "numbers"]
    assert [tuple(row) for row in numbers.rows] == [
        ("personal_number", NUMBER),
        ("birthday", "1980-05-17"),
        ("registration_number", NUMBER),
    ]


def test_an_identity_picture_is_unreadable_on_the_disk_and_in_the_cloud(house, storage, shelf):
    vendor_id = with_card(house, storage)
    (paper,) = queries.papers(house.session, vendor_id)
    assert paper.storage_key.startswith(f"private/sealed/vendors/{vendor_id}/")
    assert PICTURE not in shelf.get(paper.storage_key)
    assert storage.get(paper.storage_key) == PICTURE


def test_every_sealed_column_is_renewed():
    assert {str(column) for column in sealed_columns()} >= {
        "vendor_identity.number_sealed",
        "vendor_identity.birthday_sealed",
        "vendor_number.number_sealed",
        "vendor_bank_account.number_sealed",
    }


def rotated(shelf):
    """Return storage and sealer with a new key before the old one, and with the new one alone."""
    new = Fernet.generate_key().decode()
    both, alone = (Sealer(keys, FINGERPRINT_KEY) for keys in ([new, DATA_KEY], [new]))
    return both, SealedStorage(shelf, both), alone, SealedStorage(shelf, alone)


def test_after_resealing_the_old_key_can_be_thrown_away(house, maker, storage, shelf):
    vendor_id = with_card(house, storage, who=ALONE)
    house.answers(vendor_id)
    both, turned, alone, after = rotated(shelf)
    done = reseal(maker, turned, both, now=NOW)
    assert (done.numbers, done.papers, done.values, done.files) == (0, 0, 3, 1)
    person = house.fresh().get(VendorIdentity, vendor_id)
    assert alone.open_text(person.number_sealed) == NUMBER
    assert alone.open_text(person.birthday_sealed) == "1980-05-17"
    assert alone.open_text(house.session.get(VendorNumber, vendor_id).number_sealed) == NUMBER
    (paper,) = queries.papers(house.session, vendor_id)
    assert after.get(paper.storage_key) == PICTURE
    with pytest.raises(SealBroken):
        storage.get(paper.storage_key)


def test_resealing_goes_on_where_it_was_stopped(house, maker, storage, shelf, monkeypatch):
    for _ in range(3):
        house.answers(with_card(house, storage))
    both, turned, _alone, _after = rotated(shelf)
    monkeypatch.setattr(resealing, "BATCH", 2)
    opened = iter([True, True, False])

    def broken_off(sealed):
        if not next(opened):
            raise KeyboardInterrupt
        return both._fernet.rotate(sealed)

    with monkeypatch.context() as patch:
        patch.setattr(both, "renew", broken_off)
        with pytest.raises(KeyboardInterrupt):
            renew_rows(maker, both)
    done = reseal(maker, turned, both, now=NOW)
    assert (done.values, done.files) == (4, 3)
    assert reseal(maker, turned, both, now=NOW).values == 0


def test_a_lost_key_stops_the_resealing_and_changes_nothing(house, maker, storage, shelf):
    vendor_id = with_card(house, storage)
    house.answers(vendor_id)
    before = house.session.get(VendorIdentity, vendor_id).number_sealed
    stranger = Sealer([Fernet.generate_key().decode()], FINGERPRINT_KEY)
    with pytest.raises(SealBroken):
        reseal(maker, SealedStorage(shelf, stranger), stranger, now=NOW)
    assert house.fresh().get(VendorIdentity, vendor_id).number_sealed == before
    (paper,) = queries.papers(house.session, vendor_id)
    assert storage.get(paper.storage_key) == PICTURE


def test_a_value_written_meanwhile_is_not_overwritten(house, maker, storage, shelf, monkeypatch):
    vendor_id = with_card(house, storage)
    house.answers(vendor_id)
    both, _turned, alone, _after = rotated(shelf)
    read = resealing._batches

    def written_after_reading(maker, column):
        for batch in read(maker, column):
            with maker() as session, transaction(session):
                row = session.get(VendorIdentity, vendor_id)
                row.number_sealed = both.seal_text("030080009999")
            yield batch

    monkeypatch.setattr(resealing, "_batches", written_after_reading)
    renewed_birthday = 1
    assert renew_rows(maker, both) == renewed_birthday
    person = house.fresh().get(VendorIdentity, vendor_id)
    assert alone.open_text(person.number_sealed) == "030080009999"


def test_what_an_older_release_left_in_plain_text_is_sealed(house, maker, storage, shelf):
    vendor_id = with_card(house, storage, who=ALONE)
    old = f"private/vendors/{vendor_id}/{new_id()}.jpg"
    storage.put(old, PICTURE, "image/jpeg")
    with transaction(house.session):
        vendor = house.session.get(Vendor, vendor_id)
        vendor.registration_no, vendor.personal = NUMBER, None
        row = house.session.scalars(sa.select(VendorDocument)).one()
        storage.delete(row.storage_key)
        row.storage_key = old
    assert seal_plain(maker, storage, now=NOW) == (1, 1)
    assert seal_plain(maker, storage, now=NOW) == (0, 0)
    assert NUMBER not in everything(house.fresh())
    (paper,) = queries.papers(house.session, vendor_id)
    assert storage.get(paper.storage_key) == PICTURE
    assert PICTURE not in shelf.get(paper.storage_key)
    assert not shelf.exists(old)


def test_a_sealed_file_that_no_row_names_is_swept_after_a_day(house, storage):
    vendor_id = with_card(house, storage)
    (paper,) = queries.papers(house.session, vendor_id)
    orphan = papers.paper_key(vendor_id, DocumentKind.IDENTITY, "image/jpeg")
    storage.put(orphan, PICTURE, "image/jpeg")
    made = sealing.made_at(orphan.rpartition("/")[2][:26])
    soon, later = made + sealing.LEFT_BEHIND_AFTER / 2, made + sealing.LEFT_BEHIND_AFTER * 2
    assert house.run(sealing.sweep_sealed, storage, now=soon) == 0
    assert house.run(sealing.sweep_sealed, storage, now=later) == 1
    assert not storage.exists(orphan)
    assert storage.get(paper.storage_key) == PICTURE


def test_a_file_that_is_erased_does_not_come_back_by_resealing(house, storage, shelf):
    vendor_id = with_card(house, storage)
    (paper,) = queries.papers(house.session, vendor_id)
    _both, turned, _alone, _after = rotated(shelf)
    with transaction(house.session):
        house.session.get(VendorDocument, paper.id).storage_key = ""
    assert not house.run(
        lambda session, now: sealing.renew_paper(session, paper.storage_key, turned)
    )


def test_the_command_reseals_and_says_what_it_did(app, settings, now):
    with open_sessions(settings)() as session:
        House(session).complete(who=ALONE)
    told = app.test_cli_runner().invoke(args=["market", "reseal"])
    assert (told.exit_code, told.exception) == (0, None)
    assert "older ones can be removed" in told.output
    with open_sessions(settings)() as session:
        assert audit.verify(session) is None
        (row,) = session.scalars(sa.select(VendorIdentity)).all()
        assert open_sealer(settings).open_text(row.number_sealed) == NUMBER
