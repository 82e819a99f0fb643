"""Vendors and certificates from the office's tables."""

import dataclasses
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from kernel import audit
from kernel.actor import HOUSE
from kernel.errors import Invalid
from kernel.events import OutboxMessage
from tests.vendors.conftest import REVIEWER, WHY
from vendors import queries
from vendors.models import Certificate, Vendor
from vendors.rules import LegalForm, Scheme, VendorState
from vendors.services import certifying, importing
from vendors.services.certifying import Paperwork
from vendors.services.importing import CertificateRow, VendorRow

SINCE = datetime(2025, 7, 15, 2, 0, tzinfo=UTC)
ROW = VendorRow(
    code="HTX-01",
    name="HTX vải Thanh Hà",
    legal_form=LegalForm.COOPERATIVE,
    representative="Vũ Thị Mai",
    phone="+84912000111",
    commune="vn-2025:10813",
    address="Thôn Tiền Vĩ",
    registration_no="0800001115",
    story={"vi": "Vải từ 1961."},
    art="lychee",
    since=SINCE,
)
PAPER = Paperwork(Scheme.OCOP, "QĐ 1/2025", "UBND", date(2025, 1, 1), stars=4)


def load(house, row=ROW):
    return house.run(importing.import_vendor, row, actor=HOUSE)


def certify(house, row):
    return house.run(importing.import_certificate, row, actor=HOUSE)


def test_a_new_row_makes_an_approved_vendor(house):
    vendor_id = load(house)
    page = queries.public_vendor(house.session, "htx-vai-thanh-ha")
    assert (page.id, page.name, page.since, page.art) == (vendor_id, ROW.name, SINCE, "lychee")
    assert (page.commune, page.registration_no) == ("vn-2025:10813", "0800001115")
    assert queries.vendor_ids_by_code(house.session, ["HTX-01", "X"]) == {"HTX-01": vendor_id}
    assert [step.action for step in queries.dossier(house.session, vendor_id).steps] == ["import"]


def test_the_same_code_brings_a_vendor_up_to_date_and_leaves_its_state(house):
    first = load(house)
    house.decide(first, "suspend")
    changed = dataclasses.replace(ROW, name="HTX Thanh Hà mới", phone="+84912000222")
    assert load(house, changed) == first
    dossier = queries.dossier(house.session, first)
    assert (dossier.name, dossier.phone) == ("HTX Thanh Hà mới", "+84912000222")
    assert dossier.state is VendorState.SUSPENDED
    assert dossier.slug == "htx-vai-thanh-ha"
    kinds = house.session.scalars(sa.select(OutboxMessage.kind).order_by(OutboxMessage.seq)).all()
    assert kinds == ["VendorApproved", "VendorSuspended", "VendorChanged"]
    assert house.session.scalar(sa.select(sa.func.count()).select_from(Vendor)) == 1
    assert audit.verify(house.session) is None


def test_a_row_that_waits_is_in_the_queue(house):
    load(house, dataclasses.replace(ROW, state=VendorState.SUBMITTED))
    page = queries.queue(house.session, queries.QueueFilter(), on=date(2025, 7, 16))
    assert [(row.name, row.submitted_at) for row in page.items] == [(ROW.name, SINCE)]
    assert queries.public_vendor(house.session, "htx-vai-thanh-ha") is None


def test_a_draft_row_was_never_handed_in(house):
    vendor_id = load(house, dataclasses.replace(ROW, state=VendorState.DRAFT, since=None))
    assert queries.dossier(house.session, vendor_id).submitted_at is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"commune": "10813"}, "commune"),
        ({"phone": "0912000111"}, "phone"),
        ({"registration_no": "0800001111"}, "registration_no"),
    ],
)
def test_a_wrong_value_is_named_and_nothing_is_made(house, change, field):
    with pytest.raises(Invalid) as refusal:
        load(house, dataclasses.replace(ROW, **change))
    assert refusal.value.field == field
    assert house.session.scalars(sa.select(Vendor)).all() == []


def test_certificates_come_verified_or_not_and_once(house):
    vendor_id = load(house)
    first = certify(house, CertificateRow("HTX-01", PAPER))
    longer = dataclasses.replace(PAPER, stars=5)
    assert certify(house, CertificateRow("HTX-01", longer)) == first
    other = dataclasses.replace(PAPER, number="QĐ 2/2025")
    certify(house, CertificateRow("HTX-01", other, verified=False))
    (badge,) = queries.badges(house.session, [vendor_id], on=date(2026, 1, 1))[vendor_id]
    assert (badge.number, badge.stars, badge.valid_to) == ("QĐ 1/2025", 5, date(2028, 1, 1))
    assert house.session.scalar(sa.select(sa.func.count()).select_from(Certificate)) == 2


def test_an_import_does_not_bring_a_withdrawn_badge_back(house):
    vendor_id = load(house)
    row = CertificateRow("HTX-01", PAPER)
    certificate_id = certify(house, row)
    house.run(certifying.withdraw_certificate, certificate_id, reason=WHY, actor=REVIEWER)
    certify(house, row)
    assert queries.badges(house.session, [vendor_id], on=date(2026, 1, 1)) == {vendor_id: []}


def test_a_certificate_of_an_unknown_vendor_is_refused(house):
    with pytest.raises(Invalid) as refusal:
        certify(house, CertificateRow("HTX-99", PAPER))
    assert refusal.value.field == "vendor_code"
