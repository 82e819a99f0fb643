"""The category tree as arithmetic: two levels, goods and visits apart, addresses."""

from collections.abc import Collection
from dataclasses import dataclass

from catalog.rules.listings import drawings
from kernel.errors import Conflict, Invalid
from kernel.messages import msg
from kernel.text import nfc, slug

KEEPERS = ("approver", "operator")
"""Who keeps the tree and the attributes; the rest of the office reads them."""

VISITS, HOMESTAY = "trai-nghiem", "homestay"
FIXED = frozenset({VISITS, HOMESTAY})
"""Keys of shelves that rules speak of: they may be renamed, but neither moved nor taken down."""

ARTS = (*drawings(), "farm-visit", "basket")
TINTS = ("sun", "blush", "leaf", "sky", "lilac")
MOST_CATEGORIES = 200
_MOST_NAME, _MOST_SLUG = 60, 60


@dataclass(frozen=True)
class CategoryDraft:
    """A shelf as the office wants it; an empty ``slug`` is made of the Vietnamese name."""

    name: dict[str, str]
    art: str
    tint: str
    parent_id: str | None = None
    slug: str = ""


@dataclass(frozen=True)
class Spot:
    """Where a shelf hangs: its key, that of the shelf above, and whether any hang beneath.

    A shelf that is to be has no key yet.
    """

    key: str
    parent_key: str | None
    has_children: bool = False

    @property
    def is_visit(self) -> bool:
        """Tell whether visits stand on it, not goods."""
        return VISITS in {self.key, self.parent_key}


def need_names(name: dict[str, str]) -> dict[str, str]:
    """Return the names of a shelf, composed and trimmed.

    :raises Invalid: when one of the two languages is missing or too long.
    """
    made = {lang: " ".join(nfc(name.get(lang, "")).split()) for lang in ("vi", "en")}
    for lang, words in made.items():
        if not words:
            raise Invalid(msg("Give it a name in both languages."), field=f"name_{lang}")
        if len(words) > _MOST_NAME:
            raise Invalid(
                msg("At most %(most)s letters."), field=f"name_{lang}", most=str(_MOST_NAME)
            )
    return made


def need_slug(draft: CategoryDraft) -> str:
    """Return the address of a shelf: what was asked for, else made of its name.

    :raises Invalid: when nothing of it can stand in an address.
    """
    made = slug(draft.slug or draft.name.get("vi", ""), _MOST_SLUG)
    if not made:
        raise Invalid(msg("Use letters and figures in the address."), field="slug")
    return made


def need_look(draft: CategoryDraft) -> None:
    """Refuse a drawing or a tint that does not exist.

    :raises Invalid: naming the field.
    """
    if draft.art not in ARTS:
        raise Invalid(msg("Choose one of the drawings."), field="art")
    if draft.tint not in TINTS:
        raise Invalid(msg("Choose one of the tints."), field="tint")


def need_hangable(spot: Spot, parent: Spot | None) -> None:
    """Refuse a place in the tree that would make a third level or mix goods and visits.

    :raises Invalid: on ``parent_id``.
    """
    if spot.parent_key == (parent.key if parent else None):
        return
    if spot.key in FIXED:
        raise Invalid(msg("Rules of the market speak of this shelf: it stays."), field="parent_id")
    if parent and (spot.has_children or parent.parent_key is not None):
        raise Invalid(msg("The tree has two levels, not three."), field="parent_id")
    if spot.key and spot.is_visit is not bool(parent and parent.is_visit):
        raise Invalid(msg("Goods and visits stand on different shelves."), field="parent_id")


def need_closable(spot: Spot, into: Spot | None) -> None:
    """Refuse to take down a shelf that rules speak of, or to mix goods and visits.

    :raises Conflict: for a shelf that stays.
    :raises Invalid: on ``into_id``, when its goods cannot go there.
    """
    if spot.key in FIXED:
        raise Conflict(msg("Rules of the market speak of this shelf: it stays."))
    if into is None:
        return
    if spot.key in {into.key, into.parent_key}:
        raise Invalid(msg("Choose another shelf, not one beneath this."), field="into_id")
    if into.is_visit is not spot.is_visit:
        raise Invalid(msg("Goods and visits stand on different shelves."), field="into_id")
    if spot.has_children and into.parent_key is not None:
        raise Invalid(msg("The tree has two levels, not three."), field="into_id")


def shifted(ids: Collection[str], moved: str, step: int) -> list[str]:
    """Return ids in their order with one of them moved up (-1) or down (+1) by one."""
    order = list(ids)
    place = order.index(moved)
    other = place + step
    if 0 <= other < len(order):
        order[place], order[other] = order[other], order[place]
    return order
