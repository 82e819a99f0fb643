"""Who looks at what proves an identity, and when it is erased."""

import dataclasses
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from kernel.actor import Actor
from kernel.audit import AuditEntry
from kernel.db import transaction
from kernel.errors import NotAllowed, NotFound
from kernel.rules_table import NewRule, close_rule, enter_rule
from kernel.storage import LocalStorage, SealedStorage
from tests.vendors.conftest import APPROVER, NOW, REVIEWER, SEALER, WHERE, WHO, owner_of
from tests.vendors.test_sealing import ALONE, NUMBER, everything
from vendors import jobs, queries
from vendors.errors import PaperErased
from vendors.models import Vendor, VendorDocument, VendorIdentity, VendorNumber
from vendors.queries.exporting import paper_files, vendor_sheets
from vendors.rules import DocumentKind, VendorState, erased_on
from vendors.services import applying, erasing, papers, viewing
from vendors.services.importing import VendorRow, import_vendor
from vendors.services.leaving import close_vendor, purge_left
from vendors.services.papers import Content

PICTURE = b"the picture of a card"
DAY = timedelta(days=1)


@pytest.fixture
def storage(tmp_path):
    return SealedStorage(LocalStorage(tmp_path), SEALER)


@pytest.fixture
def applied(house, storage):
    """A dossier under review with two files: an identity card and a registration."""
    vendor_id = house.draft(ALONE)
    house.answers(vendor_id)
    house.run(applying.save_where, vendor_id, where=WHERE, actor=house.owner)
    kept = [
        papers.keep_paper(
            storage,
            vendor_id,
            kind=kind,
            file_name=f"Nguyễn Thị Lan {kind.value}.jpg",
            content=Content("image/jpeg", PICTURE + kind.value.encode()),
        )
        for kind in (DocumentKind.IDENTITY, DocumentKind.OTHER)
    ]
    house.run(applying.add_papers, vendor_id, papers=kept, actor=house.owner)
    house.run(applying.submit_application, vendor_id, actor=house.owner)
    house.decide(vendor_id, "take", by=REVIEWER)
    return vendor_id


def erase(house, storage, now):
    return house.run(erasing.erase_identities, forget=storage.delete, now=now)


def files(storage):
    return [*storage.inner.keys("private/sealed"), *storage.inner.keys("private/vendors")]


def kept(house, vendor_id):
    """Tell of picture, number, birthday and registration number which are kept."""
    session = house.fresh()
    person, own = session.get(VendorIdentity, vendor_id), session.get(VendorNumber, vendor_id)
    card = next(p for p in queries.papers(session, vendor_id) if p.is_sensitive)
    return (
        card.erased_on is None,
        bool(person.number_sealed),
        bool(person.birthday_sealed),
        bool(own.number_sealed),
    )


ALL, NOTHING = (True,) * 4, (False,) * 4


def test_after_an_approval_only_fingerprint_and_last_digits_stay(house, applied, storage):
    assert erase(house, storage, NOW + 100 * DAY) == 0
    house.approve(applied)
    assert len(files(storage)) == 2
    assert erase(house, storage, NOW) == 1
    assert kept(house, applied) == NOTHING
    session = house.session
    person, own = session.get(VendorIdentity, applied), session.get(VendorNumber, applied)
    assert (person.last4, person.fingerprint) == ("1234", SEALER.fingerprint(NUMBER))
    assert own.fingerprint == SEALER.fingerprint(NUMBER)
    assert person.emptied_on == own.emptied_on == date(2026, 11, 23)
    assert session.get(Vendor, applied).registration_no == "•••• 1234"
    (left,) = files(storage)
    other = next(p for p in queries.papers(session, applied) if not p.is_sensitive)
    assert (left, storage.get(left)) == (other.storage_key, PICTURE + b"other")
    # The erased file's name and digest go as well: they may name or betray somebody.
    row = session.scalars(
        sa.select(VendorDocument).where(VendorDocument.kind == DocumentKind.IDENTITY)
    ).one()
    assert (row.file_name, row.sha256, row.storage_key, row.size_bytes) == ("-", "", "", 0)
    assert NUMBER not in everything(session)


def test_erasing_twice_finds_nothing_and_is_noted_once(house, applied, storage):
    house.approve(applied)
    assert [erase(house, storage, NOW + day * DAY) for day in range(3)] == [1, 0, 0]
    noted = house.session.scalars(
        sa.select(AuditEntry).where(AuditEntry.action == "vendor.identity_emptied")
    ).all()
    assert [(one.subject_id, one.detail) for one in noted] == [(applied, {"papers": 1})]


@pytest.mark.parametrize(("days", "count"), [(0, 0), (30, 0), (31, 1)])
def test_a_rejection_waits_for_the_end_of_the_appeal(house, applied, storage, days, count):
    house.decide(applied, "reject")
    # The appeal may be made on the thirtieth day until midnight.
    assert erase(house, storage, NOW + days * DAY) == count
    assert kept(house, applied) == (NOTHING if count else ALL)


