"""Edits after approval: what waits, what is live at once, who decides, who comes too late."""

from datetime import date
from threading import Event
from time import perf_counter

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import BaseMoved, ChangeGone, EditedMeanwhile, Flagged
from catalog.models import ListingBaseline, ListingChange, ListingFlag, ListingPicture, ListingStep
from catalog.queries import listing_page
from catalog.queries.moderation import (
    VIEWS,
    Wanted,
    flags_of,
    office_queue,
    queue_counts,
)
from catalog.queries.workbench import work_by_id
from catalog.rules import ListingState
from catalog.rules.changes import (
    CHANGE_ARROWS,
    CHANGEABLE,
    ChangeState,
    change_after,
    compare_pictures,
    compare_sets,
    compare_values,
    compare_words,
    held_fields,
)
from catalog.rules.checks import Check
from catalog.services import changes
from catalog.services.changes import decide_change, withdraw_change
from catalog.services.packs import PackDraft
from catalog.services.photos import add_photo, put_photo_first, remove_photo
from catalog.services.steps import approve_listings
from kernel import audit, db
from kernel.actor import Actor
from kernel.audit import AuditEntry
from kernel.db import transaction
from kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from kernel.pictures import Picture
from kernel.rules_seed import SEED
from kernel.rules_table import NewRule, close_rule, enter_rule
from tests.catalog.shelves import (
    OFFICER,
    add,
    category_id,
    certify,
    hours,
    listing,
    open_shelves,
    seller,
    state,
    vendor_id,
)
from tests.catalog.test_writing import act, create, edit, judge, letters, published, told
from tests.conftest import NOW
from tests.together import at_once
from traceability.models import Farm, Lot
from vendors.rules import Scheme

WHY = "Tên mới không đúng với hàng."
PROTECTED = {
    field: one["when"]
    for row in SEED
    if row[0] in {"listing.protected_fields", "listing.protected_label"}
    for field, one in row[1].items()
}


@pytest.fixture(autouse=True)
def _shelves(request, now):
    if "session" in request.fixturenames:
        open_shelves(request.getfixturevalue("session"), now)


def waiting(session, code):
    found = work_by_id(session, listing(session, code).id, now=NOW).change
    session.rollback()
    return found


def decide(session, now, code, action, reason="", *, change_id=None, actor=OFFICER):
    change_id = change_id or waiting(session, code).id
    with transaction(session):
        decide_change(
            session,
            listing(session, code).id,
            change_id=change_id,
            action=action,
            reason=reason,
            actor=actor,
            now=now,
        )


def withdraw(session, now, code, *, change_id=None, actor=None):
    vendor = vendor_id(session)
    change_id = change_id or waiting(session, code).id
    with transaction(session):
        withdraw_change(
            session,
            vendor,
            code=code,
            change_id=change_id,
            actor=actor or seller(vendor),
            now=now,
        )


def states(session):
    return [
        row.state for row in session.scalars(sa.select(ListingChange).order_by(ListingChange.id))
    ]


def actions_of(session, code):
    return list(
        session.scalars(
            sa.select(ListingStep.action)
            .where(ListingStep.listing_id == listing(session, code).id)
            .order_by(ListingStep.id)
        )
    )


def queue(session, view, **wishes):
    return [row.code for row in office_queue(session, Wanted(view, **wishes)).items]


def test_a_new_name_waits_while_the_approved_one_stays_shown(session, now):
    code = published(session, now)
    edit(session, now + hours(1), code, title={"vi": "Ổi Đài Loan"})
    row = listing(session, code)
    assert (row.title, row.slug, row.recheck_since) == (
        {"vi": "Ổi Thanh Hà"},
        "oi-thanh-ha",
        now + hours(1),
    )
    change = waiting(session, code)
    assert (change.before, change.after) == (
        {"title": {"vi": "Ổi Thanh Hà"}},
        {"title": {"vi": "Ổi Đài Loan"}},
    )
    assert "ListingChangeProposed" in told(session)
    assert actions_of(session, code)[-1] == "propose_change"
    decide(session, now + hours(2), code, "accept")
    row = listing(session, code)
    assert (row.title, row.slug, row.folded, row.recheck_since) == (
        {"vi": "Ổi Đài Loan"},
        "oi-dai-loan",
        "oi dai loan",
        None,
    )
    assert told(session)[-2:] == ["ListingChangeDecided", "ListingChanged"]
    assert letters(session)[-1] == "catalog/accept_change"
    assert actions_of(session, code)[-1] == "accept_change"
    assert states(session) == [ChangeState.ACCEPTED]
    assert {"listing.propose_change", "listing.accept_change"} <= set(
        session.scalars(sa.select(AuditEntry.action))
    )
    assert audit.verify(session) is None


