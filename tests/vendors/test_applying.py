"""A person applies: step by step, saved as it goes."""

import dataclasses
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from kernel import audit
from kernel.actor import GUEST, Actor
from kernel.db import transaction
from kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from kernel.events import OutboxMessage
from kernel.mail import Notice
from tests.vendors.conftest import (
    CARD,
    NOW,
    PAPER,
    PERSON,
    REVIEWER,
    WHERE,
    WHO,
    WHY,
    owner_of,
    person,
)
from vendors import queries
from vendors.errors import AppealTooLate, NotComplete
from vendors.models import Vendor, VendorDocument, VendorMember, VendorRequirement
from vendors.rules import LegalForm, Offer, RequirementState, Scheme, VendorState
from vendors.services import applying, proving
from vendors.services.applying import Who
from vendors.services.certifying import Paperwork
from vendors.services.requirements import Verdict, judge_requirement

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
    assert [paper.file_name for paper in dossier.papers] == ["cccd.jpg", "dkkd.jpg"]
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
    card, paper = queries.papers(house.session, vendor_id)
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
    assert queries.papers(house.session, vendor_id) == [card]
    assert lines(house, vendor_id)["registration"] is RequirementState.INCOMPLETE


def test_a_paper_of_another_dossier_is_not_found(house):
    first = house.complete()
    paper = queries.papers(house.session, first)[0]
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


def test_an_incomplete_dossier_names_what_is_open(house):
    vendor_id = house.draft()
    for steps, open_lines, change in (
        (["person", "where"], ["identity", "registration"], house.answers),
        (["where"], ["identity", "registration"], _place),
        ([], ["identity", "registration"], _paper(CARD)),
        ([], ["registration"], _paper(PAPER)),
    ):
        with pytest.raises(NotComplete) as refusal:
            house.run(applying.submit_application, vendor_id, actor=house.owner)
        assert (refusal.value.steps, refusal.value.lines) == (steps, open_lines)
        assert queries.dossier(house.fresh(), vendor_id).state is VendorState.DRAFT
        change(vendor_id) if change == house.answers else change(house, vendor_id)
    house.run(applying.submit_application, vendor_id, actor=house.owner)
    assert queries.dossier(house.session, vendor_id).state is VendorState.SUBMITTED


def _place(house, vendor_id):
    house.run(applying.save_where, vendor_id, where=WHERE, actor=house.owner)


def _paper(paper):
    return lambda house, vendor_id: house.run(
        applying.add_papers, vendor_id, papers=[paper], actor=house.owner
    )


def lines(house, vendor_id):
    """Return the states of a vendor's lines by key."""
    rows = house.fresh().scalars(
        sa.select(VendorRequirement).where(VendorRequirement.vendor_id == vendor_id)
    )
    return {row.key: row.state for row in rows}


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
    assert actions == [
        "vendor.started",
        "vendor.edited",
        "vendor.identity_saved",
        "vendor.edited",
        "vendor.paper_added",
        "vendor.paper_added",
        "vendor.submit",
    ]
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


def test_an_individual_shows_an_identity_card_and_no_registration(house):
    who = Who("Vườn nhà Lan", LegalForm.INDIVIDUAL, "030 080 001 234", sells=[Offer.HANDICRAFT])
    vendor_id = house.complete(who=who, paper=CARD)
    assert lines(house, vendor_id) == {
        "identity": RequirementState.SUBMITTED,
        "bank_account": RequirementState.INCOMPLETE,
    }
    house.run(applying.submit_application, vendor_id, actor=house.owner)
    dossier = queries.dossier(house.session, vendor_id)
    assert (dossier.registration_no, dossier.representative) == ("•••• 1234", PERSON.full_name)


def test_what_is_sold_decides_the_lines(house):
    vendor_id = house.draft(dataclasses.replace(WHO, sells=(Offer.RAW, Offer.TOUR_PACKAGE)))
    wanted = lines(house, vendor_id)
    assert {"identity", "registration", "food_safety", "travel_licence"} <= set(wanted)
    house.run(applying.save_who, vendor_id, who=WHO, actor=house.owner)
    assert set(lines(house, vendor_id)) == {"identity", "registration", "bank_account"}


def test_the_same_first_form_sent_twice_opens_one_dossier(house):
    code = applying.fresh_code()
    owner = owner_of(house.user_id)
    first, second = (
        house.run(applying.start_application, WHO, actor=owner, code=code) for _ in range(2)
    )
    assert first == second
    assert len(queries.applications_of(house.session, house.user_id)) == 1


def test_a_code_of_somebody_elses_dossier_opens_nothing(house):
    vendor_id = house.draft()
    code = queries.dossier(house.session, vendor_id).code
    with transaction(house.session):
        other = person(house.session, contact="0987654321")
    with pytest.raises(Conflict):
        house.run(applying.start_application, WHO, actor=owner_of(other), code=code)
    assert queries.applications_of(house.fresh(), other) == []


def test_the_same_file_sent_twice_for_one_purpose_is_kept_once(house):
    paper = dataclasses.replace(PAPER, sha256="ab" * 32)
    vendor_id = house.complete(paper=paper)
    again = dataclasses.replace(paper, storage_key="private/vendors/x/again.jpg", file_name="2.jpg")
    known = house.run(applying.add_papers, vendor_id, papers=[again], actor=house.owner)
    assert known == [again]
    assert len(queries.papers(house.fresh(), vendor_id)) == 2


ORGANIC = Paperwork(
    Scheme.ORGANIC, "HC-7", "TTCN Hà Nội", date(2026, 1, 10), date(2027, 1, 9), scope={}
)


