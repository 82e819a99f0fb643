"""A person applies: step by step, saved as it goes."""

import dataclasses

import pytest
import sqlalchemy as sa

from kernel import audit
from kernel.actor import GUEST, Actor
from kernel.db import transaction
from kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from kernel.events import OutboxMessage
from kernel.mail import Notice
from tests.vendors.conftest import NOW, PAPER, WHERE, WHO, owner_of
from vendors import queries
from vendors.models import Vendor, VendorDocument, VendorMember
from vendors.rules import DocumentKind, LegalForm, VendorState
from vendors.services import applying
from vendors.services.applying import Who

STRANGER = owner_of("01STRANGER", "01OTHERVENDOR")
SELLER = Actor("01SELLER", "Lan", frozenset(), {})


def test_the_first_step_opens_a_dossier_owned_by_the_applicant(house):
    vendor_id = house.draft()
    dossier = queries.dossier(house.session, vendor_id)
    assert (dossier.name, dossier.legal_form) == ("HTX Đức Chính", LegalForm.COOPERATIVE)
    assert dossier.registration_no == "0800001115"
    assert dossier.slug == "htx-duc-chinh"
    assert dossier.state is VendorState.DRAFT
    assert queries.memberships(house.session, house.user_id) == {vendor_id: frozenset({"owner"})}


def test_two_vendors_of_one_name_have_two_addresses(house):
    first, second = house.draft(), house.draft()
    slugs = {queries.dossier(house.session, one).slug for one in (first, second)}
    assert "htx-duc-chinh" in slugs
    assert len(slugs) == 2


def test_a_guest_cannot_apply(house):
    with pytest.raises(NotAllowed):
        house.run(applying.start_application, WHO, actor=GUEST)
    assert house.session.scalar(sa.select(sa.func.count()).select_from(Vendor)) == 0


def test_five_open_drafts_are_enough(house):
    for _ in range(5):
        house.draft()
    with pytest.raises(Conflict):
        house.draft()
    assert len(queries.applications_of(house.session, house.user_id)) == 5


def test_a_wrong_number_opens_nothing(house):
    with pytest.raises(Invalid) as refusal:
        house.draft(dataclasses.replace(WHO, registration_no="0800001111"))
    assert refusal.value.field == "registration_no"
    assert house.session.scalars(sa.select(VendorMember)).all() == []


def test_every_step_is_saved(house):
    vendor_id = house.complete()
    renamed = Who("HTX Đức Chính Xanh", LegalForm.COMPANY, "0100233488-001", "Lê Thị Hoa")
    house.run(applying.save_who, vendor_id, who=renamed, actor=house.owner)
    dossier = queries.dossier(house.session, vendor_id)
    assert dossier.slug == "htx-duc-chinh-xanh"
    assert dossier.registration_no == "0100233488001"
    assert (dossier.commune, dossier.old_address) == (WHERE.commune, WHERE.old_address)
    assert [paper.file_name for paper in dossier.papers] == ["dkkd.jpg"]
    assert dossier.state is VendorState.DRAFT


def test_an_unknown_commune_is_refused_and_nothing_changes(house):
    vendor_id = house.complete()
    elsewhere = dataclasses.replace(WHERE, commune="vn-pre2025:10882", address="Xa")
    with pytest.raises(Invalid):
        house.run(applying.save_where, vendor_id, where=elsewhere, actor=house.owner)
    house.session.expire_all()
    assert queries.dossier(house.session, vendor_id).address == WHERE.address


@pytest.mark.parametrize(
    ("actor", "error"), [(STRANGER, NotFound), (GUEST, NotFound), (SELLER, NotFound)]
)
def test_strangers_do_not_learn_that_a_dossier_exists(house, actor, error):
    vendor_id = house.complete()
    for service, values in (
        (applying.save_who, {"who": WHO}),
        (applying.save_where, {"where": WHERE}),
        (applying.add_papers, {"papers": [PAPER]}),
        (applying.submit_application, {}),
        (applying.cancel_application, {}),
    ):
        with pytest.raises(error):
            house.run(service, vendor_id, actor=actor, **values)
    assert queries.dossier(house.session, vendor_id).state is VendorState.DRAFT


def test_a_seller_does_not_change_the_dossier(house):
    vendor_id = house.complete()
    seller = Actor("01SELLER", "Lan", frozenset(), {vendor_id: frozenset({"seller"})})
    with pytest.raises(NotAllowed):
        house.run(applying.submit_application, vendor_id, actor=seller)


def test_a_paper_is_taken_out_and_its_file_forgotten_after_the_commit(house):
    vendor_id = house.complete()
    (paper,) = queries.papers(house.session, vendor_id)
    forgotten = []
    with transaction(house.session):
        applying.remove_paper(
            house.session,
            vendor_id,
            paper_id=paper.id,
            forget=forgotten.append,
            actor=house.owner,
            now=NOW,
        )
        assert forgotten == []
    assert forgotten == [PAPER.storage_key]
    assert queries.papers(house.session, vendor_id) == []