def test_prices_packs_and_season_do_not_wait(session, now):
    code = published(session, now)
    edit(
        session,
        now,
        code,
        packs=(PackDraft(1000, 31_000),),
        season_months=(6, 7),
        preorder_from=date(2027, 5, 1),
        preorder_until=date(2027, 5, 31),
    )
    row = listing(session, code)
    assert (row.price_vnd, row.season_months, row.recheck_since) == (31_000, [6, 7], None)
    assert waiting(session, code) is None


def test_a_draft_is_written_over_at_once(session, now):
    code = create(session, now)
    edit(session, now, code, title={"vi": "Ổi khác"}, schemes=(Scheme.OCOP,))
    assert listing(session, code).title == {"vi": "Ổi khác"}
    assert states(session) == []


def test_a_certificate_more_waits_a_certificate_less_does_not(session, now):
    code = published(session, now, schemes=(Scheme.VIETGAP,))
    edit(session, now, code, schemes=(Scheme.VIETGAP, Scheme.ORGANIC))
    assert listing(session, code).schemes == ["vietgap"]
    assert waiting(session, code).after == {"schemes": ["organic", "vietgap"]}
    edit(session, now, code, schemes=())
    assert listing(session, code).schemes == []
    assert waiting(session, code) is None
    assert states(session) == [ChangeState.WITHDRAWN]


def test_origin_waits_another_lot_of_the_same_farm_does_not(session, now):
    farm, lot = session.scalars(sa.select(Farm.id)).one(), session.scalars(sa.select(Lot.id)).one()
    code = published(session, now)
    edit(session, now, code, farm_id=farm)
    assert listing(session, code).farm_id is None
    decide(session, now, code, "accept")
    assert listing(session, code).farm_id == farm
    edit(session, now, code, farm_id=farm, lot_id=lot)
    assert (listing(session, code).lot_id, waiting(session, code)) == (lot, None)
    edit(session, now, code, farm_id=farm)
    assert listing(session, code).lot_id == lot
    assert waiting(session, code).after == {"lot_id": None}


def test_words_that_claim_wait_other_words_are_looked_at_afterwards(session, now):
    code = published(session, now)
    edit(session, now, code, description={"vi": "Trồng ở bãi sông."})
    assert listing(session, code).description == {"vi": "Trồng ở bãi sông."}
    assert waiting(session, code) is None
    edit(session, now, code, description={"vi": "Trồng ở bãi sông, hữu cơ."})
    assert listing(session, code).description == {"vi": "Trồng ở bãi sông."}
    assert waiting(session, code).after == {"description": {"vi": "Trồng ở bãi sông, hữu cơ."}}
    seen = session.scalars(sa.select(ListingBaseline)).one()
    assert seen.values["description"] == {}
    judge(session, now, code, "confirm")
    assert listing(session, code).recheck_since == now
    assert session.scalars(sa.select(ListingBaseline)).all() == []
    decide(session, now, code, "decline", WHY)
    assert listing(session, code).recheck_since is None


def test_what_is_protected_is_a_rule_of_the_day(session, now):
    (value,) = [row[1] for row in SEED if row[0] == "listing.protected_fields"]
    value = value | {
        "title": value["title"] | {"when": "never"},
        "summary": value["summary"] | {"when": "any"},
    }
    with transaction(session):
        close_rule(session, "listing.protected_fields", from_day=date(2026, 11, 23))
        enter_rule(
            session,
            NewRule(
                "listing.protected_fields",
                value,
                date(2026, 11, 23),
                "Quy chế của sàn",
                "H",
            ),
            now=now,
        )
    code = published(session, now)
    edit(session, now, code, title={"vi": "Ổi khác"}, summary={"vi": "Khác."})
    assert listing(session, code).title == {"vi": "Ổi khác"}
    assert waiting(session, code).after == {"summary": {"vi": "Khác."}}


