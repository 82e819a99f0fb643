"""Other dossiers of the same vendor are pointed out, and why."""

from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from kernel.db import transaction
from kernel.rules_seed.vetting import NAME_WORDS
from tests.vendors.conftest import NOW, PERSON, WHERE, WHO
from vendors import queries
from vendors.models import BankAccount, Vendor, VendorMark
from vendors.rules import LegalForm
from vendors.rules.likeness import Alike, is_similar, name_marks, place_mark
from vendors.services import applying

FAR = replace(WHERE, commune="vn-2025:10813", address="Thôn Đông", phone="+84987000111")
OTHER = replace(WHO, name="Mật ong rừng Chí Linh", registration_no="0100233488")


@pytest.mark.parametrize(
    ("name", "marks"),
    [
        ("HTX Đức Chính", ["chinh duc"]),
        ("Hợp tác xã dịch vụ nông nghiệp Chính Đức", ["chinh duc"]),
        ("HTX Cà rốt Đức Chính", ["ca rot", "duc rot", "chinh duc"]),
        ("Hộ Lan", ["lan"]),
        ("HTX", ["htx"]),
        ("!!!", []),
    ],
)
def test_a_name_is_known_by_its_own_syllables(name, marks):
    assert name_marks(name, NAME_WORDS) == marks


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("HTX Đức Chính", "CÔNG TY TNHH ĐỨC CHÍNH", True),
        ("HTX Cà rốt Đức Chính", "Đức Chính", True),
        ("HTX Rau sạch Tân Minh Đức", "HTX Rau sạch Hồng Phong", False),
        ("HTX Đức Chính", "HTX Lai Cách", False),
        ("!", "!", False),
    ],
)
def test_names_are_similar_that_share_half_of_their_marks(one, other, alike):
    assert is_similar(name_marks(one, NAME_WORDS), name_marks(other, NAME_WORDS)) is alike


@given(st.text(max_size=300))
def test_any_name_has_few_short_marks_and_is_like_itself(name):
    marks = name_marks(name, NAME_WORDS)
    assert len(marks) <= 12
    assert all(0 < len(mark) <= 60 for mark in marks)
    assert is_similar(marks, marks) is bool(marks)
    assert len(place_mark("vn-2025:10813", name)) <= 240


def found(house, vendor_id):
    dossier = queries.dossier(house.fresh(), vendor_id)
    return {one.id: list(one.reasons) for one in queries.likenesses(house.session, dossier)}


def other_person(house, vendor_id, number="030090005678"):
    house.answers(vendor_id, replace(PERSON, number=number, birthday=date(1990, 1, 2)))


@pytest.fixture
def far(house):
    """Hand in a dossier that has nothing in common with others but what is given."""

    def hand_in(who=OTHER, where=FAR, *, same_person=False):
        vendor_id = house.complete(who=who, where=where)
        if not same_person:
            other_person(house, vendor_id)
        house.run(applying.submit_application, vendor_id, actor=house.owner)
        return vendor_id

    return hand_in


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, None),
        ({"same_person": True}, Alike.PERSON),
        ({"who": replace(OTHER, registration_no="0800001115")}, Alike.NUMBER),
        ({"where": replace(FAR, phone=WHERE.phone)}, Alike.PHONE),
        ({"who": replace(OTHER, name="Cơ sở sản xuất ĐỨC CHÍNH")}, Alike.NAME),
        ({"where": replace(FAR, commune=WHERE.commune, address="thon loi xa.")}, Alike.PLACE),
        ({"where": replace(FAR, address=WHERE.address)}, None),
    ],
)
def test_each_thing_in_common_is_named(house, far, change, reason):
    first = house.submitted()
    second = far(**change)
    assert found(house, first) == ({second: [reason]} if reason else {})
    assert found(house, second) == ({first: [reason]} if reason else {})


def test_all_that_is_in_common_is_named_the_strongest_first(house):
    first, second = house.submitted(), house.submitted()
    house.draft()
    assert found(house, first) == {
        second: [Alike.PERSON, Alike.NUMBER, Alike.PHONE, Alike.NAME, Alike.PLACE]
    }


def test_a_bank_account_that_others_named_is_pointed_out(house, far):
    first, second = house.submitted(), far()
    with transaction(house.session):
        house.session.add_all(account(vendor_id) for vendor_id in (first, second))
    assert found(house, first) == {second: [Alike.ACCOUNT]}


def account(vendor_id):
    return BankAccount(
        vendor_id=vendor_id,
        bank_bin="970415",
        number_sealed="",
        fingerprint="ab" * 32,
        last4="1234",
        holder="NGUYEN VAN THANH",
        entered_at=NOW,
        holds_from=NOW,
    )


def test_hidden_numbers_that_end_alike_are_not_the_same(house, far):
    """Of a personal number only the end is shown; the rest is compared by its fingerprint."""
    household = replace(OTHER, legal_form=LegalForm.HOUSEHOLD)
    first = far(who=replace(household, registration_no="030090005678"))
    second = house.complete(
        who=replace(household, name="Gốm Chu Đậu", registration_no="030080005678"),
        where=replace(FAR, address="Thôn Tây", phone="+84987000222"),
    )
    house.run(applying.submit_application, second, actor=house.owner)
    shown = [queries.dossier(house.fresh(), one).registration_no for one in (first, second)]
    assert shown[0] == shown[1]
    assert found(house, first) == {}


def test_a_person_is_found_behind_the_number_of_a_household(house, far):
    """The number of a household is its holder's: he is known where he answers for others."""
    household = replace(OTHER, legal_form=LegalForm.HOUSEHOLD, registration_no=PERSON.number)
    first = house.submitted()
    second = far(who=household, same_person=True)
    assert found(house, first) == {second: [Alike.PERSON]}
    assert found(house, second) == {first: [Alike.PERSON]}


def test_marks_follow_the_name_and_the_address(house):
    vendor_id = house.draft()
    house.run(applying.save_who, vendor_id, who=OTHER, actor=house.owner)
    house.run(applying.save_where, vendor_id, where=FAR, actor=house.owner)
    vendor = house.fresh().get_one(Vendor, vendor_id)
    assert vendor.place_mark == "vn-2025:10813 thon dong"
    kept = house.session.scalars(sa.select(VendorMark.mark).order_by(VendorMark.mark)).all()
    assert kept == sorted(name_marks(OTHER.name, NAME_WORDS)) == sorted(vendor.name_marks)


def test_one_statement_tells_it_however_many_are_alike(house):
    for _ in range(3):
        vendor_id = house.submitted()
    dossier = queries.dossier(house.fresh(), vendor_id)
    seen = []
    engine = house.session.get_bind()
    sa.event.listen(engine, "before_cursor_execute", lambda *told: seen.append(told[2]))
    assert len(queries.likenesses(house.session, dossier)) == 2
    assert len(seen) == 1
