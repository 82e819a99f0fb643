"""Lots of several vendors with the same code: each page tells its own, and says whose."""

from datetime import timedelta

import pytest

from kernel.db import transaction
from shop.lot_facts import lot_facts
from shop.lot_story import steps, way
from shop.recalling.scope import scope_of
from tests.traceability.land import NOW, OFFICE, TODAY
from tests.traceability.packhouse import WHY, Packhouse
from tests.traceability.partners import Partner, document, event, token
from traceability.models import Farm, Lot
from traceability.queries import lot_story
from traceability.queries.carrying import shipped_lines
from traceability.queries.journey import MOST_STOPS
from traceability.queries.recalls.cases import recall_card
from traceability.queries.recalls.choices import lots_named
from traceability.queries.recalls.starts import Beginning
from traceability.rules.recalls import Measure, Origin
from traceability.services import lots, recalls
from traceability.services.recalls import RecallFacts
from traceability.services.telling import Words, tell_object
from vendors.queries import vendor_cards

CODE = "L2611-003"
ROOT = "http://localhost"


class Alike:
    """Two growers and who packs a lot of each: all three lots have the same code."""

    def __init__(self, session):
        self.session = session
        self.houses = [Packhouse(session, code) for code in ("V01", "V02")]
        self.packer = Packhouse(session, "V03")
        self.harvests = [self._grow(house) for house in self.houses]
        came = [self._send(*pair) for pair in zip(self.houses, self.harvests, strict=True)]
        self.mixed = self.packer.pack(*((one, 20_000) for one in came))
        # What a grower sells of his harvest to others has nothing to do with the pack.
        for house, harvest in zip(self.houses, self.harvests, strict=True):
            house.ship((harvest, 5_000), name=f"Chợ của {house.code}", now=NOW + timedelta(hours=3))

    def _grow(self, house):
        with transaction(self.session) as session:
            session.get_one(Farm, house.farm_id).name = f"Vườn {house.code}"
        return [house.harvest() for _ in range(3)][-1]

    def _send(self, house, harvest):
        shipment = house.ship((harvest, 20_000), to=self.packer)
        (line,) = shipped_lines(self.session, shipment)
        counted, at = {line.id: 20_000}, NOW + timedelta(hours=1)
        (came,) = house.run(
            lots.receive_shipment, shipment, counted=counted, actor=self.packer.owner, now=at
        )
        return came

    def lot(self, lot_id):
        self.session.rollback()
        return self.session.get_one(Lot, lot_id)

    def facts(self, lot_id):
        lot = self.lot(lot_id)
        story = lot_story(self.session, trace_code=lot.trace_code)
        vendor = vendor_cards(self.session, [lot.vendor_id])[lot.vendor_id]
        asked = {"serial": "", "device": "", "on": TODAY}
        return lot_facts(self.session, story, vendor, **asked)

    def told(self, lot_id):
        """Return the steps of its page: words, and of which harvest."""
        return [(one.words, one.harvest) for one in steps(self.facts(lot_id), from_diary=False)]


@pytest.fixture
def alike(session):
    return Alike(session)


@pytest.fixture
def shown(app, app_session):
    return Alike(app_session)


def test_a_pack_of_both_tells_each_harvest_by_its_farm_and_only_what_led_to_it(alike):
    assert {alike.lot(key).code for key in (*alike.harvests, alike.mixed)} == {CODE}
    assert alike.told(alike.mixed) == [
        ("Harvested", f"{CODE}, Vườn V01"),
        ("Harvested", f"{CODE}, Vườn V02"),
        ("Packed", ""),
    ]


def test_much_that_became_of_a_harvest_crowds_out_nothing_of_the_pack(alike):
    def sell_much(session, now):
        lot = session.get_one(Lot, alike.harvests[0])
        for minute in range(MOST_STOPS):
            at = NOW - timedelta(minutes=minute)
            words = Words("OBSERVE", "retail_selling", "retail_sold")
            tell_object(session, [(lot, 1)], words, at=at, now=now)

    alike.packer.run(sell_much)
    assert [words for words, _ in alike.told(alike.mixed)] == ["Harvested", "Harvested", "Packed"]