def test_a_second_edit_takes_the_place_of_the_first(session, now):
    code = published(session, now)
    edit(session, now, code, title={"vi": "Ổi một"})
    first = waiting(session, code)
    edit(session, now + hours(1), code, title={"vi": "Ổi hai"})
    assert states(session) == [ChangeState.REPLACED, ChangeState.WAITING]
    with pytest.raises(ChangeGone):
        decide(session, now, code, "accept", change_id=first.id)
    assert listing(session, code).title == {"vi": "Ổi Thanh Hà"}
    assert listing(session, code).recheck_since == now + hours(1)
    same = waiting(session, code)
    edit(session, now + hours(2), code, title={"vi": "Ổi hai"}, packs=(PackDraft(1000, 9_000),))
    assert waiting(session, code) == same
    assert listing(session, code).price_vnd == 9_000


def test_a_vendor_takes_back_what_waits_a_stranger_does_not(session, now):
    code = published(session, now)
    edit(session, now, code, title={"vi": "Ổi một"})
    change = waiting(session, code)
    with pytest.raises(NotFound):
        withdraw(session, now, code, actor=seller("01OTHER"))
    withdraw(session, now, code)
    assert states(session) == [ChangeState.WITHDRAWN]
    assert listing(session, code).recheck_since is None
    for late in (
        lambda: withdraw(session, now, code, change_id=change.id),
        lambda: decide(session, now, code, "accept", change_id=change.id),
    ):
        with pytest.raises(ChangeGone):
            late()
    assert actions_of(session, code)[-1] == "withdraw_change"


def test_the_office_declines_with_a_reason_and_the_vendor_is_told(session, now):
    code = published(session, now)
    edit(session, now, code, title={"vi": "Ổi một"})
    with pytest.raises(Invalid) as refusal:
        decide(session, now, code, "decline", "không")
    assert refusal.value.field == "reason"
    decide(session, now, code, "decline", WHY)
    row = session.scalars(sa.select(ListingChange)).one()
    assert (row.state, row.reason, row.decided_name) == (ChangeState.DECLINED, WHY, "Cô Mai")
    assert listing(session, code).title == {"vi": "Ổi Thanh Hà"}
    assert letters(session)[-1] == "catalog/decline_change"


def test_only_the_office_decides_and_nobody_on_his_own_vendor(session, now):
    code = published(session, now)
    edit(session, now, code, title={"vi": "Ổi một"})
    own = Actor("01O", "Mai", frozenset({"reviewer"}), {vendor_id(session): frozenset({"owner"})})
    for actor in (own, seller(vendor_id(session))):
        with pytest.raises(NotAllowed):
            decide(session, now, code, "accept", actor=actor)
    with pytest.raises(NotAllowed):
        decide(session, now, code, "withdraw")
    with pytest.raises(NotFound), transaction(session):
        decide_change(session, "01NONE", change_id="01X", action="accept", actor=OFFICER, now=now)
    assert states(session) == [ChangeState.WAITING]


def test_a_change_counts_only_for_what_it_was_to_replace(session, now):
    code = published(session, now)
    edit(session, now, code, title={"vi": "Ổi một"})
    with transaction(session):
        listing(session, code).title = {"vi": "Ổi do Sở sửa"}
    with pytest.raises(BaseMoved):
        decide(session, now, code, "accept")
    assert listing(session, code).title == {"vi": "Ổi do Sở sửa"}
    decide(session, now, code, "decline", WHY)


def test_words_banned_since_it_was_proposed_are_not_accepted(session, now):
    code = published(session, now)
    edit(session, now, code, title={"vi": "Ổi một"})
    with transaction(session):
        close_rule(session, "listing.words.banned", from_day=date(2026, 11, 23))
        enter_rule(
            session,
            NewRule(
                "listing.words.banned",
                [{"words": ["ổi một"], "law": "Luật mới"}],
                date(2026, 11, 23),
                "Luật mới",
                "U",
            ),
            now=now,
        )
    with pytest.raises(Invalid) as refusal:
        decide(session, now, code, "accept")
    assert (refusal.value.field, refusal.value.values["words"]) == ("title_vi", "Ổi một")
    assert listing(session, code).title == {"vi": "Ổi Thanh Hà"}


