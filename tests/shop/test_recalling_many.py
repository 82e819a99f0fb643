"""A recall of very many lots goes part by part, never half on hold silently, and reaches what is packed meanwhile."""

import pytest
import sqlalchemy as sa

from kernel.audit import verify
from kernel.db import transaction
from kernel.errors import Conflict
from kernel.events import OutboxMessage, read
from kernel.quantity import Unit
from shop.recalling import stopping
from shop.recalling.stopping import go_on
from tests.shop.recalled import OFFICER, Case, open_case, owner
from traceability.events import RecallActed, RecallGoesOn
from traceability.models import Lot, LotHold, RecallLot, RecallNotice
from traceability.queries.recalls.progress import Progress, progress_of
from traceability.rules import LotState, Portion
from traceability.rules.recalls import Measure, RecallState
from traceability.services import lots, recalls
from traceability.services.lots import PackFacts
from traceability.services.recalls import acting

PART = 2


@pytest.fixture
def case(maker, now, monkeypatch) -> Case:
    monkeypatch.setattr(acting, "AT_ONCE", PART)
    monkeypatch.setattr(stopping, "PAUSE_S", 0)
    return open_case(maker, now)


def split(case: Case, lot_id: str, *grams: int) -> tuple[str, ...]:
    return case.run(lots.split_lot, lot_id, parts=grams, actor=owner(case.market.grower))


def pack(case: Case, lot_id: str, grams: int) -> str:
    day = case.now.date()
    facts = PackFacts((Portion(lot_id, grams),), grams, Unit.GRAM, day, {})
    vendor = case.market.grower
    return case.run(lots.pack_lots, vendor_id=vendor, facts=facts, actor=owner(vendor))


def states(case: Case, lot_ids) -> set[LotState]:
    with case.maker() as session:
        return {session.get_one(Lot, key).state for key in lot_ids}


def work(case: Case) -> bool:
    """Do what waits as the worker does; tell whether there was something."""
    with case.maker() as session:
        wanted = sa.select(OutboxMessage).where(OutboxMessage.kind == "RecallGoesOn")
        message = session.scalars(wanted.where(OutboxMessage.done_at.is_(None))).first()
        if message is None:
            return False
        event = read(message)
    assert isinstance(event, RecallGoesOn)
    with case.maker() as session:
        go_on(session, event, case.now)
    with case.maker() as session, transaction(session):
        session.get_one(OutboxMessage, message.seq).done_at = case.now
    return True


def progress(case: Case, recall_id: str) -> Progress:
    with case.maker() as session:
        return progress_of(session, recall_id)


def test_many_lots_are_stopped_part_by_part_and_buyers_told_once_at_the_end(case, monkeypatch):
    case.order(2, sent="deliver")
    every = (case.market.lot, *split(case, case.market.lot, *[500] * 4))
    recall_id = case.open()
    first = case.act(recall_id)
    assert (len(first.acted.lot_ids), first.acted.left, first.told.notices) == (PART, 3, 0)
    card = case.card(recall_id)
    assert (card.state, card.held_at) == (RecallState.ACTIVE, None)
    assert progress(case, recall_id) == Progress(2, 5)
    assert states(case, every) == {LotState.OPEN, LotState.RECALLED}
    with pytest.raises(Conflict):
        case.run(recalls.close_recall, recall_id, cause="Phun sai", figures={}, actor=OFFICER)
    assert case.mails() == []
    seen: list[Progress] = []
    monkeypatch.setattr(stopping, "pause", lambda: seen.append(progress(case, recall_id)))
    assert work(case)
    assert seen == [Progress(4, 5)]
    assert not work(case)
    assert states(case, every) == {LotState.RECALLED}
    assert case.card(recall_id).held_at is not None
    assert progress(case, recall_id).is_done
    assert len(case.mails()) == 1
    with case.maker() as session:
        acted = sa.select(sa.func.count()).where(OutboxMessage.kind == RecallActed.__name__)
        assert session.scalar(acted) == 1
        assert session.scalar(sa.select(sa.func.count(RecallNotice.id))) == 1
        assert verify(session) is None


def test_what_was_cut_short_goes_on_with_those_that_wait(case, monkeypatch):
    every = (case.market.lot, *split(case, case.market.lot, *[500] * 4))
    recall_id = case.open()
    case.act(recall_id, Measure.HOLD)

    def killed() -> None:
        raise ConnectionError

    with monkeypatch.context() as patched, pytest.raises(ConnectionError):
        patched.setattr(stopping, "pause", killed)
        work(case)
    assert progress(case, recall_id) == Progress(4, 5)
    assert case.card(recall_id).held_at is None
    assert work(case)
    assert states(case, every) == {LotState.HELD}
    with case.maker() as session:
        holds = session.scalars(sa.select(LotHold.lot_id)).all()
    assert sorted(holds) == sorted(every)


def test_what_has_something_left_is_stopped_first(case):
    gone, *rest = split(case, case.market.lot, 500, 500, 500)
    case.run(
        lots.note_waste, gone, quantity=500, reason="Thối hỏng", actor=owner(case.market.grower)
    )
    recall_id = case.open()
    first = case.act(recall_id)
    assert gone not in first.acted.lot_ids
    assert work(case)
    assert states(case, (gone, *rest)) == {LotState.RECALLED}


def test_what_is_packed_while_the_scope_is_looked_at_belongs_to_it(case):
    recall_id = case.open()
    packed = pack(case, case.market.lot, 500)
    case.act(recall_id)
    assert states(case, (case.market.lot, packed)) == {LotState.RECALLED}
    with case.maker() as session:
        row = session.get_one(RecallLot, (recall_id, packed))
        assert (row.depth, row.quantity, row.moved) == (1, 0, True)


def test_a_drill_goes_through_all_at_once_and_leaves_nothing_waiting(case):
    split(case, case.market.lot, 500, 500, 500)
    recall_id = case.open(drill=True)
    packed = pack(case, case.market.lot, 500)
    acted = case.act(recall_id).acted
    assert (len(acted.lot_ids), packed in acted.lot_ids, acted.left) == (5, True, 0)
    assert progress(case, recall_id) == Progress(0, 0)
    assert not work(case)
    case.run(recalls.close_recall, recall_id, cause="Diễn tập", figures={}, actor=OFFICER)
    assert states(case, acted.lot_ids) == {LotState.OPEN}


def test_what_is_packed_while_lots_wait_belongs_to_it_and_a_lot_left_out_leads_nowhere(case):
    first, *_rest, out = split(case, case.market.lot, 500, 500, 500, 500)
    recall_id = case.open()
    case.run(recalls.take_out, recall_id, lot_id=out, reason="Khác vườn, khác ngày", actor=OFFICER)
    apart = pack(case, out, 200)
    case.act(recall_id)
    with case.maker() as session:
        waits = session.scalars(sa.select(RecallLot.lot_id).where(RecallLot.waits)).all()
    assert waits
    late = pack(case, waits[0], 100)
    assert work(case)
    assert states(case, (first, late, case.market.lot)) == {LotState.RECALLED}
    assert states(case, (out, apart)) == {LotState.OPEN}
