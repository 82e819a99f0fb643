"""The shelves of the market, in both languages: kept by the office."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.errors import ShelfEditedMeanwhile
from catalog.events import ListingsDrifted, ShelfChanged
from catalog.models import Attribute, Category, Listing, ListingChange, PageAddress, ShelfHead
from catalog.models.shelves import HEAD
from catalog.rules.addresses import AddressKind
from catalog.rules.changes import ChangeState
from catalog.rules.shelves import (
    KEEPERS,
    MOST_CATEGORIES,
    CategoryDraft,
    Spot,
    need_closable,
    need_hangable,
    need_look,
    need_names,
    need_slug,
    shifted,
)
from catalog.services.addresses import keep_shelf_addresses
from kernel import audit
from kernel.actor import Actor
from kernel.db import lock
from kernel.errors import Conflict, Invalid, NotFound
from kernel.events import emit
from kernel.messages import msg


@dataclass(frozen=True)
class Shelf:
    """A category to be; ``parent`` is the slug of the level above."""

    slug: str
    vi: str
    en: str
    art: str
    tint: str
    parent: str | None = None


SHELVES = (
    Shelf("trai-cay", "Trái cây", "Fruit", "lychee", "blush"),
    Shelf("rau-cu", "Rau củ", "Vegetables", "carrot", "leaf"),
    Shelf("gao-ngu-coc", "Gạo & ngũ cốc", "Rice & grains", "rice", "sun"),
    Shelf("chan-nuoi-thuy-san", "Chăn nuôi & thuỷ sản", "Livestock & seafood", "chicken", "sky"),
    Shelf("dac-san", "Đặc sản chế biến", "Local specialities", "green-bean-cake", "sun"),
    Shelf("mat-ong-do-uong", "Mật ong & đồ uống", "Honey & drinks", "honey", "sun"),
    Shelf("lang-nghe", "Làng nghề", "Craft villages", "pottery", "sky"),
    Shelf("trai-nghiem", "Trải nghiệm", "Experiences", "boat", "sky"),
    Shelf("tham-vuon", "Thăm vườn", "Farm visits", "farm-visit", "leaf", "trai-nghiem"),
    Shelf("hoc-nghe", "Học nghề thủ công", "Crafts", "pottery-class", "lilac", "trai-nghiem"),
    Shelf("song-nuoc", "Đi thuyền & thiên nhiên", "Boats & nature", "stork", "sky", "trai-nghiem"),
    Shelf("homestay", "Ở nhà dân", "Homestays", "homestay", "sun", "trai-nghiem"),
    Shelf("am-thuc", "Ẩm thực", "Food & cooking", "cooking", "blush", "trai-nghiem"),
)


def shelf_for(session: Session, category_id: str) -> Category:
    """Return a shelf that takes goods; it stays where it is until the transaction ends.

    :raises Invalid: when there is none.
    """
    # A share is enough: two who put goods on one shelf need not wait for each other.
    row = session.get(Category, category_id, with_for_update={"read": True}, populate_existing=True)
    if row is None or row.retired_at is not None:
        raise Invalid(msg("Choose a category."), field="category_id")
    return row


def add_category(session: Session, *, draft: CategoryDraft, actor: Actor, now: datetime) -> str:
    """Put up a new shelf behind its neighbours, and return its id.

    :raises NotAllowed: for all but the keepers of the tree.
    :raises Invalid: when a value cannot be used; ``field`` names it.
    """
    actor.need(*KEEPERS)
    turn_head(session)
    if len(_live(session)) >= MOST_CATEGORIES:
        raise Conflict(msg("There are as many shelves as there may be: take down others first."))
    name, parent = need_names(draft.name), _parent(session, draft.parent_id)
    need_look(draft)
    need_hangable(Spot("", None), _spot(session, parent) if parent else None)
    row = Category(
        slug=_free_slug(session, need_slug(draft), None),
        name=name,
        art=draft.art,
        tint=draft.tint,
        parent_id=parent.id if parent else None,
        position=len(_siblings(session, parent.id if parent else None)),
    )
    row.key = _free_key(session, row.slug)
    session.add(row)
    keep_shelf_addresses(session, now=now)
    _record(session, row, "category.added", {}, (actor, now))
    return row.id


def edit_category(
    session: Session,
    category_id: str,
    *,
    draft: CategoryDraft,
    seen_version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Rename a shelf, change its look or its address, or hang it under another.

    Its listings follow at once, the search a moment later; the old address leads on.

    :raises NotAllowed: for all but the keepers of the tree.
    :raises ShelfEditedMeanwhile: when a colleague saved after this form was opened.
    :raises Invalid: when a value cannot be used; ``field`` names it.
    """
    actor.need(*KEEPERS)
    turn_head(session)
    row = _still(session, category_id, seen_version)
    before = _values(row)
    if draft.parent_id != row.parent_id:
        _hang(session, row, _parent(session, draft.parent_id))
    if draft.art != row.art or draft.tint != row.tint:
        need_look(draft)
    row.name, row.art, row.tint = need_names(draft.name), draft.art, draft.tint
    if need_slug(draft) != row.slug:
        row.slug = _free_slug(session, need_slug(draft), row.id)
    keep_shelf_addresses(session, now=now)
    if before != _values(row):
        _record(session, row, "category.edited", before, (actor, now))
        emit(session, ShelfChanged(row.id), now=now)


