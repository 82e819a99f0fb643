"""States, numbers and words of vetting."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import Conflict, Invalid, NotAllowed
from kernel.messages import LABELS
from vendors.rules import (
    ARROWS,
    EDITABLE,
    HOUSE_ACTIONS,
    NEEDS_REASON,
    OFFICE_ACTIONS,
    VENDOR_ACTIONS,
    DocumentKind,
    LegalForm,
    Offer,
    RequirementState,
    Scheme,
    VendorState,
    after,
    after_answer,
    appeal_end,
    masked,
    need_editable,
    need_grown_up,
    need_member_roles,
    need_other_owner,
    need_reason,
    need_stars,
    offer_values,
    office_actions,
    open_steps,
    registration_number,
    shows_number,
    urgency,
)

S = VendorState
ACTIONS = sorted({action for _, action in ARROWS} | {"fly"})


@pytest.mark.parametrize("state", S)
@pytest.mark.parametrize("action", ACTIONS)
def test_only_the_arrows_of_the_table_exist(state, action):
    if (state, action) in ARROWS:
        assert after(state, action) is ARROWS[state, action]
    else:
        with pytest.raises(Conflict):
            after(state, action)


@given(st.lists(st.sampled_from(ACTIONS), max_size=30))
def test_no_way_leads_to_approval_but_through_review(actions):
    state, reviewed = S.DRAFT, False
    for action in actions:
        try:
            state = after(state, action)
        except Conflict:
            continue
        reviewed = reviewed or state is S.UNDER_REVIEW
        assert reviewed or state is not S.APPROVED


@pytest.mark.parametrize("ended", [S.REJECTED, S.TERMINATED])
def test_from_a_refusal_only_an_appeal_leads_on(ended):
    assert [action for state, action in ARROWS if state is ended] == ["appeal"]


@given(st.lists(st.sampled_from(ACTIONS), max_size=30))
def test_final_ends_stay(actions):
    for ended in (S.DECIDED, S.CANCELLED, S.CLOSED):
        for action in actions:
            with pytest.raises(Conflict):
                after(ended, action)


@pytest.mark.parametrize(
    ("state", "roles", "expected"),
    [
        (S.SUBMITTED, {"reviewer"}, ["take"]),
        (S.UNDER_REVIEW, {"reviewer"}, ["request_information"]),
        (S.UNDER_REVIEW, {"approver"}, ["request_information", "approve", "reject"]),
        (S.APPROVED, {"reviewer"}, []),
        (S.APPROVED, {"approver"}, ["suspend"]),
        (S.SUSPENDED, {"approver"}, ["reinstate", "terminate"]),
        (S.DRAFT, {"approver", "reviewer"}, []),
        (S.UNDER_REVIEW, {"statistics", "finance"}, []),
    ],
)
def test_the_desk_offers_what_a_role_may_do(state, roles, expected):
    assert office_actions(state, roles) == expected


def test_every_office_action_and_reason_is_an_arrow():
    known = {action for _, action in ARROWS}
    assert set(OFFICE_ACTIONS) | NEEDS_REASON <= known
    assert known - set(OFFICE_ACTIONS) == VENDOR_ACTIONS | HOUSE_ACTIONS
    assert not VENDOR_ACTIONS & HOUSE_ACTIONS


@pytest.mark.parametrize("state", S)
def test_a_dossier_changes_only_in_its_owners_hands(state):
    if state in EDITABLE:
        need_editable(state)
    else:
        with pytest.raises(Conflict):
            need_editable(state)


@pytest.mark.parametrize("action", sorted(NEEDS_REASON))
def test_a_refusal_is_explained_in_a_sentence(action):
    with pytest.raises(Invalid) as refusal:
        need_reason(action, "  không   ")
    assert refusal.value.field == "reason"
    assert need_reason(action, "  Thiếu giấy đăng ký. ") == "Thiếu giấy đăng ký."


def test_an_approval_needs_no_words():
    assert need_reason("approve", " ") == ""


@pytest.mark.parametrize(
    ("form", "text", "digits"),
    [
        (LegalForm.COOPERATIVE, "0100233488", "0100233488"),
        (LegalForm.COMPANY, "0100 233 488", "0100233488"),
        (LegalForm.COMPANY, "0100233488-001", "0100233488001"),
        (LegalForm.STATE, "0100233488", "0100233488"),
        (LegalForm.HOUSEHOLD, "0100233488", "0100233488"),
        (LegalForm.HOUSEHOLD, "030 080 001 234", "030080001234"),
        (LegalForm.INDIVIDUAL, "030080001234", "030080001234"),
    ],
)
def test_a_number_is_kept_as_digits(form, text, digits):
    assert registration_number(form, text) == digits


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (LegalForm.COOPERATIVE, "0100233487"),
        (LegalForm.COOPERATIVE, "030080001234"),
        (LegalForm.COMPANY, "01002334"),
        (LegalForm.COMPANY, ""),
        (LegalForm.HOUSEHOLD, "0100233487"),
        (LegalForm.INDIVIDUAL, "0100233488"),
        (LegalForm.INDIVIDUAL, "000080001234"),
        (LegalForm.INDIVIDUAL, "03008000123x"),
        (LegalForm.INDIVIDUAL, "٠٣٠٠٨٠٠٠١٢٣٤"),
    ],
)
def test_a_wrong_number_is_refused(form, text):
    with pytest.raises(Invalid) as refusal:
        registration_number(form, text)
    assert refusal.value.field == "registration_no"


def test_a_personal_number_is_never_public():
    assert shows_number(LegalForm.COOPERATIVE, "0100233488")
    assert not shows_number(LegalForm.INDIVIDUAL, "030080001234")
    assert not shows_number(LegalForm.HOUSEHOLD, "030080001234")
    assert not shows_number(LegalForm.COOPERATIVE, None)


@given(st.text(min_size=5, max_size=20))
def test_a_masked_number_shows_four_characters(number):
    shown = masked(number)
    assert len(shown) == len(number)
    assert shown[-4:] == number[-4:]
    assert set(shown[:-4]) == {"•"}


def test_nothing_masked_is_nothing():
    assert masked(None) == masked("") == ""


@pytest.mark.parametrize(
    ("done", "expected"),
    [
        ({}, []),
        ({"place": False}, ["where"]),
        ({"person": False}, ["person"]),
        ({"sells": False}, ["who"]),
        ({"sells": False, "person": False, "place": False}, ["who", "person", "where"]),
    ],
)
def test_what_is_missing_is_named_by_step(done, expected):
    assert open_steps(**({"sells": True, "person": True, "place": True} | done)) == expected


@pytest.mark.parametrize(
    ("birthday", "fits"),
    [
        (date(2008, 11, 23), True),
        (date(2008, 11, 24), False),
        (date(1906, 11, 23), True),
        (date(1905, 11, 23), False),
        (date(2027, 1, 1), False),
    ],
)
def test_whoever_answers_is_of_age_and_alive(birthday, fits):
    if fits:
        need_grown_up(birthday, date(2026, 11, 23))
        return
    with pytest.raises(Invalid) as refusal:
        need_grown_up(birthday, date(2026, 11, 23))
    assert refusal.value.field == "birthday"


def test_an_appeal_ends_after_its_days():
    assert appeal_end(date(2026, 11, 23), 30) == date(2026, 12, 23)


def test_offers_are_stored_in_one_order():
    assert offer_values([Offer.HOMESTAY, Offer.RAW]) == ["raw", "homestay"]
    assert offer_values([]) == []


@pytest.mark.parametrize("state", RequirementState)
def test_an_answer_wakes_only_a_line_that_was_refused(state):
    expected = RequirementState.SUBMITTED if state is RequirementState.REJECTED else state
    assert after_answer(state) is expected


@pytest.mark.parametrize(
    ("left", "expected"),
    [(None, "none"), (-1, "late"), (0, "soon"), (2, "soon"), (3, "calm")],
)
def test_colour_is_for_remaining_time(left, expected):
    assert urgency(left) == expected


@pytest.mark.parametrize("stars", [3, 4, 5])
def test_ocop_has_three_to_five_stars(stars):
    assert need_stars(Scheme.OCOP, stars) == stars
    assert need_stars(Scheme.VIETGAP, stars) is None


@pytest.mark.parametrize("stars", [None, 0, 2, 6])
def test_other_stars_are_refused(stars):
    with pytest.raises(Invalid):
        need_stars(Scheme.OCOP, stars)


def test_members_have_known_roles():
    known = frozenset({"owner", "seller"})
    assert need_member_roles(["seller", "owner"], known) == ["owner", "seller"]
    for wrong in ([], ["king"]):
        with pytest.raises(Invalid):
            need_member_roles(wrong, known)


def test_the_last_owner_stays():
    need_other_owner(["a", "b"], "a")
    with pytest.raises(NotAllowed):
        need_other_owner(["a"], "a")


@pytest.mark.parametrize("kind", [VendorState, LegalForm, DocumentKind, Scheme])
def test_every_member_has_words(kind):
    assert all(LABELS[member] for member in kind)
