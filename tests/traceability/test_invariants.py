"""The invariants I1 to I12 of lots, events and links: where each is proved, and some of them here.

``WHERE`` names for each the tests that hold it; what is not held elsewhere by property stands below
under its number.
"""

import ast
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.db import transaction
from kernel.errors import DomainError
from tests.traceability.land import NOW, OFFICE, TODAY, member
from tests.traceability.packhouse import Packhouse
from tests.traceability.partners import event
from tests.traceability.test_labels import printing
from traceability.epcis.checking import check_event
from traceability.epcis.errors import BadEvent
from traceability.errors import SecondPersonNeeded
from traceability.gs1 import check_digit
from traceability.gs1.registering import LinkFacts
from traceability.models import DlLink, LabelBatch, LogLeaf, Lot, LotEdge, LotMove, TraceEvent
from traceability.rules import LotState
from traceability.services import lots
from traceability.services.links import add_link

HERE = "tests/traceability/"
MACHINE = f"{HERE}test_lots_machine.py::Lots.everything_holds"
WHERE = {
    "I1: what went out of a lot is no more than it had": [
        MACHINE,
        f"{HERE}packhouse.py::check_everything",
        f"{HERE}test_packing.py::test_eight_packers_at_once_take_no_more_than_there_is",
    ],
    "I2: no event is ever changed or deleted": [
        f"{HERE}test_events.py::test_the_database_itself_refuses_a_change",
        f"{HERE}proof/test_log.py::test_the_database_refuses_to_change_what_is_proved",
        f"{HERE}test_invariants.py::test_i2_whatever_is_done_events_stay_as_they_were",
    ],
    "I3: one default link at an anchor, one reachable from every address": [
        f"{HERE}test_links.py::test_there_is_one_default_an_anchor",
        f"{HERE}test_links.py::test_the_default_that_others_need_stays",
        f"{HERE}test_invariants.py::test_i3_an_anchor_has_one_default_at_most",
        "tests/shop/test_resolver.py::test_the_linkset_has_each_level_with_one_default",
    ],
    "I4: a lot has a season or lots that it was made of": [MACHINE],
    "I5: labels are printed for lots that may be sold": [
        f"{HERE}test_labels.py::test_a_lot_that_may_not_be_sold_gets_no_label",
        f"{HERE}test_invariants.py::test_i5_i8_what_is_on_hold_is_neither_labelled_nor_moved",
    ],
    "I6: every identifier of an event has a right check digit": [
        f"{HERE}test_epcis_rules.py::test_check_digits_are_held_to",
        f"{HERE}test_invariants.py::test_i6_no_event_names_a_wrong_digit",
    ],
    "I7: nothing is shipped before it is commissioned": [
        MACHINE,
        f"{HERE}test_packing.py::test_a_lot_of_before_is_commissioned_before_anything_else_happens_to_it",
        f"{HERE}test_invariants.py::test_i7_nothing_happens_to_a_lot_before_its_first_event",
    ],
    "I8: what is on hold is neither listed nor labelled nor shipped": [
        f"{HERE}test_lots_machine.py::Lots.tried",
        f"{HERE}test_packing.py::test_a_hold_blocks_packing_splitting_and_shipping_but_not_waste_and_samples",
        "tests/catalog/test_page.py::test_a_held_lot_stops_the_sale_at_once_and_says_so",
        f"{HERE}test_invariants.py::test_i5_i8_what_is_on_hold_is_neither_labelled_nor_moved",
    ],
    "I9: what came of what never goes round": [
        f"{HERE}packhouse.py::check_order",
        f"{HERE}test_graph.py::test_a_cycle_ends",
    ],
    "I10: a change and its event are one transaction": [
        f"{HERE}packhouse.py::check_everything",
        f"{HERE}proof/test_log.py::test_an_event_and_its_leaf_are_one_transaction",
        f"{HERE}test_invariants.py::test_i10_what_is_taken_back_leaves_neither_change_nor_event",
    ],
    "I11: certificates are those of the day of harvest": [
        "tests/shop/test_lot.py::test_certificates_are_those_of_the_day_of_harvest",
    ],
    "I12: who clears a broken waiting time did not cause it": [
        f"{HERE}test_intervals.py::test_who_recorded_harvest_or_spray_cannot_release",
        f"{HERE}test_intervals.py::test_a_second_person_releases_on_a_passing_test_and_both_are_on_record",
        f"{HERE}test_invariants.py::test_i12_a_hold_is_cleared_by_a_second_person",
    ],
}