def test_the_page_of_a_harvest_tells_nothing_of_its_namesake(alike):
    for mine, other in (alike.harvests, alike.harvests[::-1]):
        assert alike.told(mine) == [
            ("Harvested", ""),
            ("Sent on its way", ""),
            ("Arrived", ""),
        ]
        names = {stop.ref for stop in way(alike.facts(mine))}
        assert names == {f"{ROOT}/t/{alike.lot(mine).trace_code}"}
        assert f"{ROOT}/t/{alike.lot(other).trace_code}" not in names


def test_the_page_of_the_pack_names_the_farms(client, shown):
    page = client.get(f"/t/{shown.lot(shown.mixed).trace_code}?lang=en").get_data(as_text=True)
    walk = page[page.index('class="timeline"') :]
    assert walk.index(f"{CODE}, Vườn V01") < walk.index(f"{CODE}, Vườn V02")
    assert "Sent on its way" not in walk


def test_a_partner_of_one_vendor_tells_nothing_on_the_page_of_another(client, shown):
    mine, other = shown.houses
    name = f"{ROOT}/t/{shown.lot(shown.harvests[0]).trace_code}"
    destroyed = event(
        bizStep="destroying",
        disposition="destroyed",
        epcList=None,
        quantityList=[{"epcClass": name, "quantity": 1, "uom": "KGM"}],
    )
    for house, steps_told in ((other, 0), (mine, 1)):
        told = Partner(client, token(house)).send("/capture", document(destroyed))
        assert told.status_code == 202
        found = [words for words, _ in shown.told(shown.harvests[0])]
        assert found.count("Destroyed") == steps_told


def test_a_complaint_is_about_the_lot_whose_label_was_scanned(client, shown):
    trace_code = shown.lot(shown.harvests[0]).trace_code
    with transaction(shown.session) as session:
        # Somebody counts his lots in letters that are the code of another's label.
        session.get_one(Lot, shown.harvests[1]).code = trace_code
    assert client.get(f"/complaints/new?lot={trace_code}").status_code == 200
    assert client.get(f"/complaints/new?lot={CODE}").status_code == 404


def test_a_lot_is_found_by_the_code_of_its_label_whoever_uses_it_as_a_number(alike):
    mine = alike.lot(alike.harvests[0])
    with transaction(alike.session) as session:
        session.get_one(Lot, alike.harvests[1]).code = mine.trace_code
    assert lots_named(alike.session, mine.trace_code, vendor_id=None) == [(mine.id, mine.vendor_id)]
    # The pack and one harvest share a number: that alone names neither.
    assert len(lots_named(alike.session, CODE, vendor_id=None)) == 2
    own = lots_named(alike.session, CODE, vendor_id=mine.vendor_id)
    assert own == [(mine.id, mine.vendor_id)]


def recalled(alike):
    begun = Beginning(Origin.LOT, alike.houses[0].vendor_id, alike.harvests[0])
    recall_id = alike.packer.run(
        recalls.open_recall, facts=RecallFacts(begun, WHY, widen=True), actor=OFFICE
    )
    alike.packer.run(recalls.act_on_recall, recall_id, measure=Measure.RECALL, actor=OFFICE)
    alike.session.rollback()
    return recall_card(alike.session, recall_id)


def test_a_recall_of_both_says_whose_each_lot_is(alike):
    scope = scope_of(alike.session, recalled(alike), actor=OFFICE)
    named = {scope.names[key] for key in (alike.harvests[0], alike.mixed)}
    assert named == {f"{CODE}, HTX V01", f"{CODE}, HTX V03"}


def test_who_compares_his_bag_with_a_recall_reads_whose_lots_have_its_number(client, shown):
    recall = recalled(shown)
    text = client.get(f"/recalls/{recall.code}?code={CODE}&lang=en").get_data(as_text=True)
    for vendor in ("HTX V01", "HTX V03"):
        assert f"Yes: lot {CODE} of {vendor} is recalled. Please do not eat it." in text
    assert "Yes: lot" not in client.get(f"/recalls/{recall.code}?code=L2611-009").text
    told = client.get(f"/recalls/{recall.code}.json").json
    assert {one["vendor"] for one in told["lots"] if one["lot"] == CODE} == {"HTX V01", "HTX V03"}
