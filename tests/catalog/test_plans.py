"""Prices for a later day: applied once, in order, however late the worker is."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from catalog.models import Listing, PricePlan
from catalog.queries.plans import plans_of, price_valid_until
from catalog.queries.revisions import revisions
from catalog.rules.plans import PLAN_ARROWS, PlanState, Span, plan_after
from catalog.services import plans
from catalog.services.packs import PackDraft
from catalog.services.plans import PlanDraft, apply_due_prices, cancel_plan, plan_price
from kernel import audit, db
from kernel.db import transaction
from kernel.errors import Conflict, Invalid, NotFound
from tests.catalog.shelves import (
    add_visit,
    hours,
    listing,
    open_shelves,
    seller,
    variants,
    vendor_id,
)
from tests.catalog.test_writing import act, create, edit, published, told
from tests.together import at_once


@pytest.fixture(autouse=True)
def _shelves(request, now):
    if "session" in request.fixturenames:
        open_shelves(request.getfixturevalue("session"), now)


def pack(session, code, place=0):
    return [v for v in variants(session, code) if v.active][place].id


def plan(session, now, code, price, start, end=None, *, place=0, **wishes):
    draft = PlanDraft(
        wishes["variant_id"] if "variant_id" in wishes else pack(session, code, place),
        price,
        now + start,
        now + end if end else None,
    )
    vendor = wishes.get("vendor", vendor_id(session))
    with transaction(session):
        return plan_price(session, vendor, code=code, draft=draft, actor=seller(vendor), now=now)


def cancel(session, now, code, plan_id):
    vendor = vendor_id(session)
    with transaction(session):
        cancel_plan(session, vendor, code=code, plan_id=plan_id, actor=seller(vendor), now=now)


def run(session, now):
    with transaction(session):
        return apply_due_prices(session, now)


def price(session, code, place=0):
    return [v.price_vnd for v in variants(session, code) if v.active][place]


def states(session, code):
    found = plans_of(session, listing(session, code).id)
    return {one.price_vnd: one.state.value for one in found}


def test_a_price_begins_at_its_moment_and_not_before(session, now):
    code = published(session, now)
    plan(session, now, code, 30_000, hours(2))
    until = sa.select(price_valid_until(Listing.id)).where(Listing.code == code)
    assert session.scalar(until) == now + hours(2)
    assert run(session, now + hours(1)) == 0
    assert price(session, code) == 25_000
    version = listing(session, code).version
    assert run(session, now + hours(2)) == 1
    assert (price(session, code), listing(session, code).price_vnd) == (30_000, 30_000)
    assert listing(session, code).version == version + 1
    assert told(session)[-1] == "ListingChanged"
    assert run(session, now + hours(3)) == 0
    assert states(session, code) == {30_000: "done"}
    last = revisions(session, listing(session, code).id).items[0]
    assert (last.action, last.values["packs"][0]["price_vnd"]) == ("plan_apply", 30_000)
    assert audit.verify(session) is None


def test_a_price_for_a_while_goes_back_at_its_end(session, now):
    code = published(session, now)
    plan(session, now, code, 20_000, hours(1), hours(5))
    run(session, now + hours(1))
    assert (price(session, code), states(session, code)) == (20_000, {20_000: "running"})
    run(session, now + hours(5))
    assert (price(session, code), states(session, code)) == (25_000, {20_000: "done"})


def test_a_late_worker_takes_every_step_once_and_in_order(session, now):
    code = published(session, now)
    plan(session, now, code, 27_000, hours(9))
    plan(session, now, code, 20_000, hours(1), hours(4))
    plan(session, now, code, 90_000, hours(2), place=1)
    assert run(session, now + timedelta(days=3)) == 4
    assert [price(session, code), price(session, code, 1)] == [27_000, 90_000]
    found = revisions(session, listing(session, code).id).items
    assert [one.action for one in reversed(found)] == [
        "create", "plan_begin", "plan_apply", "plan_end", "plan_apply",
    ]  # fmt: skip
    assert run(session, now + timedelta(days=3)) == 0


def test_what_was_set_by_hand_meanwhile_stays_at_the_end(session, now):
    code = published(session, now)
    plan(session, now, code, 20_000, hours(1), hours(5))
    run(session, now + hours(1))
    edit(session, now, code, packs=(PackDraft(1000, 33_000), PackDraft(5000, 110_000)))
    run(session, now + hours(5))
    assert (price(session, code), states(session, code)) == (33_000, {20_000: "done"})


def test_a_cancelled_price_never_comes_and_a_running_one_goes_back_at_once(session, now):
    code = published(session, now)
    first = plan(session, now, code, 20_000, hours(1), hours(5))
    second = plan(session, now, code, 99_000, hours(8))
    cancel(session, now, code, second)
    run(session, now + hours(1))
    cancel(session, now + hours(2), code, first)
    assert price(session, code) == 25_000
    run(session, now + hours(9))
    assert price(session, code) == 25_000
    assert states(session, code) == {20_000: "cancelled", 99_000: "cancelled"}
    with pytest.raises(Conflict):
        cancel(session, now, code, second)


def test_a_plan_of_a_pack_that_is_gone_or_an_archived_offer_is_dropped(session, now):
    code, other = create(session, now), create(session, now)
    plan(session, now, code, 20_000, hours(1), place=1)
    plan(session, now, other, 20_000, hours(1))
    edit(session, now, code, packs=(PackDraft(1000, 25_000),))
    act(session, now, other, "archive")
    assert run(session, now + hours(1)) == 2
    assert states(session, code) == states(session, other) == {20_000: "dropped"}


def test_the_price_of_an_experience_is_planned_too(session, now):
    add_visit(session, now)
    plan(session, now, "THAM", 120_000, hours(1), hours(2), variant_id=None)
    run(session, now + hours(1))
    assert listing(session, "THAM").price_vnd == 120_000
    run(session, now + hours(2))
    assert listing(session, "THAM").price_vnd == 150_000


@pytest.mark.parametrize(
    ("price_vnd", "start", "end", "field"),
    [
        (0, hours(1), None, "price_vnd"),
        (10**12, hours(1), None, "price_vnd"),
        (20_000, hours(0), None, "starts_at"),
        (20_000, hours(-1), None, "starts_at"),
        (20_000, timedelta(days=400), None, "starts_at"),
        (20_000, hours(2), hours(2), "ends_at"),
        (20_000, hours(2), hours(1), "ends_at"),
    ],
)
def test_what_cannot_be_planned_names_its_field(session, now, price_vnd, start, end, field):
    code = create(session, now)
    with pytest.raises(Invalid) as refusal:
        plan(session, now, code, price_vnd, start, end)
    assert refusal.value.field == field
    assert session.scalars(sa.select(PricePlan)).all() == []


def test_two_prices_of_one_pack_may_not_be_in_each_others_way(session, now):
    code = create(session, now)
    plan(session, now, code, 20_000, hours(2), hours(6))
    for start, end in ((3, 4), (1, 3), (5, 8), (1, 9), (2, None), (4, None)):
        with pytest.raises(Invalid):
            plan(session, now, code, 21_000, hours(start), hours(end) if end else None)
    plan(session, now, code, 22_000, hours(6), hours(7))
    plan(session, now, code, 23_000, hours(1))
    plan(session, now, code, 24_000, hours(3), place=1)
    with pytest.raises(NotFound):
        plan(session, now, code, 20_000, hours(9), vendor=vendor_id(session, "V2"))
    with pytest.raises(Invalid):
        plan(session, now, code, 20_000, hours(9), variant_id="01NONE")


def test_each_state_has_the_arrows_of_the_table_and_no_other():
    names = {action for _state, action in PLAN_ARROWS}
    for state in PlanState:
        for action in names:
            if (state, action) not in PLAN_ARROWS:
                with pytest.raises(Conflict):
                    plan_after(state, action)


def test_spans_clash_both_ways(now):
    one, inside = Span(now, now + hours(4)), Span(now + hours(1), None)
    assert one.clashes(inside)
    assert inside.clashes(one)
    assert not one.clashes(Span(now + hours(4), None))
    assert not Span(now, None).clashes(Span(now + hours(1), None))


def _race(maker, now):
    with maker() as session:
        open_shelves(session, now)
        code = published(session, now)
        plan(session, now, code, 20_000, hours(1), hours(5))

    def work(_number):
        with maker() as session, transaction(session):
            return apply_due_prices(session, now + hours(1))

    return code, at_once(work, 4)


def test_workers_at_once_begin_a_price_once(maker, now):
    code, results = _race(maker, now)
    assert sorted(results) == [0, 0, 0, 1]
    with maker() as session:
        assert price(session, code) == 20_000
        row = session.scalars(sa.select(PricePlan)).one()
        assert (row.before_vnd, row.state) == (25_000, PlanState.RUNNING)
        assert [one.action for one in revisions(session, listing(session, code).id).items] == [
            "plan_begin", "create",
        ]  # fmt: skip


@pytest.mark.postgres
def test_without_the_lock_a_price_begins_twice(postgres_url, now, monkeypatch):
    """The price before would be forgotten: the second worker takes the new one for the old."""
    from threading import Barrier

    meet = Barrier(2, timeout=5)

    def unlocked(session, kind, row_id):
        return session.get(kind, row_id, populate_existing=True)

    real = plans.next_step

    def slow(state, span):
        found = real(state, span)
        if state is PlanState.PLANNED:
            try:
                meet.wait()
            except Exception:
                return found
        return found

    engine = db.open_engine(postgres_url)
    maker = db.session_factory(engine)
    with maker() as session:
        open_shelves(session, now)
        code = published(session, now)
        plan(session, now, code, 20_000, hours(1), hours(5))
    monkeypatch.setattr(plans, "lock", unlocked)
    monkeypatch.setattr(plans, "next_step", slow)

    def work(_number):
        with maker() as session, transaction(session):
            return apply_due_prices(session, now + hours(1))

    results = at_once(work, 2)
    engine.dispose()
    assert [one for one in results if one != 0 or isinstance(one, Exception)] != [1]
