"""What happens to a pallet happens to the lot on it: while it is there, and never before or after."""

import json
from datetime import timedelta

import pytest

from kernel.db import transaction
from tests.traceability.land import NOW
from tests.traceability.packhouse import Packhouse
from tests.traceability.proof.log import ORIGIN
from traceability.epcis.building import aggregation_event, object_event
from traceability.gs1.ids import load_id
from traceability.models import Gs1Party, LogisticUnit, Lot, TraceEvent
from traceability.proof.bundle import read_bundle, verify_bundle
from traceability.queries.proof.lots import lot_proof
from traceability.rules import Portion, UnitKind
from traceability.services import lots
from traceability.services.events import write_event
from traceability.services.proof.signing import sign_when_due

ROOT = "http://localhost"
HOUR = timedelta(hours=1)
CRATE, PALLET = UnitKind.CRATE, UnitKind.PALLET


class Yard(Packhouse):
    """A packing house with pallets; times are hours from the beginning."""

    hour = 99

    def unit(self, kind=PALLET):
        wish = {"vendor_id": self.vendor_id, "kind": kind, "name": "", "actor": self.owner}
        return self.run(lots.make_unit, **wish)

    def put(self, unit_id, *portions, crates=(), hours=0):
        whole = [Portion(*one) for one in portions]
        self.run(
            lots.pack_unit,
            unit_id,
            portions=whole,
            crates=crates,
            actor=self.owner,
            now=NOW + hours * HOUR,
        )

    def empty(self, unit_id, hours):
        self.run(lots.unpack_unit, unit_id, actor=self.owner, now=NOW + hours * HOUR)

    def name(self, unit_id):
        unit = self.session.get(LogisticUnit, unit_id)
        return load_id(ROOT, sscc=unit.sscc, code=unit.code)

    def tell(self, name, hours, *, step="storing"):
        """Write an event that names a load and nothing else; return its number."""
        told = object_event(
            action="OBSERVE",
            biz_step=step,
            disposition="in_progress",
            at=NOW + hours * HOUR,
            read_point=f"{ROOT}/p/COLDSTORE001",
            epcs=(name,),
        )
        with transaction(self.session) as session:
            return write_event(session, told, vendor_id=self.vendor_id, now=NOW)

    def proved(self, lot_id):
        """Return the bundle of a lot, which must verify, and the numbers of its events."""
        with transaction(self.session) as session:
            self.hour += 1
            sign_when_due(session, origin=ORIGIN, office="", now=NOW + self.hour * HOUR)
        code = self.session.get(Lot, lot_id).trace_code
        proof = lot_proof(self.session, trace_code=code, root=ROOT)
        verdict = verify_bundle(read_bundle(json.dumps(proof.told)), origin=ORIGIN)
        assert [one.code for one in verdict.problems] == []
        return proof.told, {event.seq for event in proof.events}


@pytest.fixture
def yard(session):
    return Yard(session)


def test_what_is_told_of_the_pallet_alone_is_told_of_the_lot_on_it(yard):
    lot_a, lot_b, pallet = yard.harvest(), yard.harvest(), yard.unit()
    before = yard.tell(yard.name(pallet), -1)
    yard.put(pallet, (lot_a, 1000), hours=0)
    meanwhile = yard.tell(yard.name(pallet), 1)
    yard.empty(pallet, hours=2)
    between = yard.tell(yard.name(pallet), 2)
    yard.put(pallet, (lot_b, 1000), hours=3)
    later = yard.tell(yard.name(pallet), 4)
    told, seqs = yard.proved(lot_a)
    assert seqs & {before, meanwhile, between, later} == {meanwhile}
    assert told["loads"] == [
        {
            "names": [yard.name(pallet)],
            "from": NOW.isoformat(),
            "to": (NOW + 2 * HOUR).isoformat(),
        }
    ]
    _, seqs = yard.proved(lot_b)
    assert seqs & {before, meanwhile, between, later} == {later}


def test_a_lot_is_on_the_pallet_its_crate_stands_on(yard):
    lot_id, crate, first, second = yard.harvest(), yard.unit(CRATE), yard.unit(), yard.unit()
    yard.put(crate, (lot_id, 1000), hours=0)
    yard.put(first, crates=[crate], hours=1)
    on_first = yard.tell(yard.name(first), 2)
    yard.empty(first, hours=3)
    left_first = yard.tell(yard.name(first), 4)
    in_crate = yard.tell(yard.name(crate), 4)
    yard.put(second, crates=[crate], hours=5)
    yard.empty(crate, hours=6)
    # The crate stands there still, but the lot is in it no more.
    empty_crate = yard.tell(yard.name(second), 7)
    told, seqs = yard.proved(lot_id)
    assert seqs & {on_first, left_first, in_crate, empty_crate} == {on_first, in_crate}
    # That the crate was put on the pallets and taken off tells no lot; all the same it is there.
    steps = [json.loads(event["body"])["bizStep"] for event in told["events"]]
    assert steps.count("packing") == 3
    assert steps.count("unpacking") == 2


