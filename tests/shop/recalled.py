"""A small market with something to recall: fruit of two lots in orders of several buyers."""

from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from kernel.actor import Actor
from kernel.db import transaction
from kernel.mail import Notice
from orders.services.checkout import PlacedOrder
from orders.services.fulfil import act_on_order
from shop.recalling.acting import carry_out
from shop.recalling.scope import Scope, scope_of
from tests.orders import market
from tests.orders.market import KILO, Market
from traceability.queries.recalls.cases import RecallCard, recall_card
from traceability.queries.recalls.starts import Beginning
from traceability.rules.recalls import Measure, Origin
from traceability.services import recalls
from traceability.services.recalls import RecallFacts

Maker = sessionmaker[Session]
STEPS = ("confirm", "pack", "ship", "deliver")
WHY = "Dư lượng thuốc bảo vệ thực vật vượt mức"
OFFICER = Actor("01OFFICER", "Trần Thị Lan", frozenset({"approver"}))


def owner(vendor_id: str, user_id: str = "01OWNER") -> Actor:
    return Actor(user_id, "Bác Hòa", frozenset(), {vendor_id: frozenset({"owner"})})


@dataclass
class Case:
    """The market, who was sold what, and short ways to do what the tests are about."""

    maker: Maker
    now: object
    market: Market
    # The order that was placed last.
    placed: PlacedOrder | None = None

    def order(self, kilos: int, *, sent: str = "", **changed: object) -> str:
        """Order fruit; ``sent`` is how far its vendor got with it. Return the group's id."""
        bearer = market.fill(self.maker, self.now, (self.market.kilo, kilos))
        placed = market.place(
            self.maker, self.now, bearer, KILO * kilos + market.FEE, method="cod", **changed
        )
        self.placed = placed
        (order,) = market.orders(self.maker, placed.group_id)
        for action in STEPS[: STEPS.index(sent) + 1] if sent else ():
            self.run(act_on_order, order.id, action=action, actor=owner(self.market.grower))
        return placed.group_id

    def open(self, *, actor: Actor = OFFICER, **changed: object) -> str:
        """Begin a recall of the fruit's lot."""
        begun = Beginning(Origin.LOT, self.market.grower, self.market.lot)
        facts = replace(RecallFacts(begun, WHY), **changed)
        with self.maker() as session, transaction(session):
            return recalls.open_recall(session, facts=facts, actor=actor, now=self.now)

    def act(self, recall_id: str, measure=Measure.RECALL, *, actor: Actor = OFFICER):
        with self.maker() as session, transaction(session):
            return carry_out(session, recall_id, measure=measure, actor=actor, now=self.now)

    def card(self, recall_id: str) -> RecallCard:
        with self.maker() as session:
            found = recall_card(session, recall_id)
            assert found is not None
            return found

    def scope(self, recall_id: str, *, actor: Actor = OFFICER) -> Scope:
        with self.maker() as session:
            return scope_of(session, self.card(recall_id), actor=actor)

    def run(self, service, *args: object, **values: object):
        with self.maker() as session, transaction(session):
            return service(session, *args, now=self.now, **values)

    def mails(self, template: str = "traceability/recall_notice") -> list[Notice]:
        with self.maker() as session:
            wanted = sa.select(Notice).where(Notice.template == template).order_by(Notice.id)
            return list(session.scalars(wanted))


def open_case(maker: Maker, now: object) -> Case:
    return Case(maker, now, market.open_market(maker, now))
