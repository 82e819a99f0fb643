"""Packing races a recall that goes on part by part: nothing packed meanwhile slips out unstopped."""

from threading import Event

import pytest
import sqlalchemy as sa

from shop.recalling import stopping
from tests.shop.recalled import Case, open_case, owner
from tests.shop.test_recalling_many import PART, pack, split, work
from tests.together import at_once
from tests.traceability.packhouse import events
from traceability.errors import LotHoldsLess, LotStoppedNow
from traceability.models import Lot, RecallLot
from traceability.queries import lot_cards
from traceability.queries.graph import forward
from traceability.rules import Portion, UnitKind
from traceability.rules.recalls import Measure
from traceability.services import lots
from traceability.services.lots import carrying
from traceability.services.recalls import acting

WAITING = 5


@pytest.fixture
def case(maker, now, monkeypatch) -> Case:
    monkeypatch.setattr(acting, "AT_ONCE", PART)
    monkeypatch.setattr(stopping, "PAUSE_S", 0.02)
    return open_case(maker, now)


def begin(case: Case) -> tuple[str, tuple[str, ...]]:
    """Begin to stop many lots; return the recall, and all of them: most still wait."""
    parts = split(case, case.market.lot, *[500] * WAITING)
    recall_id = case.open()
    case.act(recall_id, Measure.RECALL)
    assert len(waiting(case, recall_id)) == WAITING + 1 - PART
    return recall_id, (case.market.lot, *parts)


def waiting(case: Case, recall_id: str) -> list[str]:
    with case.maker() as session:
        wanted = sa.select(RecallLot.lot_id).where(RecallLot.recall_id == recall_id)
        return list(session.scalars(wanted.where(RecallLot.waits).order_by(RecallLot.lot_id)))


def crate(case: Case) -> str:
    vendor = case.market.grower
    facts = {"kind": UnitKind.CRATE, "name": "", "actor": owner(vendor)}
    return case.run(lots.make_unit, vendor_id=vendor, **facts)


def fill(case: Case, unit_id: str, lot_id: str) -> None:
    portions = [Portion(lot_id, 5)]
    case.run(lots.pack_unit, unit_id, portions=portions, actor=owner(case.market.grower))


def keep_packing(case: Case, left: list[str], unit_id: str) -> list[str]:
    """Pack from lots, and from what was packed, and into a crate, until all are stopped."""
    made: list[str] = []
    while left:
        for lot_id in list(left):
            try:
                packed = pack(case, lot_id, 100)
                made.append(packed)
                made.append(pack(case, packed, 10))
                fill(case, unit_id, packed)
            except (LotStoppedNow, LotHoldsLess):
                left.remove(lot_id)
    return made


def slipped(case: Case, lot_ids) -> set[str]:
    """Return lots that came of these and are not stopped, or were packed after they were."""
    with case.maker() as session:
        found = {one.lot_id for one in forward(session, list(lot_ids))}
        told: dict[str, str] = {}
        for card in lot_cards(session, list(found)).values():
            last = events(session, of=card.trace_code)[-1]
            told[card.id] = f"{card.state.value} {last['disposition']}"
    return {lot_id for lot_id in found if told[lot_id] != "recalled recalled"}


def race(case: Case, recall_id: str) -> list[str]:
    """Let two pack while the worker stops part by part; return what was packed."""
    late, crates = waiting(case, recall_id), [crate(case), crate(case)]

    def do(number: int) -> list[str]:
        if number == 2:
            while work(case):
                pass
            return []
        return keep_packing(case, late[number::2], crates[number])

    results = at_once(do, 3)
    assert all(isinstance(one, list) for one in results), results
    made = [lot_id for one in results for lot_id in one]
    assert made, "nothing was packed meanwhile: the race was none"
    assert waiting(case, recall_id) == []
    return made


def test_whatever_is_packed_while_a_stop_goes_on_is_stopped_too(case):
    recall_id, every = begin(case)
    made = race(case, recall_id)
    with case.maker() as session:
        assert set(made) <= {one.lot_id for one in forward(session, list(every))}
    assert slipped(case, every) == set()


def test_without_a_last_look_what_was_packed_meanwhile_slips_out(case, monkeypatch):
    """The control: only what was traced at first is stopped then."""
    recall_id, every = begin(case)
    monkeypatch.setattr(acting, "take_in_new", lambda *_args, **_values: 0)
    late = waiting(case, recall_id)
    packed = pack(case, late[-1], 20)
    while work(case):
        pass
    assert slipped(case, every) == {packed}


def test_without_the_lock_a_stopped_lot_gets_into_a_crate(case, monkeypatch):
    """The control: PostgreSQL lets both read before either writes; SQLite writes in turn."""
    recall_id, every = begin(case)
    with case.maker() as session:
        if session.get_bind().dialect.name == "sqlite":
            pytest.skip("SQLite takes its write lock at the beginning of a transaction")
    last, unit_id = waiting(case, recall_id)[-1], crate(case)
    looked, stopped = Event(), Event()

    def unlocked(session, lot_ids, *, vendor_id=None):
        del vendor_id
        found = {lot_id: session.get_one(Lot, lot_id) for lot_id in lot_ids}
        looked.set()
        assert stopped.wait(20)
        return found

    def do(number: int) -> None:
        if number:
            fill(case, unit_id, last)
            return
        assert looked.wait(20)
        while work(case):
            pass
        stopped.set()

    monkeypatch.setattr(carrying, "lock_lots", unlocked)
    assert at_once(do, 2) == [None, None]
    assert slipped(case, every) == {last}
