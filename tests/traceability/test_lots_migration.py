"""What lots and orders of before become: nothing is forgotten, nothing made up."""

import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy.orm import Session

from kernel import db
from kernel.db import transaction
from orders.models import OrderAllocation
from orders.services.fulfil import act_on_order
from shop.prepare import alembic_config
from tests.conftest import NOW
from tests.orders.market import FEE, KILO, fill, open_market, orders, place, seller
from tests.traceability.land import Land
from traceability.models import Lot, LotHold, LotMove
from traceability.rules import LotState, MoveKind
from traceability.services import lots


def test_lots_and_orders_of_before_get_their_books(maker, database_url):
    market = open_market(maker, NOW)
    for actions in (("confirm",), ("confirm", "pack", "ship")):
        bearer = fill(maker, NOW, (market.kilo, 3))
        placed = place(maker, NOW, bearer, 3 * KILO + FEE, method="cod")
        (order,) = orders(maker, placed.group_id)
        for action in actions:
            with maker() as session, transaction(session):
                act_on_order(
                    session, order.id, action=action, actor=seller(order.vendor_id), now=NOW
                )
    with maker() as session:
        land = Land(session)
        held = land.harvest()
        land.run(lots.hold_lot, held, reason="Chờ kiểm nghiệm", actor=land.owner)
    maker.kw["bind"].dispose()
    config = alembic_config(database_url)
    before = ScriptDirectory.from_config(config).get_revision("0032").down_revision
    command.downgrade(config, before)
    command.upgrade(config, "head")
    engine = db.open_engine(database_url)
    with Session(engine) as session:
        sold = session.get_one(Lot, market.lot)
        assert (sold.quantity, sold.rest, sold.commissioned_seq) == (10_000, 7_000, None)
        moves = session.scalars(sa.select(LotMove).where(LotMove.lot_id == market.lot)).all()
        assert {(move.kind, move.quantity) for move in moves} == {
            (MoveKind.MADE, 10_000),
            (MoveKind.SOLD, -3_000),
        }
        (row,) = session.scalars(sa.select(OrderAllocation)).all()
        assert (row.lot_id, row.quantity) == (market.lot, 3_000)
        assert (row.shipped_at, row.delivered_at) == (NOW, None)
        (hold,) = session.scalars(sa.select(LotHold)).all()
        assert (hold.lot_id, hold.cause_id, hold.reason) == (held, held, "Chờ kiểm nghiệm")
        assert session.get_one(Lot, held).state is LotState.HELD
    engine.dispose()
