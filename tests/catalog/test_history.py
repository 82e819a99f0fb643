"""Every saved edit is kept, compared word by word, restored by the same rules; copies; pictures."""

import pytest
import sqlalchemy as sa

from catalog.errors import EditedMeanwhile
from catalog.models import ListingPicture, ListingRevision, Review
from catalog.queries.revisions import difference, revision_of, revisions
from catalog.queries.workbench import work_by_id
from catalog.rules import ListingState
from catalog.rules.fields import FIELDS
from catalog.services.changes import decide_change
from catalog.services.listings import ListingDraft
from catalog.services.packs import PackDraft
from catalog.services.photos import (
    move_photo,
    order_photos,
    put_photo_back,
    put_photo_first,
    remove_photo,
)
from catalog.services.restoring import duplicate_listing, restore_revision
from catalog.services.stock import adjust_stock
from catalog.services.terms import SaleTerms
from kernel import audit, claims
from kernel.db import transaction
from kernel.errors import Invalid, NotFound
from kernel.quantity import Unit
from tests.catalog.shelves import OFFICER, add, listing, open_shelves, seller, variants, vendor_id
from tests.catalog.test_writing import create, edit, photo, published
from traceability.models import Lot
from vendors.rules import Scheme


@pytest.fixture(autouse=True)
def _shelves(session, now):
    open_shelves(session, now)


def who(session, now):
    return {"actor": seller(vendor_id(session)), "now": now}


def kept(session, code):
    rows = session.scalars(
        sa.select(ListingRevision)
        .where(ListingRevision.listing_id == listing(session, code).id)
        .order_by(ListingRevision.number)
    ).all()
    return [(row.number, row.action) for row in rows]


def restore(session, now, code, number, version=None):
    one = revision_of(session, listing(session, code).id, number)
    version = listing(session, code).version if version is None else version
    with transaction(session):
        restore_revision(
            session,
            vendor_id(session),
            code=code,
            revision_id=one.id,
            seen_version=version,
            **who(session, now),
        )


def change_photos(session, now, code, change, **what):
    with transaction(session):
        change(session, vendor_id(session), code=code, **what, **who(session, now))


def letters_of(session, code):
    return "".join(one["digest"][0] for one in listing(session, code).photos)


def test_every_field_of_a_draft_is_kept():
    """A field that is added to drafts must be added to the table of fields."""
    derived = {"kind", "unit", "packs", "terms"}
    own = {field.name for field in FIELDS if not field.of_terms}
    assert own == set(ListingDraft.__dataclass_fields__) - derived
    limits = {"order_most", "buyer_most", "buyer_days"}
    terms = set(SaleTerms.__dataclass_fields__) - {"limits"} | limits
    assert {field.name for field in FIELDS if field.of_terms} == terms


def test_each_save_is_a_version_and_the_same_again_is_none(session, now):
    code = create(session, now)
    edit(session, now, code, title={"vi": "Ổi lê Thanh Hà"})
    edit(session, now, code, title={"vi": "Ổi lê Thanh Hà"})
    photo(session, now, code, "a")
    assert kept(session, code) == [(1, "create"), (2, "edit"), (3, "photos")]
    found = revisions(session, listing(session, code).id).items
    assert [(one.number, one.actor_name) for one in found] == [
        (3, "Anh Nam"), (2, "Anh Nam"), (1, "Anh Nam"),
    ]  # fmt: skip


def test_what_was_there_before_the_first_edit_is_kept_too(session, now):
    add(session, now, "VAI")
    edit(session, now, "VAI", title={"vi": "Vải thiều sớm"})
    assert kept(session, "VAI") == [(1, "before"), (2, "edit")]
    first = revision_of(session, listing(session, "VAI").id, 1)
    assert first.values["title"] == {"vi": "Vải thiều Thanh Hà", "en": "Thanh Ha lychee"}
    assert [(pack["size"], pack["label"]) for pack in first.values["packs"]] == [(1000, {})]


