"""A recall across the trades: the scope first, one action, buyers told, and drills that harm nobody."""

from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from kernel.audit import AuditEntry, verify
from kernel.claims import Claim, ClaimState
from kernel.db import transaction
from kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from kernel.mail import Notice, render
from orders.models import Order, OrderStep
from orders.services.fulfil import act_on_order
from tests.orders import market
from tests.shop.recalled import OFFICER, WHY, Case, open_case, owner
from traceability.errors import LotStoppedNow
from traceability.models import Lot, LotStep, RecallNotice
from traceability.rules import LotState
from traceability.rules.recalls import Account, Answer, Finding, Measure, RecallState
from traceability.services import recalls
from traceability.services.recalls.telling import Recipient, digest

DELIVERED, SHIPPED, PACKED = "deliver", "ship", "pack"


@pytest.fixture
def case(maker, now) -> Case:
    return open_case(maker, now)


def lot_state(case) -> LotState:
    with case.maker() as session:
        return session.get_one(Lot, case.market.lot).state


def count(case, kind, *where) -> int:
    with case.maker() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(kind).where(*where))


def rows(case, kind, *where):
    with case.maker() as session:
        return session.scalars(sa.select(kind).where(*where).order_by(kind.id)).all()


def test_the_scope_is_shown_before_anything_happens(case):
    case.order(2, sent=DELIVERED)
    case.order(1, sent=SHIPPED)
    case.order(3)
    market.fill(case.maker, case.now, (case.market.kilo, 1))
    recall_id = case.open()
    scope = case.scope(recall_id)
    assert [lot.id for lot in scope.lots] == [case.market.lot]
    assert (scope.gone_orders, scope.open_orders, scope.buyers) == (2, 1, 3)
    (stock,) = scope.stock
    assert (stock.code, stock.left, scope.cart_count) == ("VAI-01", 4000, 1)
    # 2 kg delivered, 1 kg on the way, 3 kg packed for an order and 4 kg unsold: all of it.
    account = scope.accounts[case.market.lot]
    assert account == Account(made=10_000, sold=2000, transit=1000, stock=7000)
    assert (account.percent, scope.percent) == (100.0, 100.0)
    assert lot_state(case) is LotState.OPEN
    assert case.mails() == []
    assert case.card(recall_id).state is RecallState.DRAFT


def test_one_action_stops_everything_and_writes_to_every_buyer(case):
    case.order(2, sent=DELIVERED, contact_name="Chị Mai")
    open_group = case.order(1)
    market.fill(case.maker, case.now, (case.market.kilo, 1))
    outcome = case.act(case.open())
    assert (outcome.acted.lot_ids, outcome.orders, outcome.carts) == ((case.market.lot,), 1, 1)
    assert (outcome.told.notices, outcome.told.unreachable) == (2, 0)
    assert lot_state(case) is LotState.RECALLED
    assert count(case, Claim, Claim.owner_key.like("cart:%"), Claim.state == ClaimState.ACTIVE) == 0
    (step,) = rows(case, OrderStep, OrderStep.action == "lot_recalled")
    (order,) = market.orders(case.maker, open_group)
    assert (step.order_id, step.reason) == (order.id, WHY)
    assert [mail.recipient for mail in case.mails()] == ["an@example.vn", "an@example.vn"]
    assert {mail.values["name"] for mail in case.mails()} == {"Chị Mai", "Phạm Văn An"}
    with case.maker() as session:
        assert verify(session) is None


def test_a_stopped_order_is_neither_packed_nor_sent(case):
    packed = case.order(1, sent=PACKED)
    case.act(case.open(), Measure.HOLD)
    (order,) = market.orders(case.maker, packed)
    with pytest.raises(LotStoppedNow), case.maker() as session, transaction(session):
        act_on_order(
            session, order.id, action="ship", actor=owner(case.market.grower), now=case.now
        )


def test_a_hold_tells_no_buyer_until_it_becomes_a_recall(case):
    case.order(2, sent=DELIVERED)
    recall_id = case.open()
    assert case.act(recall_id, Measure.HOLD).told.notices == 0
    assert lot_state(case) is LotState.HELD
    assert case.act(recall_id, Measure.RECALL).told.notices == 1
    assert lot_state(case) is LotState.RECALLED
    with pytest.raises(Conflict):
        case.act(recall_id, Measure.RECALL)
    with pytest.raises(Conflict):
        case.act(recall_id, Measure.HOLD)
    assert len(case.mails()) == 1