def test_an_appeal_keeps_the_identity_until_it_is_dismissed(house, applied, storage):
    house.decide(applied, "reject")
    house.run(
        applying.appeal_decision,
        applied,
        reason="Giấy đăng ký của tôi còn hạn.",
        actor=house.owner,
        now=NOW + 29 * DAY,
    )
    assert erase(house, storage, NOW + 90 * DAY) == 0
    assert kept(house, applied) == ALL
    other = Actor("01OTHER", "Lê Thị Mai", frozenset({"approver"}))
    house.decide(applied, "dismiss_appeal", by=other, now=NOW + 91 * DAY)
    assert erase(house, storage, NOW + 91 * DAY) == 1
    assert kept(house, applied) == NOTHING


def test_a_withdrawn_application_keeps_nothing(house, storage):
    vendor_id = house.draft(ALONE)
    house.answers(vendor_id)
    house.run(applying.cancel_application, vendor_id, actor=house.owner)
    assert erase(house, storage, NOW) == 1
    assert house.fresh().get(VendorIdentity, vendor_id).number_sealed == ""


def test_the_rule_of_the_decisions_day_counts(house, applied, storage):
    key = "privacy.identity_days_after_decision"
    tomorrow = date(2026, 11, 24)
    value = {"approve": 10, "reject": 1, "final": 0}
    with transaction(house.session):
        close_rule(house.session, key, from_day=tomorrow)
        enter_rule(house.session, NewRule(key, value, tomorrow, "Luật mới", "B"), now=NOW)
    house.approve(applied, now=NOW + DAY)
    assert [erase(house, storage, NOW + day * DAY) for day in (1, 10, 11)] == [0, 0, 1]


def test_what_the_office_enters_from_a_table_is_emptied_as_well(house, storage):
    row = VendorRow(
        code="V-1",
        name="Vườn nhà Lan",
        legal_form=ALONE.legal_form,
        representative="Nguyễn Thị Lan",
        phone="+84912345678",
        commune="vn-2025:10909",
        address="Thôn Lôi Xá",
        registration_no=NUMBER,
        since=datetime.fromisoformat("2015-01-01T00:00+00:00"),
    )
    vendor_id = house.run(import_vendor, row, actor=Actor(name="import"))
    assert erase(house, storage, NOW) == 1
    assert house.fresh().get(VendorNumber, vendor_id).number_sealed == ""
    house.run(import_vendor, row, actor=Actor(name="import"))
    assert queries.dossier(house.fresh(), vendor_id).registration_no == "•••• 1234"


def test_a_file_that_cannot_be_deleted_leaves_everything_for_the_next_run(house, applied, storage):
    house.approve(applied)

    def broken(_key):
        raise OSError

    with pytest.raises(OSError):
        house.run(erasing.erase_identities, forget=broken)
    assert kept(house, applied) == ALL
    assert erase(house, storage, NOW + DAY) == 1


def test_the_job_opens_the_storage_and_erases(house, applied, storage):
    house.approve(applied)
    job = jobs.erase_identities_with(lambda: storage)
    assert house.run(lambda session, now: job(session, now)) == 1
    assert kept(house, applied) == NOTHING


def test_what_is_erased_is_in_no_export_and_does_not_hinder_leaving(house, applied, storage):
    house.approve(applied)
    assert {p.kind for p in paper_files(house.session, applied)} == {
        DocumentKind.IDENTITY,
        DocumentKind.OTHER,
    }
    erase(house, storage, NOW)
    assert [p.kind for p in paper_files(house.fresh(), applied)] == [DocumentKind.OTHER]
    (numbers,) = [one for one in vendor_sheets(house.session, applied) if one.name == "numbers"]
    assert numbers.rows == []
    house.run(close_vendor, applied, still_open=lambda *_: [], actor=house.owner)
    house.run(purge_left, forget=storage.delete, now=NOW + 400 * DAY)
    assert files(storage) == []
    assert house.fresh().get(VendorNumber, applied) is None


def test_an_erased_paper_can_be_taken_out_of_a_lapsed_dossier(house, applied, storage):
    house.approve(applied)
    erase(house, storage, NOW)
    with transaction(house.session):
        house.session.get(Vendor, applied).state = VendorState.LAPSED
    card = next(p for p in queries.papers(house.fresh(), applied) if p.is_sensitive)
    deleted = []
    house.run(
        applying.remove_paper,
        applied,
        paper_id=card.id,
        forget=deleted.append,
        actor=house.owner,
    )
    assert deleted == []
    assert [p.kind for p in queries.papers(house.fresh(), applied)] == [DocumentKind.OTHER]