ROOT = Path(__file__).parent.parent.parent
FEW = settings(
    max_examples=15,
    deadline=None,
)


@pytest.fixture
def house(sqlite_url):
    """On SQLite only: examples are many, and the rules are those of Python."""
    from kernel import db
    from kernel.sealing import Sealer
    from tests.conftest import DATA_KEY, FINGERPRINT_KEY

    engine = db.open_engine(sqlite_url)
    maker = db.session_factory(engine)
    maker.configure(info={"sealer": Sealer([DATA_KEY], FINGERPRINT_KEY)})
    with maker() as session:
        yield Packhouse(session)
    engine.dispose()


@pytest.mark.parametrize("place", sorted({one for some in WHERE.values() for one in some}))
def test_each_invariant_has_the_tests_that_are_named(place):
    path, _, name = place.partition("::")
    found = {
        ".".join([*above, node.name])
        for node, above in _functions(ast.parse((ROOT / path).read_text()))
    }
    assert name in found


def test_all_twelve_are_there():
    assert [key.partition(":")[0] for key in WHERE] == [f"I{number}" for number in range(1, 13)]


def _functions(tree, above=()):
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            yield from _functions(node, (*above, node.name))
        elif isinstance(node, ast.FunctionDef):
            yield node, above


def tried(act):
    """Do something; a refusal is fine. Tell whether it was done."""
    try:
        act()
    except DomainError:
        return False
    return True


def deeds(house, lot_id):
    """Return what can be done to a lot, by name."""
    return {
        "pack": lambda: house.pack((lot_id, 10)),
        "split": lambda: house.split(lot_id, 5, 5),
        "ship": lambda: house.ship((lot_id, 10)),
        "waste": lambda: house.take(lots.note_waste, lot_id, 5),
        "sample": lambda: house.take(lots.take_sample, lot_id, 5),
        "label": lambda: printing(house, lot_id),
        "hold": lambda: _decide(house, lots.hold_lot, lot_id),
        "release": lambda: _decide(house, lots.release_lot, lot_id),
        "recall": lambda: _decide(house, lots.recall_lot, lot_id),
    }


def _decide(house, service, lot_id):
    house.run(service, lot_id, reason="Chờ kiểm nghiệm", actor=OFFICE)


NAMES = ["pack", "split", "ship", "waste", "sample", "label", "hold", "release", "recall"]
MOVING = {"pack", "split", "ship", "label"}


@FEW
@given(names=st.lists(st.sampled_from(NAMES), max_size=8))
def test_i5_i8_what_is_on_hold_is_neither_labelled_nor_moved(house, names):
    lot_id = house.harvest(quantity=1000)
    for name in names:
        state = house.card(lot_id).state
        is_done = tried(deeds(house, lot_id)[name])
        if name in MOVING:
            assert is_done is (state is LotState.OPEN), (name, state)


@FEW
@given(names=st.lists(st.sampled_from(NAMES), min_size=1, max_size=6))
def test_i2_whatever_is_done_events_stay_as_they_were(house, names):
    lot_id = house.harvest(quantity=1000)
    before = bodies(house.session)
    for name in names:
        tried(deeds(house, lot_id)[name])
    after = bodies(house.session)
    assert {seq: after[seq] for seq in before} == before


def bodies(session):
    session.rollback()
    columns = sa.select(TraceEvent.seq, TraceEvent.body, TraceEvent.record_time)
    return {row.seq: tuple(row) for row in session.execute(columns)}


@FEW
@given(names=st.lists(st.sampled_from(NAMES), min_size=1, max_size=6))
def test_i7_nothing_happens_to_a_lot_before_its_first_event(house, names):
    lot_id = house.harvest(quantity=1000)
    for name in names:
        tried(deeds(house, lot_id)[name])
    house.session.rollback()
    name = f"%/t/{house.card(lot_id).trace_code}"
    told = house.session.execute(
        sa.text(
            "SELECT e.seq, e.biz_step FROM trace_event e JOIN event_what w ON w.event_seq = e.seq"
            " WHERE w.ref LIKE :name ORDER BY e.seq"
        ),
        {"name": name},
    ).all()
    first = house.session.get_one(Lot, lot_id).commissioned_seq
    assert told[0] == (first, "commissioning")
    assert [step for _, step in told].count("commissioning") == 1


class Back(Exception):
    """Something went wrong at the very end."""