def shift_category(
    session: Session, category_id: str, *, step: int, actor: Actor, now: datetime
) -> None:
    """Move a shelf up (-1) or down (+1) by one among its neighbours.

    :raises NotAllowed: for all but the keepers of the tree.
    """
    actor.need(*KEEPERS)
    turn_head(session)
    row = _still(session, category_id, None)
    before, beside = _values(row), _siblings(session, row.parent_id)
    rows = {one.id: one for one in beside}
    for position, one in enumerate(shifted([one.id for one in beside], row.id, step)):
        rows[one].position = position
    session.flush()
    if before != _values(row):
        _record(session, row, "category.shifted", before, (actor, now))


def close_category(
    session: Session,
    category_id: str,
    *,
    into_id: str | None,
    reason: str,
    seen_version: int,
    actor: Actor,
    now: datetime,
) -> int:
    """Take down a shelf; goods, shelves beneath and address go to another one. Return how many moved.

    Only an empty one can go without another. Nothing is deleted: the history of
    listings speaks of shelves that are gone.

    :raises NotAllowed: for all but the keepers of the tree.
    :raises ShelfEditedMeanwhile: when a colleague saved after this form was opened.
    :raises Conflict: for a shelf that rules speak of.
    :raises Invalid: without a reason, or when its goods cannot go there; ``field`` names it.
    """
    actor.need(*KEEPERS)
    turn_head(session)
    row = _still(session, category_id, seen_version)
    into = _parent(session, into_id, field="into_id")
    need_closable(_spot(session, row), _spot(session, into) if into else None)
    if len(reason.strip()) < 10:
        raise Invalid(msg("Write the reason in a sentence."), field="reason")
    before = _values(row)
    if into is None:
        _need_empty(session, row)
    moved = _empty(session, row, into, now) if into else 0
    row.retired_at, row.into_id = now, into.id if into else None
    session.flush()
    action = "category.merged" if into else "category.retired"
    _record(session, row, action, before, (actor, now), reason=reason.strip(), moved=moved)
    if into is not None:
        emit(session, ShelfChanged(into.id), now=now)
    return moved


def turn_head(session: Session) -> None:
    """Let changes of the tree and of attributes come one by one, and rendered pages be made anew."""
    head = lock(session, ShelfHead, HEAD)
    if head is None:
        head = ShelfHead(id=HEAD, version=0)
        session.add(head)
    head.version += 1
    session.flush()


def seed_categories(session: Session, *, actor: Actor, now: datetime) -> None:
    """Put up the shelves that a new market begins with; those that the office keeps are left alone."""
    known = {row.key: row for row in session.scalars(sa.select(Category))}
    for position, shelf in enumerate(SHELVES):
        if shelf.slug in known:
            continue
        parent = known.get(shelf.parent or "")
        row = known[shelf.slug] = Category(
            slug=_free_slug(session, shelf.slug, None),
            key=shelf.slug,
            name={"vi": shelf.vi, "en": shelf.en},
            art=shelf.art,
            tint=shelf.tint,
            position=position,
            parent_id=parent.id if parent else None,
        )
        session.add(row)
        session.flush()
        _record(session, row, "category.set", {}, (actor, now))
    keep_shelf_addresses(session, now=now)


def add_shelf(session: Session, shelf: Shelf, *, actor: Actor, now: datetime) -> None:
    """Put up one more shelf; one of the same slug stays as it is."""
    if session.scalar(sa.select(Category.id).where(Category.slug == shelf.slug)) is not None:
        return
    row = Category(slug=shelf.slug, name={"vi": shelf.vi, "en": shelf.en})
    row.art, row.tint, row.position = shelf.art, shelf.tint, len(SHELVES)
    session.add(row)
    session.flush()
    _record(session, row, "category.set", {}, (actor, now))
    keep_shelf_addresses(session, now=now)


def _live(session: Session) -> list[Category]:
    wanted = sa.select(Category).where(Category.retired_at.is_(None))
    fresh = wanted.order_by(Category.position, Category.slug)
    return list(session.scalars(fresh.execution_options(populate_existing=True)))


def _siblings(session: Session, parent_id: str | None) -> list[Category]:
    return [row for row in _live(session) if row.parent_id == parent_id]