def test_nothing_is_decided_while_taken_down_and_the_archive_takes_it_back(session, now):
    code = published(session, now)
    edit(session, now, code, title={"vi": "Ổi một"})
    judge(session, now, code, "take_down", WHY)
    with pytest.raises(Conflict):
        decide(session, now, code, "accept")
    assert listing(session, code).recheck_since == now
    assert queue(session, "changed") == []
    judge(session, now, code, "restore")
    act(session, now, code, "pause")
    act(session, now, code, "archive")
    assert states(session) == [ChangeState.WITHDRAWN]
    assert listing(session, code).recheck_since is None


def test_a_waiting_change_is_shown_to_nobody_else(session, now):
    code = published(session, now)
    edit(session, now, code, title={"vi": "Ổi một"}, schemes=(Scheme.OCOP,))
    shown = listing_page(session, code, now=now)
    assert (shown.title, shown.badges) == ({"vi": "Ổi Thanh Hà"}, ())


def test_banned_goods_are_refused_when_written_edited_and_submitted(session, now):
    for field, wishes in {
        "title_vi": {"title": {"vi": "Súng săn"}},
        "description_en": {"description": {"vi": "Tốt.", "en": "With elephant ivory."}},
        "piece_vi": {"piece_name": {"vi": "viên ma túy"}},
        "packs": {"packs": (PackDraft(1000, 9_000, {"vi": "pháo nổ"}),)},
    }.items():
        with pytest.raises(Invalid) as refusal:
            create(session, now, **wishes)
        assert refusal.value.field == field
    code = create(session, now)
    with pytest.raises(Invalid):
        edit(session, now, code, summary={"vi": "Tặng pháo nổ."})
    assert listing(session, code).summary == {"vi": "Giòn, ngọt."}
    with transaction(session):
        listing(session, code).summary = {"vi": "Tặng pháo nổ."}
    with pytest.raises(Invalid) as refusal:
        act(session, now, code, "submit")
    assert refusal.value.values["words"] == "pháo nổ"
    assert state(session, code) is ListingState.DRAFT


def test_a_claim_without_certificate_is_flagged_until_an_officer_lets_it_stand(session, now):
    code = published(session, now)
    assert queue(session, "flagged") == []
    edit(session, now, code, title={"vi": "Ổi hữu cơ"})
    (flag,) = flags_of(session, listing(session, code).id)
    assert (flag.check, flag.field, flag.words, flag.scheme, flag.cleared_at) == (
        Check.CLAIM,
        "title_vi",
        "hữu cơ",
        "organic",
        None,
    )
    assert queue(session, "flagged") == [code]
    decide(session, now + hours(1), code, "accept")
    assert queue(session, "flagged") == []
    edit(session, now, code, title={"vi": "Ổi hữu cơ"}, season_months=(6,))
    assert flags_of(session, listing(session, code).id)[0].cleared_at == now + hours(1)


def test_a_declined_change_takes_its_flags_along(session, now):
    code = published(session, now)
    edit(session, now, code, title={"vi": "Ổi hữu cơ"})
    decide(session, now, code, "decline", WHY)
    assert flags_of(session, listing(session, code).id) == ()


def test_a_verified_certificate_is_no_flag(session, now):
    certify(session, now, Scheme.ORGANIC)
    code = published(session, now)
    edit(session, now, code, title={"vi": "Ổi hữu cơ"})
    assert flags_of(session, listing(session, code).id) == ()
    assert waiting(session, code) is not None


def picture(name, likeness=None, side=1200):
    return Picture(name * 64, side, min(side, 900), "", likeness)


def photo(session, now, code, shot, *, vendor="V1", alt="Quả ổi"):
    vendor = vendor_id(session, vendor)
    with transaction(session):
        add_photo(
            session,
            vendor,
            code=code,
            picture=shot,
            alt={"vi": alt},
            actor=seller(vendor),
            now=now,
        )