@FEW
@given(name=st.sampled_from(NAMES))
def test_i10_what_is_taken_back_leaves_neither_change_nor_event(house, name):
    lot_id = house.harvest(quantity=1000)
    if name == "release":
        _decide(house, lots.hold_lot, lot_id)
    before = everything(house.session)
    whole = house.run

    def run(service, *args, now=NOW, **values):
        with transaction(house.session):
            service(house.session, *args, now=now, **values)
            house.session.flush()
            assert name == "label" or counted(house.session, TraceEvent) > before["trace_event"]
            raise Back

    house.run = run
    try:
        with pytest.raises(Back):
            deeds(house, lot_id)[name]()
    finally:
        house.run = whole
    assert everything(house.session) == before


def counted(session, kind):
    return session.scalar(sa.select(sa.func.count()).select_from(kind))


def everything(session):
    session.rollback()
    tables = (TraceEvent, LogLeaf, LotMove, LotEdge, LabelBatch, Lot)
    states = session.execute(sa.select(Lot.id, Lot.state, Lot.rest).order_by(Lot.id)).all()
    return {kind.__tablename__: counted(session, kind) for kind in tables} | {"lots": states}


DIGITS = st.text("0123456789", min_size=7, max_size=7)


@settings(max_examples=200, deadline=None)
@given(
    digits=DIGITS,
    wrong=st.integers(0, 9),
    where=st.sampled_from(["epcList", "quantityList", "readPoint", "bizLocation", "sourceList"]),
)
def test_i6_no_event_names_a_wrong_digit(digits, wrong, where):
    ai, whole = {
        "epcList": ("00", f"0893601{digits}000"),
        "quantityList": ("01", f"0893{digits}12"),
        "readPoint": ("414", f"8936{digits}1"),
        "bizLocation": ("414", f"8936{digits}2"),
        "sourceList": ("417", f"8936{digits}3"),
    }[where]
    right = check_digit(whole)
    name = f"https://id.gs1.org/{ai}/{whole}{wrong}"
    things = {
        "epcList": [name],
        "quantityList": [{"epcClass": f"{name}/10/L1"}],
        "readPoint": {"id": name},
        "bizLocation": {"id": name},
        "sourceList": [{"type": "owning_party", "source": name}],
    }
    body = event(**{where: things[where]})
    if str(wrong) == str(right):
        check_event(body)
        return
    with pytest.raises(BadEvent):
        check_event(body)


@FEW
@given(digits=DIGITS, defaults=st.lists(st.booleans(), min_size=1, max_size=5))
def test_i3_an_anchor_has_one_default_at_most(house, digits, defaults):
    gtin = f"089385{digits}"
    gtin += check_digit(gtin)
    house.harvest(gtin=gtin)
    for number, is_default in enumerate(defaults):
        facts = LinkFacts(
            f"/01/{gtin}", "pip", f"https://vuon.example/{number}", "Trang", is_default=is_default
        )
        house.run(
            add_link,
            vendor_id=house.vendor_id,
            facts=facts,
            roots=("https://a.b",),
            actor=house.owner,
        )
    house.session.rollback()
    kept = house.session.scalars(
        sa.select(DlLink.href).where(DlLink.anchor == f"/01/{gtin}", DlLink.is_default)
    ).all()
    wished = [f"https://vuon.example/{n}" for n, is_default in enumerate(defaults) if is_default]
    assert len(kept) <= 1
    assert not wished or kept == wished[-1:]


PEOPLE = st.sampled_from(["01AN", "01BINH", "01CHI"])


@FEW
@given(sprayed=PEOPLE, harvested=PEOPLE, released=PEOPLE)
def test_i12_a_hold_is_cleared_by_a_second_person(house, sprayed, harvested, released):
    who = {
        name: member(house.vendor_id, "owner", user_id=name)
        for name in (sprayed, harvested, released)
    }
    season_id = house.season(house.plot())
    house.write(season_id=season_id, done_on=TODAY, actor=who[sprayed])
    lot_id = house.harvest(season_id=season_id, actor=who[harvested])
    assert house.card(lot_id).state is LotState.HELD
    house.test(lot_id, actor=who[released])
    act = {"reason": "Mẫu đạt", "actor": who[released]}
    if released in {sprayed, harvested}:
        with pytest.raises(SecondPersonNeeded):
            house.run(lots.release_lot, lot_id, **act)
    else:
        house.run(lots.release_lot, lot_id, **act)
    is_open = house.card(lot_id).state is LotState.OPEN
    assert is_open is (released not in {sprayed, harvested})