def _still(session: Session, category_id: str, seen_version: int | None) -> Category:
    """Return a live shelf, locked, as it was seen."""
    # Whoever edits a listing holds it first and its shelf then: so do we.
    beneath = sa.select(Listing.id).where(Listing.category_id == category_id).order_by(Listing.id)
    session.execute(beneath.with_for_update(key_share=True))
    row = lock(session, Category, category_id)
    if row is None or row.retired_at is not None:
        raise NotFound
    if seen_version is not None and row.version != seen_version:
        raise ShelfEditedMeanwhile
    return row


def _parent(
    session: Session, category_id: str | None, *, field: str = "parent_id"
) -> Category | None:
    if not category_id:
        return None
    row = lock(session, Category, category_id)
    if row is None or row.retired_at is not None:
        raise Invalid(msg("Choose a category."), field=field)
    return row


def _spot(session: Session, row: Category) -> Spot:
    parent = session.get(Category, row.parent_id) if row.parent_id else None
    return Spot(row.key, parent.key if parent else None, bool(_siblings(session, row.id)))


def _hang(session: Session, row: Category, parent: Category | None) -> None:
    """Put a shelf under another, or on the first level; its listings know the level above."""
    need_hangable(_spot(session, row), _spot(session, parent) if parent else None)
    row.parent_id = parent.id if parent else None
    row.position = len(_siblings(session, row.parent_id))
    session.execute(
        sa.update(Listing)
        .where(Listing.category_id == row.id)
        .values(top_category_id=row.parent_id or row.id)
    )


def _free_slug(session: Session, slug: str, own_id: str | None) -> str:
    """Return an address that no other shelf has or had.

    :raises Invalid: on ``slug``.
    """
    has = sa.select(Category.id).where(Category.slug == slug)
    had = sa.select(PageAddress.subject_id).where(
        PageAddress.kind == AddressKind.CATEGORY, PageAddress.slug == slug
    )
    if {*session.scalars(has), *session.scalars(had)} - {own_id}:
        raise Invalid(msg("Another shelf has or had this address."), field="slug")
    return slug


def _free_key(session: Session, slug: str) -> str:
    taken = set(session.scalars(sa.select(Category.key).where(Category.key.startswith(slug))))
    tries = (slug, *(f"{slug[:55]}-{number}" for number in range(2, MOST_CATEGORIES * 2)))
    return next(key for key in tries if key not in taken)


def _need_empty(session: Session, row: Category) -> None:
    stands = sa.select(Listing.id).where(Listing.category_id == row.id).limit(1)
    if session.scalar(stands) or _siblings(session, row.id):
        raise Invalid(msg("It is not empty: choose where its goods go."), field="into_id")


def _empty(session: Session, row: Category, into: Category, now: datetime) -> int:
    """Bring all that stands on a shelf, or hangs under it, to another; return how many listings."""
    top = into.parent_id or into.id
    mine = Listing.category_id == row.id
    vendors = sorted(session.scalars(sa.select(Listing.vendor_id).where(mine).distinct()))
    moved = session.execute(
        sa.update(Listing)
        .where(mine)
        .values(category_id=into.id, top_category_id=top, version=Listing.version + 1)
        .execution_options(synchronize_session=False)
    ).rowcount  # type: ignore[attr-defined]
    session.expire_all()
    for child in _siblings(session, row.id):
        child.parent_id = into.id
        child.position += MOST_CATEGORIES
    beneath = sa.update(Listing).where(Listing.top_category_id == row.id)
    session.execute(beneath.values(top_category_id=top))
    _rewrite_changes(session, row.id, into.id)
    _rewrite_attributes(session, row.id, into.id)
    for vendor_id in vendors:
        # Another shelf may ask for other papers.
        emit(session, ListingsDrifted(vendor_id), now=now)
    return int(moved)


def _rewrite_changes(session: Session, old: str, new: str) -> None:
    """Let changes that wait speak of the shelf where goods now stand."""
    waiting = sa.select(ListingChange).where(ListingChange.state == ChangeState.WAITING)
    for change in session.scalars(waiting):
        for side in ("before", "after"):
            values = getattr(change, side)
            if values.get("category_id") == old:
                setattr(change, side, values | {"category_id": new})


def _rewrite_attributes(session: Session, old: str, new: str) -> None:
    for row in session.scalars(sa.select(Attribute)):
        if old in row.category_ids:
            row.category_ids = sorted({*row.category_ids, new} - {old})


_NAMES = ("slug", "name", "art", "tint", "position", "parent_id", "retired_at", "into_id")


def _values(row: Category) -> dict[str, object]:
    return {name: getattr(row, name) for name in _NAMES}


def _record(
    session: Session,
    row: Category,
    action: str,
    before: dict[str, object],
    by: tuple[Actor, datetime],
    **detail: object,
) -> None:
    actor, now = by
    audit.record(
        session,
        action,
        actor=actor,
        subject=("category", row.id),
        now=now,
        before=before,
        after=_values(row),
        slug=row.slug,
        **detail,
    )