def test_a_paper_of_another_dossier_is_not_found(house):
    first = house.complete()
    (paper,) = queries.papers(house.session, first)
    second = house.draft()
    with pytest.raises(NotFound):
        house.run(
            applying.remove_paper,
            second,
            paper_id=paper.id,
            forget=pytest.fail,
            actor=house.owner,
        )
    assert queries.paper(house.session, paper.id, vendor_id=second) is None
    assert queries.paper(house.session, paper.id, vendor_id=first) == paper


def test_a_full_dossier_takes_no_more_papers(house):
    vendor_id = house.draft()
    with pytest.raises(Conflict):
        house.run(applying.add_papers, vendor_id, papers=[PAPER] * 21, actor=house.owner)
    assert house.session.scalars(sa.select(VendorDocument)).all() == []
    house.run(applying.add_papers, vendor_id, papers=[PAPER] * 20, actor=house.owner)
    assert len(queries.papers(house.session, vendor_id)) == 20


def test_an_incomplete_dossier_names_the_step_that_is_missing(house):
    vendor_id = house.draft()
    for field, change in (
        (
            "where",
            lambda: house.run(applying.save_where, vendor_id, where=WHERE, actor=house.owner),
        ),
        (
            "papers",
            lambda: house.run(applying.add_papers, vendor_id, papers=[PAPER], actor=house.owner),
        ),
    ):
        with pytest.raises(Invalid) as refusal:
            house.run(applying.submit_application, vendor_id, actor=house.owner)
        assert refusal.value.field == field
        change()
    house.run(applying.submit_application, vendor_id, actor=house.owner)
    assert queries.dossier(house.session, vendor_id).state is VendorState.SUBMITTED


def test_handing_in_leaves_a_step_an_event_a_message_and_an_audit_entry(house):
    vendor_id = house.submitted()
    dossier = queries.dossier(house.session, vendor_id)
    assert dossier.submitted_at == NOW
    assert [(step.action, step.actor_name) for step in dossier.steps] == [
        ("submit", "Nguyễn Văn Thành")
    ]
    events = house.session.scalars(sa.select(OutboxMessage)).all()
    assert [(one.kind, one.payload) for one in events] == [
        ("VendorSubmitted", {"vendor_id": vendor_id})
    ]
    (notice,) = house.session.scalars(sa.select(Notice)).all()
    assert (notice.recipient, notice.template, notice.lang) == (
        "htx@example.vn",
        "vendors/submit",
        "vi",
    )
    actions = house.session.scalars(
        sa.select(audit.AuditEntry.action).where(audit.AuditEntry.subject_id == vendor_id)
    ).all()
    assert actions == ["vendor.started", "vendor.edited", "vendor.paper_added", "vendor.submit"]
    assert audit.verify(house.session) is None


def test_what_is_with_the_office_is_not_changed_any_more(house):
    vendor_id = house.submitted()
    for service, values in (
        (applying.save_who, {"who": dataclasses.replace(WHO, name="Khác")}),
        (applying.save_where, {"where": WHERE}),
        (applying.add_papers, {"papers": [PAPER]}),
        (applying.submit_application, {}),
    ):
        with pytest.raises(Conflict):
            house.run(service, vendor_id, actor=house.owner, **values)
    assert queries.dossier(house.session, vendor_id).name == "HTX Đức Chính"


def test_an_application_is_withdrawn_before_the_office_took_it(house):
    vendor_id = house.submitted()
    house.run(applying.cancel_application, vendor_id, actor=house.owner)
    assert queries.dossier(house.session, vendor_id).state is VendorState.CANCELLED
    with pytest.raises(Conflict):
        house.run(applying.cancel_application, vendor_id, actor=house.owner)


def test_an_application_under_review_is_not_withdrawn(house):
    vendor_id = house.under_review()
    with pytest.raises(Conflict):
        house.run(applying.cancel_application, vendor_id, actor=house.owner)
    assert queries.dossier(house.session, vendor_id).state is VendorState.UNDER_REVIEW


def test_an_individual_shows_an_identity_card(house):
    who = Who("Vườn nhà Lan", LegalForm.INDIVIDUAL, "030 080 001 234", "Nguyễn Thị Lan")
    vendor_id = house.complete(who=who)
    with pytest.raises(Invalid):
        house.run(applying.submit_application, vendor_id, actor=house.owner)
    card = dataclasses.replace(PAPER, kind=DocumentKind.IDENTITY)
    house.run(applying.add_papers, vendor_id, papers=[card], actor=house.owner)
    house.run(applying.submit_application, vendor_id, actor=house.owner)
    assert queries.dossier(house.session, vendor_id).registration_no == "•••• 1234"
    assert [paper.kind for paper in queries.papers(house.session, vendor_id)] == [
        DocumentKind.IDENTITY,
        DocumentKind.REGISTRATION,
    ]