def test_the_message_of_a_notice_says_what_to_do_in_both_languages(case):
    case.order(2, sent=DELIVERED)
    case.act(case.open(advice={"vi": "Mang trả tại hợp tác xã."}))
    (mail,) = case.mails()
    names = {"market": "Chợ", "public_url": "https://cho.example"}
    subject, text = render(mail.template, "vi", names | mail.values)
    assert "L2611-023" in subject
    assert f"https://cho.example/r/{mail.values['token']}" in text
    assert WHY in text
    assert "Mang trả tại hợp tác xã." in text
    assert "L2611-023" in render(mail.template, "en", names | mail.values)[0]


def test_a_buyer_answers_by_the_link_and_only_by_it(case):
    case.order(2, sent=DELIVERED)
    case.act(case.open())
    (mail,) = case.mails()
    case.run(recalls.answer_notice, mail.values["token"], answer=Answer.EATEN)
    (notice,) = rows(case, RecallNotice)
    assert (notice.answer, notice.acked_at) == (Answer.EATEN, case.now)
    assert notice.token_hash == digest(mail.values["token"])
    with pytest.raises(NotFound):
        case.run(recalls.answer_notice, "guessed", answer=Answer.KEPT)


def test_a_drill_moves_no_lot_stops_nothing_and_writes_to_nobody(case):
    case.order(2, sent=DELIVERED)
    case.order(1)
    market.fill(case.maker, case.now, (case.market.kilo, 1))
    before = {kind: count(case, kind) for kind in (Notice, LotStep, OrderStep)}
    recall_id = case.open(drill=True)
    outcome = case.act(recall_id)
    assert (outcome.told.notices, outcome.orders, outcome.carts) == (2, 0, 0)
    assert lot_state(case) is LotState.OPEN
    assert {kind: count(case, kind) for kind in before} == before
    assert count(case, Claim, Claim.owner_key.like("cart:%"), Claim.state == ClaimState.ACTIVE) == 1
    assert {(row.group_id, row.token_hash, row.mail_id) for row in rows(case, RecallNotice)} == {
        (None, None, None)
    }
    case.run(
        recalls.note_answer,
        rows(case, RecallNotice)[0].id,
        recall_id=recall_id,
        answer=Answer.KEPT,
        actor=OFFICER,
    )
    case.run(recalls.close_recall, recall_id, cause="Diễn tập năm", figures={}, actor=OFFICER)
    assert case.card(recall_id).state is RecallState.CLOSED
    assert count(case, Notice) == before[Notice]


def test_a_drill_has_no_way_to_a_person(case):
    """Neither the service nor the database itself lets a drill name somebody."""
    group_id = case.order(2, sent=DELIVERED)
    recall_id = case.open(drill=True)
    case.act(recall_id)
    someone = Recipient(group_id, case.market.grower, replace(_nobody(), email="an@example.vn"))
    with pytest.raises(Conflict):
        case.run(recalls.write_notices, recall_id, recipients=[someone], actor=OFFICER)
    for wrong in ({"group_id": group_id}, {"token_hash": "a" * 64}):
        with pytest.raises(IntegrityError), case.maker() as session, transaction(session):
            session.execute(sa.update(RecallNotice).values(**wrong))
    # Nor can its rows be passed off as those of a recall.
    with pytest.raises(IntegrityError), case.maker() as session, transaction(session):
        session.execute(sa.update(RecallNotice).values(drill=False))


def _nobody():
    from kernel.mail import Address

    return Address()


def test_a_lot_that_was_falsely_included_is_left_out_with_a_reason(case):
    recall_id = case.open()
    lot = case.market.lot
    with pytest.raises(Invalid):
        case.run(recalls.take_out, recall_id, lot_id=lot, reason=" ", actor=OFFICER)
    case.run(recalls.take_out, recall_id, lot_id=lot, reason="Khác vườn, khác ngày", actor=OFFICER)
    (out,) = case.scope(recall_id).left_out
    assert (out.out_reason, out.out_by_name) == ("Khác vườn, khác ngày", "Trần Thị Lan")
    with pytest.raises(Invalid):
        case.act(recall_id)
    case.run(recalls.put_back, recall_id, lot_id=lot, actor=OFFICER)
    case.act(recall_id)
    assert lot_state(case) is LotState.RECALLED