@pytest.mark.parametrize(
    ("state", "due"),
    [
        (VendorState.APPROVED, date(2026, 1, 2)),
        (VendorState.RENEWAL_DUE, date(2026, 1, 2)),
        (VendorState.SUSPENDED, date(2026, 1, 2)),
        (VendorState.TERMINATED, date(2026, 1, 2)),
        (VendorState.CLOSED, date(2026, 1, 2)),
        (VendorState.REJECTED, date(2026, 2, 3)),
        (VendorState.DECIDED, date(2026, 1, 4)),
        (VendorState.CANCELLED, date(2026, 1, 4)),
        (VendorState.DRAFT, None),
        (VendorState.SUBMITTED, None),
        (VendorState.UNDER_REVIEW, None),
        (VendorState.INFORMATION_REQUESTED, None),
        (VendorState.APPEALED, None),
        (VendorState.LAPSED, None),
    ],
)
def test_each_state_says_whether_the_identity_is_needed(state, due):
    days = {"approve": 1, "reject": 3, "final": 3}
    assert erased_on(state, date(2026, 1, 1), days=days, appeal_days=30) == due


def officer(user_id, *roles, **memberships):
    return Actor(user_id, user_id, frozenset(roles), memberships)


WHO_MAY = [
    # who, under review, appealed, decided
    (REVIEWER, True, True, True),
    (officer("01COLLEAGUE", "reviewer"), False, False, False),
    (APPROVER, True, True, False),
    (officer("01FINANCE", "finance"), False, False, False),
    (officer("01STATISTICS", "statistics"), False, False, False),
    (officer("01OPERATOR", "operator"), False, False, False),
    (officer("01REVIEWER"), False, False, False),
    (officer("01BUYER"), False, False, False),
    (Actor(), False, False, False),
]


@pytest.mark.parametrize(
    ("actor", "state", "may"),
    [
        (actor, state, may)
        for actor, *answers in WHO_MAY
        for state, may in zip(
            (VendorState.UNDER_REVIEW, VendorState.APPEALED, VendorState.APPROVED),
            answers,
            strict=True,
        )
    ],
)
def test_only_who_judges_may_look(house, applied, actor, state, may):
    with transaction(house.session):
        house.session.get(Vendor, applied).state = state
    card = next(p for p in queries.papers(house.fresh(), applied) if p.is_sensitive)
    looks = (
        lambda: house.run(viewing.look_at_paper, card.id, vendor_id=applied, actor=actor),
        lambda: house.run(viewing.look_at_numbers, applied, sealer=SEALER, actor=actor),
    )
    for look in looks:
        if may:
            look()
        else:
            with pytest.raises(NotAllowed):
                look()
    seen = house.fresh().scalars(
        sa.select(AuditEntry).where(AuditEntry.action == "vendor.identity_seen")
    )
    expected = [["identity"], ["number"]] if may else []
    assert [(one.actor_id, one.detail["what"]) for one in seen] == [
        (actor.user_id, what) for what in expected
    ]


def test_of_the_vendors_own_people_only_owners_may_look(house, applied):
    seller = Actor("01SELLER", "Mai", frozenset(), {applied: frozenset({"seller"})})
    both = Actor("01BOTH", "Mai", frozenset({"approver"}), {applied: frozenset({"seller"})})
    for actor in (seller, both):
        with pytest.raises(NotAllowed):
            house.run(viewing.look_at_numbers, applied, sealer=SEALER, actor=actor)
    numbers = house.run(
        viewing.look_at_numbers, applied, sealer=SEALER, actor=owner_of(house.user_id, applied)
    )
    assert (numbers.number, numbers.birthday, numbers.registration_no) == (
        NUMBER,
        date(1980, 5, 17),
        NUMBER,
    )


def test_other_papers_open_for_every_officer_and_are_not_noted(house, applied):
    other = next(p for p in queries.papers(house.session, applied) if not p.is_sensitive)
    colleague = officer("01COLLEAGUE", "reviewer")
    found = house.run(viewing.look_at_paper, other.id, vendor_id=applied, actor=colleague)
    assert found.id == other.id
    assert not house.fresh().scalar(
        sa.select(AuditEntry.seq).where(AuditEntry.action == "vendor.identity_seen")
    )


def test_a_draft_and_a_paper_of_another_dossier_are_not_there(house, applied):
    card = next(p for p in queries.papers(house.session, applied) if p.is_sensitive)
    draft = house.draft(dataclasses.replace(WHO, name="HTX Hai"))
    for vendor_id in (draft, "01NOBODY"):
        with pytest.raises(NotFound):
            house.run(viewing.look_at_paper, card.id, vendor_id=vendor_id, actor=REVIEWER)
        with pytest.raises(NotFound):
            house.run(viewing.look_at_numbers, vendor_id, sealer=SEALER, actor=REVIEWER)


def test_what_was_erased_says_so(house, applied, storage):
    house.approve(applied)
    erase(house, storage, NOW)
    card = next(p for p in queries.papers(house.fresh(), applied) if p.is_sensitive)
    with pytest.raises(PaperErased):
        house.run(viewing.look_at_paper, card.id, vendor_id=applied, actor=REVIEWER)
    assert not house.run(viewing.look_at_numbers, applied, sealer=SEALER, actor=REVIEWER).held