def test_two_versions_are_compared_word_by_word_with_packs_and_pictures(session, now):
    code = create(session, now, packs=(PackDraft(1000, 25_000),))
    photo(session, now, code, "a")
    edit(
        session, now, code,
        title={"vi": "Ổi lê Thanh Hà"},
        packs=(PackDraft(1000, 30_000), PackDraft(500, 16_000, {"vi": "Gói nhỏ"})),
        season_months=(9, 10),
    )  # fmt: skip
    row = listing(session, code)
    one, two = (revision_of(session, row.id, number) for number in (2, 3))
    found = difference(session, one.values, two.values, Unit.GRAM)
    told = {
        line.field: [(piece.kind, piece.text) for piece in line.sides.new] for line in found.lines
    }
    assert told == {
        "title": [("same", "Ổi"), ("new", " lê"), ("same", " Thanh Hà")],
        "season_months": [("new", "9"), ("new", "10")],
        "packs": [
            ("new", "1 kg · 30.000\xa0₫"),
            ("new", "500 g · Gói nhỏ · 16.000\xa0₫"),
        ],
    }
    assert found.album is None
    start = revision_of(session, row.id, 1)
    assert [
        p["digest"][0] for p in difference(session, start.values, one.values, None).album.new
    ] == ["a"]


def test_a_version_is_restored_as_a_new_one(session, now):
    code = create(session, now)
    photo(session, now, code, "a")
    edit(session, now, code, title={"vi": "Ổi khác"}, packs=(PackDraft(2000, 60_000),))
    change_photos(session, now, code, remove_photo, digest="a" * 64)
    restore(session, now, code, 2)
    row = listing(session, code)
    assert (row.title, row.slug, letters_of(session, code)) == (
        {"vi": "Ổi Thanh Hà"}, "oi-thanh-ha", "a",
    )  # fmt: skip
    offered = [(v.size, v.price_vnd) for v in variants(session, code) if v.active]
    assert offered == [(1000, 25_000), (5000, 110_000)]
    assert kept(session, code)[-2:] == [(5, "restore"), (6, "restore")]
    assert audit.verify(session) is None


def test_restoring_an_approved_listing_waits_for_the_office_as_an_edit_does(session, now):
    code = create(session, now)
    edit(session, now, code, title={"vi": "Ổi mới"}, summary={"vi": "Giòn."})
    from tests.catalog.test_writing import act, judge

    act(session, now, code, "submit")
    judge(session, now, code, "approve")
    restore(session, now, code, 1)
    row = listing(session, code)
    assert (row.title, row.summary) == ({"vi": "Ổi mới"}, {"vi": "Giòn, ngọt."})
    work = work_by_id(session, row.id, now=now)
    assert work.change.after == {"title": {"vi": "Ổi Thanh Hà"}}
    last = revisions(session, row.id).items[0]
    assert (last.waiting, last.values["title"]) == (("title",), {"vi": "Ổi Thanh Hà"})
    with transaction(session):
        decide_change(
            session, row.id, change_id=work.change.id, action="accept", actor=OFFICER, now=now
        )
    last = revisions(session, row.id).items[0]
    assert (last.action, last.waiting, last.actor_name) == ("accept", (), "Cô Mai")


def test_restoring_over_somebody_elses_edit_or_a_strangers_version_is_refused(session, now):
    code, other = create(session, now), create(session, now)
    version = listing(session, code).version
    edit(session, now, code, title={"vi": "Ổi khác"})
    with pytest.raises(EditedMeanwhile):
        restore(session, now, code, 1, version)
    strange = revision_of(session, listing(session, other).id, 1).id
    with pytest.raises(NotFound), transaction(session):
        restore_revision(
            session, vendor_id(session), code=code, revision_id=strange, seen_version=2,
            **who(session, now),
        )  # fmt: skip
    with pytest.raises(NotFound), transaction(session):
        restore_revision(
            session, vendor_id(session, "V2"), code=code, revision_id=strange, seen_version=2,
            **who(session, now),
        )  # fmt: skip
    assert listing(session, code).title == {"vi": "Ổi khác"}