def test_a_picture_of_another_vendor_is_flagged_with_the_way_to_it(session, now):
    code = published(session, now)
    other = add(session, now, code="ONG", vendor_code="V2")
    photo(session, now, "ONG", picture("a", likeness=0x0F0F_1234_5678_9ABC), vendor="V2")
    photo(session, now, code, picture("b", likeness=0x0F0F_1234_5678_9ABD))
    (flag,) = flags_of(session, listing(session, code).id)
    assert (flag.check, flag.words, flag.other_id, flag.other_code) == (
        Check.TWIN,
        "b" * 64,
        other,
        "ONG",
    )
    vendor = vendor_id(session)
    with transaction(session):
        remove_photo(session, vendor, code=code, digest="b" * 64, actor=seller(vendor), now=now)
    assert flags_of(session, listing(session, code).id) == ()
    photo(session, now, code, picture("a"))
    assert [flag.check for flag in flags_of(session, listing(session, code).id)] == [Check.TWIN]
    assert session.scalar(sa.select(sa.func.count()).select_from(ListingPicture)) == 2


def test_ones_own_picture_and_one_that_differs_are_no_twins(session, now):
    code = published(session, now)
    add(session, now, code="ONG", vendor_code="V2")
    photo(session, now, "ONG", picture("a", likeness=0x0F0F_1234_5678_9ABC), vendor="V2")
    photo(session, now, code, picture("b", likeness=0x0F0F_1234_5678_0000))
    assert flags_of(session, listing(session, code).id) == ()


def test_pictures_are_measured(session, now):
    code = published(session, now)
    with pytest.raises(Invalid) as refusal:
        photo(session, now, code, picture("a", side=150))
    assert (refusal.value.field, refusal.value.values["least"]) == ("file", 200)
    photo(session, now, code, picture("b", side=400))
    assert [flag.check for flag in flags_of(session, listing(session, code).id)] == [Check.SMALL]
    with pytest.raises(Invalid) as refusal:
        photo(session, now, code, picture("c"), alt="Ngà voi")
    assert refusal.value.field == "alt_vi"


def test_the_order_of_pictures_is_the_vendors_own(session, now):
    code, vendor = published(session, now), vendor_id(session)
    photo(session, now, code, picture("a"))
    photo(session, now, code, picture("b"))
    judge(session, now, code, "confirm")
    with transaction(session):
        put_photo_first(session, vendor, code=code, digest="b" * 64, actor=seller(vendor), now=now)
    assert listing(session, code).recheck_since is None


def test_the_lists_of_the_desk(session, now):
    first = create(session, now)
    act(session, now, first, "submit")
    second = create(session, now, title={"vi": "Ổi hữu cơ"})
    act(session, now + hours(1), second, "submit")
    shown = published(session, now)
    edit(session, now, shown, title={"vi": "Ổi một"})
    assert queue(session, "waiting") == [first, second]
    assert queue(session, "changed") == [shown]
    assert queue(session, "flagged") == [second]
    assert queue(session, "waiting", reason="claim") == [second]
    assert queue(session, "changed", reason="change") == [shown]
    assert queue(session, "changed", reason="twin") == []
    assert queue(session, "waiting", vendor="thanh son") == [first, second]
    assert queue(session, "waiting", vendor="Chí Linh") == []
    (row, _other) = office_queue(session, Wanted("waiting")).items
    assert (row.checks, row.has_change) == ((), False)
    assert office_queue(session, Wanted("flagged")).items[0].checks == (Check.CLAIM,)
    assert queue_counts(session) == {
        "waiting": 2,
        "changed": 1,
        "flagged": 1,
        "declined": 0,
        "taken_down": 0,
    }
    for view in VIEWS:
        assert office_queue(session, Wanted(view), page=2).items == []


def test_several_are_approved_together_all_or_none(session, now):
    codes = [create(session, now), create(session, now)]
    flagged = create(session, now, title={"vi": "Ổi hữu cơ"})
    for code in (*codes, flagged):
        act(session, now, code, "submit")
    seen = {listing(session, code).id: listing(session, code).version for code in codes}
    third = listing(session, flagged)
    with pytest.raises(Flagged), transaction(session):
        approve_listings(session, seen | {third.id: third.version}, actor=OFFICER, now=now)
    with pytest.raises(EditedMeanwhile), transaction(session):
        approve_listings(session, dict.fromkeys(seen, 0), actor=OFFICER, now=now)
    assert state(session, codes[0]) is ListingState.SUBMITTED
    with transaction(session):
        assert approve_listings(session, seen, actor=OFFICER, now=now) == 2
    assert [state(session, code) for code in (*codes, flagged)] == [
        ListingState.PUBLISHED,
        ListingState.PUBLISHED,
        ListingState.SUBMITTED,
    ]


