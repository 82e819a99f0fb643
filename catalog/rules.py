"""Listings as arithmetic and tables: states and arrows, seasons, prices per unit, badges."""

import enum
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from kernel.errors import Conflict, Invalid
from kernel.messages import LABELS, msg
from kernel.money import price_for
from kernel.quantity import Unit
from vendors.rules import Scheme


class ListingKind(enum.Enum):
    """What is sold."""

    PRODUCE = "produce"
    PROCESSED = "processed"
    CRAFT = "craft"
    EXPERIENCE = "experience"


class ListingState(enum.Enum):
    """Where a listing stands; only PUBLISHED is on the shelves."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    PUBLISHED = "published"
    DECLINED = "declined"
    PAUSED = "paused"
    # Its vendor may not sell for the time being.
    WITHHELD = "withheld"
    TAKEN_DOWN = "taken_down"
    ARCHIVED = "archived"


_S = ListingState

ARROWS: dict[tuple[ListingState, str], ListingState] = {
    (_S.DRAFT, "submit"): _S.SUBMITTED,
    (_S.DECLINED, "submit"): _S.SUBMITTED,
    (_S.SUBMITTED, "take_back"): _S.DRAFT,
    (_S.SUBMITTED, "approve"): _S.PUBLISHED,
    (_S.SUBMITTED, "decline"): _S.DECLINED,
    (_S.PUBLISHED, "confirm"): _S.PUBLISHED,
    (_S.PUBLISHED, "pause"): _S.PAUSED,
    (_S.WITHHELD, "pause"): _S.PAUSED,
    (_S.PAUSED, "resume"): _S.PUBLISHED,
    (_S.PUBLISHED, "withhold"): _S.WITHHELD,
    (_S.WITHHELD, "release"): _S.PUBLISHED,
    (_S.PUBLISHED, "take_down"): _S.TAKEN_DOWN,
    (_S.PAUSED, "take_down"): _S.TAKEN_DOWN,
    (_S.WITHHELD, "take_down"): _S.TAKEN_DOWN,
    (_S.TAKEN_DOWN, "restore"): _S.PUBLISHED,
    (_S.DRAFT, "archive"): _S.ARCHIVED,
    (_S.DECLINED, "archive"): _S.ARCHIVED,
    (_S.PAUSED, "archive"): _S.ARCHIVED,
    (_S.ARCHIVED, "reopen"): _S.DRAFT,
}

NEEDS_REASON = frozenset({"decline", "take_down"})

OFFICE_ACTIONS = frozenset({"approve", "decline", "confirm", "take_down", "restore"})
VENDOR_ACTIONS = frozenset({"submit", "take_back", "pause", "resume", "archive", "reopen"})
OFFICE_ROLES = ("reviewer", "approver", "operator")

EDITABLE = frozenset({_S.DRAFT, _S.DECLINED, _S.PUBLISHED, _S.PAUSED, _S.WITHHELD})
"""States in which the vendor may change a listing; the office reads one that stands still."""

APPROVED_ONCE = frozenset({_S.PUBLISHED, _S.PAUSED, _S.WITHHELD})
"""States in which a change of words is looked at by the office afterwards."""

GONE = frozenset({_S.TAKEN_DOWN, _S.WITHHELD})
"""States whose public page answers 410 with a neutral notice."""


def after(state: ListingState, action: str) -> ListingState:
    """Return the state after an action.

    :raises Conflict: when the table has no such arrow.
    """
    try:
        return ARROWS[state, action]
    except KeyError:
        raise Conflict(msg("This cannot be done in the present state of the listing.")) from None


def actions(state: ListingState, allowed: Collection[str]) -> list[str]:
    """Return which of the allowed actions the table offers in a state."""
    return [action for (start, action) in ARROWS if start is state and action in allowed]


def need_reason(action: str, reason: str) -> str:
    """Return the reason without spaces around it.

    :raises Invalid: when the action must be explained and is not.
    """
    text = reason.strip()
    if action in NEEDS_REASON and len(text) < 10:
        raise Invalid(
            msg("Write the reason in a sentence: the vendor will read it."), field="reason"
        )
    return text


def need_editable(state: ListingState) -> None:
    """Refuse a change of a listing that cannot be changed now.

    :raises Conflict: when it is with the office, taken down or archived.
    """
    if state not in EDITABLE:
        raise Conflict(msg("The listing cannot be changed in its present state."))


def season_mask(months: Iterable[int]) -> int:
    """Return months 1-12 as bits 0-11: asked for in SQL."""
    mask = 0
    for month in months:
        mask |= 1 << (month - 1)
    return mask


def in_season(months: Collection[int], on: date) -> bool:
    """Tell whether a day is in the season; what grows all year is never "in season"."""
    return on.month in months


@dataclass(frozen=True)
class PackSize:
    """So much, in the unit's base, for so much money."""

    size: int
    price_vnd: int


