"""Where payouts go: a password, a notice and time to object before it changes."""

from contextlib import suppress
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from kernel.actor import Actor
from kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from kernel.mail import Notice
from kernel.sealing import Sealer
from tests.conftest import DATA_KEY, post
from tests.people import PASSWORD
from tests.vendors.conftest import NOW, WHO, House
from vendors.models import BankAccount
from vendors.queries.banking import account_in_use, coming_account, vendors_with_same_account
from vendors.queries.requirements import evidence_of
from vendors.rules import Fact
from vendors.rules.banking import account_number, need_own_name
from vendors.services import banking
from vendors.services.banking import Account

SEALER = Sealer([DATA_KEY], "fingerprints")
FIRST = Account("970436", "0071 001 234567", "HTX DUC CHINH")
SECOND = Account("970405", "2100205123456", "nguyễn văn thành")
COOLED = NOW + timedelta(hours=72)


def change(house, vendor_id, account=FIRST, *, actor=None, now=NOW):
    return house.run(
        banking.change_account,
        vendor_id,
        account=account,
        sealer=SEALER,
        actor=actor or house.owner,
        now=now,
    )


def test_the_first_account_holds_at_once_and_is_kept_sealed(house):
    vendor_id = house.approved()
    assert change(house, vendor_id) == NOW
    found = account_in_use(house.session, vendor_id, now=NOW)
    assert (found.bank, found.last4, found.holder) == ("Vietcombank", "4567", "HTX DUC CHINH")
    row = house.session.scalars(sa.select(BankAccount)).one()
    assert "0071001234567" not in row.number_sealed
    assert SEALER.open_text(row.number_sealed) == "0071001234567"
    assert Fact.BANK_ACCOUNT in evidence_of(house.session, vendor_id).facts


def test_another_account_waits_and_the_owner_is_told(house):
    vendor_id = house.approved()
    change(house, vendor_id)
    assert change(house, vendor_id, SECOND) == COOLED
    before = COOLED - timedelta(seconds=1)
    assert account_in_use(house.session, vendor_id, now=before).last4 == "4567"
    assert coming_account(house.session, vendor_id, now=before).last4 == "3456"
    assert account_in_use(house.session, vendor_id, now=COOLED).last4 == "3456"
    told = house.session.scalars(
        sa.select(Notice.recipient).where(Notice.template == "vendors/bank_changed")
    ).all()
    assert sorted(told) == ["+84912345678", "htx@example.vn"]


def test_a_change_is_stopped_in_time(house):
    vendor_id = house.approved()
    change(house, vendor_id)
    change(house, vendor_id, SECOND)
    house.run(banking.cancel_change, vendor_id, actor=house.owner)
    assert account_in_use(house.session, vendor_id, now=COOLED).last4 == "4567"
    with pytest.raises(Conflict):
        house.run(banking.cancel_change, vendor_id, actor=house.owner)


def test_of_two_changes_the_later_one_counts(house):
    vendor_id = house.approved()
    change(house, vendor_id)
    change(house, vendor_id, SECOND)
    third = Account("970418", "12010001112223", WHO.name)
    later = NOW + timedelta(hours=1)
    assert change(house, vendor_id, third, now=later) == later + timedelta(hours=72)
    assert account_in_use(house.session, vendor_id, now=COOLED).last4 == "4567"
    assert coming_account(house.session, vendor_id, now=COOLED).last4 == "2223"


@pytest.mark.parametrize(
    ("account", "field"),
    [
        (Account("000000", "0071001234567", WHO.name), "bank_bin"),
        (Account("970436", "12", WHO.name), "account_number"),
        (Account("970436", "0071001234567", "Người Lạ"), "holder"),
        (Account("970436", "0071001234567", "..."), "holder"),
    ],
)
def test_a_wrong_account_is_refused(house, account, field):
    vendor_id = house.approved()
    with pytest.raises(Invalid) as refusal:
        change(house, vendor_id, account)
    assert refusal.value.field == field
    assert account_in_use(house.session, vendor_id, now=NOW) is None


def test_the_same_account_again_is_no_change(house):
    vendor_id = house.approved()
    change(house, vendor_id)
    with pytest.raises(Conflict):
        change(house, vendor_id)


def test_only_an_owner_says_where_money_goes(house):
    vendor_id = house.approved()
    clerk = Actor("01C", "C", frozenset(), {vendor_id: frozenset({"finance"})})
    with pytest.raises(NotAllowed):
        change(house, vendor_id, actor=clerk)
    with pytest.raises(NotFound):
        change(house, vendor_id, actor=Actor("01X", "X"))
    assert house.session.scalar(sa.select(sa.func.count()).select_from(BankAccount)) == 0


def test_another_vendor_with_the_same_account_is_found(house):
    first = house.approved()
    change(house, first)
    second = house.approved()
    change(house, second)
    assert vendors_with_same_account(house.session, second) == [(first, WHO.name)]


@given(st.text(max_size=30))
def test_a_number_is_digits_and_letters_or_refused(text):
    with suppress(Invalid):
        number = account_number(text)
        assert number.isascii()
        assert number.isalnum()
        assert 6 <= len(number) <= 19


def test_accents_and_case_of_a_name_do_not_matter():
    assert need_own_name("htx đức chính", ["HTX Đức Chính"]) == "HTX DUC CHINH"


BANK = {"bank_bin": "970436", "account_number": "0071001234567", "holder": WHO.name}


@pytest.fixture
def stall(app_session):
    return House(app_session)


def test_the_page_asks_for_the_password(client, sign_in, stall):
    house = stall
    vendor_id = house.approved()
    sign_in(vendor=vendor_id)
    page = f"/work/{vendor_id}/bank"
    assert post(client, page, {**BANK, "current": "wrong"}).status_code in {403, 422}
    assert account_in_use(house.fresh(), vendor_id, now=NOW) is None
    assert post(client, page, {**BANK, "current": PASSWORD}).location == page
    assert "•••• 4567" in client.get(page).get_data(as_text=True)
    other = {**BANK, "account_number": "99887766", "current": PASSWORD}
    assert post(client, page, other).status_code == 303
    assert post(client, f"{page}/stop", form=page).location == page
