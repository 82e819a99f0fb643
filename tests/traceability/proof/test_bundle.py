"""A bundle proves its lot to whoever has the file, and to nobody when a letter was changed."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from kernel.actor import HOUSE
from kernel.db import transaction
from tests.traceability.land import Land
from tests.traceability.proof.log import NOW, ORIGIN, ROOT, Log, body
from tests.traceability.proof.tampering import TAMPERED, Forger, as_file, cut
from traceability.models import Lot, LotEdge, SigningKey
from traceability.proof.bundle import (
    BadBundle,
    KeySpan,
    read_bundle,
    verify_bundle,
)
from traceability.proof.notes import Checkpoint, new_seed, read_note, sign_checkpoint
from traceability.queries.proof.lots import lot_proof
from traceability.services.events import write_event
from traceability.services.proof.signing import rotate_key

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def lot(session):
    """A lot with three events in a signed log of ten."""
    return TracedLot(session)


class TracedLot:
    def __init__(self, session):
        self.session, self.land, self.log = session, Land(session), Log(session)
        self.id = self.land.harvest()
        self.code = session.get(Lot, self.id).trace_code
        self.ref = f"{ROOT}/t/{self.code}"
        self.log.write(3)
        self.log.write(3, ref=self.ref)
        self.log.write(3)
        self.log.sign()

    def told(self, **more):
        return lot_proof(self.session, trace_code=self.code, root=ROOT, **more).told

    def bundle(self, **more):
        return read_bundle(json.dumps(self.told(**more)))

    def write(self, **more):
        with transaction(self.session) as session:
            told = body(100, ref=self.ref, **more)
            return write_event(session, told, vendor_id=self.land.vendor_id, now=NOW)


def codes(told, **more):
    verdict = verify_bundle(read_bundle(json.dumps(told)), **{"origin": ORIGIN, **more})
    return [problem.code for problem in verdict.problems]


def test_a_bundle_verifies_with_nothing_but_itself(lot):
    verdict = verify_bundle(lot.bundle(), origin=ORIGIN)
    assert verdict.is_good
    assert (verdict.checkpoint.size, verdict.signed_at) == (10, NOW)
    assert [event.index for event in lot.bundle().events] == [4, 5, 6]


def test_every_changed_letter_of_an_event_names_it(lot):
    told = lot.told()
    event = told["events"][1]
    for place in range(0, len(event["body"]), 7):
        was = event["body"]
        event["body"] = was[:place] + ("x" if was[place] != "x" else "y") + was[place + 1 :]
        bundle = read_bundle(json.dumps(told))
        problems = verify_bundle(bundle, origin=ORIGIN).problems
        assert {problem.values["event"] for problem in problems} == {event["event_id"]}
        assert "changed" in {problem.code for problem in problems}
        event["body"] = was


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda told: told["events"][0].update(index="3"), "changed"),
        (lambda told: told["events"][0].update(index=str(2**64 - 1)), "changed"),
        (lambda told: told["events"][0]["proof"].reverse(), "changed"),
        (lambda told: told["events"][0]["proof"].pop(), "changed"),
        (lambda told: told["events"].append(told["events"][0]), "twice"),
        (lambda told: told["events"].clear(), "empty"),
        (lambda told: told["lot"].update(ids=["https://cho.example.vn/t/OTHER"]), "strange"),
        (lambda told: told["keys"].clear(), "unsigned"),
        (lambda told: told["keys"][0].update(valid_to=NOW.isoformat()), "expired"),
        (lambda told: told["keys"][0].update(revoked_at=NOW.isoformat()), "expired"),
        (lambda told: told["keys"][0].update(valid_from=LATER.isoformat()), "expired"),
    ],
)
def test_what_does_not_fit_is_told(lot, change, found):
    told = lot.told()
    change(told)
    assert found in codes(told)


def test_events_that_changed_places_are_both_named(lot):
    told = lot.told()
    one, two = told["events"][:2]
    one["body"], two["body"] = two["body"], one["body"]
    assert codes(told) == ["changed", "changed"]


def test_a_bundle_of_another_log_is_refused(lot):
    assert codes(lot.told(), origin="other.example/trace") == ["origin"]


def test_a_checkpoint_of_another_key_is_refused(lot):
    """The forger signs a tree of his own under our name and brings his key along."""
    told = lot.told()
    point = read_note(told["checkpoint"])
    ours = [KeySpan(span.key) for span in lot.bundle().keys]
    forged = sign_checkpoint(
        Checkpoint(ORIGIN, 10, bytes(32)), name=ORIGIN, seed=new_seed(), at=NOW
    )
    told["checkpoint"] = forged.whole
    assert "unsigned" in codes(told, trusted=ours)
    told["checkpoint"] = replace(forged, signatures=point.signatures).whole
    assert "unsigned" in codes(told)


def test_a_signature_without_its_time_proves_no_validity(lot):
    told = lot.told()
    told["checkpoint"] = told["checkpoint"].rsplit("— ", 1)[0]
    assert codes(told) == ["untimed"]


def test_a_bundle_from_before_the_key_was_changed_still_holds(lot):
    before = lot.told()
    with transaction(lot.session) as session:
        rotate_key(session, origin=ORIGIN, actor=HOUSE, now=LATER)
    keys = lot.bundle().keys
    assert len(keys) == 2
    assert codes(before, trusted=keys) == []
    assert codes(lot.told(), trusted=keys[:1]) == []
    # Signed by both: who trusts only the old key goes on from there.
    assert codes(lot.told(), trusted=keys[1:]) == []


# -- older checkpoints


def test_whoever_kept_a_checkpoint_sees_that_the_log_only_grew(lot):
    kept = read_note(lot.told()["checkpoint"])
    lot.log.write(7)
    lot.log.sign(LATER)
    assert codes(lot.told(since=10), older=kept) == []
    assert codes(lot.told(), older=kept) == ["unjoined"]
    told = lot.told(since=10)
    told["consistency"]["proof"].reverse()
    assert codes(told, older=kept) == ["rewritten"]


def test_whoever_kept_a_checkpoint_finds_a_rewritten_history(lot, session):
    kept = read_note(lot.told()["checkpoint"])
    lot.log.attack(
        "UPDATE trace_event SET body = replace(body, '104', '999')", "DELETE FROM checkpoint"
    )
    lot.log.rewrite()
    lot.log.sign(LATER)
    verdict = verify_bundle(lot.bundle(), origin=ORIGIN, older=kept)
    assert [problem.code for problem in verdict.problems] == ["forked"]
    assert verdict.is_alarm
    # By itself the new history is without a flaw.
    assert codes(lot.told()) == []
    lot.log.write(2)
    lot.log.sign(LATER + timedelta(hours=1))
    verdict = verify_bundle(lot.bundle(since=10), origin=ORIGIN, older=kept)
    assert ([one.code for one in verdict.problems], verdict.is_alarm) == (["rewritten"], True)


def test_a_checkpoint_of_a_stranger_tells_nothing(lot):
    strange = sign_checkpoint(
        Checkpoint(ORIGIN, 10, bytes(32)), name=ORIGIN, seed=new_seed(), at=NOW
    )
    assert codes(lot.told(), older=strange) == ["older"]


# -- what is in a bundle


def test_events_after_the_checkpoint_wait_for_the_next(lot):
    lot.write()
    told = lot.told()
    assert (told["waiting"], len(told["events"])) == ("1", 3)
    lot.log.sign(LATER)
    assert (lot.told()["waiting"], len(lot.told()["events"])) == ("0", 4)
    assert codes(lot.told()) == []


def test_a_packed_lot_brings_the_events_of_what_went_into_it(lot, session):
    packed = lot.land.harvest()
    seq = lot.write()
    with transaction(session):
        session.add(LotEdge(src_id=lot.id, dst_id=packed, event_seq=seq, quantity=5, at=NOW))
    lot.log.sign(LATER)
    code = session.get(Lot, packed).trace_code
    proof = lot_proof(session, trace_code=code, root=ROOT)
    assert f"{ROOT}/t/{lot.code}" in proof.ids
    assert f"{ROOT}/t/{code}" in proof.ids
    assert len(proof.events) == 4
    assert codes(proof.told) == []


def test_an_event_of_a_partner_in_other_words_belongs_to_the_lot(lot, session):
    with transaction(session):
        row = session.get(Lot, lot.id)
        row.gtin, row.code = "08936012345674", "H261120-A7"
        told = body(200, ref="urn:epc:class:lgtin:8936012.034567.H261120-A7")
        write_event(session, told, vendor_id=None, now=NOW)
    lot.log.sign(LATER)
    assert len(lot.told()["events"]) == 4
    assert codes(lot.told()) == []


def test_a_lot_that_does_not_exist_has_no_proof(lot, session):
    assert lot_proof(session, trace_code="NOSUCH", root=ROOT) is None


# -- all that can be done to a proof


@pytest.mark.parametrize(
    ("tamper", "found"), TAMPERED, ids=lambda one: getattr(one, "__name__", "")
)
def test_each_way_to_forge_a_proof_is_found_and_named(lot, session, tamper, found):
    row = session.scalars(sa.select(SigningKey)).one()
    seed = bytes.fromhex(session.info["sealer"].open_text(row.seed_sealed))
    told, older = tamper(Forger(lot.told(), seed, NOW))
    verdict = verify_bundle(
        read_bundle(as_file(told)),
        origin=ORIGIN,
        trusted=lot.bundle().keys,
        older=read_note(older) if older else None,
    )
    # What concerns all events is told of each.
    each = len(told["events"]) if found == ["strange"] or tamper is cut else 1
    assert [one.code for one in verdict.problems] == found * each
    assert verdict.is_alarm == (found[0] in {"forked", "rewritten"})


# -- files of others


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["format", "lot", "ids", "checkpoint", "keys", "events", "body"]),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_what_is_no_bundle_is_refused_in_words(told):
    if isinstance(told, dict):
        told = told | {"format": "trace-bundle/1"}
    with pytest.raises(BadBundle):
        read_bundle(json.dumps(told))


@given(st.text())
def test_nor_is_any_text(text):
    with pytest.raises(BadBundle):
        read_bundle(text)