def shown_price(packs: Sequence[PackSize], unit: Unit) -> tuple[int, int]:
    """Return the price on the card and what it is for, taken from the smallest pack.

    The smallest pack is what everybody can buy: a price reached only with a
    large pack would be bait. From one kilogram or litre on it is a price per
    kilogram or litre, below that the pack itself; pieces are priced one by one.
    """
    smallest = min(packs, key=lambda pack: (pack.size, pack.price_vnd))
    per = min(1000, smallest.size) if unit in {Unit.GRAM, Unit.MILLILITRE} else 1
    return price_for(smallest.price_vnd, smallest.size, per), per


@dataclass(frozen=True)
class Mark:
    """A certificate that stands behind a badge."""

    scheme: Scheme
    stars: int | None = None


@dataclass(frozen=True)
class CardBadge:
    """The one badge of a card; ``kind``: preorder, certificate, seats, season."""

    kind: str
    scheme: Scheme | None = None
    stars: int | None = None
    seats: int = 0
    until: date | None = None


SCHEME_ORDER = (
    Scheme.OCOP,
    Scheme.ORGANIC,
    Scheme.GLOBALGAP,
    Scheme.VIETGAP,
    Scheme.GI,
    Scheme.HIGH_TECH,
    Scheme.HACCP,
    Scheme.FOOD_SAFETY,
    Scheme.HOMESTAY_SECURITY,
    Scheme.TRAVEL_LICENCE,
)
"""Which certificate a card shows when there are several."""

FEW_SEATS = 6


def is_preorder(opens: date | None, until: date | None, on: date) -> bool:
    """Tell whether orders are taken ahead of the harvest on a day (``until`` is the last one)."""
    return opens is not None and until is not None and opens <= on <= until


def badge_for(
    *, preorder_until: date | None, marks: Collection[Mark], seats: int | None, season: bool
) -> CardBadge | None:
    """Choose the one badge of a card: pre-order, certificate, few seats left, in season."""
    if preorder_until:
        return CardBadge("preorder", until=preorder_until)
    if marks:
        best = min(marks, key=lambda mark: (SCHEME_ORDER.index(mark.scheme), -(mark.stars or 0)))
        return CardBadge("certificate", scheme=best.scheme, stars=best.stars)
    if seats is not None and 0 < seats <= FEW_SEATS:
        return CardBadge("seats", seats=seats)
    return CardBadge("season") if season else None


def need_months(months: Iterable[int]) -> list[int]:
    """Return the months of a season, sorted, once each.

    :raises Invalid: for a number that is no month.
    """
    chosen = sorted(set(months))
    if any(not 1 <= month <= 12 for month in chosen):
        raise Invalid(msg("Months go from 1 to 12."), field="season_months")
    return [] if len(chosen) == 12 else chosen


LABELS.update(
    {
        _S.DRAFT: msg("Draft"),
        _S.SUBMITTED: msg("Submitted"),
        _S.PUBLISHED: msg("Published"),
        _S.DECLINED: msg("Declined"),
        _S.PAUSED: msg("Paused"),
        _S.WITHHELD: msg("Withheld"),
        _S.TAKEN_DOWN: msg("Taken down"),
        _S.ARCHIVED: msg("Archived"),
        ListingKind.PRODUCE: msg("Produce"),
        ListingKind.PROCESSED: msg("Processed food"),
        ListingKind.CRAFT: msg("Handicraft"),
        ListingKind.EXPERIENCE: msg("Experience"),
    }
)