def test_a_certificate_proves_its_lines_and_is_kept_once(house):
    vendor_id = house.draft(dataclasses.replace(WHO, sells=(Offer.ORGANIC,)))
    assert lines(house, vendor_id)["organic"] is RequirementState.INCOMPLETE
    values = {"paperwork": ORGANIC, "actor": house.owner}
    first = house.run(proving.add_proof, vendor_id, **values)
    assert house.run(proving.add_proof, vendor_id, **values) == first
    found = lines(house, vendor_id)
    assert found["organic"] is found["food_safety"] is RequirementState.SUBMITTED
    house.run(proving.remove_proof, vendor_id, certificate_id=first, actor=house.owner)
    assert lines(house, vendor_id)["organic"] is RequirementState.INCOMPLETE
    assert queries.certificates(house.fresh(), vendor_id) == []


def test_an_expired_certificate_proves_nothing(house):
    vendor_id = house.draft(dataclasses.replace(WHO, sells=(Offer.ORGANIC,)))
    old = dataclasses.replace(ORGANIC, last_day=date(2026, 11, 22))
    house.run(proving.add_proof, vendor_id, paperwork=old, actor=house.owner)
    assert lines(house, vendor_id)["organic"] is RequirementState.INCOMPLETE


def test_a_refused_line_waits_again_once_it_is_answered(house):
    vendor_id = house.under_review()
    said = Verdict("registration", "reject", WHY)
    house.run(judge_requirement, vendor_id, said=said, actor=REVIEWER)
    house.decide(vendor_id, "request_information", by=REVIEWER)
    with pytest.raises(NotComplete) as refusal:
        house.run(applying.submit_application, vendor_id, actor=house.owner)
    assert refusal.value.lines == ["registration"]
    house.run(
        applying.add_papers,
        vendor_id,
        papers=[dataclasses.replace(PAPER, file_name="ro-hon.jpg", requirement="registration")],
        actor=house.owner,
    )
    assert lines(house, vendor_id)["registration"] is RequirementState.SUBMITTED
    house.run(applying.submit_application, vendor_id, actor=house.owner)
    assert queries.dossier(house.fresh(), vendor_id).state is VendorState.SUBMITTED


@pytest.mark.parametrize(
    ("change", "field"),
    [({"number": "030080"}, "number"), ({"birthday": date(2015, 1, 1)}, "birthday")],
)
def test_a_person_who_cannot_answer_is_refused_and_nothing_is_kept(house, change, field):
    vendor_id = house.draft()
    with pytest.raises(Invalid) as refusal:
        house.answers(vendor_id, dataclasses.replace(PERSON, **change))
    assert refusal.value.field == field
    assert queries.person_of(house.fresh(), vendor_id) is None


def test_a_vendor_the_office_entered_says_once_what_it_sells(house):
    vendor_id = house.approved()
    with transaction(house.session):
        house.session.get_one(Vendor, vendor_id).sells = []
    values = {"offers": [Offer.RAW], "actor": house.owner}
    house.run(applying.save_offers, vendor_id, **values)
    assert queries.dossier(house.fresh(), vendor_id).sells == ["raw"]
    assert "food_safety" in lines(house, vendor_id)
    with pytest.raises(Conflict):
        house.run(applying.save_offers, vendor_id, **values | {"offers": [Offer.HOMESTAY]})
    assert queries.dossier(house.fresh(), vendor_id).sells == ["raw"]


def test_a_rejection_is_appealed_against_until_the_last_day(house):
    vendor_id = house.under_review()
    house.decide(vendor_id, "reject")
    assert queries.appeal_until(house.session, vendor_id) == date(2026, 12, 23)
    values = {"reason": "Giấy đăng ký của chúng tôi còn hạn.", "actor": house.owner}
    with pytest.raises(AppealTooLate) as refusal:
        house.run(
            applying.appeal_decision,
            vendor_id,
            **values,
            now=datetime(2026, 12, 23, 17, tzinfo=UTC),
        )
    assert refusal.value.values == {"day": "23/12/2026"}
    assert queries.dossier(house.fresh(), vendor_id).state is VendorState.REJECTED
    house.run(
        applying.appeal_decision, vendor_id, **values, now=datetime(2026, 12, 23, 16, tzinfo=UTC)
    )
    dossier = queries.dossier(house.fresh(), vendor_id)
    assert dossier.state is VendorState.APPEALED
    assert (dossier.steps[0].action, dossier.steps[0].reason) == ("appeal", values["reason"])


def test_an_appeal_needs_a_reason_an_owner_and_a_decision(house):
    vendor_id = house.under_review()
    values = {"reason": "Chúng tôi không đồng ý.", "actor": house.owner}
    with pytest.raises(Conflict):
        house.run(applying.appeal_decision, vendor_id, **values)
    house.decide(vendor_id, "reject")
    with pytest.raises(Invalid):
        house.run(applying.appeal_decision, vendor_id, **values | {"reason": " "})
    with pytest.raises(NotFound):
        house.run(applying.appeal_decision, vendor_id, **values | {"actor": STRANGER})
    assert queries.dossier(house.fresh(), vendor_id).state is VendorState.REJECTED


def test_a_lapsed_vendor_corrects_its_dossier_and_hands_it_in_again(house):
    vendor_id = house.approved()
    with transaction(house.session):
        house.session.get_one(Vendor, vendor_id).state = VendorState.LAPSED
    moved = dataclasses.replace(WHERE, address="Thôn Đông")
    house.run(applying.save_where, vendor_id, where=moved, actor=house.owner)
    house.run(applying.submit_application, vendor_id, actor=house.owner)
    dossier = queries.dossier(house.fresh(), vendor_id)
    assert (dossier.state, dossier.address) == (VendorState.SUBMITTED, "Thôn Đông")
