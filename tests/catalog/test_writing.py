"""What vendors write about their goods, and what the office says to it."""

from datetime import date

import pytest
import sqlalchemy as sa

from catalog import handlers
from catalog.errors import EditedMeanwhile, VendorClosed
from catalog.models import ListingStep
from catalog.rules import ListingKind, ListingState
from catalog.services.listings import ListingDraft, create_listing, edit_listing
from catalog.services.packs import PackDraft
from catalog.services.photos import add_photo, put_photo_first, remove_photo
from catalog.services.steps import moderate_listing, move_own_listing
from catalog.services.stock import adjust_stock
from kernel import audit, claims
from kernel.audit import AuditEntry
from kernel.claims import SoldOut
from kernel.db import transaction
from kernel.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from kernel.events import OutboxMessage
from kernel.mail import Notice
from kernel.pictures import Picture
from kernel.quantity import Unit
from tests.catalog.shelves import (
    OFFICER,
    add,
    category_id,
    hours,
    listing,
    open_shelves,
    seller,
    set_vendor,
    state,
    variants,
    vendor_id,
)
from traceability.models import Farm, Lot
from vendors.events import VendorReinstated, VendorSuspended
from vendors.rules import Scheme, VendorState

WHY = "Ảnh không phải của vườn này."


@pytest.fixture(autouse=True)
def _shelves(session, now):
    open_shelves(session, now)


def draft(session, **wishes):
    values = {
        "kind": ListingKind.PRODUCE,
        "category_id": category_id(session),
        "title": {"vi": " Ổi Thanh Hà ", "en": ""},
        "summary": {"vi": "Giòn, ngọt."},
        "unit": Unit.GRAM,
        "packs": (PackDraft(1000, 25_000), PackDraft(5000, 110_000)),
    }
    return ListingDraft(**(values | wishes))


def create(session, now, **wishes):
    vendor = vendor_id(session)
    with transaction(session):
        return create_listing(
            session, vendor, draft=draft(session, **wishes), actor=seller(vendor), now=now
        )


def edit(session, now, code, *, version=None, actor=None, **wishes):
    vendor = vendor_id(session)
    with transaction(session):
        edit_listing(
            session,
            vendor,
            code=code,
            draft=draft(session, **wishes),
            seen_version=listing(session, code).version if version is None else version,
            actor=actor or seller(vendor),
            now=now,
        )


def act(session, now, code, action, *, actor=None):
    vendor = vendor_id(session)
    with transaction(session):
        move_own_listing(
            session, vendor, code=code, action=action, actor=actor or seller(vendor), now=now
        )


def judge(session, now, code, action, reason="", *, actor=OFFICER, version=None):
    with transaction(session):
        moderate_listing(
            session,
            listing(session, code).id,
            action=action,
            reason=reason,
            seen_version=version,
            actor=actor,
            now=now,
        )


def told(session):
    return [
        row.kind for row in session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.seq))
    ]


def letters(session):
    return [
        row.template
        for row in session.scalars(sa.select(Notice).order_by(Notice.id))
        if row.template.startswith("catalog/")
    ]


def published(session, now, **wishes):
    code = create(session, now, **wishes)
    act(session, now, code, "submit")
    judge(session, now, code, "approve")
    return code


def test_a_new_listing_is_a_draft_with_stock_packs_and_the_price_of_the_smallest(session, now):
    code = create(session, now)
    row = listing(session, code)
    assert (row.state, row.slug, row.title) == (
        ListingState.DRAFT,
        "oi-thanh-ha",
        {"vi": "Ổi Thanh Hà"},
    )
    assert (row.price_vnd, row.price_per, row.pack_size) == (25_000, 1000, 1000)
    assert (row.commune, row.art, row.tint) == ("vn-2025:10813", "guava", "leaf")
    assert claims.available(session, [row.bucket_id], now=now) == {row.bucket_id: 0}
    assert [(v.size, v.label["vi"]) for v in variants(session, code)] == [
        (1000, "1 kg"),
        (5000, "5 kg"),
    ]
    assert "ListingPublished" not in told(session)


