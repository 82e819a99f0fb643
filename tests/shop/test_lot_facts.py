"""What the page of a lot hangs on is read alike on both databases."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from shop.lot_facts import lot_facts
from tests.traceability.land import NOW, Land
from traceability.models import Lot, SerialUnit
from traceability.queries import lot_story
from traceability.rules.copies import ScanNote
from traceability.rules.labels import Template
from traceability.services import labels, scans
from traceability.services.labels import Wish
from vendors.queries import vendor_cards


@pytest.fixture
def land(session):
    return Land(session)


def facts_of(land, lot_id, serial=""):
    land.session.rollback()
    code = land.session.get_one(Lot, lot_id).trace_code
    story = lot_story(land.session, trace_code=code)
    vendor = vendor_cards(land.session, [land.vendor_id])[land.vendor_id]
    asked = {"serial": serial, "device": "a" * 16, "on": NOW.date()}
    return lot_facts(land.session, story, vendor, **asked)


def test_the_facts_of_a_lot_and_of_one_unit_and_their_mark(land):
    land.write(phi_days=7)
    lot_id = land.harvest()
    land.test(lot_id)
    facts = facts_of(land, lot_id)
    assert [stop.step for stop in facts.stops] == ["commissioning"]
    assert [card.lab for card in facts.tests]
    assert (facts.certificates, facts.around, facts.people, facts.unit) == ((), (), {}, None)
    assert facts.mark == facts_of(land, lot_id).mark != replace(facts, recall="R1").mark
    wish = Wish(Template.STICKER, 300, 1, serials=True)
    land.run(labels.print_labels, lot_id, wish=wish, root="http://localhost", actor=land.owner)
    serial = land.session.scalar(sa.select(SerialUnit.serial))
    unscanned = facts_of(land, lot_id, serial)
    land.run(scans.record_scans, [ScanNote(lot_id, serial, NOW, "b" * 16)])
    unit = facts_of(land, lot_id, serial).unit
    assert (unit.scans, unit.others, unit.has_claim) == (1, 1, False)
    assert facts_of(land, lot_id, serial).mark != unscanned.mark
