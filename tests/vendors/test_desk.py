"""What officers do inside a dossier: judge its lines, note, hand it over."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import sessionmaker

from accounts.services.people import create_user
from kernel import audit
from kernel.actor import GUEST, Actor
from kernel.clock import local_date
from kernel.db import transaction
from kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.conftest import post
from tests.together import at_once
from tests.vendors.conftest import APPROVER, NOW, REVIEWER, WHO, WHY, House, owner_of
from tests.vendors.test_pages import line_version, text
from vendors import queries
from vendors.errors import DossierMoved, LineMoved, LinesOpen
from vendors.models import VendorNote, VendorRequirement
from vendors.queries.exporting import vendor_sheets
from vendors.rules import Offer, RequirementState, VendorState, powers, sees_identity
from vendors.services import applying
from vendors.services.assigning import give_back, hand_over, take_charge
from vendors.services.noting import write_note
from vendors.services.requirements import Verdict, judge_requirement

TODAY = local_date(NOW)
R = RequirementState


def checklist(house, vendor_id, on=TODAY):
    dossier = queries.dossier(house.fresh(), vendor_id, inside=True)
    return queries.desk_lines(house.session, dossier, on=on)


def lines(house, vendor_id, on=TODAY):
    return {one.key: one.line.state for one in checklist(house, vendor_id, on).lines}


def missing(house, vendor_id, on=TODAY):
    return [line.need.key for line in checklist(house, vendor_id, on).missing]


# --- verdicts ---


def test_a_vendor_is_recognised_once_every_needed_line_is_judged(house):
    vendor_id = house.under_review()
    assert missing(house, vendor_id) == ["identity", "registration"]
    with pytest.raises(LinesOpen) as refusal:
        house.decide(vendor_id, "approve")
    assert refusal.value.values["lines"] == {
        "en": "Identity of who answers; Business or cooperative registration",
        "vi": "Căn cước của người đứng tên; Giấy đăng ký kinh doanh hoặc đăng ký hợp tác xã",
    }
    house.judge(vendor_id, "identity")
    with pytest.raises(LinesOpen) as refusal:
        house.decide(vendor_id, "approve")
    assert refusal.value.values["lines"]["en"] == "Business or cooperative registration"
    assert queries.dossier(house.fresh(), vendor_id).state is VendorState.UNDER_REVIEW
    house.judge(vendor_id, "registration", "waive")
    house.decide(vendor_id, "approve")
    assert queries.dossier(house.fresh(), vendor_id).state is VendorState.APPROVED


def test_what_is_not_proved_can_only_be_waived_and_says_by_whom(house):
    vendor_id = house.under_review()
    with pytest.raises(Conflict):
        house.judge(vendor_id, "bank_account")
    house.judge(vendor_id, "bank_account", "waive", reason="  Trả tiền mặt tại chợ. ")
    found = {one.key: one for one in checklist(house, vendor_id).lines}["bank_account"].line
    assert (found.state, found.reason, found.judged_by_name, found.judged_at) == (
        R.WAIVED,
        "Trả tiền mặt tại chợ.",
        REVIEWER.name,
        NOW,
    )


@pytest.mark.parametrize("verdict", ["reject", "waive"])
def test_a_verdict_against_the_rule_needs_a_reason(house, verdict):
    vendor_id = house.under_review()
    with pytest.raises(Invalid) as refusal:
        house.judge(vendor_id, "identity", verdict, reason="không")
    assert refusal.value.field == "reason"
    assert lines(house, vendor_id)["identity"] is R.SUBMITTED


@pytest.mark.parametrize(
    ("actor", "refusal"),
    [
        (GUEST, NotAllowed),
        (Actor("01F", "Tài vụ", frozenset({"finance", "statistics"})), NotAllowed),
    ],
)
def test_only_officers_judge(house, actor, refusal):
    vendor_id = house.under_review()
    with pytest.raises(refusal):
        house.judge(vendor_id, "identity", by=actor)
    assert lines(house, vendor_id)["identity"] is R.SUBMITTED


def test_nobody_judges_his_own_vendor(house):
    vendor_id = house.under_review()
    both = Actor("01B", "Bình", frozenset({"approver"}), {vendor_id: frozenset({"seller"})})
    for act in (
        lambda: house.judge(vendor_id, "identity", by=both),
        lambda: note(house, vendor_id, by=both),
        lambda: house.run(take_charge, vendor_id, seen_version=None, actor=both),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert powers(both, vendor_id, state=VendorState.UNDER_REVIEW, reviewer_id="01B").notes is False


def test_lines_are_judged_while_the_office_has_the_dossier(house):
    draft = house.complete()
    with pytest.raises(NotFound):
        house.judge(draft, "identity")
    house.run(applying.submit_application, draft, actor=house.owner)
    with pytest.raises(Conflict):
        house.judge(draft, "identity")
    house.decide(draft, "take", by=REVIEWER)
    with pytest.raises(NotFound):
        house.judge(draft, "no-such-line")
    with pytest.raises(Conflict):
        house.judge(draft, "identity", "praise")
    house.decide(draft, "reject")
    with pytest.raises(Conflict):
        house.judge(draft, "identity")


def test_a_verdict_leaves_the_version_of_the_dossier(house):
    vendor_id = house.under_review()
    seen = queries.dossier(house.fresh(), vendor_id).version
    house.judged(vendor_id)
    house.decide(vendor_id, "approve", seen=seen)
    assert queries.dossier(house.fresh(), vendor_id).state is VendorState.APPROVED


def test_what_came_with_a_new_rule_is_judged_as_it_was_shown(house):
    """Lines are kept from the last change on: one of a newer rule has no version yet."""
    vendor_id = house.under_review()
    with transaction(house.session):
        house.session.execute(sa.delete(VendorRequirement))
    (first, *_) = checklist(house, vendor_id).lines
    assert (first.key, first.line.state, first.line.version) == ("identity", R.SUBMITTED, 0)
    house.judge(vendor_id, "identity", seen=0)
    assert lines(house, vendor_id)["identity"] is R.ACCEPTED
    with pytest.raises(LineMoved):
        house.judge(vendor_id, "identity", "reject", seen=0)


def test_a_line_lapses_with_its_certificate(house):
    from tests.vendors.test_applying import ORGANIC
    from vendors.services import proving

    vendor_id = house.complete(who=replace(WHO, sells=(Offer.ORGANIC,)))
    house.run(proving.add_proof, vendor_id, paperwork=ORGANIC, actor=house.owner)
    house.run(applying.submit_application, vendor_id, actor=house.owner)
    house.decide(vendor_id, "take", by=REVIEWER)
    house.judged(vendor_id)
    assert missing(house, vendor_id) == []
    assert missing(house, vendor_id, on=ORGANIC.last_day) == []
    after = ORGANIC.last_day + timedelta(days=1)
    assert missing(house, vendor_id, on=after) == ["food_safety", "organic"]
    with pytest.raises(LinesOpen):
        house.decide(vendor_id, "approve", now=NOW + timedelta(days=100))


def test_each_line_stands_beside_its_evidence(house):
    vendor_id = house.under_review()
    found = {one.key: one for one in checklist(house, vendor_id).lines}
    assert [paper.file_name for paper in found["registration"].papers] == ["dkkd.jpg"]
    assert [paper.file_name for paper in found["identity"].papers] == ["cccd.jpg"]
    person = found["identity"].person
    assert (person.full_name, person.last4) == ("Nguyễn Văn Thành", "1234")
    assert not found["bank_account"].has_evidence
    assert found["bank_account"].verdicts == ["waive"]


def test_of_officers_who_judge_a_line_at_once_one_wins_and_the_others_are_told(house, maker):
    vendor_id = house.under_review()
    (first, *_) = checklist(house, vendor_id).lines
    house.session.close()
    verdicts = ["accept", "reject", "waive", "reject"]

    def judge(number):
        officer = Actor(f"01OFFICER{number}", f"Cán bộ {number}", frozenset({"reviewer"}))
        said = Verdict("identity", verdicts[number], WHY, first.line.version)
        with maker() as session, transaction(session):
            judge_requirement(session, vendor_id, said=said, actor=officer, now=NOW)
        return officer.name

    results = at_once(judge, 4)
    won = [one for one in results if isinstance(one, str)]
    assert len(won) == 1
    assert {type(one) for one in results if not isinstance(one, str)} == {LineMoved}
    assert checklist(house, vendor_id).lines[0].line.judged_by_name == won[0]
    assert audit.verify(house.session) is None


# --- notes ---


def note(house, vendor_id, text="Gọi lại ngày mai.", by=REVIEWER, now=NOW):
    return house.run(write_note, vendor_id, text=text, actor=by, now=now)


def test_notes_are_kept_with_author_and_time_for_officers_only(house):
    vendor_id = house.under_review()
    note(house, vendor_id, "  Gọi lại ngày mai. ")
    note(house, vendor_id, "Đã gọi.", by=APPROVER, now=NOW + timedelta(hours=1))
    inside = queries.dossier(house.fresh(), vendor_id, inside=True)
    assert [(one.text, one.author_name, one.at) for one in inside.notes] == [
        ("Đã gọi.", APPROVER.name, NOW + timedelta(hours=1)),
        ("Gọi lại ngày mai.", REVIEWER.name, NOW),
    ]
    assert [step.action for step in inside.steps] == ["take", "submit"]
    assert queries.dossier(house.session, vendor_id).notes == ()
    shown = repr([(sheet.name, sheet.rows) for sheet in vendor_sheets(house.session, vendor_id)])
    assert "Đã gọi" not in shown
    kinds = house.session.execute(
        sa.select(audit.AuditEntry.subject_type, audit.AuditEntry.detail).where(
            audit.AuditEntry.action == "vendor_note.written"
        )
    ).all()
    assert [tuple(one) for one in kinds] == [("vendor_note", {"vendor": vendor_id})] * 2


@pytest.mark.parametrize("words", ["", "   ", "x" * 4001])
def test_an_empty_note_or_a_book_is_refused(house, words):
    vendor_id = house.under_review()
    with pytest.raises(Invalid) as refusal:
        note(house, vendor_id, words)
    assert refusal.value.field == "text"
    assert queries.dossier(house.fresh(), vendor_id, inside=True).notes == []


def test_a_draft_gets_no_notes_and_strangers_write_none(house):
    with pytest.raises(NotFound):
        note(house, house.draft())
    vendor_id = house.submitted()
    for actor in (GUEST, owner_of(house.user_id, vendor_id)):
        with pytest.raises(NotAllowed):
            note(house, vendor_id, by=actor)


def test_no_note_is_lost_when_many_write_at_once(house, maker):
    vendor_id = house.under_review()
    house.session.close()

    def write(number):
        with maker() as session, transaction(session):
            return write_note(session, vendor_id, text=f"Số {number}", actor=REVIEWER, now=NOW)

    assert all(isinstance(one, str) for one in at_once(write, 8))
    kept = house.fresh().scalars(sa.select(VendorNote.text)).all()
    assert sorted(kept) == [f"Số {number}" for number in range(8)]


# --- who has it ---


def officer(house, name, contact, *roles):
    with transaction(house.session):
        user_id = create_user(
            house.session,
            name=name,
            contact=contact,
            password="mot-mat-khau-dai-9",
            lang="vi",
            now=NOW,
            roles=roles,
        )
    return Actor(user_id, name, frozenset(roles))


@pytest.fixture
def lan(house):
    return officer(house, "Lan", "lan@so.example", "reviewer")


@pytest.fixture
def hung(house):
    return officer(house, "Hùng", "hung@so.example", "reviewer")


@pytest.fixture
def taken(house, lan):
    vendor_id = house.submitted()
    house.decide(vendor_id, "take", by=lan)
    return vendor_id


def sees(house, vendor_id, actor):
    found = queries.dossier(house.fresh(), vendor_id)
    return sees_identity(actor, vendor_id, found.state, found.reviewer_id)


def give(house, vendor_id, to, by, seen=None):
    house.run(hand_over, vendor_id, to=to.user_id, seen_version=seen, actor=by)


def test_a_dossier_handed_over_shows_its_identity_papers_to_the_colleague_only(
    house, taken, lan, hung
):
    assert (sees(house, taken, lan), sees(house, taken, hung)) == (True, False)
    give(house, taken, hung, lan)
    assert (sees(house, taken, lan), sees(house, taken, hung)) == (False, True)
    inside = queries.dossier(house.fresh(), taken, inside=True)
    step = inside.steps[0]
    assert (step.action, step.actor_name, step.reason) == ("hand_over", "Lan", "Hùng")
    assert inside.reviewer_name == "Hùng"
    assert [one.action for one in queries.dossier(house.session, taken).steps] == ["take", "submit"]
    shown = repr([(one.name, one.rows) for one in vendor_sheets(house.session, taken)])
    assert "Hùng" not in shown
    noted = house.session.scalars(
        sa.select(audit.AuditEntry.detail).where(audit.AuditEntry.action == "vendor.hand_over")
    ).one()
    assert noted == {"reviewer": hung.user_id}


def test_what_is_given_back_is_taken_by_whoever_is_first(house, taken, lan, hung):
    house.run(give_back, taken, seen_version=None, actor=lan)
    assert (sees(house, taken, lan), sees(house, taken, hung)) == (False, False)
    house.run(take_charge, taken, seen_version=None, actor=hung)
    with pytest.raises(Conflict):
        house.run(take_charge, taken, seen_version=None, actor=lan)
    inside = queries.dossier(house.fresh(), taken, inside=True)
    assert [one.action for one in inside.steps] == ["take_charge", "give_back", "take", "submit"]
    assert (inside.reviewer_id, inside.state) == (hung.user_id, VendorState.UNDER_REVIEW)


def test_only_who_has_it_or_an_approver_gives_it_away(house, taken, lan, hung):
    with pytest.raises(NotAllowed):
        give(house, taken, hung, hung)
    with pytest.raises(NotAllowed):
        house.run(give_back, taken, seen_version=None, actor=hung)
    give(house, taken, hung, APPROVER)
    assert sees(house, taken, hung)


def test_it_is_given_to_officers_who_do_not_work_for_the_vendor(house, taken, lan):
    buyer = officer(house, "Khách", "khach@example.vn")
    maker_ = Actor(house.user_id, "Thành")
    nobody = Actor("01NOBODY", "")
    for to in (buyer, maker_, nobody, lan):
        with pytest.raises(Invalid) as refusal:
            give(house, taken, to, lan)
        assert refusal.value.field == "to"
    assert queries.dossier(house.fresh(), taken).reviewer_id == lan.user_id


def test_a_dossier_that_changed_meanwhile_is_not_given_away(house, taken, lan, hung):
    seen = queries.dossier(house.fresh(), taken).version
    house.decide(taken, "request_information", by=lan)
    with pytest.raises(DossierMoved):
        give(house, taken, hung, lan, seen)
    for service in (give_back, take_charge):
        with pytest.raises(DossierMoved):
            house.run(service, taken, seen_version=seen, actor=lan)


def test_of_officers_who_take_it_again_at_once_one_has_it(house, maker, taken, lan):
    house.run(give_back, taken, seen_version=None, actor=lan)
    seen = queries.dossier(house.fresh(), taken).version
    house.session.close()

    def take(number):
        actor = Actor(f"01OFFICER{number}", f"Cán bộ {number}", frozenset({"reviewer"}))
        with maker() as session, transaction(session):
            take_charge(session, taken, seen_version=seen, actor=actor, now=NOW)
        return actor.user_id

    results = at_once(take, 4)
    won = [one for one in results if isinstance(one, str)]
    assert len(won) == 1
    assert all(isinstance(one, DossierMoved) for one in results if one not in won)
    assert queries.dossier(house.fresh(), taken).reviewer_id == won[0]


@pytest.mark.parametrize("state", list(VendorState))
def test_a_stranger_has_no_powers_in_any_state(state):
    for actor in (GUEST, Actor("01X", "X", frozenset({"finance", "operator"}))):
        may = powers(actor, "01V", state=state, reviewer_id="01X")
        assert not any([may.actions, may.judges, may.certifies, may.notes])
        assert not any([may.takes_charge, may.hands_over, may.gives_back])


# --- the pages ---


@pytest.fixture
def desk(app, now):
    with app.extensions[sessionmaker.__qualname__]() as session:
        yield House(session)


def version_in(answer, action):
    """Return the version that the form with this action carries."""
    form = text(answer).split(f'{action}"')[1]
    return re.search(r'name="version" value="(\d+)"', form)[1]


def test_a_line_is_judged_with_and_without_htmx(client, sign_in, desk):
    vendor_id = desk.under_review()
    sign_in(roles=["reviewer"], name="Lan")
    page = f"/office/vendors/{vendor_id}"
    said = {"verdict": "reject", "reason": "mờ", "version": "1"}
    said["version"] = line_version(client.get(page), "identity")
    address = f"{page}/requirements/identity"
    answer = post(client, address, said, form=page)
    assert answer.status_code == 422
    assert 'aria-describedby="reason-error"' in text(answer)
    token = re.search(r'csrf_token" value="([^"]+)"', text(client.get(page)))[1]
    swapped = client.post(
        address,
        data=said | {"csrf_token": token},
        headers={"HX-Request": "true", "Referer": f"http://localhost{page}"},
    )
    assert swapped.status_code == 200
    assert "field-error" in text(swapped)
    said["reason"] = "Ảnh thẻ bị mờ, xin chụp lại."
    assert post(client, address, said, form=page).status_code == 303
    assert "Ảnh thẻ bị mờ, xin chụp lại." in text(client.get(page))
    late = post(client, address, said, form=page)
    assert late.status_code == 409
    assert lines(desk, vendor_id)["identity"] is R.REJECTED
    nothing = post(client, f"{page}/requirements/nothing", said | {"version": "0"}, form=page)
    assert nothing.status_code == 404


def test_notes_are_written_on_the_page_and_hidden_from_the_vendor(client, sign_in, desk):
    vendor_id = desk.under_review()
    sign_in(roles=["reviewer"], name="Lan")
    page = f"/office/vendors/{vendor_id}"
    assert post(client, f"{page}/notes", {"text": " "}, form=page).status_code == 422
    words = "Nghi trùng hồ sơ <b>cũ</b>"
    answer = post(client, f"{page}/notes", {"text": words}, form=page)
    assert answer.location == f"{page}#notes"
    assert "Nghi trùng hồ sơ &lt;b&gt;cũ&lt;/b&gt;" in text(client.get(page))
    sign_in(vendor=vendor_id)
    assert "Nghi trùng" not in text(client.get(f"/apply/{vendor_id}"))


def test_a_dossier_is_given_back_taken_and_handed_over_on_the_pages(client, sign_in, desk):
    vendor_id = desk.submitted()
    hung = officer(desk, "Hùng", "hung@so.example", "reviewer")
    me = sign_in(roles=["reviewer"], name="Lan")
    page = f"/office/vendors/{vendor_id}"
    seen = version_in(client.get(page), "/decide")
    post(client, f"{page}/decide", {"action": "take", "version": seen}, form=page)
    seen = version_in(client.get(page), "/give-back")
    assert post(client, f"{page}/give-back", {"version": seen}, form=page).location == page
    assert post(client, f"{page}/give-back", {"version": seen}, form=page).status_code == 409
    seen = version_in(client.get(page), "/charge")
    assert post(client, f"{page}/charge", {"version": seen}, form=page).location == page
    assert queries.dossier(desk.fresh(), vendor_id).reviewer_id == me
    choice = f"{page}/hand-over"
    assert "Hùng" in text(client.get(choice))
    assert post(client, choice, {"to": "", "version": ""}).status_code == 422
    seen = str(queries.dossier(desk.fresh(), vendor_id).version)
    assert post(client, choice, {"to": me, "version": seen}).status_code == 422
    assert post(client, choice, {"to": hung.user_id, "version": seen}).location == page
    assert queries.dossier(desk.fresh(), vendor_id).reviewer_name == "Hùng"
    answer = client.get(choice)
    assert answer.status_code == 200
    assert "<select" not in text(answer)


def test_the_declared_place_is_drawn_from_our_own_origin(client, sign_in, desk):
    vendor_id = desk.submitted()
    sign_in(roles=["reviewer"])
    page = f"/office/vendors/{vendor_id}"
    shown = text(client.get(page))
    assert '<svg class="sketch"' in shown
    assert "Tuệ Tĩnh" in shown
    assert re.search(r'href="geo:2\d\.\d+,10\d\.\d+"', shown)
    far = re.findall(r'(?:src|href)="(https?:[^"]+)"', shown)
    assert [one for one in far if not one.startswith("http://localhost")] == []
    assert client.get(f"{page}/place").status_code == 200
    assert client.get(f"/office/vendors/{desk.draft()}/place").status_code == 404
