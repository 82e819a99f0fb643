"""Facts about listings that the rest of the house hears of."""

from dataclasses import dataclass

from kernel.events import Event


@dataclass(frozen=True)
class ListingSubmitted(Event):
    """A listing waits for the office."""

    listing_id: str
    code: str


@dataclass(frozen=True)
class ListingPublished(Event):
    """A listing is on the shelves."""

    listing_id: str
    code: str


@dataclass(frozen=True)
class ListingChanged(Event):
    """What the public sees of a listing is different now."""

    listing_id: str
    code: str


@dataclass(frozen=True)
class ListingWithdrawn(Event):
    """A listing is no longer on the shelves."""

    listing_id: str
    code: str


@dataclass(frozen=True)
class ListingsDrifted(Event):
    """Goods of a vendor are not where they should be by its state and its proofs."""

    vendor_id: str


@dataclass(frozen=True)
class IndexRebuilt(Event):
    """A search index was made anew from what was shown at a moment (ISO 8601)."""

    since: str


@dataclass(frozen=True)
class ListingChangeProposed(Event):
    """An edit of protected fields waits for the office; the public sees what it saw."""

    listing_id: str
    change_id: str


@dataclass(frozen=True)
class ListingChangeDecided(Event):
    """A proposed change does not wait any more; ``state`` of catalog.rules.changes."""

    listing_id: str
    change_id: str
    state: str


@dataclass(frozen=True)
class ShelfChanged(Event):
    """A category has another name, address or place, or what is said of its goods is read anew."""

    category_id: str


@dataclass(frozen=True)
class GoodsMissing(Event):
    """More of an offer was sold than its lots hold: ``missing`` in the listing's unit."""

    listing_id: str
    vendor_id: str
    bucket_id: str
    missing: int