def test_pieces_are_called_by_their_word(session, now):
    code = create(
        session,
        now,
        unit=Unit.PIECE,
        piece_name={"vi": "hộp", "en": "box"},
        packs=(PackDraft(1, 60_000), PackDraft(10, 500_000, {"vi": "Thùng quà"})),
    )
    assert [v.label for v in variants(session, code)] == [
        {"vi": "1 hộp", "en": "1 box"},
        {"vi": "Thùng quà"},
    ]
    assert (listing(session, code).price_vnd, listing(session, code).price_per) == (60_000, 1)


@pytest.mark.parametrize(
    ("wishes", "field"),
    [
        ({"title": {"vi": " "}}, "title_vi"),
        ({"category_id": "01NONE"}, "category_id"),
        ({"unit": None}, "unit"),
        ({"unit": Unit.SEAT}, "unit"),
        ({"packs": (PackDraft(0, 1),)}, "packs"),
        ({"packs": (PackDraft(1, 0),)}, "packs"),
        ({"packs": (PackDraft(1, 5), PackDraft(1, 6))}, "packs"),
        ({"packs": tuple(PackDraft(n, 5) for n in range(1, 14))}, "packs"),
        ({"season_months": (0,)}, "season_months"),
        ({"season_months": (13,)}, "season_months"),
        ({"preorder_from": date(2026, 5, 1)}, "preorder_until"),
        ({"preorder_from": date(2026, 5, 2), "preorder_until": date(2026, 5, 1)}, "preorder_until"),
        ({"lot_id": "01NONE"}, "lot_id"),
        ({"farm_id": "01NONE"}, "farm_id"),
        ({"kind": ListingKind.EXPERIENCE, "unit": None}, "packs"),
    ],
)
def test_a_listing_that_cannot_be_is_refused_and_nothing_is_kept(session, now, wishes, field):
    with pytest.raises(Invalid) as refusal:
        create(session, now, **wishes)
    assert refusal.value.field == field
    assert session.scalar(sa.select(sa.func.count()).select_from(ListingStep)) == 0


def test_a_lot_brings_its_farm_and_must_be_ones_own_and_counted_alike(session, now):
    lot_id = session.scalars(sa.select(Lot.id)).one()
    farm_id = session.scalars(sa.select(Farm.id)).one()
    code = create(session, now, lot_id=lot_id, farm_id=farm_id)
    assert (listing(session, code).lot_id, listing(session, code).farm_id) == (lot_id, farm_id)
    with pytest.raises(Invalid):
        create(session, now, lot_id=lot_id, unit=Unit.PIECE)
    other = vendor_id(session, "V2")
    with pytest.raises(Invalid), transaction(session):
        create_listing(
            session, other, draft=draft(session, lot_id=lot_id), actor=seller(other), now=now
        )


def test_strangers_and_members_without_the_role_write_nothing(session, now):
    mine, other = vendor_id(session), vendor_id(session, "V2")
    for actor, refusal in ((seller(other), NotFound), (seller(mine, "recorder"), NotAllowed)):
        with pytest.raises(refusal), transaction(session):
            create_listing(session, mine, draft=draft(session), actor=actor, now=now)
    code = create(session, now)
    with pytest.raises(NotFound):
        edit(session, now, code, actor=seller(other))
    with pytest.raises(NotFound), transaction(session):
        move_own_listing(session, other, code=code, action="submit", actor=seller(other), now=now)
    with pytest.raises(NotAllowed):
        judge(session, now, code, "approve", actor=seller(mine))
    assert state(session, code) is ListingState.DRAFT
    with pytest.raises(NotFound), transaction(session):
        create_listing(session, "01X", draft=draft(session), actor=seller("01X"), now=now)