def test_a_copy_has_words_packs_settings_and_pictures_but_no_stock_lot_reviews_or_approval(
    session, now
):
    lot = session.scalars(sa.select(Lot.id)).one()
    code = published(
        session, now,
        title={"vi": "Ổi Thanh Hà", "en": "Guava"},
        lot_id=lot,
        schemes=(Scheme.VIETGAP,),
        season_months=(9,),
        packs=(PackDraft(1000, 25_000, {"vi": "Túi"}), PackDraft(5000, 110_000)),
    )  # fmt: skip
    photo(session, now, code, "a")
    with transaction(session):
        adjust_stock(
            session, vendor_id(session), code=code, change=5000, reason="harvest",
            **who(session, now),
        )  # fmt: skip
        made = duplicate_listing(session, vendor_id(session), code=code, **who(session, now))
    old, new = listing(session, code), listing(session, made)
    same = (
        "title",
        "summary",
        "category_id",
        "schemes",
        "season_months",
        "photos",
        "farm_id",
        "unit",
    )
    assert [getattr(old, name) for name in same] == [getattr(new, name) for name in same]
    assert (new.state, new.published_at, new.lot_id) == (ListingState.DRAFT, None, None)
    assert made != code
    assert claims.available(session, [new.bucket_id], now=now) == {new.bucket_id: 0}
    shown = [[(v.size, v.price_vnd, v.label) for v in variants(session, c)] for c in (code, made)]
    assert shown[0] == shown[1]
    assert {v.id for v in variants(session, code)}.isdisjoint(v.id for v in variants(session, made))
    assert session.scalars(sa.select(Review).where(Review.listing_id == new.id)).all() == []
    assert kept(session, made) == [(1, "copy"), (2, "copy")]
    twin = sa.select(ListingPicture.digest).where(ListingPicture.listing_id == new.id)
    assert session.scalars(twin).all() == ["a" * 64]
    with pytest.raises(NotFound), transaction(session):
        duplicate_listing(session, vendor_id(session, "V2"), code=code, **who(session, now))


def test_pictures_are_ordered_moved_taken_away_and_put_back_where_they_stood(session, now):
    code = create(session, now)
    for name in "abc":
        photo(session, now, code, name, alt=f"Ổi {name}")
    change_photos(session, now, code, order_photos, digests=[c * 64 for c in "cab"])
    assert letters_of(session, code) == "cab"
    change_photos(session, now, code, move_photo, digest="b" * 64, by=-1)
    assert letters_of(session, code) == "cba"
    change_photos(session, now, code, move_photo, digest="c" * 64, by=-1)
    change_photos(session, now, code, put_photo_first, digest="a" * 64)
    assert letters_of(session, code) == "acb"
    change_photos(session, now, code, remove_photo, digest="c" * 64)
    assert letters_of(session, code) == "ab"
    change_photos(session, now, code, put_photo_back, digest="c" * 64)
    assert letters_of(session, code) == "acb"
    assert listing(session, code).photos[1]["alt"] == {"vi": "Ổi c"}
    change_photos(session, now, code, put_photo_back, digest="c" * 64)
    assert letters_of(session, code) == "acb"
    with pytest.raises(NotFound):
        change_photos(session, now, code, put_photo_back, digest="f" * 64)


@pytest.mark.parametrize("wrong", ["ab", "abca", "abd", "", "aab"])
def test_an_order_of_other_pictures_than_are_there_is_refused(session, now, wrong):
    code = create(session, now)
    for name in "abc":
        photo(session, now, code, name)
    with pytest.raises(EditedMeanwhile):
        change_photos(session, now, code, order_photos, digests=[c * 64 for c in wrong])
    assert letters_of(session, code) == "abc"


def test_a_picture_comes_not_back_to_a_full_album(session, now):
    code = create(session, now)
    for name in "abcdef01":
        photo(session, now, code, name)
    change_photos(session, now, code, remove_photo, digest="a" * 64)
    photo(session, now, code, "2")
    with pytest.raises(Invalid):
        change_photos(session, now, code, put_photo_back, digest="a" * 64)
    assert letters_of(session, code) == "bcdef012"
