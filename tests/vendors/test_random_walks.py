"""Whatever anybody tries in whatever order: dossiers move along the table and nowhere else."""

import shutil

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from tests.vendors.walks import (
    ACTIONS,
    ARROWS,
    WHY,
    Act,
    S,
    Walk,
    build_template,
    session_on,
    way_to,
)
from vendors.services import steps

LETTERS = st.sampled_from("AB")
WALKS = settings(
    max_examples=45,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.fixture(scope="module")
def template(sqlite_template, tmp_path_factory):
    path = tmp_path_factory.mktemp("walks") / "template.db"
    return path, build_template(sqlite_template, path)


@pytest.fixture(scope="module")
def begin(template, tmp_path_factory):
    """Return a function that runs a walk on a fresh database and holds it to the model."""
    path, ids = template
    here = tmp_path_factory.mktemp("walk") / "walk.db"

    def _begin(go):
        for old in here.parent.iterdir():
            old.unlink()
        shutil.copy(path, here)
        with session_on(here) as session:
            walk = Walk(session, here, ids)
            try:
                go(walk)
                walk.check()
            finally:
                walk.close()
        return walk

    return _begin


def travel(walk, letter, actions):
    """Take a dossier along arrows, each by the first whom the table lets."""
    for action in actions:
        act = next(act for act in walk.legal(letter) if act.action == action)
        assert walk.do(act), f"{action} from {walk.known[letter].state}"


acts = st.builds(
    Act,
    vendor=LETTERS,
    action=st.sampled_from(ACTIONS),
    who=st.deferred(lambda: st.sampled_from(WHO_COMES)),
    reason=st.sampled_from([WHY, WHY, WHY, "", "ngắn"]),
    minutes=st.sampled_from([1, 90, 60 * 24, 60 * 24 * 40]),
    at_desk=st.booleans(),
)
WHO_COMES = [
    "owner of A",
    "owner of B",
    "owner of both",
    "seller of A",
    "reviewer",
    "approver",
    "other approver",
    "approver who sells at A",
    "owner of B in the office",
    "operator",
    "stranger",
    "guest",
]


@WALKS
@given(data=st.data(), start=st.sampled_from(list(S)))
def test_no_walk_leaves_the_table_and_every_step_is_proved(begin, data, start):
    def go(walk):
        travel(walk, "A", way_to(start))
        for _ in range(data.draw(st.integers(3, 12))):
            letter, who = data.draw(LETTERS), data.draw(st.sampled_from(WHO_COMES))
            legal = walk.legal(letter)
            if legal and data.draw(st.booleans()):
                walk.do(data.draw(st.sampled_from(legal)))
            else:
                act = data.draw(acts)
                event(f"{'moved' if walk.do(act) else 'refused'} at random")
            walk.look(letter, who)
            walk.edit(data.draw(LETTERS), who)

    begin(go)


@pytest.mark.parametrize("state", list(S))
def test_from_every_state_each_arrow_leads_and_all_others_are_refused_to_everybody(begin, state):
    def go(walk):
        travel(walk, "A", way_to(state))
        for action in ACTIONS:
            for who in WHO_COMES:
                for at_desk in (False, True):
                    act = Act("A", action, who, at_desk=at_desk, minutes=0)
                    if not walk.may(act):
                        assert not walk.do(act)

    begin(go)


@pytest.mark.parametrize(("state", "action"), list(ARROWS))
def test_every_arrow_can_be_walked(begin, state, action):
    walk = begin(lambda walk: travel(walk, "A", [*way_to(state), action]))
    assert walk.known["A"].state is ARROWS[state, action]


JOURNEYS = [
    "submit take request_information submit take reject appeal allow_appeal approve suspend"
    " reinstate call_renewal renew call_renewal lapse submit take approve close",
    "submit take reject appeal dismiss_appeal",
    "submit take approve call_renewal suspend terminate appeal allow_appeal reject appeal"
    " dismiss_appeal",
    "submit take request_information cancel",
    "submit take approve call_renewal lapse close",
]


@pytest.mark.parametrize("journey", JOURNEYS)
def test_whole_journeys_are_walked_while_another_vendor_goes_its_own_way(begin, journey):
    def go(walk):
        travel(walk, "A", journey.split())
        travel(walk, "B", JOURNEYS[1].split())
        for who in WHO_COMES:
            for letter in "AB":
                walk.look(letter, who)
                walk.edit(letter, who)

    walk = begin(go)
    assert {"submit", "take"} <= walk.by_service


def test_a_table_with_a_hole_is_found_out(begin, monkeypatch):
    """The negative control: were an arrow taken that the table has not, the walk would say so."""
    real = steps.after
    monkeypatch.setattr(
        steps,
        "after",
        lambda state, action: S.APPROVED if action == "reinstate" else real(state, action),
    )
    with pytest.raises(AssertionError, match="succeeded from"):
        begin(lambda walk: walk.do(Act("A", "reinstate", "approver")))


def test_a_door_without_its_guard_is_found_out(begin, monkeypatch):
    monkeypatch.setattr("kernel.actor.Actor.need", lambda self, *roles: None)

    def go(walk):
        travel(walk, "A", ["submit"])
        walk.do(Act("A", "take", "stranger"))

    with pytest.raises(AssertionError, match="succeeded from"):
        begin(go)