def test_a_listing_walks_from_draft_to_the_shelf_with_its_history(session, now):
    code = create(session, now)
    act(session, now, code, "submit")
    assert state(session, code) is ListingState.SUBMITTED
    judge(session, now + hours(1), code, "approve")
    row = listing(session, code)
    assert (row.state, row.published_at, row.ranked_at) == (
        ListingState.PUBLISHED,
        now + hours(1),
        now + hours(1),
    )
    steps = session.scalars(sa.select(ListingStep).order_by(ListingStep.at, ListingStep.id))
    assert [(step.action, step.actor_name) for step in steps] == [
        ("create", "Anh Nam"),
        ("submit", "Anh Nam"),
        ("approve", "Cô Mai"),
    ]
    assert told(session)[-2:] == ["ListingSubmitted", "ListingPublished"]
    assert letters(session) == ["catalog/approve"]
    noted = session.scalars(
        sa.select(AuditEntry.action).where(AuditEntry.subject_type == "listing")
    )
    assert list(noted) == ["listing.created", "listing.submit", "listing.approve"]
    assert audit.verify(session) is None


def test_declined_changed_and_submitted_again(session, now):
    code = create(session, now)
    act(session, now, code, "submit")
    with pytest.raises(Conflict):
        edit(session, now, code)
    with pytest.raises(Invalid) as refusal:
        judge(session, now, code, "decline", "ngắn")
    assert refusal.value.field == "reason"
    judge(session, now, code, "decline", WHY)
    assert listing(session, code).state_reason == WHY
    edit(session, now, code, title={"vi": "Ổi lê"})
    act(session, now, code, "submit")
    assert state(session, code) is ListingState.SUBMITTED
    assert listing(session, code).state_reason == ""
    act(session, now, code, "take_back")
    assert state(session, code) is ListingState.DRAFT
    assert letters(session) == ["catalog/decline"]


@pytest.mark.parametrize(
    ("wishes", "field"), [({"summary": {}}, "summary_vi"), ({"packs": ()}, "packs")]
)
def test_an_incomplete_listing_is_not_submitted(session, now, wishes, field):
    code = create(session, now, **wishes)
    with pytest.raises(Invalid) as refusal:
        act(session, now, code, "submit")
    assert refusal.value.field == field
    assert state(session, code) is ListingState.DRAFT


def test_an_experience_needs_no_packs(session, now):
    code = create(session, now, kind=ListingKind.EXPERIENCE, unit=None, packs=(), price_vnd=150_000)
    act(session, now, code, "submit")
    row = listing(session, code)
    assert (row.bucket_id, row.price_vnd, row.state) == (None, 150_000, ListingState.SUBMITTED)
    with pytest.raises(NotFound), transaction(session):
        adjust_stock(
            session,
            row.vendor_id,
            code=code,
            change=1,
            reason="harvest",
            actor=seller(row.vendor_id),
            now=now,
        )


def test_nothing_of_a_vendor_that_may_not_sell_is_submitted_approved_or_shown_again(session, now):
    draft_code = create(session, now)
    waiting = create(session, now)
    act(session, now, waiting, "submit")
    paused = published(session, now)
    act(session, now, paused, "pause")
    set_vendor(session, VendorState.SUSPENDED)
    with pytest.raises(VendorClosed):
        act(session, now, draft_code, "submit")
    with pytest.raises(VendorClosed):
        judge(session, now, waiting, "approve")
    with pytest.raises(VendorClosed):
        act(session, now, paused, "resume")
    assert [state(session, code).value for code in (draft_code, waiting, paused)] == [
        "draft",
        "submitted",
        "paused",
    ]