def race(maker, now, code, change_id, vendor):
    """The vendor takes the change back in the moment in which two officers decide."""

    def do(number):
        with maker() as session, transaction(session):
            if number == 0:
                withdraw_change(
                    session, vendor, code=code, change_id=change_id, actor=seller(vendor), now=now
                )
                return "withdrawn"
            action, reason = ("accept", "") if number == 1 else ("decline", WHY)
            decide_change(
                session,
                ids[code],
                change_id=change_id,
                action=action,
                reason=reason,
                actor=OFFICER,
                now=now,
            )
            return change_after(ChangeState.WAITING, action).value

    ids = {code: None}
    with maker() as session:
        ids[code] = listing(session, code).id
    return at_once(do, 3)


def open_market(maker, now):
    with maker() as session:
        open_shelves(session, now)
        code = published(session, now)
        edit(session, now, code, title={"vi": "Ổi một"})
        return code, waiting(session, code).id, vendor_id(session)


def test_vendor_and_two_officers_at_once_one_of_them_counts(maker, now):
    code, change_id, vendor = open_market(maker, now)
    results = race(maker, now, code, change_id, vendor)
    won = [result for result in results if isinstance(result, str)]
    assert len(won) == 1
    assert all(isinstance(result, ChangeGone) for result in results if result not in won)
    with maker() as session:
        row = session.scalars(sa.select(ListingChange)).one()
        assert row.state.value == won[0]
        assert len(actions_of(session, code)) == 5
        title = "Ổi một" if won == ["accepted"] else "Ổi Thanh Hà"
        assert listing(session, code).title == {"vi": title}


@pytest.mark.postgres
def test_without_the_lock_two_decisions_are_taken(postgres_url, now, monkeypatch):
    """The negative control: the race above proves something only because this one is lost."""
    engine = db.open_engine(postgres_url)
    maker = db.session_factory(engine)
    code, change_id, vendor = open_market(maker, now)

    def unlocked(session, kind, row_id):
        return session.get(kind, row_id)

    def own(session, vendor, code):
        return listing(session, code)

    seen = []

    def slow(session, listing, change_id, keep=changes._waiting):
        found = keep(session, listing, change_id)
        seen.append(found)
        Event().wait(0.3)
        return found

    monkeypatch.setattr(changes, "lock", unlocked)
    monkeypatch.setattr(changes, "own_listing", own)
    monkeypatch.setattr(changes, "_waiting", slow)
    results = race(maker, now, code, change_id, vendor)
    assert len(seen) > 1, "each found the change waiting"
    assert not all(isinstance(result, str | ChangeGone) for result in results) or (
        sum(isinstance(result, str) for result in results) > 1
    )
    engine.dispose()


@given(st.sampled_from(list(ChangeState)), st.sampled_from(["accept", "decline", "withdraw", "x"]))
def test_a_change_is_decided_once(state, action):
    if (state, action) in CHANGE_ARROWS:
        assert change_after(state, action) is not ChangeState.WAITING
    else:
        with pytest.raises(Conflict):
            change_after(state, action)


TEXTS = st.dictionaries(st.sampled_from(["vi", "en"]), st.text(max_size=30))
VALUES = st.fixed_dictionaries(
    {
        "title": TEXTS,
        "summary": TEXTS,
        "description": TEXTS,
        "category_id": st.sampled_from(["A", "B"]),
        "schemes": st.lists(st.sampled_from(["ocop", "organic", "gi"]), unique=True),
        "farm_id": st.sampled_from([None, "F", "G"]),
        "lot_id": st.sampled_from([None, "L", "M"]),
        "commune": st.sampled_from(["x", "y"]),
        "label": st.dictionaries(st.sampled_from(["origin", "storage"]), TEXTS),
        "allergens": st.lists(st.sampled_from(["eggs", "fish", "milk"]), unique=True),
    }
)