def test_what_left_with_a_shipment_stays_on_its_pallet_until_it_is_filled_again(yard):
    lot_a, lot_b, pallet = yard.harvest(), yard.harvest(), yard.unit()
    yard.put(pallet, (lot_a, 1000), hours=0)
    yard.ship(units=[pallet], now=NOW + HOUR)
    received = yard.tell(yard.name(pallet), 5, step="receiving")
    yard.put(pallet, (lot_b, 500), hours=8)
    other = yard.tell(yard.name(pallet), 9)
    _, seqs = yard.proved(lot_a)
    assert seqs & {received, other} == {received}
    _, seqs = yard.proved(lot_b)
    assert seqs & {received, other} == {other}


def test_a_shipment_called_off_ends_it(yard):
    lot_id, pallet = yard.harvest(), yard.unit()
    yard.put(pallet, (lot_id, 1000), hours=0)
    shipment = yard.ship(units=[pallet], now=NOW + HOUR)
    way = yard.tell(yard.name(pallet), 2)
    whys = {"reason": "Xe hỏng dọc đường", "actor": yard.owner}
    yard.run(lots.void_shipment, shipment, now=NOW + 3 * HOUR, **whys)
    after = yard.tell(yard.name(pallet), 4)
    _, seqs = yard.proved(lot_id)
    assert seqs & {way, after} == {way}


def test_what_is_put_beside_a_lot_is_not_its_story(yard, session):
    lot_a, lot_b, pallet, crate = yard.harvest(), yard.harvest(), yard.unit(), yard.unit(CRATE)
    yard.put(pallet, (lot_a, 1000), hours=0)
    yard.put(pallet, (lot_b, 500), hours=1)
    yard.put(crate, (lot_b, 500), hours=2)
    yard.put(pallet, crates=[crate], hours=3)
    told, _ = yard.proved(lot_a)
    assert len(told["events"]) == 2
    told_of = aggregation_event(
        action="DELETE",
        biz_step="unpacking",
        disposition="in_progress",
        at=NOW + 4 * HOUR,
        read_point=f"{ROOT}/p/COLDSTORE001",
        parent=yard.name(pallet),
    )
    with transaction(session):
        write_event(session, told_of, vendor_id=yard.vendor_id, now=NOW)
    told, _ = yard.proved(lot_a)
    assert len(told["events"]) == 3


def test_an_sscc_in_the_words_of_a_partner_is_the_pallet(yard, session):
    with transaction(session):
        session.add(
            Gs1Party(vendor_id=yard.vendor_id, gln=None, company_prefix="8936012", changed_at=NOW)
        )
    lot_id, pallet = yard.harvest(), yard.unit()
    yard.put(pallet, (lot_id, 1000), hours=0)
    sscc = session.get(LogisticUnit, pallet).sscc
    urn = f"urn:epc:id:sscc:8936012.{sscc[0]}{sscc[8:17]}"
    seq = yard.tell(urn, 1)
    assert urn in session.get(TraceEvent, seq).body
    told, seqs = yard.proved(lot_id)
    assert seq in seqs
    assert told["loads"][0]["names"] == [yard.name(pallet), urn]


@pytest.fixture
def bundle(yard):
    """A bundle with an event that names the pallet alone, and one of before put in by hand."""
    lot_id, pallet = yard.harvest(), yard.unit()
    yard.put(pallet, (lot_id, 1000), hours=0)
    yard.tell(yard.name(pallet), 1)
    yard.empty(pallet, hours=2)
    return yard.proved(lot_id)[0]


def codes(told):
    return [one.code for one in verify_bundle(read_bundle(json.dumps(told))).problems]


@pytest.mark.parametrize(
    "change",
    [
        {"from": (NOW + 2 * HOUR).isoformat()},
        {"to": (NOW + HOUR).isoformat()},
        {"names": [f"{ROOT}/u/OTHERLOAD001"]},
    ],
)
def test_an_event_outside_of_the_stay_is_named(bundle, change):
    bundle["loads"][0].update(change)
    assert codes(bundle) == ["strange"]


def test_a_load_that_no_event_ties_to_the_lot_proves_nothing(bundle):
    named = [
        event
        for event in bundle["events"]
        if not {"packing", "unpacking"} & {json.loads(event["body"])["bizStep"]}
    ]
    bundle["events"] = named
    assert codes(bundle) == ["strange"]