def test_a_suspension_withholds_and_a_reinstatement_releases(session, now):
    shown, paused = published(session, now), published(session, now)
    act(session, now, paused, "pause")
    add(session, now, "MAT", vendor_code="V2", category="mat-ong-do-uong")
    vendor = vendor_id(session)
    set_vendor(session, VendorState.SUSPENDED)
    for _ in range(2):
        with transaction(session):
            handlers.on_standing_changed(session, VendorSuspended(vendor), now)
        assert state(session, shown) is ListingState.WITHHELD
    assert told(session).count("ListingWithdrawn") == 2
    assert state(session, "MAT") is ListingState.PUBLISHED
    with transaction(session):
        handlers.on_standing_changed(session, VendorReinstated(vendor), now)
    assert state(session, shown) is ListingState.WITHHELD
    set_vendor(session, VendorState.APPROVED)
    with transaction(session):
        handlers.on_standing_changed(session, VendorReinstated(vendor), now)
    assert (state(session, shown), state(session, paused)) == (
        ListingState.PUBLISHED,
        ListingState.PAUSED,
    )


def test_taken_down_and_restored_by_the_office_alone(session, now):
    code = published(session, now)
    with pytest.raises(Invalid):
        judge(session, now, code, "take_down")
    judge(session, now, code, "take_down", WHY)
    assert state(session, code) is ListingState.TAKEN_DOWN
    for action in ("resume", "archive", "pause"):
        with pytest.raises(Conflict):
            act(session, now, code, action)
    with pytest.raises(NotAllowed):
        act(session, now, code, "restore")
    judge(session, now, code, "restore")
    assert state(session, code) is ListingState.PUBLISHED
    assert letters(session) == ["catalog/approve", "catalog/take_down", "catalog/restore"]


def test_the_office_cannot_do_what_is_the_vendors_nor_judge_its_own(session, now):
    code = published(session, now)
    with pytest.raises(NotAllowed):
        judge(session, now, code, "pause")
    both = type(OFFICER)(
        "01BOTH", "Mai", frozenset({"reviewer"}), {vendor_id(session): frozenset({"owner"})}
    )
    with pytest.raises(NotAllowed):
        judge(session, now, code, "take_down", WHY, actor=both)
    with pytest.raises(NotFound), transaction(session):
        moderate_listing(session, "01NONE", action="approve", actor=OFFICER, now=now)
    assert state(session, code) is ListingState.PUBLISHED


def test_an_officer_decides_on_what_was_seen(session, now):
    code = published(session, now)
    seen = listing(session, code).version
    edit(session, now, code, summary={"vi": "Giòn, ngọt, thơm."})
    with pytest.raises(EditedMeanwhile):
        judge(session, now, code, "confirm", version=seen)
    judge(session, now, code, "confirm", version=listing(session, code).version)
    assert listing(session, code).recheck_since is None


def test_new_words_after_approval_are_looked_at_again_new_prices_are_not(session, now):
    code = published(session, now)
    before = len(told(session))
    edit(session, now, code, packs=(PackDraft(1000, 30_000),))
    assert listing(session, code).recheck_since is None
    assert listing(session, code).price_vnd == 30_000
    edit(session, now + hours(1), code, description={"vi": "Mới."})
    edit(session, now + hours(2), code, description={"vi": "Mới nữa."})
    assert listing(session, code).recheck_since == now + hours(1)
    assert told(session)[before:] == ["ListingChanged"] * 3


def test_of_two_editors_the_second_is_told_and_nothing_is_overwritten(session, now):
    code = create(session, now)
    seen = listing(session, code).version
    edit(session, now, code, packs=(PackDraft(1000, 30_000),), version=seen)
    with pytest.raises(EditedMeanwhile):
        edit(session, now, code, title={"vi": "Khác"}, version=seen)
    assert listing(session, code).title == {"vi": "Ổi Thanh Hà"}
    assert listing(session, code).price_vnd == 30_000


