"""The shelves of the market, in both languages."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.models import Category
from kernel import audit
from kernel.actor import Actor


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


def seed_categories(session: Session, *, actor: Actor, now: datetime) -> None:
    """Put up the shelves of the market; those that stand already are brought up to date."""
    known = {row.slug: row for row in session.scalars(sa.select(Category))}
    for position, shelf in enumerate(SHELVES):
        before = _values(known[shelf.slug]) if shelf.slug in known else None
        row = known.setdefault(shelf.slug, Category(slug=shelf.slug))
        row.name = {"vi": shelf.vi, "en": shelf.en}
        row.art, row.tint, row.position = shelf.art, shelf.tint, position
        row.parent_id = known[shelf.parent].id if shelf.parent else None
        session.add(row)
        session.flush()
        if before != _values(row):
            audit.record(
                session,
                "category.set",
                actor=actor,
                subject=("category", row.id),
                now=now,
                before=before,
                after=_values(row),
                slug=row.slug,
            )


def add_shelf(session: Session, shelf: Shelf, *, actor: Actor, now: datetime) -> None:
    """Put up one more shelf; one of the same slug stays as it is."""
    if session.scalar(sa.select(Category.id).where(Category.slug == shelf.slug)) is not None:
        return
    row = Category(slug=shelf.slug, name={"vi": shelf.vi, "en": shelf.en})
    row.art, row.tint, row.position = shelf.art, shelf.tint, len(SHELVES)
    session.add(row)
    session.flush()
    audit.record(
        session,
        "category.set",
        actor=actor,
        subject=("category", row.id),
        now=now,
        before=None,
        after=_values(row),
        slug=row.slug,
    )


def _values(row: Category) -> dict[str, object]:
    return {name: getattr(row, name) for name in ("name", "art", "tint", "position", "parent_id")}