@given(VALUES, VALUES, st.booleans())
def test_only_changed_protected_fields_wait(before, after, more):
    held = held_fields(PROTECTED, before, after, says_more=lambda _field: more)
    assert set(held) <= {name for name in CHANGEABLE if before[name] != after[name]}
    for name in ("title", "category_id", "farm_id", "commune", "label"):
        assert (name in held) is (before[name] != after[name])
    assert ("allergens" in held) is bool(set(before["allergens"]) - set(after["allergens"]))
    assert ("schemes" in held) is bool(set(after["schemes"]) - set(before["schemes"]))
    if before["lot_id"] and not after["lot_id"]:
        assert "lot_id" in held


@given(st.text(max_size=120), st.text(max_size=120))
def test_both_sides_of_a_comparison_are_whole(old, new):
    sides = compare_words(old, new)
    assert "".join(piece.text for piece in sides.old) == old
    assert "".join(piece.text for piece in sides.new) == new
    assert {piece.kind for piece in sides.old} <= {"same", "gone"}
    assert {piece.kind for piece in sides.new} <= {"same", "new"}
    assert sides.is_same is (old == new)
    kept = ["".join(p.text for p in side if p.kind == "same") for side in (sides.old, sides.new)]
    assert kept[0] == kept[1]


def test_words_added_and_removed_are_told_apart():
    sides = compare_words("Ổi ngọt, giòn", "Ổi rất ngọt")
    assert [(piece.kind, piece.text) for piece in sides.old] == [
        ("same", "Ổi ngọt"),
        ("gone", ", giòn"),
    ]
    assert [(piece.kind, piece.text) for piece in sides.new] == [
        ("same", "Ổi "),
        ("new", "rất "),
        ("same", "ngọt"),
    ]


def test_six_thousand_letters_are_compared_in_no_time():
    old = " ".join(f"vải{number % 7}" for number in range(1200))
    new = " ".join(f"ổi{number % 5} vải{number % 7}" for number in range(700))
    start = perf_counter()
    assert not compare_words(old, new).is_same
    assert perf_counter() - start < 2


@given(st.lists(st.text(max_size=5), unique=True), st.lists(st.text(max_size=5), unique=True))
def test_lists_are_compared_whatever_their_order(old, new):
    sides = compare_sets(old, new)
    assert {p.text for p in sides.old if p.kind == "gone"} == set(old) - set(new)
    assert {p.text for p in sides.new if p.kind == "new"} == set(new) - set(old)


def test_values_and_pictures_are_compared_by_field():
    before = {"title": {"vi": "A"}, "schemes": ["ocop"], "farm_id": None}
    after = {"title": {"vi": "A", "en": "B"}, "schemes": ["ocop"], "farm_id": "F"}
    assert [(line.field, line.lang) for line in compare_values(before, after)] == [
        ("title", "en"),
        ("farm_id", ""),
    ]
    one, two = ({"digest": name, "alt": {"vi": name}} for name in "ab")
    album = compare_pictures({"photos": [one]}, {"photos": [two, one]})
    assert (album.kept, album.gone, album.new) == ((one,), (), (two,))
    assert compare_pictures({"photos": [one, two]}, {"photos": [two, one]}) is None
    assert compare_pictures({}, {"photos": []}) is None


def test_flags_of_a_listing_are_kept_once(session, now):
    code = published(session, now)
    for number in range(3):
        edit(session, now, code, title={"vi": "Ổi hữu cơ"}, season_months=(number + 1,))
    assert session.scalar(sa.select(sa.func.count()).select_from(ListingFlag)) == 1


def test_another_shelf_waits_and_brings_its_top_along(session, now):
    code = published(session, now)
    was = listing(session, code).top_category_id
    other = category_id(session, "rau-cu")
    edit(session, now, code, category_id=other)
    assert (listing(session, code).category_id, listing(session, code).top_category_id) == (
        category_id(session),
        was,
    )
    decide(session, now, code, "accept")
    assert (listing(session, code).category_id, listing(session, code).top_category_id) == (
        other,
        other,
    )