def test_packs_keep_their_id_and_leave_the_shelf_when_dropped(session, now):
    code = create(session, now)
    one, five = variants(session, code)
    edit(
        session,
        now,
        code,
        packs=(PackDraft(2000, 48_000, id=one.id), PackDraft(10_000, 200_000, id="01OTHER")),
    )
    rows = {row.id: row for row in variants(session, code)}
    assert len(rows) == 3
    assert (rows[one.id].size, rows[one.id].label["vi"], rows[one.id].active) == (
        2000,
        "2 kg",
        True,
    )
    assert rows[five.id].active is False
    edit(session, now, code, packs=(PackDraft(5000, 99_000),))
    assert {row.id: (row.active, row.price_vnd) for row in variants(session, code)}[five.id] == (
        True,
        99_000,
    )


def test_an_archived_listing_can_be_taken_out_again(session, now):
    code = create(session, now)
    act(session, now, code, "archive")
    assert state(session, code) is ListingState.ARCHIVED
    act(session, now, code, "reopen")
    assert state(session, code) is ListingState.DRAFT


def stock(session, now, code, change, reason="harvest"):
    vendor = vendor_id(session)
    with transaction(session):
        adjust_stock(
            session, vendor, code=code, change=change, reason=reason, actor=seller(vendor), now=now
        )


def test_stock_changes_with_a_reason_and_never_below_what_is_sold(session, now):
    code = create(session, now)
    bucket = listing(session, code).bucket_id
    stock(session, now, code, 20_000)
    stock(session, now, code, -500, "spoiled")
    with transaction(session):
        claims.settle(session, "group:1", [claims.Demand(bucket, 19_000)], now=now)
    with pytest.raises(SoldOut):
        stock(session, now, code, -1000, "counted")
    for change, reason, field in ((5, "because", "reason"), (0, "harvest", "amount")):
        with pytest.raises(Invalid) as refusal:
            stock(session, now, code, change, reason)
        assert refusal.value.field == field
    assert claims.available(session, [bucket], now=now) == {bucket: 500}
    assert "listing.stock_adjusted" in session.scalars(sa.select(AuditEntry.action)).all()


def picture(name):
    return Picture(digest=name * 64, width=1200, height=900, placeholder="data:image/webp;base64,")


def photo(session, now, code, name="a", alt="Quả ổi"):
    vendor = vendor_id(session)
    with transaction(session):
        add_photo(
            session,
            vendor,
            code=code,
            picture=picture(name),
            alt={"vi": alt},
            actor=seller(vendor),
            now=now,
        )


def test_pictures_are_added_ordered_and_removed(session, now):
    code = published(session, now)
    vendor = vendor_id(session)
    who = {"code": code, "actor": seller(vendor), "now": now}
    photo(session, now, code, "a")
    photo(session, now, code, "b")
    photo(session, now, code, "b", alt="Lá ổi")
    assert [(p["digest"][0], p["alt"]["vi"]) for p in listing(session, code).photos] == [
        ("a", "Quả ổi"),
        ("b", "Lá ổi"),
    ]
    with transaction(session):
        put_photo_first(session, vendor, digest="b" * 64, **who)
    assert [p["digest"][0] for p in listing(session, code).photos] == ["b", "a"]
    with transaction(session):
        remove_photo(session, vendor, digest="b" * 64, **who)
    assert [p["digest"][0] for p in listing(session, code).photos] == ["a"]
    assert listing(session, code).recheck_since == now
    for change in (put_photo_first, remove_photo):
        with pytest.raises(NotFound), transaction(session):
            change(session, vendor, digest="c" * 64, **who)


def test_a_picture_needs_words_and_there_is_an_end_to_pictures(session, now):
    code = create(session, now)
    with pytest.raises(Invalid) as refusal:
        photo(session, now, code, alt="  ")
    assert refusal.value.field == "alt_vi"
    for name in "abcdef01":
        photo(session, now, code, name)
    with pytest.raises(DomainError) as full:
        photo(session, now, code, "9")
    assert full.value.field == "file"
    assert len(listing(session, code).photos) == 8


def test_claimed_schemes_are_kept_in_order(session, now):
    code = create(session, now, schemes=(Scheme.VIETGAP, Scheme.OCOP))
    assert listing(session, code).schemes == ["ocop", "vietgap"]