def test_owners_recall_their_own_goods_and_see_no_other_vendors_buyers(case):
    grower, keeper = owner(case.market.grower), owner(case.market.keeper)
    case.order(2, sent=DELIVERED)
    recall_id = case.open(actor=grower)
    assert case.scope(recall_id, actor=grower).buyers == 1
    with pytest.raises(NotFound):
        case.act(recall_id, actor=keeper)
    seller = replace(grower, memberships={case.market.grower: frozenset({"seller"})})
    with pytest.raises(NotAllowed):
        case.act(recall_id, actor=seller)
    case.act(recall_id, actor=grower)
    assert lot_state(case) is LotState.RECALLED


def test_an_officer_does_not_decide_on_a_vendor_he_works_for(case):
    torn = replace(OFFICER, memberships={case.market.grower: frozenset({"seller"})})
    with pytest.raises(NotAllowed):
        case.open(actor=torn)


def test_what_was_counted_takes_its_place_in_the_balance(case):
    case.order(2, sent=DELIVERED)
    recall_id = case.open()
    case.act(recall_id)

    def found(finding, quantity):
        case.run(
            recalls.count_goods,
            recall_id,
            lot_id=case.market.lot,
            finding=finding,
            quantity=quantity,
            note="",
            actor=OFFICER,
        )

    found(Finding.STOCK, 7000)
    found(Finding.DESTROYED, 400)
    found(Finding.DESTROYED, 100)
    account = case.scope(recall_id).accounts[case.market.lot]
    assert (account.stock, account.sold, account.destroyed, account.missing) == (
        7000,
        2000,
        500,
        500,
    )
    assert account.percent == 95.0
    assert not account.holds(2)
    assert account.holds(5)
    found(Finding.STOCK, 0)
    assert case.scope(recall_id).accounts[case.market.lot].stock == 0


def test_a_recall_closes_with_its_cause_and_an_action_against_it(case, now):
    recall_id = case.open()
    case.act(recall_id)
    with pytest.raises(Invalid):
        case.run(recalls.close_recall, recall_id, cause="Phun sai ngày", figures={}, actor=OFFICER)
    case.run(
        recalls.add_action,
        recall_id,
        text="Treo bảng ngày cách ly ở từng lô",
        who="Bác Hòa",
        due_on=now.date(),
        actor=OFFICER,
    )
    case.run(
        recalls.close_recall,
        recall_id,
        cause="Phun sai ngày",
        figures={"percent": 100.0},
        actor=OFFICER,
    )
    card = case.card(recall_id)
    assert (card.state, card.cause, card.figures) == (
        RecallState.CLOSED,
        "Phun sai ngày",
        {"percent": 100.0},
    )
    with pytest.raises(Conflict):
        case.act(recall_id)


def test_what_was_not_carried_out_changed_nothing(case):
    recall_id = case.open()
    case.run(recalls.drop_recall, recall_id, actor=OFFICER)
    assert case.card(recall_id).state is RecallState.DROPPED
    assert lot_state(case) is LotState.OPEN
    with pytest.raises(Conflict):
        case.act(recall_id)


def test_every_stop_is_in_the_log_of_changes(case):
    case.act(case.open())
    actions = [row.action for row in rows_by_seq(case)]
    assert {"recall.opened", "lot.recall", "recall.acted", "recall.told"} <= set(actions)


def rows_by_seq(case):
    with case.maker() as session:
        return session.scalars(sa.select(AuditEntry).order_by(AuditEntry.seq)).all()


def test_orders_that_came_to_nothing_are_nobodys_goods(case):
    group_id = case.order(2)
    with case.maker() as session, transaction(session):
        session.execute(sa.update(Order).where(Order.group_id == group_id).values(state="canceled"))
    assert case.scope(case.open()).sold == ()
