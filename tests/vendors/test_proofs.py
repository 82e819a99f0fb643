"""What stands behind goods on a day: papers, certificates, the word of the office."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vendors.rules import DocumentKind, LegalForm, Need, RequirementState, Scheme
from vendors.rules.proofs import Held, Proofs, Said, has_fallen, held_state, is_demand, is_proved

R = RequirementState
ON = date(2026, 11, 23)
SEEN, LATER = datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC)

NEED = Need(
    key="food_safety",
    title={},
    help={},
    papers=frozenset({DocumentKind.FOOD_SAFETY}),
    schemes=frozenset({Scheme.FOOD_SAFETY, Scheme.HACCP}),
    facts=frozenset(),
    optional=False,
    legal_ref="",
)


def held(scheme=Scheme.FOOD_SAFETY, *, seen=SEEN, withdrawn=False, end=(2027, 1, 1)):
    return Held(scheme.value, scheme, date(2026, 1, 1), date(*end), seen, withdrawn)


OVER = held(end=(2026, 11, 23))
UNREAD = held(Scheme.HACCP, seen=None)
UNREAD_OVER = held(Scheme.HACCP, seen=None, end=(2026, 11, 23))


def proofs(*certificates, line=None, judged=None, papers=()):
    lines = {"food_safety": Said(line, judged)} if line else {}
    return Proofs(
        "01V",
        LegalForm.COOPERATIVE,
        is_open=True,
        papers=frozenset(papers),
        lines=lines,
        certificates=certificates,
    )


PAPER = (DocumentKind.FOOD_SAFETY,)


@pytest.mark.parametrize(
    ("what", "proved", "fallen"),
    [
        # Nobody asked for it yet: a vendor entered from a list.
        (proofs(), False, False),
        (proofs(UNREAD), False, False),
        (proofs(UNREAD_OVER), False, False),
        (proofs(line=R.INCOMPLETE), False, False),
        # Shown and verified.
        (proofs(held()), True, False),
        (proofs(OVER), False, True),
        (proofs(OVER, held(Scheme.HACCP)), True, False),
        (proofs(held(withdrawn=True)), False, True),
        (proofs(OVER, held(Scheme.VIETGAP)), False, True),
        # It does not count yet.
        (proofs(replace(held(), valid_from=date(2026, 11, 24))), False, False),
        # A paper has no last day.
        (proofs(OVER, papers=PAPER), True, False),
        (proofs(line=R.ACCEPTED, papers=PAPER), True, False),
        # A renewal that the office has not read does not stretch what it read.
        (proofs(OVER, UNREAD), False, True),
        (proofs(OVER, UNREAD, line=R.SUBMITTED), False, True),
        (proofs(OVER, UNREAD, line=R.ACCEPTED), False, True),
        # Accepted on sight of a certificate that nobody verified: it counts while it is valid.
        (proofs(UNREAD, line=R.ACCEPTED), True, False),
        (proofs(UNREAD_OVER, line=R.ACCEPTED), False, True),
        (proofs(UNREAD_OVER, UNREAD, line=R.SUBMITTED, judged=SEEN), False, True),
        # The word of the office goes before papers and days.
        (proofs(OVER, line=R.WAIVED), True, False),
        (proofs(line=R.WAIVED), True, False),
        (proofs(held(), line=R.REJECTED, judged=LATER), False, True),
        (proofs(held(), line=R.REJECTED, judged=SEEN, papers=PAPER), False, True),
        (proofs(held(seen=LATER), line=R.REJECTED, judged=SEEN), True, False),
        (proofs(line=R.EXPIRED), False, True),
        (proofs(held(), line=R.EXPIRED), True, False),
    ],
)
def test_a_need_is_proved_or_has_fallen(what, proved, fallen):
    assert (is_proved(NEED, what, on=ON), has_fallen(NEED, what, on=ON)) == (proved, fallen)


@pytest.mark.parametrize(
    ("what", "state"),
    [
        (proofs(OVER), None),
        (proofs(held(), line=R.ACCEPTED), R.ACCEPTED),
        (proofs(OVER, line=R.ACCEPTED), R.EXPIRED),
        (proofs(OVER, line=R.SUBMITTED), R.EXPIRED),
        (proofs(UNREAD, line=R.SUBMITTED), R.SUBMITTED),
        (proofs(OVER, UNREAD, line=R.EXPIRED), R.EXPIRED),
        (proofs(OVER, held(Scheme.HACCP), line=R.EXPIRED), R.ACCEPTED),
        (proofs(OVER, line=R.WAIVED), R.WAIVED),
        (proofs(OVER, line=R.REJECTED, judged=SEEN), R.REJECTED),
        (proofs(held(seen=LATER), line=R.REJECTED, judged=SEEN), R.ACCEPTED),
        (proofs(held(), line=R.INCOMPLETE), R.INCOMPLETE),
    ],
)
def test_a_line_follows_its_certificates(what, state):
    assert held_state(NEED, what, on=ON) is state


def test_only_what_is_sold_and_proved_by_certificates_bears_on_goods():
    assert is_demand(NEED, {"sells": ["raw"]})
    assert not is_demand(NEED, {})
    assert not is_demand(NEED, {"sells": []})


CERTIFICATES = st.builds(
    held,
    st.sampled_from(list(Scheme)),
    seen=st.sampled_from([None, SEEN, LATER]),
    withdrawn=st.booleans(),
    end=st.sampled_from([(2026, 11, 22), (2026, 11, 23), (2026, 11, 24)]),
)
STANDINGS = st.builds(
    lambda certificates, line, judged, papers: proofs(
        *certificates, line=line, judged=judged, papers=papers
    ),
    st.lists(CERTIFICATES, max_size=4),
    st.sampled_from([None, *R]),
    st.sampled_from([None, SEEN, LATER]),
    st.sampled_from([(), PAPER]),
)


@given(STANDINGS)
def test_what_is_proved_has_not_fallen_and_a_verified_certificate_mends_everything(what):
    assert not (is_proved(NEED, what, on=ON) and has_fallen(NEED, what, on=ON))
    good = [one for one in what.certificates if one.scheme in NEED.schemes and one.valid_to > ON]
    for one in good:
        line = what.said(NEED)
        refused = line and line.state is R.REJECTED and line.judged_at is None
        assert refused or is_proved(NEED, what.behind(one.id), on=ON)


@given(STANDINGS)
def test_the_state_of_a_line_is_settled_at_once(what):
    state = held_state(NEED, what, on=ON)
    if state is not None:
        said = what.said(NEED)
        again = Proofs(**(vars(what) | {"lines": {NEED.key: Said(state, said.judged_at)}}))
        assert held_state(NEED, again, on=ON) is state
